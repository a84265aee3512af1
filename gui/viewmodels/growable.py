"""Arrays that grow. No Qt."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.store.record_table import room

Floats = NDArray[np.floating[Any]]


class GrowableArray:
    """A float32 array that is appended to in amortised O(1); memory beyond the filled part is never touched.

    It holds what is only drawn: float32 is exact enough for a screen.

    Attributes:
        rows: Number of values.
    """

    def __init__(self) -> None:
        self._store = room((256,), np.float32)
        self.rows = 0

    @property
    def values(self) -> Floats:
        """View of the filled part (rows,), float32; do not keep it over an append."""
        return self._store[: self.rows]

    def extend(self, values: Floats) -> None:
        """Append values.

        Args:
            values: (n,), any float dtype.
        """
        end = self.rows + len(values)
        if end > len(self._store):
            store = room((max(end, 2 * len(self._store)),), np.float32)
            store[: self.rows] = self.values
            self._store = store
        self._store[self.rows : end] = values
        self.rows = end

    def cut(self, rows: int) -> None:
        """Drop values from the end.

        Args:
            rows: Number of values to keep.
        """
        self.rows = min(self.rows, rows)
