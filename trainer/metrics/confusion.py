"""Confusion matrices, as people ask of them. Rows are true classes, columns predicted ones."""

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
"""A matrix in either form; of a thousand classes only its cells are gone through."""

WHOLE = 30
"""Up to so many classes are shown, all of them."""
TOP = 15
"""Of more, so many: the most confused ones. The rest is one class, "other"."""


def shares(counts: Counts, mode: Literal["row", "column"]) -> Shares:
    """(C, C) float64 in [0, 1]: of the images of the true (row) or the predicted (column) class. NaN where the class
    has none."""
    sums = counts.sum(axis=1 if mode == "row" else 0, keepdims=True).astype(float)
    if mode == "column":
        sums = sums.reshape(1, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(sums > 0, counts / sums, np.nan), dtype=np.float64)


def difference(now: Counts, before: Counts) -> Shares:
    """(C, C) float64 in [-1, 1]: by how much the share of the true class has grown, so that splits of different size
    can be compared. NaN where one of them has no image of the class."""
    return shares(now, "row") - shares(before, "row")


@dataclass(frozen=True)
class Pair:
    """`count` images of `true` were predicted as `predicted`: `share` of that class. `change`: of the share, NaN where
    there is nothing to compare with."""

    true: int
    predicted: int
    count: int
    share: float
    change: float = float("nan")


def confused_pairs(now: Table, before: Table | None = None, limit: int = 50) -> list[Pair]:
    """The errors, the most frequent first; compared with `before`, those that changed most come first.

    Equal ones come in the order of share, then of class.
    """
    this, that = ConfusionMatrix.of(now), None if before is None else ConfusionMatrix.of(before)
    places = this.places if that is None else np.union1d(this.places, that.places)
    true, predicted = np.divmod(places, this.size)
    errors = true != predicted
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
    """`limit` classes in the order of the data: those in `keep`, then those with most errors as true or as predicted
    class."""
    matrix = ConfusionMatrix.of(counts)
    involved = matrix.support + matrix.predictions - 2 * matrix.hits
    chosen = [one for one in keep if 0 <= one < matrix.size]
    known = set(chosen)
    order = np.lexsort((np.arange(matrix.size), -involved))[: limit + len(chosen)].tolist()
    chosen += [one for one in order if one not in known]
    return sorted(chosen[:limit])


def fold(counts: Table, classes: list[int]) -> Counts:
    """(len(classes) + 1, ...) counts of these classes; the last row and column are all others together."""
    matrix, side = ConfusionMatrix.of(counts), len(classes) + 1
    place = np.full(matrix.size, len(classes))
    place[classes] = np.arange(len(classes))
    folded = np.zeros(side * side, np.int64)
    np.add.at(folded, place[matrix.true] * side + place[matrix.predicted], matrix.counts)
    return folded.reshape(side, side)


@dataclass(frozen=True)
class Shown:
    """What a table shows: `counts` and `values` (k, k), `classes` the class of each row, None for "other".

    `values` are counts, shares or differences as `mode` says, NaN for none. `before` are the counts compared with.
    """

    mode: Mode
    counts: Counts
    values: Shares
    classes: tuple[int | None, ...]
    before: Counts | None = None

    @property
    def scales(self) -> tuple[float, float]:
        """The largest magnitude on the diagonal and off it: each has a colour scale, for errors are few beside hits.
        Shares have all of a class as the scale of the diagonal; "other" beside "other" has none."""
        size, errors = np.abs(np.nan_to_num(self.values)), ~np.eye(len(self.values), dtype=bool)
        hits = np.diag(size)[: len(size) - (None in self.classes)]
        whole = self.mode in ("row", "column")
        return 1.0 if whole else float(hits.max(initial=0.0)), float(size[errors].max(initial=0.0))


def shown(counts: Table, mode: Mode, before: Table | None = None, keep: tuple[int, ...] = ()) -> Shown:
    """The table for this matrix: whole up to 30 classes, else the most confused ones and "other". A difference needs
    `before`, of the same shape; without one all its values are NaN."""
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
