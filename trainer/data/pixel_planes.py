"""Packed pixels as a plane of numbers for each channel, and back.

Computed on planes, a step is a multiplication, an addition or a rounding of its own: each is rounded as IEEE 754 says,
so that an image is changed to the same bits in whatever company, by any number of threads, on any device.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from trainer.data.buffers import Workspace

PIECE_PIXELS = 1 << 17
"""Pixels worked on at a time: their planes and what is computed from them stay in a core's cache."""
DEVICE_PIECE_PIXELS = 1 << 21
"""The same on a device, where starting an operation costs more than the memory in between."""


def pieces(pixels: Tensor) -> Iterator[slice]:
    """Slices of images (n, H, W) that are worked on together; one image where it is larger than a piece."""
    count, height, width = pixels.shape
    at_once = PIECE_PIXELS if pixels.device.type == "cpu" else DEVICE_PIECE_PIXELS
    step = max(1, at_once // max(1, height * width))
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def split_planes(pixels: Tensor, workspace: Workspace, name: str = "planes") -> Tensor:
    """float32 (C, n, H, W) of whole numbers 0 ... 255 from packed (n, H, W): int32 for colour, uint8 for grey.

    Overwritten by the next call with the same `workspace` and `name`.
    """
    count, height, width = pixels.shape
    channels = 1 if pixels.dtype == torch.uint8 else 3
    # a row is what all blocks of one name have in common
    block = workspace.get(name, pixels, (channels * count * height, width), torch.float32)
    planes = block.view(channels, count, height, width)
    if channels == 1:
        planes.copy_(pixels)
        return planes
    byte = workspace.get("byte", pixels, (count, height, width), torch.int32)
    for channel, plane in enumerate(planes):
        # the byte stays where it is in the pixel, the power of two takes care of its place
        plane.copy_(torch.bitwise_and(pixels, 255 << 8 * channel, out=byte))
        if channel:
            plane.mul_(1 / (1 << 8 * channel))
    return planes


def join_planes(planes: Tensor, out: Tensor) -> Tensor:
    """The opposite of `split_planes`, into packed pixels (n, H, W); overwrites `planes`."""
    if len(planes) == 1:
        return out.copy_(planes[0])
    red, green, blue = planes
    # three bytes are 24 bits: a float32 holds them
    return out.copy_(blue.mul_(256).add_(green).mul_(256).add_(red))


def finish_(planes: Tensor) -> Tensor:
    """Values as uint8 would hold them: cut to 0 ... 255, the rest after the point dropped. In place."""
    return planes.clamp_(0, 255).floor_()
