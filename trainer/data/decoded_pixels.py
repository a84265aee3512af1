"""Images that are decoded whenever they are needed: of a source that is too large to keep them. [no torch]"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.data.decode import UnreadableError, located, read_image
from trainer.data.file_stamp import FilePlace
from trainer.errors import DataError
from trainer.store.process import usable_cores

PIECE = 16
"""Images that a thread decodes at a time."""


class DecodedPixels:
    """(N, H, W, 4) uint8, as `ImageSet.pixels` has them. A part is read and decoded when it is asked for, on all cores.

    `places`: where the bytes of each image are, relative to `root`. `unreadable`: images that are zero, as they could
    not be decoded when all were checked. Raises DataError `data.image_gone` for others that cannot be read any more.
    """

    dtype = np.dtype(np.uint8)

    def __init__(
        self, root: str, places: Sequence[FilePlace], shape: Sequence[int], unreadable: Sequence[int] = ()
    ) -> None:
        self._root = root
        self._places = places
        self._unreadable = frozenset(unreadable)
        height, width, depth = shape
        self.shape = (len(places), height, width, depth)
        # as `no_warnings`, which other threads must not enter: filters are of the whole process
        warnings.filterwarnings("ignore", module=r"PIL\b")

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, which: Any) -> NDArray[np.uint8]:
        """An image by its number, images by a slice or an index array; further indices are for rows and columns."""
        first, *rest = which if isinstance(which, tuple) else (which,)
        rows = np.arange(*first.indices(len(self))) if isinstance(first, slice) else np.asarray(first)
        found = self._decoded(np.atleast_1d(rows)).reshape(*np.shape(rows), *self.shape[1:])
        return found[(slice(None), *rest)] if rest else found

    def _decoded(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        pixels = np.zeros((len(rows), *self.shape[1:]), np.uint8)
        pieces = [slice(start, start + PIECE) for start in range(0, len(rows), PIECE)]
        with ThreadPoolExecutor(max(1, min(usable_cores(), len(pieces)))) as pool:
            list(pool.map(lambda some: self._decode(rows[some], pixels[some]), pieces))
        return pixels

    def _decode(self, rows: NDArray[np.int64], out: NDArray[np.uint8]) -> None:
        for place, row in enumerate(rows.tolist()):
            if row not in self._unreadable:
                try:
                    image = read_image(located(self._root, self._places[row]), self.shape[1:3])
                except UnreadableError as error:
                    raise self._changed(row, error) from error
                out[place, :, :, :3] = image.pixels

    def _changed(self, row: int, error: UnreadableError) -> DataError:
        place = self._places[row]
        path, offset = (place, 0) if isinstance(place, str) else place[:2]
        return DataError(
            "data.image_gone",
            f"An image could be read when the data was opened, and cannot be now: {error.reason}",
            where=f"{self._root}/{path}, byte {offset:,}",
            expected="files that stay as they are while a run reads them",
            mend="restore the file, or check the connection to it, and resume the run",
            path=path,
            reason=error.reason,
        )
