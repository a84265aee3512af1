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

from trainer.metrics.significance import LEVEL

Counts = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Tables:
    """Images and failures of each class (C,), overall and in a group. Classes that are entirely inside or outside the
    group allow no comparison: the functions below leave them out."""

    images: Counts
    """Images of each class (C,) int64."""
    failed: Counts
    """Those that failed (C,) int64."""
    inside: Counts
    """Images of each class in the group (C,) int64."""
    failed_inside: Counts
    """Those in the group that failed (C,) int64."""

    @classmethod
    def of(cls, labels: Counts, failed: NDArray[np.bool_], inside: NDArray[np.bool_], classes: int) -> Tables:
        """Count images and failures.

        Args:
            labels: Class of each image (N,), in 0 ... classes - 1.
            failed: Whether each image failed (N,).
            inside: Whether each image is in the group (N,).
            classes: Number of classes C.

        Returns:
            The counts.
        """

        def count(some: NDArray[np.bool_]) -> Counts:
            return np.bincount(labels[some], minlength=classes).astype(np.int64)

        images = np.bincount(labels, minlength=classes).astype(np.int64)
        return cls(images, count(failed), count(inside), count(inside & failed))

    def pooled(self) -> Tables:
        """Add up all classes.

        Returns:
            A single table, as if there were one class.
        """
        columns = (self.images, self.failed, self.inside, self.failed_inside)
        return Tables(*(column.sum(keepdims=True) for column in columns))

    def compared(self) -> Tables:
        """Leave out classes that allow no comparison.

        Returns:
            The classes with images both in the group and outside it.
        """
        both = (self.inside > 0) & (self.inside < self.images)
        return Tables(self.images[both], self.failed[both], self.inside[both], self.failed_inside[both])


@dataclass(frozen=True)
class Excess:
    """Failures of a group beyond what its classes explain."""

    images: int
    """Images of the group that could be compared."""
    lost: float
    """Failures less those expected from the failure rates of the same classes outside the group; negative if the group
    does better."""
    interval: tuple[float, float]
    """95 % interval (low, high) of `lost`, in images."""


def p_values(tables: Tables) -> tuple[float, float] | None:
    """Test whether a group fails more, or less, often than other images of the same classes (see the module for the
    test).

    Args:
        tables: Images and failures, overall and in the group.

    Returns:
        (more, fewer): chances, in (0, 1], of at least and of at most this many failures if the group failed as the rest
        does; None if no class can be compared.
    """
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


def excess(tables: Tables) -> Excess:
    """Estimate the failures of a group beyond what its classes explain.

    The interval is that of a sum of differences of two proportions, each shrunk by one image towards the overall rate,
    so that a class of few images without failures does not count as certain (after Agresti & Caffo 2000).

    Args:
        tables: Images and failures, overall and in the group.

    Returns:
        The excess; 0 if no class can be compared.
    """
    some = tables.compared()
    if not len(some.images):
        return Excess(0, 0.0, (0.0, 0.0))
    outside, failed_outside = some.images - some.inside, some.failed - some.failed_inside
    lost = float((some.failed_inside - some.inside * failed_outside / outside).sum())
    overall = (some.failed.sum() + 1) / (some.images.sum() + 2)

    def variance(failed: Counts, images: Counts) -> Scores:
        share = (failed + overall) / (images + 1)
        found: Scores = some.inside**2 * share * (1 - share) / (images + 1)
        return found

    error = float(np.sqrt((variance(some.failed_inside, some.inside) + variance(failed_outside, outside)).sum()))
    reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * error
    return Excess(int(some.inside.sum()), lost, (lost - reach, lost + reach))


def false_discovery(p: ArrayLike) -> Scores:
    """Adjust p-values for multiple tests (Benjamini & Hochberg 1995).

    Args:
        p: P-values (n,), in [0, 1].

    Returns:
        For each (n,), the smallest false discovery rate at which it counts as a discovery: of those up to x, a share of
        x is expected to be false.
    """
    values = np.asarray(p, dtype=np.float64).ravel()
    order = np.argsort(values, kind="stable")
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    found = np.empty_like(values)
    found[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return found
