"""One split as viewers see it: pixels without a copy. [no torch]"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainer.data.split import Indices


class SplitView(NamedTuple):
    """One split for viewers."""

    pixels: PixelView
    """(N, H, W, 3) uint8."""
    labels: NDArray[np.int64]
    """Class of each image (N,)."""
    sizes: NDArray[np.int32]
    """(N, 2): original width and height in pixels."""
    paths: list[str]
    """Path of each image, relative to the source."""


class PixelView:
    """Pixels uint8 (N, H, W, 3) without a copy: indexing with slices and index arrays makes arrays, as does
    `np.asarray`.

    Args:
        pixels: Packed pixels of the source, (M, H, W, 1 or 4).
        rows: Numbers of the N images.

    Attributes:
        shape: (N, H, W, 3).
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, pixels: NDArray[np.uint8], rows: Indices) -> None:
        self._pixels = pixels
        self._rows = rows
        self.shape = (len(rows), *pixels.shape[1:3], 3)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, which: Any) -> NDArray[np.uint8]:
        picked = self._pixels[self._rows[which]]
        return np.repeat(picked, 3, axis=-1) if picked.shape[-1] == 1 else np.ascontiguousarray(picked[..., :3])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self[:].astype(dtype or np.uint8, copy=False)
