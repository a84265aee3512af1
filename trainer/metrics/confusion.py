"""Views of a confusion matrix for tables and charts. Rows are true classes, columns predicted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainer.confusion_matrix import ConfusionMatrix

Mode = Literal["counts", "row", "column", "difference"]
Counts = NDArray[np.int64]
Shares = NDArray[np.float64]
Table = Counts | ConfusionMatrix
"""A confusion matrix in either form; a sparse one costs only its cells above 0."""

WHOLE = 30
"""Up to this many classes are shown in full."""
TOP = 15
"""Classes shown if there are more: the most confused ones. The others are merged into one, "other"."""


def shares(counts: Counts, mode: Literal["row", "column"]) -> Shares:
    """Divide counts by the images of their row or column.

    Args:
        counts: Counts (C, C), the true class as row.
        mode: "row": shares of the images of the true class; "column": of those predicted as the class.

    Returns:
        Shares (C, C) float64 in [0, 1]; NaN where the row or column has no images.
    """
    sums = counts.sum(axis=1 if mode == "row" else 0, keepdims=True).astype(float)
    if mode == "column":
        sums = sums.reshape(1, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(sums > 0, counts / sums, np.nan), dtype=np.float64)


def difference(now: Counts, before: Counts) -> Shares:
    """Compare two confusion matrices by the shares of the true class, so that splits of different size can be compared.

    Args:
        now: Counts (C, C), the true class as row.
        before: Counts (C, C) to compare with.

    Returns:
        The share now less the share before, (C, C) float64 in [-1, 1]; NaN where either has no images of the class.
    """
    return shares(now, "row") - shares(before, "row")


@dataclass(frozen=True)
class Pair:
    """A pair of classes that is confused."""

    true: int
    """Number of the true class."""
    predicted: int
    """Number of the predicted class."""
    count: int
    """Images of `true` that were predicted as `predicted`."""
    share: float
    """Their share of the images of `true`, in [0, 1]."""
    change: float = float("nan")
    """By how much the share has grown, in [-1, 1]; NaN if there is nothing to compare with."""


def confused_pairs(now: Table, before: Table | None = None, limit: int = 50, of_class: int | None = None) -> list[Pair]:
    """List the most frequent confusions; given `before`, those that changed most.

    Ties are ordered by share, then by class.

    Args:
        now: Counts (C, C), the true class as row.
        before: Counts to compare with. None: order by count.
        limit: Largest number of pairs, 0 or more. Default: 50.
        of_class: List only pairs in which this class is one of the two. None (default): all pairs.

    Returns:
        The pairs, most important first; the diagonal is left out.
    """
    this, that = ConfusionMatrix.of(now), None if before is None else ConfusionMatrix.of(before)
    places = this.places if that is None else np.union1d(this.places, that.places)
    true, predicted = np.divmod(places, this.size)
    errors = true != predicted
    if of_class is not None:
        errors &= (true == of_class) | (predicted == of_class)
    places, true, predicted = places[errors], true[errors], predicted[errors]
    count, part = _at(this, places), _share_at(this, places)
    change = np.full(len(places), np.nan) if that is None else part - _share_at(that, places)
    first = count if that is None else np.abs(np.nan_to_num(change))
    order = np.lexsort((predicted, true, -np.nan_to_num(part), -first))
    order = order[first[order] > 0][:limit]
    return [
        Pair(int(true[one]), int(predicted[one]), int(count[one]), float(part[one]), float(change[one]))
        for one in order
    ]


def _at(matrix: ConfusionMatrix, places: Counts) -> Counts:
    """(K,) what is in these cells."""
    if not len(matrix.places):
        return np.zeros(len(places), np.int64)
    near = np.minimum(matrix.places.searchsorted(places), len(matrix.places) - 1)
    return np.where(matrix.places[near] == places, matrix.counts[near], 0)


def _share_at(matrix: ConfusionMatrix, places: Counts) -> Shares:
    """(K,) the share of the true class in these cells; NaN where the class has no image."""
    of = matrix.support[places // matrix.size].astype(float)
    found: Shares = np.divide(_at(matrix, places), of, out=np.full(len(places), np.nan), where=of > 0)
    return found


def most_confused(counts: Table, limit: int = TOP, keep: tuple[int, ...] = ()) -> list[int]:
    """Choose the classes with the most errors, as true or as predicted class.

    Args:
        counts: Counts (C, C), the true class as row.
        limit: Largest number of classes, 0 or more. Default: 15.
        keep: Classes that are chosen in any case, as far as `limit` allows.

    Returns:
        Their numbers, ascending.
    """
    matrix = ConfusionMatrix.of(counts)
    involved = matrix.support + matrix.predictions - 2 * matrix.hits
    chosen = [one for one in keep if 0 <= one < matrix.size]
    known = set(chosen)
    order = np.lexsort((np.arange(matrix.size), -involved))[: limit + len(chosen)].tolist()
    chosen += [one for one in order if one not in known]
    return sorted(chosen[:limit])


def fold(counts: Table, classes: list[int]) -> Counts:
    """Merge all classes but some into one.

    Args:
        counts: Counts (C, C), the true class as row.
        classes: Numbers of the k classes to keep, in the order wanted.

    Returns:
        Counts (k + 1, k + 1) int64; the last row and column hold all other classes.
    """
    matrix, side = ConfusionMatrix.of(counts), len(classes) + 1
    place = np.full(matrix.size, len(classes))
    place[classes] = np.arange(len(classes))
    folded = np.zeros(side * side, np.int64)
    np.add.at(folded, place[matrix.true] * side + place[matrix.predicted], matrix.counts)
    return folded.reshape(side, side)


@dataclass(frozen=True)
class Shown:
    """A confusion matrix as a table shows it, k rows and columns."""

    mode: Mode
    """What `values` are."""
    counts: Counts
    """Counts (k, k) int64."""
    values: Shares
    """Counts, shares in [0, 1] or differences in [-1, 1], (k, k) float64, as `mode` says; NaN where undefined."""
    classes: tuple[int | None, ...]
    """Class of each row (k,); None for "other"."""
    before: Counts | None = None
    """Counts (k, k) compared with; None if nothing was."""

    @property
    def scales(self) -> tuple[float, float]:
        """Largest magnitude on the diagonal and off it: each has a colour scale of its own, as errors are few beside
        hits. For shares, the diagonal's scale ends at 1; the cell of "other" itself is left out."""
        size, errors = np.abs(np.nan_to_num(self.values)), ~np.eye(len(self.values), dtype=bool)
        hits = np.diag(size)[: len(size) - (None in self.classes)]
        whole = self.mode in ("row", "column")
        return 1.0 if whole else float(hits.max(initial=0.0)), float(size[errors].max(initial=0.0))


def shown(counts: Table, mode: Mode, before: Table | None = None, keep: tuple[int, ...] = ()) -> Shown:
    """Prepare a confusion matrix for display.

    Up to 30 classes are shown in full; of more, the most confused ones and "other".

    Args:
        counts: Counts (C, C), the true class as row.
        mode: What the values of cells are.
        before: Counts (C, C) to compare with. None: the values of mode "difference" are all NaN.
        keep: Classes that are shown in any case.

    Returns:
        The table.
    """
    classes: tuple[int | None, ...] = tuple(range(len(counts)))
    if len(counts) > WHOLE:
        top = most_confused(counts, keep=keep)
        classes = (*top, None)
        table, earlier = fold(counts, top), fold(before, top) if before is not None else None
    else:
        table, earlier = np.asarray(counts), np.asarray(before) if before is not None else None
    if mode == "counts":
        values = table.astype(np.float64)
    elif mode == "difference":
        values = difference(table, earlier) if earlier is not None else np.full(table.shape, np.nan)
    else:
        values = shares(table, mode)
    return Shown(mode, table, values, classes, earlier)
