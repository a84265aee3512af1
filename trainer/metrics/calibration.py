"""How far confidences can be trusted: reliability diagram, calibration error, accuracy over coverage. No torch.

A model is calibrated if, of the images it is 80 % sure of, it classifies 80 % correctly (Guo, Pleiss, Sun and
Weinberger, "On Calibration of Modern Neural Networks", ICML 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.temperature import Outcome

BINS = 15
"""Default number of bins, of equal width as in the paper."""
POINTS = 100
"""Points that are kept of a coverage curve."""


@dataclass(frozen=True)
class Reliability:
    """Images by their confidence, in bins of equal width from 0 to 1 (a reliability diagram). A bin includes its upper
    edge, not its lower one."""

    counts: tuple[int, ...]
    """Images in each bin."""
    confidence: tuple[float, ...]
    """Mean confidence in each bin, in [0, 1]; 0 in an empty bin."""
    accuracy: tuple[float, ...]
    """Share of the images in each bin classified correctly, in [0, 1]; 0 in an empty bin."""

    @property
    def ece(self) -> float:
        """Expected calibration error, in [0, 1]: the difference between confidence and accuracy of each bin, averaged
        over all images (Guo et al., ICML 2017). NaN without images."""
        counts = np.array(self.counts, dtype=float)
        apart = np.abs(np.array(self.accuracy) - np.array(self.confidence))
        return float((counts * apart).sum() / counts.sum()) if counts.any() else float("nan")

    @property
    def edges(self) -> tuple[float, ...]:
        """Edges of the bins, from 0 to 1: one more than there are bins."""
        count = len(self.counts)
        return tuple(place / count for place in range(count + 1))


@dataclass(frozen=True)
class Coverage:
    """Accuracy if the model answers only for the images that it is most confident about. Images of equal confidence are
    answered together."""

    coverage: tuple[float, ...]
    """Share of the images answered, in (0, 1], increasing to 1."""
    accuracy: tuple[float, ...]
    """Share of the answered images classified correctly, in [0, 1]."""
    confidence: tuple[float, ...]
    """Smallest confidence among the answered images, in [0, 1]."""


@dataclass(frozen=True)
class Believability:
    """How far the confidences of a set of images can be trusted."""

    ece: float
    """Expected calibration error, in [0, 1]."""
    nll: float | None
    """Mean negative log-likelihood, nats; None if it is not finite."""
    reliability: Reliability
    """The reliability diagram."""
    coverage: Coverage
    """Accuracy over coverage."""


@dataclass(frozen=True)
class SplitCalibration:
    """Calibration of one split, before and after its logits are divided by the temperature."""

    images: int
    """Images it was measured on: fewer than `total` if the logits of all images would not fit in memory, or if some are
    not finite."""
    total: int
    """Images in the split."""
    before: Believability
    """With the model's own logits."""
    after: Believability
    """With the logits divided by the temperature."""

    def plain(self) -> dict[str, object]:
        """Return the numbers as plain values, without bins and curves.

        Returns:
            Calibration error and negative log-likelihood, before and after, by name.
        """
        eces = {"ece_before": self.before.ece, "ece_after": self.after.ece}
        return {"images": self.images, **eces, "nll_before": self.before.nll, "nll_after": self.after.nll}


@dataclass(frozen=True)
class Calibration:
    """The temperature of a run's weights, and its effect on their confidences (Guo et al., ICML 2017)."""

    temperature: float
    """What logits are divided by, above 0; 1 if none could be fitted."""
    outcome: Outcome
    """"fitted", or why the temperature is not the minimum of the likelihood (`trainer.metrics.temperature.Outcome`)."""
    images: int
    """Validation images it was fitted on."""
    weights: Literal["best", "last"]
    """Weights that it belongs to."""
    epoch: int
    """Epoch of these weights, from 1."""
    splits: Mapping[str, SplitCalibration] = field(default_factory=dict)
    """`valid` (on which it was fitted, so its numbers are optimistic) and `test`, if the data has them."""

    @property
    def scaled(self) -> bool:
        """Whether the temperature changes anything."""
        return self.temperature != 1.0

    def plain(self) -> dict[str, object]:
        """Return the numbers as plain values, without bins and curves.

        Returns:
            Temperature, outcome, images, and the numbers of each split, by name.
        """
        about = {"temperature": self.temperature, "outcome": self.outcome, "fitted_on": self.images}
        return {**about, "splits": {split: one.plain() for split, one in self.splits.items()}}

    def by_split(self) -> dict[str, dict[str, object]]:
        """Return the same for each split separately.

        Returns:
            Plain values by name, by split.
        """
        about = {"temperature": self.temperature, "outcome": self.outcome, "fitted_on": self.images}
        return {split: {**about, **one.plain()} for split, one in self.splits.items()}


