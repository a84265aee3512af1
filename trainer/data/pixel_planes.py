"""Packed pixels as one plane of numbers per channel, and back.

On planes, each step is a separate multiplication, addition or rounding, rounded as IEEE 754 requires: an image gets the
same bits whatever other images are in the batch, with any number of threads, on any device.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from trainer.data.buffers import Workspace

PIECE_PIXELS = 1 << 17
"""Pixels processed at a time: their planes and intermediate results stay in a core's cache."""
DEVICE_PIECE_PIXELS = 1 << 21
"""The same on a device, where launching an operation costs more than memory for intermediate results."""


def pieces(pixels: Tensor) -> Iterator[slice]:
    """Divide images into pieces that are processed together.

    Args:
        pixels: Packed pixels (n, H, W).

    Returns:
        Slices of the images, one image each if it is larger than a piece.
    """
    count, step = len(pixels), images_at_once(pixels)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def images_at_once(pixels: Tensor) -> int:
    """Count the images of a piece.

    Args:
        pixels: Packed pixels (n, H, W).

    Returns:
        Their number, 1 or more.
    """
    _, height, width = pixels.shape
    at_once = PIECE_PIXELS if pixels.device.type == "cpu" else DEVICE_PIECE_PIXELS
    return max(1, at_once // max(1, height * width))


def split_planes(pixels: Tensor, workspace: Workspace, name: str = "planes") -> Tensor:
    """Split packed pixels into planes.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        workspace: Memory for the planes.
        name: Name of the block in it. Default: "planes".

    Returns:
        Planes float32 (C, n, H, W) of whole numbers 0 ... 255; overwritten by the next call with the same `workspace`
        and `name`.
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
    """Join planes into packed pixels: the inverse of `split_planes`.

    Args:
        planes: Planes float32 (C, n, H, W); overwritten.
        out: Where the result goes, packed pixels (n, H, W).

    Returns:
        `out`.
    """
    if len(planes) == 1:
        return out.copy_(planes[0])
    red, green, blue = planes
    # three bytes are 24 bits: a float32 holds them
    return out.copy_(blue.mul_(256).add_(green).mul_(256).add_(red))


def finish_(planes: Tensor) -> Tensor:
    """Convert values to what uint8 would hold, in place: clipped to 0 ... 255, decimals dropped.

    Args:
        planes: Planes float32, of any shape.

    Returns:
        The same planes.
    """
    return planes.clamp_(0, 255).floor_()
