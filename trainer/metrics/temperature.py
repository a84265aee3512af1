"""Temperature scaling: one number that logits are divided by, so that their confidences fit. No torch.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017. Predicted classes do not change:
all logits of an image are divided by the same number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

COLDEST, HOTTEST = 0.05, 20.0
"""Range of temperatures searched; an overconfident model needs more than 1."""
PIECE = 1 << 20
"""Logits held in memory as float64 at a time."""
CLOSE = 1e-12
"""Relative width of the final interval around the minimum."""
MOST_STEPS = 200

Outcome = Literal["fitted", "bound", "all_right", "one_class", "no_images", "not_finite"]
"""`fitted`: the minimum. `bound`: the minimum is outside the range searched, and the nearer end is taken (`HOTTEST`:
the model does no better than guessing). With the others the temperature is 1: `all_right`: every image is classified
correctly, so that the likelihood grows without limit as the temperature falls; `one_class`: there is nothing to be
unsure about; `no_images`; `not_finite`: some logit is not a finite number."""


@dataclass(frozen=True)
class Temperature:
    """A fitted temperature."""

    value: float
    """What logits are divided by, in [`COLDEST`, `HOTTEST`]."""
    outcome: Outcome
    """How it was found, or why it is 1."""


def fit_temperature(logits: NDArray[Any], labels: NDArray[np.int64]) -> Temperature:
    """Find the temperature T with the smallest mean cross-entropy of softmax(logits / T) (Guo et al., ICML 2017).

    Whatever loss the model was trained with, this is about the softmax of its logits, with one class per image and all
    images weighted equally. The cross-entropy is convex in 1/T: the zero of its derivative is found by Newton's method,
    safeguarded by bisection. Computed in float64, a piece at a time.

    Args:
        logits: Logits (N, C), floating point.
        labels: True classes (N,), in 0 ... C - 1.

    Returns:
        The temperature, in [`COLDEST`, `HOTTEST`], and how it was found.
    """
    count, classes = logits.shape
    if classes < 2:
        return Temperature(1.0, "one_class")
    if not count:
        return Temperature(1.0, "no_images")
    if not all(np.isfinite(piece).all() for piece, _ in _pieces(logits, labels)):
        return Temperature(1.0, "not_finite")
    if not any((piece.max(axis=1) > own).any() for piece, own in _pieces(logits, labels)):
        return Temperature(1.0, "all_right")
    low, high = 1 / HOTTEST, 1 / COLDEST
    if _slope(logits, labels, low)[0] >= 0:
        return Temperature(HOTTEST, "bound")
    if _slope(logits, labels, high)[0] <= 0:
        return Temperature(COLDEST, "bound")
    return Temperature(1 / _zero(logits, labels, low, high), "fitted")


def _zero(logits: NDArray[Any], labels: NDArray[np.int64], low: float, high: float) -> float:
    """Where the slope is 0: below 0 at `low`, above it at `high`."""
    at = 1.0
    for _ in range(MOST_STEPS):
        slope, bend = _slope(logits, labels, at)
        if slope == 0:
            return at
        low, high = (at, high) if slope < 0 else (low, at)
        step = at - slope / bend if bend > 0 else low
        if abs(step - at) <= CLOSE * at or high - low <= CLOSE * high:
            return min(max(step, low), high)
        at = step if low < step < high else float(np.sqrt(low * high))
    return at


def _slope(logits: NDArray[Any], labels: NDArray[np.int64], factor: float) -> tuple[float, float]:
    """First and second derivative of the mean cross-entropy of softmax(factor * logits) by the factor."""
    slope = bend = 0.0
    for piece, own in _pieces(logits, labels):
        shifted = piece - piece.max(axis=1, keepdims=True)
        shares = np.exp(factor * shifted)
        shares /= shares.sum(axis=1, keepdims=True)
        mean = (shares * shifted).sum(axis=1)
        slope += float((mean - (own - piece.max(axis=1))).sum())
        bend += float((shares * (shifted - mean[:, None]) ** 2).sum())
    return slope / len(labels), bend / len(labels)


def _pieces(
    logits: NDArray[Any], labels: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Some images at a time: their logits, and that of each one's own class."""
    rows = max(1, PIECE // logits.shape[1])
    for start in range(0, len(logits), rows):
        piece = logits[start : start + rows].astype(np.float64)
        yield piece, piece[np.arange(len(piece)), labels[start : start + rows]]
