"""Confusion matrices, as people ask of them. Rows are true classes, columns predicted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Mode = Literal["counts", "row", "column", "difference"]
Counts = NDArray[np.int64]
Shares = NDArray[np.float64]

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
    """`count` images of `true` were taken for `predicted`: `share` of that class. `change`: of the share, NaN where
    there is nothing to compare with."""

    true: int
    predicted: int
    count: int
    share: float
    change: float = float("nan")


def confused_pairs(now: Counts, before: Counts | None = None, limit: int = 50) -> list[Pair]:
    """The errors, the most frequent first; compared with `before`, those that changed most come first.

    Equal ones come in the order of share, then of class.
    """
    part = shares(now, "row")
    change = difference(now, before) if before is not None else np.full(part.shape, np.nan)
    errors = ~np.eye(len(now), dtype=bool)
    wanted = errors & ((now > 0) if before is None else (np.abs(np.nan_to_num(change)) > 0))
    true, predicted = np.nonzero(wanted)
    first = now[true, predicted] if before is None else np.abs(change[true, predicted])
    order = np.lexsort((predicted, true, -part[true, predicted], -first))[:limit]
    return [
        Pair(int(t), int(p), int(now[t, p]), float(part[t, p]), float(change[t, p]))
        for t, p in zip(true[order], predicted[order], strict=True)
    ]


def most_confused(counts: Counts, limit: int = TOP, keep: tuple[int, ...] = ()) -> list[int]:
    """`limit` classes in the order of the data: those in `keep`, then those with most errors as true or as predicted
    class."""
    errors = counts - np.diag(np.diag(counts))
    involved = errors.sum(axis=0) + errors.sum(axis=1)
    order = [int(one) for one in np.lexsort((np.arange(len(counts)), -involved))]
    chosen = [one for one in keep if 0 <= one < len(counts)]
    chosen += [one for one in order if one not in chosen]
    return sorted(chosen[:limit])


def fold(counts: Counts, classes: list[int]) -> Counts:
    """(len(classes) + 1, ...) counts of these classes; the last row and column are all others together."""
    place = np.full(len(counts), len(classes))
    place[classes] = np.arange(len(classes))
    folded = np.zeros((len(classes) + 1, len(classes) + 1), np.int64)
    np.add.at(folded, (place[:, None], place[None, :]), counts)
    return folded


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


def shown(counts: Counts, mode: Mode, before: Counts | None = None, keep: tuple[int, ...] = ()) -> Shown:
    """The table for this matrix: whole up to 30 classes, else the most confused ones and "other". A difference needs
    `before`, of the same shape; without one all its values are NaN."""
    classes: tuple[int | None, ...] = tuple(range(len(counts)))
    if len(counts) > WHOLE:
        top = most_confused(counts, keep=keep)
        classes = (*top, None)
        counts = fold(counts, top)
        before = fold(before, top) if before is not None else None
    if mode == "counts":
        values = counts.astype(np.float64)
    elif mode == "difference":
        values = difference(counts, before) if before is not None else np.full(counts.shape, np.nan)
    else:
        values = shares(counts, mode)
    return Shown(mode, counts, values, classes, before)
