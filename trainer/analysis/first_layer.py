"""A first layer's weights as images: templates of the classes in a linear model, units, or filters. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["templates", "units", "filters"]
""""templates": one for each class of a linear model; "units": those of a first layer that gets all pixels; "filters":
those of a convolution."""
LEAST = float(np.finfo(np.float32).tiny)
"""Weights below this have no colours: dividing by them would not give finite numbers."""
REACH = 99.5
"""Percent of the weights that are within the colour scale: otherwise a few large ones would make all others pale."""


@dataclass(frozen=True)
class Weights:
    """A first layer's weights as images."""

    kind: Kind
    """What the images are."""
    pictures: NDArray[np.float32]
    """(n, C, h, w) float32, C 1 or 3."""
    scale: float
    """Colours of all images range from -scale to scale; above 0."""
    total: int
    """Units, filters or classes of the layer."""
    broken: int
    """Weights that are not finite; they are shown as 0."""


def as_pictures(weight: NDArray[Any], input_shape: Sequence[int], classes: int, parameters: int) -> Weights | None:
    """Turn a first layer's weight into images.

    Args:
        weight: Weight of a linear layer (units, pixels) or of a convolution (filters, channels, h, w).
        input_shape: (channels, height, width) of an image.
        classes: Number of classes.
        parameters: Number of all parameters of the model.

    Returns:
        The images; None if the weights cannot be shown as such.
    """
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
    """Colour one image of weights.

    Args:
        picture: Weights (C, h, w).
        scale: Colours range from -scale to scale.
        lut: Diverging colours for one channel, uint8 (256, 3 or 4); three channels become red, green and blue around
            grey.

    Returns:
        Pixels uint8 (h, w, 3).
    """
    level = (picture / scale * 127.5 + 127.5).clip(0, 255).round().astype(np.uint8)
    return np.ascontiguousarray(level.transpose(1, 2, 0) if len(picture) == 3 else lut[level[0], :3])
