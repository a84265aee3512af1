"""Rectangles drawn at random, one for each of many images: what a crop keeps, what erasing takes away."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

ATTEMPTS = 10
"""Rectangles tried for an image before it gets the one it has where none fits; torchvision's number."""


class Rectangles(NamedTuple):
    """One in each of n images: the first row and column, the rows and columns; (n,) int64 each."""

    top: Tensor
    left: Tensor
    height: Tensor
    width: Tensor

    def pick(self, which: Tensor | slice) -> Rectangles:
        """Those of some images."""
        return Rectangles(*(part[which] for part in self))

    def to(self, device: torch.device) -> Rectangles:
        """Moved to a device."""
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
    """Rectangles in images of `size` (height, width), anywhere in them with equal probability.

    The part of an image's area is uniform in `area`, width / height log-uniform in `aspect`. One that is larger than
    `largest` (height, width) or has a side below `smallest` is drawn again; after `ATTEMPTS` the image has that of
    `otherwise`.
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
