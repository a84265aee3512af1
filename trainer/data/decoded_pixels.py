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
    """Pixels uint8 (N, H, W, 4), as `ImageSet.pixels`, that are read and decoded on all cores when they are asked for.

    Args:
        root: Folder that `places` are relative to.
        places: Where the bytes of each image are.
        shape: (H, W, 4).
        unreadable: Numbers of images that cannot be decoded; their pixels are zero.
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

    def __reduce__(self) -> tuple[Any, ...]:
        return DecodedPixels, (self._root, self._places, self.shape[1:], tuple(self._unreadable))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, which: Any) -> NDArray[np.uint8]:
        """Read and decode images.

        Args:
            which: Number of an image, a slice, or an index array int64 (n,); or a tuple of one of the last two and
                indices of rows, columns and channels.

        Returns:
            Pixels uint8 (H, W, 4) or (n, H, W, 4), or the part of them that was asked for.

        Raises:
            DataError: `data.image_gone`: an image that could be read when it was checked cannot be read now.
        """
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
            f"An image that could be read when the data was opened can no longer be read: {error.reason}",
            where=f"{self._root}/{path}, byte {offset:,}",
            expected="files that do not change while a run is reading them",
            fix="restore the file, or check the connection to it, and resume the run",
            path=path,
            reason=error.reason,
        )
