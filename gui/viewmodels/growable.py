"""Arrays that grow. No Qt."""

from __future__ import annotations

import math
import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
LARGEST = 1e30
"""What lies beyond is drawn as what is not finite: float32 and sums of squares end not far from here."""
_OWN_PAGES = 1 << 20
"""Bytes."""


def room(shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
    """An array to be filled. A large one has pages of its own: what is not filled yet costs no memory, and all of it
    goes back to the system as soon as a larger one has taken over, where the heap would keep the holes."""
    count = math.prod(shape)
    size = count * np.dtype(kind).itemsize
    if size < _OWN_PAGES:
        return np.empty(shape, dtype=kind)
    return np.frombuffer(mmap.mmap(-1, size), dtype=kind, count=count).reshape(shape)


class GrowableArray:
    """A float32 array that is appended to in O(1) amortised; memory beyond the filled part is never touched.

    It holds what is only drawn: a screen tells some thousand values apart.
    """

    def __init__(self) -> None:
        self._store = room((256,), np.float32)
        self.rows = 0

    @property
    def values(self) -> Floats:
        """(rows,) view of the filled part: do not keep it over an append."""
        return self._store[: self.rows]

    def extend(self, values: Floats) -> None:
        """Append `values`, (n,)."""
        end = self.rows + len(values)
        if end > len(self._store):
            store = room((max(end, 2 * len(self._store)),), np.float32)
            store[: self.rows] = self.values
            self._store = store
        self._store[self.rows : end] = values
        self.rows = end

    def cut(self, rows: int) -> None:
        """Keep the first `rows`."""
        self.rows = min(self.rows, rows)
