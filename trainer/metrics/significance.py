"""How sure figures are: intervals of a split, differences of two runs on the same images, spread over seeds. [no torch]

Intervals come from the bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993): the images of the split
are drawn again with replacement. Figures depend on an image only through its cell of the confusion matrix, so drawing N
images is one multinomial draw over the cells: no image is touched, and equal tables give equal intervals.

They say how far other images of the same kind would move the figures of these weights. What another seed would do is
not in them: that is `spread`.

Written by hand: scipy.stats.bootstrap draws the images themselves, N numbers for each of its samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.classification import Counts, Metrics, Scores, confusion

Interval = tuple[float, float]
SAMPLES = 2000
"""Draws. Efron & Tibshirani ask for 1,000 or more; with 2,000 the ends move by about a fortieth of the width."""
LEVEL = 0.95
_CHUNK = 1 << 20
"""Counts held at a time, so that a thousand classes do not fill the memory."""
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
class Difference:
    """Run B less run A on the same images: the difference, and its interval (low, high) at `level`."""

    value: float
    interval: Interval

    @property
    def within_noise(self) -> bool:
        """Whether the interval contains 0."""
        return self.interval[0] <= 0 <= self.interval[1]


@dataclass(frozen=True)
class Paired:
    """Two runs on the same images, B less A. The intervals of `f1`, one per class, hold all at once with probability
    `level`; those of accuracy and macro-F1 each on its own."""

    accuracy: Difference
    macro_f1: Difference
    f1: tuple[Difference, ...]
    only_a: int
    """Images that A alone has right."""
    only_b: int
    p: float
    """McNemar's test of equal accuracy."""
    level: float = LEVEL


@dataclass(frozen=True)
class Spread:
    """A score over several runs."""

    values: tuple[float, ...]
    """That of each run."""
    mean: float
    """Their mean."""
    sd: float | None
    """Their sample standard deviation (divisor n - 1); None for a single run."""
    interval: Interval | None
    """95 % interval (low, high) of the mean, by Student's t; None for a single run."""


def in_brackets(interval: Interval, digits: int = 4) -> str:
    """`(0.3941 to 0.4137)`."""
    return f"({interval[0]:.{digits}f} to {interval[1]:.{digits}f})"


# --- one run


def bootstrap(
    true: ArrayLike, predicted: ArrayLike, classes: int, *, samples: int = SAMPLES, level: float = LEVEL, seed: int = 0
) -> Intervals:
    """`intervals` of class numbers (N,) in 0..classes-1. Raises ValueError where lengths differ or a number is no
    class."""
    return intervals(confusion(true, predicted, classes), samples=samples, level=level, seed=seed)


def intervals(
    matrix: ArrayLike | ConfusionMatrix,
    *,
    samples: int = SAMPLES,
    level: float = LEVEL,
    seed: int = 0,
    all_classes: bool = False,
) -> Intervals:
    """Intervals of accuracy and macro-F1 from counts (C, C), rows true: bias-corrected and accelerated (BCa, Efron
    1987), which keeps its level where a split has few images of a class and the plain percentiles do not.

    Macro-F1 runs over the classes that occur in a draw, as the figure does over those of the split; `all_classes`: over
    all of them, as runs of before 0.2 recorded it. A table without an error tells the bootstrap nothing: every draw is
    perfect too. Two right and two wrong answers are then added before drawing (Agresti & Coull 1998), and likewise
    where every answer is wrong. Without images both intervals are (0, 1).
    """
    found = Metrics.from_confusion(matrix, 0.0)
    counts, classes, images, hits = found.confusion, len(found.f1), found.samples, int(found.confusion.hits.sum())
    if not images:
        return Intervals((0.0, 1.0), (0.0, 1.0), level)
    one_sided = classes > 1 and hits in (0, images)
    places, cells = _softened(counts) if one_sided else (counts.places, counts.counts)
    true, taken = np.divmod(places, classes)
    draws = [_sums(drawn, true, taken, classes) for drawn in _draws(cells, images, samples, seed)]
    accuracy = np.concatenate([right.sum(axis=1) for right, *_ in draws]) / images
    macro = np.concatenate([_macro(*sums, all_classes=all_classes) for sums in draws])
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


