"""A confusion matrix that stores only its non-zero cells. [no torch; imports numpy on first use]

With a thousand classes, nearly all of the million cells are 0. In events and JSON, a matrix of up to MAX_ROWS classes
is written as rows of counts; a larger one, where that is shorter, as `{"classes": C, "cells": [[count, gaps], ...]}`:
for each count that occurs, the cells with that count. A cell's place is row * C + column; the places of a count are the
running sums of its `gaps`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

MAX_ROWS = 100
"""Up to this many classes, rows are written, which every version can read."""
MAX_CLASSES = 1 << 16
"""Predicted classes are kept as uint16."""
MAX_COUNT = 1 << 40
"""Most images in a cell, so that sums do not overflow."""


class SparseMatrix(Struct, frozen=True, dict=True):
    """A confusion matrix by its cells, as in events and JSON; it reads like a tuple of rows. `cells`: for each count,
    the gaps between its places."""

    classes: int
    cells: tuple[tuple[int, tuple[int, ...]], ...]

    @cached_property
    def matrix(self) -> ConfusionMatrix:
        """Convert to a matrix for calculations. Raises ValueError if the cells are not valid."""
        return ConfusionMatrix.from_plain({"classes": self.classes, "cells": self.cells})

    def __len__(self) -> int:
        return self.classes

    @overload
    def __getitem__(self, index: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[int, ...], ...]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        return self.matrix[index]

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return iter(self.matrix)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.matrix.__array__(dtype)


class ConfusionMatrix(Sequence[tuple[int, ...]]):
    """Reads like a tuple of rows, true class as row, equals one, and is an array (C, C) int64 for numpy.

    `size` is C. `places` (K,) int64, ascending, are row * C + column of the cells that are not 0, `counts` (K,) int64
    their values; both arrays are read-only.
    """

    __slots__ = ("counts", "places", "size")

    def __init__(self, size: int, places: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self.size, self.places, self.counts = size, places, counts
        places.flags.writeable = counts.flags.writeable = False

    # -- made from -----------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, rows: ArrayLike | ConfusionMatrix | SparseMatrix) -> ConfusionMatrix:
        """Build one from counts (C, C). Raises ValueError unless they are square, whole, not negative and at most
        MAX_COUNT."""
        import numpy as np

        if isinstance(rows, cls):
            return rows
        if isinstance(rows, SparseMatrix):
            return rows.matrix
        if isinstance(rows, list | tuple) and any(len(row) != len(rows) for row in rows):
            raise ValueError(_SQUARE)
        try:
            table = np.asarray(rows)
        except (OverflowError, ValueError, TypeError) as error:
            raise ValueError(_SQUARE) from error
        size = len(table) if table.ndim else 0
        if table.size and (table.shape != (size, size) or table.dtype.kind not in "iufO"):
            raise ValueError(_SQUARE)
        # integers beyond 64 bits arrive as objects, or from JSON as floats
        if table.size and not 0 <= table.min() <= table.max() <= MAX_COUNT:
            raise ValueError("negative or oversized count")
        if table.size and table.dtype.kind in "fO":
            raise ValueError("expected whole numbers in the confusion matrix")
        flat = table.astype(np.int64, copy=False).reshape(-1)
        places = np.flatnonzero(flat).astype(np.int64)
        return cls(size, places, flat[places])

    @classmethod
    def from_plain(cls, value: Any) -> ConfusionMatrix:
        """Build one from the JSON form of `plain`. Raises ValueError on anything else."""
        if isinstance(value, list | tuple):
            if not all(isinstance(row, list | tuple) for row in value):
                raise ValueError(_SQUARE)
            return cls.of(value)
        if not isinstance(value, dict) or value.keys() != {"classes", "cells"}:
            raise ValueError("expected a confusion matrix: rows of counts, or classes and cells")
        size, cells = value["classes"], value["cells"]
        if type(size) is not int or not 0 < size <= MAX_CLASSES or not isinstance(cells, list | tuple):
            raise ValueError(f"expected 1 to {MAX_CLASSES} classes, and cells")
        return cls._from_cells(size, cells)

    @classmethod
    def _from_cells(cls, size: int, cells: Sequence[Any]) -> ConfusionMatrix:
        import numpy as np

        places, counts = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for one in cells:
            if not isinstance(one, list | tuple) or len(one) != 2 or not isinstance(one[1], list | tuple):
                raise ValueError("expected a count and its gaps")
            count, gaps = one
            if type(count) is not int or not 0 < count <= MAX_COUNT:
                raise ValueError("negative or oversized count")
            if not all(type(gap) is int and 0 <= gap < size**2 for gap in gaps):
                raise ValueError("expected places within the confusion matrix")
            places.append(np.cumsum(np.array(gaps, np.int64)))
            counts.append(np.full(len(gaps), count))
        flat, held = np.concatenate(places), np.concatenate(counts)
        order = np.argsort(flat, kind="stable")
        flat, held = flat[order], held[order]
        if len(flat) and (flat[-1] >= size**2 or (np.diff(flat) <= 0).any()):
            raise ValueError("expected each place once, within the confusion matrix")
        return cls(size, flat, held)

    # -- as plain values -----------------------------------------------------------------------------------------

    @property
    def by_cells(self) -> bool:
        """Whether it is written as cells; readers before format version 2 understand only rows."""
        return self.size > MAX_ROWS and 3 * len(self.places) < self.size**2

    def plain(self) -> tuple[tuple[int, ...], ...] | SparseMatrix:
        """For events and JSON: rows, or classes and cells."""
        import numpy as np

        if not self.by_cells:
            return tuple(map(tuple, self.dense().tolist()))
        held = [(count, self.places[self.counts == count]) for count in np.unique(self.counts).tolist()]
        return SparseMatrix(self.size, tuple((one, tuple(np.diff(at, prepend=0).tolist())) for one, at in held))

    # -- sums ----------------------------------------------------------------------------------------------------

    @property
    def true(self) -> NDArray[np.int64]:
        """(K,) the row of each cell."""
        return self.places // max(1, self.size)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(K,) the column of each cell."""
        return self.places % max(1, self.size)

    @property
    def support(self) -> NDArray[np.int64]:
        """(C,) images of each class."""
        return self._summed(self.true)

    @property
    def predictions(self) -> NDArray[np.int64]:
        """(C,) images predicted as each class."""
        return self._summed(self.predicted)

    @property
    def hits(self) -> NDArray[np.int64]:
        """(C,) correctly predicted images of each class: the diagonal."""
        import numpy as np

        found, same = np.zeros(self.size, np.int64), self.true == self.predicted
        found[self.true[same]] = self.counts[same]
        return found

    def _summed(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        found = np.zeros(self.size, np.int64)
        np.add.at(found, numbers, self.counts)
        return found

    # -- as rows -------------------------------------------------------------------------------------------------

    def dense(self) -> NDArray[np.int64]:
        """Counts (C, C), rebuilt on each call."""
        import numpy as np

        found = np.zeros((self.size, self.size), np.int64)
        found.reshape(-1)[self.places] = self.counts
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.dense() if dtype is None else self.dense().astype(dtype)

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[int, ...], ...]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, ...] | tuple[tuple[int, ...], ...]:
        if isinstance(index, slice):
            return tuple(self._row(row) for row in range(self.size)[index])
        return self._row(range(self.size)[index])

    def _row(self, row: int) -> tuple[int, ...]:
        begin, end = self.places.searchsorted([row * self.size, (row + 1) * self.size])
        found = [0] * self.size
        for place, count in zip(self.places[begin:end].tolist(), self.counts[begin:end].tolist(), strict=True):
            found[place % self.size] = count
        return tuple(found)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return (self._row(row) for row in range(self.size))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ConfusionMatrix):
            same = self.size == other.size and self.places.tobytes() == other.places.tobytes()
            return same and self.counts.tobytes() == other.counts.tobytes()
        return tuple(self) == tuple(map(tuple, other)) if isinstance(other, list | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.size, self.places.copy(), self.counts.copy())

    def __repr__(self) -> str:
        return f"ConfusionMatrix.of({tuple(self)!r})"


_SQUARE = "expected a square confusion matrix, and precision, recall, F1 and support of each class"


def from_json(kind: type, value: object) -> ConfusionMatrix:
    """A hook for msgspec's decoders. Raises ValueError if the value is not a confusion matrix."""
    return ConfusionMatrix.from_plain(value)
