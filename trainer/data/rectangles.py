"""Random rectangles, one per image: what a crop keeps, what erasing removes."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

ATTEMPTS = 10
"""Rectangles tried per image before the fallback is used; torchvision's number."""


class Rectangles(NamedTuple):
    """A rectangle in each of n images, in pixels."""

    top: Tensor
    """First row, int64 (n,)."""
    left: Tensor
    """First column, int64 (n,)."""
    height: Tensor
    """Number of rows, int64 (n,)."""
    width: Tensor
    """Number of columns, int64 (n,)."""

    def pick(self, which: Tensor | slice) -> Rectangles:
        """Select images.

        Args:
            which: Indices int64 (k,), a bool mask (n,), or a slice.

        Returns:
            Their rectangles.
        """
        return Rectangles(*(part[which] for part in self))

    def to(self, device: torch.device) -> Rectangles:
        """Move to a device.

        Args:
            device: The device.

        Returns:
            The rectangles there.
        """
        return Rectangles(*(part.to(device) for part in self))


def draw_rectangles(
    otherwise: Rectangles,
    size: tuple[int, int],
    *,
    area: tuple[float, float],
    aspect: tuple[float, float],
    largest: tuple[int, int],
    smallest: int,
    generator: torch.Generator,
) -> Rectangles:
    """Draw rectangles, anywhere in their images with equal probability.

    Args:
        otherwise: Fallback for images for which none of `ATTEMPTS` rectangles fits.
        size: (height, width) of the images, in pixels.
        area: Range of the part of the image's area, uniform.
        aspect: Range of width / height, log-uniform.
        largest: Largest (height, width), in pixels; larger ones are drawn again.
        smallest: Smallest side in pixels; smaller ones are drawn again.
        generator: Random generator, on the CPU.

    Returns:
        A rectangle for each image.
    """
    found = torch.stack(otherwise)
    height, width = size
    open_ones = torch.arange(found.shape[1])
    low, high = math.log(aspect[0]), math.log(aspect[1])
    for _ in range(ATTEMPTS):
        if not len(open_ones):
            break
        part, ratio, down, right = torch.rand(4, len(open_ones), generator=generator, dtype=torch.float64)
        pixels = height * width * (area[0] + part * (area[1] - area[0]))
        ratio = (low + ratio * (high - low)).exp()
        rows, columns = (pixels / ratio).sqrt().round(), (pixels * ratio).sqrt().round()
        fits = (rows <= largest[0]) & (columns <= largest[1]) & (rows >= smallest) & (columns >= smallest)
        # below 1 in float64, so that the product stays below the number of places
        drawn = torch.stack(
            [(down * (height - rows + 1)).floor(), (right * (width - columns + 1)).floor(), rows, columns]
        )
        found[:, open_ones[fits]] = drawn[:, fits].long()
        open_ones = open_ones[~fits]
    return Rectangles(*found)
