"""How certain metrics are: intervals of a split, and spread over seeds. [no torch]

Intervals come from the bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993): the images of the split
are resampled with replacement, see `trainer.metrics.resampling`. They say how much the metrics of these weights would
vary on other images of the same kind. What another seed would change is not in them: that is `spread`.

Written by hand: scipy.stats.bootstrap draws the images themselves, N numbers for each of its samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.classification import Counts, Metrics, Scores
from trainer.metrics.resampling import class_sums, f1_scores, macro_f1_scores, resampled_counts

Interval = tuple[float, float]
SAMPLES = 2000
"""Bootstrap samples. Efron & Tibshirani advise 1,000 or more; with 2,000 the ends of an interval vary by about a
fortieth of its width."""
LEVEL = 0.95
"""Default confidence level."""
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Intervals:
    """Confidence intervals (low, high) of a split's metrics, each around its value."""

    accuracy: Interval
    """(low, high), in [0, 1]."""
    macro_f1: Interval
    """(low, high), in [0, 1]."""
    level: float = LEVEL
    """Confidence level, in (0, 1). Default: 0.95."""


@dataclass(frozen=True)
class Spread:
    """A score over several runs."""

    values: tuple[float, ...]
    """Value of each run."""
    mean: float
    """Their mean."""
    sd: float | None
    """Their sample standard deviation (divisor n - 1); None for a single run."""
    interval: Interval | None
    """95 % interval (low, high) of the mean, by Student's t; None for a single run."""


def in_brackets(interval: Interval) -> str:
    """Format an interval, such as `(0.3941 to 0.4137)`.

    Args:
        interval: The interval (low, high).

    Returns:
        The text, in brackets.
    """
    return f"({interval[0]:.4f} to {interval[1]:.4f})"


# --- one run


def intervals(
    matrix: ArrayLike | ConfusionMatrix,
    *,
    samples: int = SAMPLES,
    level: float = LEVEL,
    seed: int = 0,
    all_classes: bool = False,
) -> Intervals:
    """Compute bootstrap intervals of accuracy and macro-F1, bias-corrected and accelerated (BCa, Efron 1987), which
    keep their level for classes with few images where plain percentiles do not.

    A table without any error tells the bootstrap nothing, as every sample is perfect too: two right and two wrong
    answers are then added before drawing (Agresti & Coull 1998), and likewise if every answer is wrong.

    Args:
        matrix: Counts (C, C), the true class as row.
        samples: Bootstrap samples. Default: 2,000.
        level: Confidence level, in (0, 1). Default: 0.95.
        seed: Seed of the draws. Default: 0.
        all_classes: Average F1 over all classes, as runs before 0.2 did, instead of those that occur in a sample.

    Returns:
        The intervals; (0, 1) each without images.
    """
    found = Metrics.from_confusion(matrix, 0.0)
    counts, classes, images, hits = found.confusion, len(found.f1), found.samples, int(found.confusion.hits.sum())
    if not images:
        return Intervals((0.0, 1.0), (0.0, 1.0), level)
    one_sided = classes > 1 and hits in (0, images)
    places, cells = _softened(counts) if one_sided else (counts.places, counts.counts)
    true, taken = np.divmod(places, classes)
    draws = [class_sums(drawn, true, taken, classes) for drawn in resampled_counts(cells, images, samples, seed)]
    accuracy = np.concatenate([right.sum(axis=1) for right, *_ in draws]) / images
    macro = np.concatenate([macro_f1_scores(*sums, all_classes=all_classes) for sums in draws])
    value = float(np.mean(found.f1)) if all_classes else found.macro_f1
    left_out = None if one_sided else _without_one(counts, all_classes)
    ends = []
    for place, (drawn, figure) in enumerate(((accuracy, found.accuracy), (macro, value))):
        jackknife = left_out[place] if left_out and images > 1 else None
        low, high = _ends(drawn, figure, jackknife, cells, level)
        ends.append((min(low, figure), max(high, figure)))
    return Intervals(ends[0], ends[1], level)


