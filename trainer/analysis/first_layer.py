"""A first layer's weights as pictures: what a linear model looks for in each class, or filters. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["templates", "units", "filters"]
"""Of a linear model a template of each class; of a network the units of a first layer that sees all pixels, or the
filters of a convolution."""
LEAST = float(np.finfo(np.float32).tiny)
REACH = 99.5
"""Percent of the weights that lie within the colours' scale: single large ones would pale all others."""


@dataclass(frozen=True)
class Weights:
    """`pictures` (n, C, h, w) float32, C 1 or 3, with colours that reach from -`scale` to `scale` for all alike; the
    layer has `total` of them. `broken`: how many numbers are not finite, shown as 0."""

    kind: Kind
    pictures: NDArray[np.float32]
    scale: float
    total: int
    broken: int


def as_pictures(weight: NDArray[Any], input_shape: Sequence[int], classes: int, parameters: int) -> Weights | None:
    """What a first layer's weight shows: (units, pixels), or (filters, channels, h, w). `input_shape` (C, h, w) is that
    of an image, `parameters` the model's number of them. None where the weights make no pictures."""
    shape = tuple(input_shape)
    if weight.size == 0 or len(shape) != 3 or min(shape) < 1 or shape[0] not in (1, 3):
        return None
    kind: Kind
    if weight.ndim == 2 and weight.shape[1] == int(np.prod(shape)):
        # nothing but this matrix, perhaps with a bias: its rows are the classes
        linear = parameters in (classes * weight.shape[1], classes * (weight.shape[1] + 1))
        kind, total = ("templates", classes) if linear else ("units", len(weight))
        pictures = weight.reshape(-1, *shape)
    elif weight.ndim == 4 and weight.shape[1] == shape[0] and min(weight.shape[2:]) > 1:
        kind, total, pictures = "filters", len(weight), weight
    else:
        return None
    finite = np.isfinite(pictures)
    pictures = np.where(finite, pictures, np.float32(0))
    sizes = np.abs(pictures)
    # weights that are next to nothing have no colours: a division by them would not be finite
    scale = next((size for size in (float(np.percentile(sizes, REACH)), float(sizes.max())) if size >= LEAST), 1.0)
    return Weights(kind, pictures, scale, max(total, len(pictures)), int((~finite).sum()))


def coloured(picture: NDArray[np.float32], scale: float, lut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One picture (C, h, w) as (h, w, 3) uint8: three channels as red, green and blue around grey, one in the diverging
    colours `lut` (256, 3 or 4)."""
    level = (picture / scale * 127.5 + 127.5).clip(0, 255).round().astype(np.uint8)
    return np.ascontiguousarray(level.transpose(1, 2, 0) if len(picture) == 3 else lut[level[0], :3])