def _draws(cells: Scores | Counts, images: int, samples: int, seed: int) -> Iterator[Counts]:
    """Counts (n, K) of the cells in `samples` draws of `images` images, some at a time."""
    random = np.random.default_rng(seed)
    # a multinomial draw costs about as much per cell as ten images drawn one by one
    cell_of: Counts | None = None
    if images < 10 * len(cells) and cells.dtype == np.int64:
        cell_of = np.repeat(np.arange(len(cells)), cells.astype(np.int64))
    step = max(1, _CHUNK // max(len(cells), 0 if cell_of is None else images))
    chances = cells / cells.sum()
    for start in range(0, samples, step):
        count = min(step, samples - start)
        if cell_of is None:
            yield random.multinomial(images, chances, size=count)
        else:
            drawn = cell_of[random.integers(0, images, (count, images), dtype=np.int32)]
            drawn += np.arange(count)[:, None] * len(cells)
            yield np.bincount(drawn.ravel(), minlength=count * len(cells)).reshape(count, -1)


def _sums(drawn: Counts, true: Counts, taken: Counts, classes: int) -> tuple[Counts, Counts, Counts]:
    """Right answers, support and predictions per class, (n, C) each, of counts (n, K) of cells (true, taken)."""
    same = true == taken
    return (
        _by_class(drawn[:, same], true[same], classes),
        _by_class(drawn, true, classes),
        _by_class(drawn, taken, classes),
    )


def _by_class(drawn: Counts, numbers: Counts, classes: int) -> Counts:
    """Counts (n, K) summed over the cells of each class, (n, C); `numbers` (K,) is the class of each cell."""
    summed = np.zeros((len(drawn), classes), np.int64)
    if len(numbers):
        order = np.argsort(numbers, kind="stable")
        present, starts = np.unique(numbers[order], return_index=True)
        summed[:, present] = np.add.reduceat(drawn[:, order], starts, axis=1)
    return summed


def _f1(right: Counts, support: Counts, predicted: Counts) -> Scores:
    """F1, 0 where a class neither occurs nor is predicted."""
    below = support + predicted
    scores: Scores = np.divide(2 * right, below, out=np.zeros(below.shape), where=below > 0)
    return scores


def _macro(right: Counts, support: Counts, predicted: Counts, *, all_classes: bool = False) -> Scores:
    """Macro-F1 (n,) of sums (n, C): over the classes that occur in each of the n tables, or over all."""
    f1 = _f1(right, support, predicted)
    occurring = f1.shape[1] if all_classes else np.count_nonzero(support + predicted, axis=1)
    mean: Scores = f1.sum(axis=1) / np.maximum(1, occurring)
    return mean


def _without_one(counts: ConfusionMatrix, all_classes: bool) -> tuple[Scores, Scores]:
    """Accuracy and macro-F1 without one image of each cell, (K,) each: only the two classes of the cell change, and one
    that had this image alone no longer occurs."""
    right, support, predicted = counts.hits, counts.support, counts.predictions
    true, taken = counts.true, counts.predicted
    images, same = int(support.sum()), true == taken
    before = _f1(right, support, predicted)
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


# --- two runs on the same images


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
    """What two runs that judged the same images differ by: class numbers (N,) in 0..classes-1 of the truth and of each
    run's answers, in the same order. Images are drawn with both answers, so what is hard for both cancels.

    Accuracy and macro-F1: percentile intervals. F1 per class: intervals of the largest studentised deviation over all
    classes, so that of a hundred classes not five differ by chance (Westfall & Young 1993, single-step max T).
    Exchanging the runs exchanges the signs and nothing else. Raises ValueError where lengths differ or a number is no
    class.
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
    for drawn in _draws(cells, len(true), samples, seed):
        one, other = _sums(drawn, of_true, of_a, classes), _sums(drawn, of_true, of_b, classes)
        gained = (other[0].sum(axis=1) - one[0].sum(axis=1)) / len(true)
        differences.append((gained, _macro(*other) - _macro(*one), _f1(*other) - _f1(*one)))
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
    """P-value of equal accuracy, in (0, 1], from the images that one run alone has right: McNemar's test (1947) in its
    exact two-sided form with mid-p, which Fagerland, Lydersen & Laake (2013) recommend. 1.0 where both are equal.

    Raises ValueError for a negative number.
    """
    if min(only_a, only_b) < 0:
        raise ValueError(f"expected counts, got {only_a} and {only_b}")
    total, fewer = only_a + only_b, min(only_a, only_b)
    if only_a == only_b:
        return 1.0
    whole = math.lgamma(total + 1) - total * math.log(2)
    logs = [whole - math.lgamma(k + 1) - math.lgamma(total - k + 1) for k in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)) - math.exp(logs[-1]))


# --- several runs


def spread(
    values: Sequence[float], *, level: float = LEVEL, limits: Interval = (-math.inf, math.inf), wider: float = 1.0
) -> Spread:
    """Mean, standard deviation and Student's interval of the mean, of a figure of runs that differ by their seed alone.
    The interval ends at what the figure can be: `limits`. `wider`: by what its half-width is multiplied, for runs that
    are not independent.

    Raises ValueError without a value.
    """
    found = tuple(float(value) for value in values)
    if not found:
        raise ValueError("expected at least one value")
    mean = math.fsum(found) / len(found)
    if len(found) == 1:
        return Spread(found, mean, None, None)
    from scipy.special import stdtrit  # comes with scikit-learn; 0.1 s, where scipy.stats takes ten times that

    sd = float(np.std(found, ddof=1))
    reach = wider * float(stdtrit(len(found) - 1, (1 + level) / 2)) * sd / math.sqrt(len(found))
    return Spread(found, mean, sd, (max(mean - reach, limits[0]), min(mean + reach, limits[1])))