def _softened(counts: ConfusionMatrix) -> tuple[Counts, Scores]:
    """Places and contents of its cells with two right answers more and two wrong ones, spread as the classes are; the
    wrong ones name the next class that occurs."""
    size, support = counts.size, counts.support
    there = np.flatnonzero(support + counts.predictions)
    following = np.roll(there, -1) if len(there) > 1 else (there + 1) % size
    added = 2 * support[there] / support.sum()
    places = np.concatenate([counts.places, there * size + there, there * size + following])
    known, where = np.unique(places, return_inverse=True)
    cells = np.bincount(where.ravel(), np.concatenate([counts.counts, added, added])).astype(np.float64)
    return known[cells > 0], cells[cells > 0]


def _without_one(counts: ConfusionMatrix, all_classes: bool) -> tuple[Scores, Scores]:
    """Accuracy and macro-F1 without one image of each cell, (K,) each: only the two classes of the cell change, and one
    that had this image alone no longer occurs."""
    right, support, predicted = counts.hits, counts.support, counts.predictions
    true, taken = counts.true, counts.predicted
    images, same = int(support.sum()), true == taken
    before = f1_scores(right, support, predicted)
    change, gone = np.zeros(len(true)), np.zeros(len(true), np.int64)
    for place, one_less in ((true, 1 + same), (taken, np.ones(len(true), np.int64))):
        below = (support + predicted)[place] - one_less
        above = 2.0 * (right[place] - same)
        after = np.divide(above, below, out=np.zeros(len(true)), where=below > 0)
        again = same & (place is taken)  # the class of a right answer is met twice
        change += np.where(again, 0.0, after - before[place])
        gone += (below == 0) & ~again
    accuracy = (right.sum() - same) / max(1, images - 1)
    left = counts.size if all_classes else np.maximum(1, np.count_nonzero(support + predicted) - gone)
    return accuracy, before.sum() / left + change / left


def _ends(drawn: Scores, value: float, left_out: Scores | None, cells: Scores | Counts, level: float) -> Interval:
    """Percentiles of the draws, moved for bias and acceleration where `left_out` (K,) says what each image weighs."""
    tails = ((1 - level) / 2, (1 + level) / 2)
    if left_out is not None and np.ptp(drawn) > 0:
        below = (np.count_nonzero(drawn < value) + 0.5 * np.count_nonzero(drawn == value)) / len(drawn)
        edge = 1 / (len(drawn) + 1)
        bias = _NORMAL.inv_cdf(min(max(below, edge), 1 - edge))
        acceleration = _acceleration(left_out, cells)
        moved = [bias + _NORMAL.inv_cdf(tail) for tail in tails]
        tails = (
            _NORMAL.cdf(bias + moved[0] / (1 - acceleration * moved[0])),
            _NORMAL.cdf(bias + moved[1] / (1 - acceleration * moved[1])),
        )
    low, high = np.quantile(drawn, tails)
    return float(low), float(high)


def _acceleration(left_out: Scores, cells: Scores | Counts) -> float:
    """Efron & Tibshirani (14.15); a cell's jackknife value counts once for each of its images."""
    away = np.average(left_out, weights=cells) - left_out
    square = float((cells * away**2).sum())
    return float((cells * away**3).sum()) / (6 * square**1.5) if square > 0 else 0.0


# --- several runs


def spread(values: Sequence[float], *, limits: Interval = (-math.inf, math.inf), wider: float = 1.0) -> Spread:
    """Summarise a score of several runs that differ only in their seed.

    Args:
        values: The score of each run (n,), at least one.
        limits: Range of possible scores; the interval is cut to it. Default: unlimited.
        wider: Factor on the half-width of the interval, for runs that are not independent. Default: 1.0.

    Returns:
        Mean, sample standard deviation and Student's 95 % interval of the mean.

    Raises:
        ValueError: There are no values.
    """
    found = tuple(float(value) for value in values)
    if not found:
        raise ValueError("expected at least one value")
    mean = math.fsum(found) / len(found)
    if len(found) == 1:
        return Spread(found, mean, None, None)
    from scipy.special import stdtrit  # comes with scikit-learn; 0.1 s, where scipy.stats takes ten times that

    sd = float(np.std(found, ddof=1))
    reach = wider * float(stdtrit(len(found) - 1, (1 + LEVEL) / 2)) * sd / math.sqrt(len(found))
    return Spread(found, mean, sd, (max(mean - reach, limits[0]), min(mean + reach, limits[1])))
