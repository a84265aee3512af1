"""Two runs on the same images: how much they differ, and whether that is more than noise. [no torch]"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trainer.metrics.classification import Counts, Metrics, Scores, confusion
from trainer.metrics.resampling import class_sums, f1_scores, macro_f1_scores, resampled_counts
from trainer.metrics.significance import LEVEL, SAMPLES, Interval


@dataclass(frozen=True)
class Difference:
    """Difference of a metric between two runs on the same images, run B less run A."""

    value: float
    """The difference, in [-1, 1]."""
    interval: Interval
    """Its confidence interval (low, high), in [-1, 1]."""

    @property
    def within_noise(self) -> bool:
        """Whether the interval contains 0."""
        return self.interval[0] <= 0 <= self.interval[1]


@dataclass(frozen=True)
class Paired:
    """Differences of two runs on the same images, run B less run A."""

    accuracy: Difference
    """Difference of accuracy, with its own interval."""
    macro_f1: Difference
    """Difference of macro-F1, with its own interval."""
    f1: tuple[Difference, ...]
    """Difference of F1 for each class (C,); all intervals hold simultaneously with probability `level`."""
    only_a: int
    """Images that only A classifies correctly."""
    only_b: int
    """Images that only B classifies correctly."""
    p: float
    """P-value of McNemar's test of equal accuracy, in (0, 1]."""
    level: float = LEVEL
    """Confidence level of the intervals, in (0, 1). Default: 0.95."""


def paired_bootstrap(
    true: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    classes: int,
    *,
    samples: int = SAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Paired:
    """Compare two runs on the same images. Each draw takes images with both answers, so what is hard for both cancels
    out.

    Accuracy and macro-F1 get percentile intervals. F1 per class gets intervals of the largest studentised deviation
    over all classes, so that chance does not make five of a hundred classes differ (Westfall & Young 1993, single-step
    max T). Swapping the runs changes the signs and nothing else.

    Args:
        true: True classes (N,), in 0 ... classes - 1.
        a: Predictions (N,) of run A, in the same order.
        b: Predictions (N,) of run B.
        classes: Number of classes.
        samples: Bootstrap samples. Default: 2,000.
        level: Confidence level, in (0, 1). Default: 0.95.
        seed: Seed of the draws. Default: 0.

    Returns:
        The differences, run B less run A.

    Raises:
        ValueError: The lengths differ, or a number is not that of a class.
    """
    labels, first, second = (np.asarray(values, dtype=np.int64).ravel() for values in (true, a, b))
    found = [Metrics.from_confusion(confusion(labels, answers, classes), 0.0) for answers in (first, second)]
    only_a = int(np.count_nonzero((first == labels) & (second != labels)))
    only_b = int(np.count_nonzero((second == labels) & (first != labels)))
    accuracy, macro, f1 = _paired_draws(labels, first, second, classes, samples, seed)
    least = 2 * min(1.0, 3 / max(1, len(labels)))
    per_class = np.subtract(found[1].f1, found[0].f1)
    return Paired(
        accuracy=_difference(found[1].accuracy - found[0].accuracy, accuracy, level, least),
        macro_f1=_difference(found[1].macro_f1 - found[0].macro_f1, macro, level, least),
        f1=_simultaneous(per_class, f1, level, least),
        only_a=only_a,
        only_b=only_b,
        p=mcnemar(only_a, only_b),
        level=level,
    )


def _paired_draws(
    true: Counts, a: Counts, b: Counts, classes: int, samples: int, seed: int
) -> tuple[Scores, Scores, Scores]:
    """Differences, B less A, of accuracy and macro-F1 (n,) and of F1 per class (n, C) in draws of the images."""
    if not len(true):
        return np.empty(0), np.empty(0), np.empty((0, classes))
    apart = np.flatnonzero(a != b)
    if apart.size and a[apart[0]] > b[apart[0]]:
        # the order of the cells, and so the draws, must not depend on which run is called A
        accuracy, macro, f1 = _paired_draws(true, b, a, classes, samples, seed)
        return -accuracy, -macro, -f1
    codes, cells = np.unique((true * classes + a) * classes + b, return_counts=True)
    rest, of_b = np.divmod(codes, classes)
    of_true, of_a = np.divmod(rest, classes)
    differences = []
    for drawn in resampled_counts(cells, len(true), samples, seed):
        one, other = class_sums(drawn, of_true, of_a, classes), class_sums(drawn, of_true, of_b, classes)
        gained = (other[0].sum(axis=1) - one[0].sum(axis=1)) / len(true)
        differences.append(
            (gained, macro_f1_scores(*other) - macro_f1_scores(*one), f1_scores(*other) - f1_scores(*one))
        )
    accuracy, macro, f1 = (np.concatenate(parts) for parts in zip(*differences, strict=True))
    return accuracy, macro, f1


def _difference(value: float, drawn: Scores, level: float, least: float) -> Difference:
    """`least`: how far to reach where no draw differs from another, though the runs do. What was never seen in N images
    may still happen in 3 of N (Hanley & Lippman-Hand 1983), and each moves a difference by 2 at most."""
    if not drawn.size:
        return Difference(value, (-1.0, 1.0))
    low, high = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2))
    reach = least if value and np.ptp(drawn) == 0 else 0.0
    return Difference(value, (max(-1.0, min(float(low), value) - reach), min(1.0, max(float(high), value) + reach)))


def _simultaneous(values: Scores, drawn: Scores, level: float, least: float) -> tuple[Difference, ...]:
    """One interval per class from values (C,) and draws (n, C)."""
    reach = np.full(len(values), 2.0)
    if len(drawn):
        error = drawn.std(axis=0)
        moves = np.ptp(drawn, axis=0) > 0
        reach[~moves] = np.where(values[~moves] == 0, 0.0, least)
        if moves.any():
            largest = (np.abs(drawn - values)[:, moves] / error[moves]).max(axis=1)
            reach[moves] = float(np.quantile(largest, level)) * error[moves]
    low, high = np.maximum(values - reach, -1.0), np.minimum(values + reach, 1.0)
    return tuple(Difference(float(value), (float(a), float(b))) for value, a, b in zip(values, low, high, strict=True))


def mcnemar(only_a: int, only_b: int) -> float:
    """Test two runs on the same images for equal accuracy: McNemar's test (1947), exact and two-sided with mid-p, as
    Fagerland, Lydersen & Laake (2013) recommend.

    Args:
        only_a: Images that only run A classifies correctly, 0 or more.
        only_b: Images that only run B classifies correctly, 0 or more.

    Returns:
        The p-value, in (0, 1]; 1.0 if both are equal.

    Raises:
        ValueError: A count is negative.
    """
    if min(only_a, only_b) < 0:
        raise ValueError(f"expected counts, got {only_a} and {only_b}")
    total, fewer = only_a + only_b, min(only_a, only_b)
    if only_a == only_b:
        return 1.0
    whole = math.lgamma(total + 1) - total * math.log(2)
    logs = [whole - math.lgamma(k + 1) - math.lgamma(total - k + 1) for k in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)) - math.exp(logs[-1]))
