"""Minima and maxima of a growing series at every scale: drawing a million points costs no more than drawing as many
as the screen has columns. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.growable import Floats, GrowableArray
from trainer.store.journal_limits import LARGEST

BASE = 16
"""Values in a block of the lowest level; below that, the values themselves are used."""


def finite(values: Floats) -> Floats:
    """Replace infinities, and values too large to draw, by NaN.

    Args:
        values: (n,), float.

    Returns:
        (n,), float.
    """
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


class Pyramid:
    """Block extremes of one series.

    Level k holds complete blocks of `BASE * 2**k` values; non-finite values are skipped, and a block of nothing else is
    NaN. The values stay with their owner and are passed again at each call.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[GrowableArray, GrowableArray]] = []

    def extend(self, values: Floats) -> None:
        """Add the new values of the series.

        Args:
            values: The whole series so far (n,).
        """
        low = high = values
        size, level = BASE, 0
        while (whole := len(low) // size) > (self._levels[level][0].rows if level < len(self._levels) else 0):
            if level == len(self._levels):
                self._levels.append((GrowableArray(), GrowableArray()))
            lows, highs = self._levels[level]
            new = slice(lows.rows * size, whole * size)
            newest = (low[new], high[new]) if level else (finite(low[new]),) * 2
            lows.extend(np.fmin.reduce(newest[0].reshape(-1, size), axis=1))
            highs.extend(np.fmax.reduce(newest[1].reshape(-1, size), axis=1))
            low, high, size, level = lows.values, highs.values, 2, level + 1

    def cut(self, rows: int) -> None:
        """Drop values from the end.

        Args:
            rows: Number of values to keep.
        """
        for level, (lows, highs) in enumerate(self._levels):
            lows.cut(rows // (BASE << level))
            highs.cut(rows // (BASE << level))

    def envelope(self, values: Floats, start: int, stop: int, pairs: int) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Return minima and maxima of equal blocks that cover `values[start:stop]`.

        Args:
            values: The whole series as last passed to `extend`.
            start: First index.
            stop: Index after the last one.
            pairs: Largest number of blocks (one more may be needed), 1 or more.

        Returns:
            Index where each block begins (m,), minima (m,) and maxima (m,). The first block may begin before `start`;
            blocks of one value are the values themselves.
        """
        size = 1
        while (stop - start) > pairs * size:
            size *= 2
        start = start // size * size
        places = np.arange(start, stop, size)
        level = (size // BASE).bit_length() - 1
        if not 0 <= level < len(self._levels):
            part = finite(values[start:stop])
            offsets = places - start
            if not len(part) or size == 1:
                return places, part, part
            return places, np.fmin.reduceat(part, offsets), np.fmax.reduceat(part, offsets)
        lows, highs = self._levels[level]
        whole = slice(start // size, stop // size)
        low, high = lows.values[whole], highs.values[whole]
        if rest := stop % size:
            tail = finite(values[stop - rest : stop])
            low, high = np.append(low, np.fmin.reduce(tail)), np.append(high, np.fmax.reduce(tail))
        return places, low, high
