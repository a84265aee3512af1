"""Where batches get their pixels from: a block in memory or on a device, or images decoded as they are needed."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.buffers import Workspace, as_read_only
from trainer.data.image_set import PackedPixels


class PixelBlock(Protocol):
    """Packed pixels of all images of a source, see `packed`."""

    def take(self, rows: Tensor, workspace: Workspace) -> Tensor:
        """Get the pixels of some images.

        Args:
            rows: Numbers of the images int64 (n,).
            workspace: Memory that may be used; the result is valid until its next use.

        Returns:
            Packed pixels (n, H, W), on the device where batches are made.
        """


class HeldBlock:
    """Pixels in memory, or on the device if they take at most half of its free memory.

    Args:
        pixels: uint8 (N, H, W, C).
        device: Where batches are made.
    """

    def __init__(self, pixels: NDArray[np.uint8], device: torch.device) -> None:
        self._device = device
        self._pixels = packed(pixels)
        if device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(device)
            if self._pixels.nbytes <= free // 2:
                self._pixels = self._pixels.to(device)

    def take(self, rows: Tensor, workspace: Workspace) -> Tensor:
        """See `PixelBlock`."""
        source = self._pixels
        out = workspace.get("taken", source, (len(rows), *source.shape[1:]), source.dtype)
        return torch.index_select(source, 0, rows.to(source.device), out=out).to(self._device)


class DecodedBlock:
    """Pixels that are decoded each time they are asked for.

    Args:
        pixels: Decodes images.
        device: Where batches are made.
    """

    def __init__(self, pixels: PackedPixels, device: torch.device) -> None:
        self._device = device
        self._pixels = pixels

    def take(self, rows: Tensor, workspace: Workspace) -> Tensor:
        """See `PixelBlock`."""
        return packed(self._pixels[rows.cpu().numpy()]).to(self._device)


def pixel_block(pixels: PackedPixels, device: torch.device) -> PixelBlock:
    """Choose where batches get their pixels from.

    Args:
        pixels: Pixels of all images.
        device: Where batches are made.

    Returns:
        A block in memory for an array, else one that decodes.
    """
    return HeldBlock(pixels, device) if isinstance(pixels, np.ndarray) else DecodedBlock(pixels, device)


def packed(pixels: NDArray[np.uint8]) -> Tensor:
    """View pixels (N, H, W, C) as packed (N, H, W): int32 for colour, uint8 for grey, in the same memory."""
    tensor = torch.from_numpy(pixels) if pixels.flags.writeable else as_read_only(pixels)
    return (tensor if pixels.shape[3] == 1 else tensor.view(torch.int32)).squeeze(3)
