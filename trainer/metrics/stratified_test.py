"""Whether a group of images fails more than others of the same classes. [no torch]

Each class is a stratum: given how many of its images fail, those in the group are drawn from it without replacement, a
hypergeometric number of failures. Their sum over the classes is convolved, not approximated, so that small groups do
not cry wolf: the exact conditional test of stratified 2x2 tables (Mehta, Patel & Gray 1985); with a single class it is
Fisher's (1922). The approximation of the same test for large tables is Cochran's (1954), Mantel & Haenszel's (1959).

Written by hand: scipy.stats has Fisher's test for one table only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Tables:
    """For each class (C,) int64: `images` and `failed` of all its images, `inside` and `failed_inside` of those in the
    group. Classes that are wholly in the group or wholly outside of it compare nothing and are left out by each
    function here."""

    images: Counts
    failed: Counts
    inside: Counts
    failed_inside: Counts

    @classmethod
    def of(cls, labels: Counts, failed: NDArray[np.bool_], inside: NDArray[np.bool_], classes: int) -> Tables:
        """Of N images: class numbers, whether they failed, whether they are in the group; (N,) each."""

        def count(some: NDArray[np.bool_]) -> Counts:
            return np.bincount(labels[some], minlength=classes).astype(np.int64)

        images = np.bincount(labels, minlength=classes).astype(np.int64)
        return cls(images, count(failed), count(inside), count(inside & failed))

    def pooled(self) -> Tables:
        """The same as one table, whatever the classes."""
        columns = (self.images, self.failed, self.inside, self.failed_inside)
        return Tables(*(column.sum(keepdims=True) for column in columns))

    def compared(self) -> Tables:
        """The classes of which some images are in the group and some are not."""
        both = (self.inside > 0) & (self.inside < self.images)
        return Tables(self.images[both], self.failed[both], self.inside[both], self.failed_inside[both])


@dataclass(frozen=True)
class Excess:
    """Failures of a group beyond those that its classes explain, and its interval at `level`.

    `images`: how many of the group could be compared. `lost` is the number of its failures less the number that the
    failure rates of the same classes outside of the group give; negative where it does better.
    """

    images: int
    lost: float
    interval: tuple[float, float]
    level: float = 0.95


def p_values(tables: Tables) -> tuple[float, float] | None:
    """(more, fewer): the chances, in (0, 1], of at least so many and of at most so many failures in the group where it
    fails as the rest does. Each at most x with a chance of at most x. None where nothing can be compared."""
    some = tables.compared()
    if not len(some.images):
        return None
    lowest, chances = 0, np.ones(1)
    logs = _log_factorials(int(some.images.max()))
    for images, failed, inside in zip(some.images.tolist(), some.failed.tolist(), some.inside.tolist(), strict=True):
        low, one = _hypergeometric(images, failed, inside, logs)
        lowest, chances = lowest + low, np.convolve(chances, one)
    place = int(some.failed_inside.sum()) - lowest
    more, fewer = float(np.sort(chances[place:]).sum()), float(np.sort(chances[: place + 1]).sum())
    return min(1.0, more), min(1.0, fewer)


def _log_factorials(largest: int) -> Scores:
    """Up to that of `largest` at least; kept, for tests of one data set ask for much the same."""
    return _log_table(1 << largest.bit_length())


@lru_cache(maxsize=4)
def _log_table(largest: int) -> Scores:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, largest + 1)))])


def _hypergeometric(images: int, failed: int, inside: int, logs: Scores) -> tuple[int, Scores]:
    """The least number of failures among `inside` of `images` images of which `failed` fail, and the chances of that
    number and all larger ones."""
    low, high = max(0, inside + failed - images), min(inside, failed)
    k = np.arange(low, high + 1)

    def choose(n: int, some: Counts) -> Scores:
        found: Scores = logs[n] - logs[some] - logs[n - some]
        return found

    whole = choose(images, np.array([inside]))
    return low, np.exp(choose(failed, k) + choose(images - failed, inside - k) - whole)


def excess(tables: Tables, level: float = 0.95) -> Excess:
    """Failures beyond those that the classes explain. The interval is that of a sum of differences of two shares, each
    share drawn by one image towards the overall one, so that a class of few images that are all right does not pass for
    certain (as Agresti & Caffo 2000 do with two)."""
    some = tables.compared()
    if not len(some.images):
        return Excess(0, 0.0, (0.0, 0.0), level)
    outside, failed_outside = some.images - some.inside, some.failed - some.failed_inside
    lost = float((some.failed_inside - some.inside * failed_outside / outside).sum())
    overall = (some.failed.sum() + 1) / (some.images.sum() + 2)

    def variance(failed: Counts, images: Counts) -> Scores:
        share = (failed + overall) / (images + 1)
        found: Scores = some.inside**2 * share * (1 - share) / (images + 1)
        return found

    error = float(np.sqrt((variance(some.failed_inside, some.inside) + variance(failed_outside, outside)).sum()))
    reach = NormalDist().inv_cdf((1 + level) / 2) * error
    return Excess(int(some.inside.sum()), lost, (lost - reach, lost + reach), level)


def false_discovery(p: ArrayLike) -> Scores:
    """The smallest false discovery rate at which each of these p-values (n,) would be called a discovery (Benjamini &
    Hochberg 1995): of those with at most x, a share of x is expected to be false."""
    values = np.asarray(p, dtype=np.float64).ravel()
    order = np.argsort(values, kind="stable")
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    found = np.empty_like(values)
    found[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return found
