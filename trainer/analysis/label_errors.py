"""Finds labels that are probably wrong: confident learning. [no torch]

C. Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of Artificial
Intelligence Research 70, 2021. Written from the paper, sections 3.1 and 3.2:

1. The threshold of a class is the mean probability of that class over its own images (equation 2).
2. An image belongs to a class with confidence if its probability reaches the class's threshold; of several classes, the
   most probable one counts. Images are counted by their label i and the class j that they belong to (equation 1).
3. Each row is scaled to the number of images with that label (equation 3): an estimate of how many of them should have
   the label j.
4. Prune by noise rate: for each pair, that many images with the label i and the largest margin p(j) - p(i) are
   proposed. Beyond the paper, a margin must be positive: a label that is the most probable one is not questioned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]
"""(N, C), each row sums to 1: from models that have not seen the images."""
Labels = NDArray[np.int64]
TOLERANCE = 1e-3
"""Largest difference of a row's sum from 1."""


@dataclass(frozen=True)
class LabelErrors:
    """M labels that are probably wrong, the largest margin first, and the statistics behind them."""

    rows: NDArray[np.int64]
    """(M,): numbers of the images."""
    suggested: Labels
    """(M,): the class that each should have instead."""
    margins: NDArray[np.float32]
    """(M,), in (0, 1]: how much more probable that class is than the label."""
    estimate: NDArray[np.float64]
    """(C, C): estimated number of images by label (row) and by the class that they belong to."""

    @property
    def estimated(self) -> float:
        """Estimated number of wrong labels."""
        return float(self.estimate.sum() - self.estimate.trace())


def find_label_errors(probabilities: Probabilities, labels: Labels) -> LabelErrors:
    """Find labels that are probably wrong (Northcutt et al. 2021).

    Args:
        probabilities: Probabilities float32 (N, C), from models that have not seen the images.
        labels: Label of each image (N,), in 0 ... C - 1.

    Returns:
        The proposals.

    Raises:
        ValueError: The shapes do not fit, or rows are not probabilities.
    """
    _check(probabilities, labels)
    classes = probabilities.shape[1]
    sizes = np.bincount(labels, minlength=classes)
    thresholds = _thresholds(probabilities, labels, sizes)
    estimate = _scaled(_joint(probabilities, labels, thresholds), sizes)
    rows, suggested, margins = _pruned(probabilities, labels, estimate)
    return LabelErrors(rows, suggested, margins, estimate)


def _check(probabilities: Probabilities, labels: Labels) -> None:
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(f"probabilities {probabilities.shape} and labels {labels.shape}, expected (N, C) and (N,)")
    if len(labels) and not 0 <= labels.min() <= labels.max() < probabilities.shape[1]:
        raise ValueError(f"labels from {labels.min()} to {labels.max()}, expected 0 to {probabilities.shape[1] - 1}")
    if not np.isfinite(probabilities).all():
        raise ValueError("some probabilities are not finite")
    if (probabilities < 0).any() or (np.abs(probabilities.sum(axis=1) - 1) > TOLERANCE).any():
        raise ValueError("some probabilities are negative, or do not add up to 1")


def _thresholds(probabilities: Probabilities, labels: Labels, sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    own = probabilities[np.arange(len(labels)), labels]
    means = np.full(len(sizes), np.inf)
    np.divide(np.bincount(labels, own, minlength=len(sizes)), sizes, out=means, where=sizes > 0)
    return means


def _joint(probabilities: Probabilities, labels: Labels, thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    classes = len(thresholds)
    confident = np.where(probabilities >= thresholds, probabilities, -1)
    belongs = confident.argmax(axis=1) if classes else np.zeros(0, np.int64)
    sure = confident[np.arange(len(labels)), belongs] >= 0
    pairs = labels[sure] * classes + belongs[sure]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def _scaled(joint: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows that sum to the sizes of the classes. One without a confident image says nothing: its labels count as
    right."""
    total = joint.sum(axis=1)
    scale = np.zeros(len(sizes))
    np.divide(sizes, total, out=scale, where=total > 0)
    estimate: NDArray[np.float64] = joint * scale[:, None] + np.diag(np.where(total > 0, 0, sizes))
    return estimate


def _pruned(
    probabilities: Probabilities, labels: Labels, estimate: NDArray[np.float64]
) -> tuple[NDArray[np.int64], Labels, NDArray[np.float32]]:
    """Images, suggested classes and margins. An image that several pairs propose keeps the largest margin."""
    suggested = np.full(len(labels), -1)
    best = np.zeros(len(labels), np.float32)
    wanted = np.rint(estimate).astype(np.int64)
    np.fill_diagonal(wanted, 0)
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels, minlength=len(wanted)))[:-1])
    for label in np.flatnonzero(wanted.any(axis=1)).tolist():
        members = by_class[label]
        margins = probabilities[members] - probabilities[members, label][:, None]
        for other in np.flatnonzero(wanted[label]).tolist():
            first = np.argsort(-margins[:, other], kind="stable")[: wanted[label, other]]
            better = first[margins[first, other] > best[members[first]]]
            best[members[better]] = margins[better, other]
            suggested[members[better]] = other
    rows = np.flatnonzero(suggested >= 0)
    rows = rows[np.argsort(-best[rows], kind="stable")]
    return rows, suggested[rows], best[rows]