def believability(confidence: ArrayLike, correct: ArrayLike, nll: float | None) -> Believability:
    """Summarise how far confidences can be trusted.

    Args:
        confidence: Confidence of each image (N,), in [0, 1].
        correct: Whether each image is classified correctly (N,), bool.
        nll: Mean negative log-likelihood, nats; None if it is not finite.

    Returns:
        Calibration error, reliability diagram and coverage curve, the curve thinned to `POINTS` points.

    Raises:
        ValueError: A confidence is outside [0, 1], the shapes differ, or there are no images.
    """
    found = reliability(confidence, correct)
    return Believability(found.ece, nll, found, thinned(coverage(confidence, correct)))


def reliability(confidence: ArrayLike, correct: ArrayLike, bins: int = BINS) -> Reliability:
    """Compute a reliability diagram (Guo et al., ICML 2017).

    Args:
        confidence: Confidence of each image (N,), in [0, 1].
        correct: Whether each image is classified correctly (N,), bool.
        bins: Number of bins of equal width, 1 or more. Default: 15.

    Returns:
        Images, mean confidence and accuracy of each bin.

    Raises:
        ValueError: A confidence is outside [0, 1], or the shapes differ.
    """
    sure, right = _checked(confidence, correct)
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], sure, side="left")
    counts = np.bincount(place, minlength=bins)
    some = np.maximum(counts, 1)
    means = np.bincount(place, sure, minlength=bins) / some
    shares = np.bincount(place, right, minlength=bins) / some
    return Reliability(tuple(counts.tolist()), tuple(means.tolist()), tuple(shares.tolist()))


def coverage(confidence: ArrayLike, correct: ArrayLike) -> Coverage:
    """Compute accuracy over coverage, one point for each distinct confidence.

    Args:
        confidence: Confidence of each image (N,), in [0, 1].
        correct: Whether each image is classified correctly (N,), bool.

    Returns:
        The curve, from the most confident images to all of them.

    Raises:
        ValueError: A confidence is outside [0, 1], the shapes differ, or there are no images.
    """
    sure, right = _checked(confidence, correct)
    if not len(sure):
        raise ValueError("there are no images")
    order = np.argsort(-sure, kind="stable")
    sure, right = sure[order], right[order]
    last = np.flatnonzero(np.append(sure[:-1] != sure[1:], True))  # of each group of equal ones
    decided = last + 1
    accuracy = np.cumsum(right)[last] / decided
    share = decided / len(sure)
    return Coverage(tuple(share.tolist()), tuple(accuracy.tolist()), tuple(sure[last].tolist()))


def thinned(curve: Coverage, points: int = POINTS) -> Coverage:
    """Reduce a curve to a number of points, evenly spaced in coverage.

    Args:
        curve: The curve to thin.
        points: Largest number of points to keep, 1 or more. Default: 100.

    Returns:
        The first points at or beyond 1/points, 2/points, ... of the images; the last point of the curve is among them.
    """
    share = np.array(curve.coverage)
    # a share is a quotient: 7/100 of something must not fall behind 0.07 by a bit
    wanted = np.arange(1, points + 1) / points - 1e-12
    chosen = np.unique(np.minimum(np.searchsorted(share, wanted), len(share) - 1))
    columns = (curve.coverage, curve.accuracy, curve.confidence)
    return Coverage(*(tuple(np.array(column)[chosen].tolist()) for column in columns))


def _checked(confidence: ArrayLike, correct: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sure, right = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=bool).astype(np.float64)
    if sure.ndim != 1 or sure.shape != right.shape:
        raise ValueError(f"confidences {sure.shape} and verdicts {right.shape} do not belong together")
    if not ((sure >= 0) & (sure <= 1)).all():
        raise ValueError("a confidence is outside [0, 1]")
    return sure, right
