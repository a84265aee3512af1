"""Reports of few images, merged with earlier ones for drawing. No Qt.

The engine reports what it has trained since the last report; at the end of an epoch, that may be a single small batch.
Its mean is far noisier than its neighbours and would set the scale of a chart. Such a report is shown as the mean over
itself and enough earlier reports to reach half of the usual number of images.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gui.viewmodels.growable import Floats, GrowableArray
from trainer.store.record_table import RecordTable

_NEAR = 8
"""Reports, itself included, whose largest is the usual number of images."""
BY_IMAGES = ("loss", "accuracy")
BY_SECONDS = ("samples_per_second", "data_share")
MERGED = frozenset(BY_IMAGES + BY_SECONDS)
"""Columns that are means over a report's images, or over its seconds."""


class ShortReports:
    """The values of a run's reports, with short reports merged into earlier ones."""

    def __init__(self) -> None:
        self._rows = 0
        self._places: NDArray[np.int64] = np.empty(0, np.int64)
        self._merged: dict[str, GrowableArray] = {}

    def update(self, table: RecordTable) -> None:
        """Add the new rows.

        Args:
            table: Reports of the run.
        """
        samples = table.column("samples")
        places, firsts = _short(samples, self._rows)
        self._rows = len(samples)
        self._places = np.concatenate([self._places, places])
        if not len(self._places):
            return  # the usual thing while an epoch lasts: nothing is copied
        for column in MERGED:
            self._extend(column, table, places, firsts)

    def _extend(self, column: str, table: RecordTable, places: NDArray[np.int64], firsts: NDArray[np.int64]) -> None:
        given = table.column(column)
        merged = self._merged.setdefault(column, GrowableArray())
        fresh = given[merged.rows :].copy()
        if len(places):
            fresh[places - merged.rows] = _means(given, _weights(column, table), places, firsts)
        with np.errstate(over="ignore"):
            merged.extend(fresh)

    def cut(self, rows: int) -> None:
        """Drop rows from the end.

        Args:
            rows: Number of rows to keep.
        """
        self._rows = min(self._rows, rows)
        self._places = self._places[self._places < rows]
        for merged in self._merged.values():
            merged.cut(rows)

    def values(self, column: str, table: RecordTable) -> Floats:
        """Return the values of a column.

        Args:
            column: Name of the column.
            table: Reports of the run, as last passed to `update`.

        Returns:
            (rows,), float; do not keep it over `update`.
        """
        found = self._merged.get(column)
        return table.column(column) if found is None else found.values


def _short(samples: Floats, start: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows from `start` on that have less than half of the usual number of images, and the first row of each mean."""
    if start >= len(samples):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    begin = max(0, start - _NEAR + 1)
    padding = np.zeros(_NEAR - 1 - (start - begin))
    enough = sliding_window_view(np.concatenate([padding, samples[begin:]]), _NEAR).max(axis=1) / 2
    found = np.flatnonzero(samples[start:] < enough)
    places, enough = found + start, enough[found]
    firsts, total = places.copy(), samples[places]
    for back in range(1, _NEAR):
        more = total < enough
        firsts[more] = places[more] - back
        total[more] += samples[firsts[more]]
    return places, firsts


def _weights(column: str, table: RecordTable) -> Floats:
    samples = table.column("samples")
    if column in BY_IMAGES:
        return samples
    with np.errstate(divide="ignore", invalid="ignore"):
        return samples / table.column("samples_per_second")


def _means(values: Floats, weights: Floats, places: NDArray[np.int64], firsts: NDArray[np.int64]) -> Floats:
    """A value beside one that is no number stays as it is."""
    rows = places[:, None] - np.arange(_NEAR)
    inside = rows >= firsts[:, None]
    rows = np.maximum(rows, 0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        weight = np.where(inside, weights[rows], 0.0)
        found = np.where(inside, values[rows] * weight, 0.0).sum(axis=1) / weight.sum(axis=1)
    return np.where(np.isfinite(found), found, values[places])
