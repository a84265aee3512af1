"""A heat map laid over its image, for the window, a report and a file alike. [no torch]"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from trainer.plotting.palette import HEAT, ramp

Pixels = NDArray[np.uint8]
OPACITY = 0.6
"""Of the brightest places: what is below is still seen."""

LUMA = (0.299, 0.587, 0.114)
"""How bright red, green and blue are (ITU-R BT.601)."""


class Method(StrEnum):
    """How a heat map was made; see `trainer.analysis.saliency`."""

    LINEAR = "linear"
    CAM = "cam"
    GRADCAM = "gradcam"
    OCCLUSION = "occlusion"


def levels(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A map (H, W) as shares of its largest value, 0 to 1: what speaks against the class counts as nothing. Where
    nothing speaks for it, from the lowest value to the highest."""
    values = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    base = 0.0 if low < 0 < high else low
    if high <= base:
        return np.zeros_like(values)
    return ((values - base) / (high - base)).clip(0, 1).astype(np.float32)


def heat_colors(values: NDArray[np.float32]) -> Pixels:
    """A map (H, W) as colours and opacity, (H, W, 4) uint8: cividis, which looks alike with and without colour
    blindness; the less a place speaks for the class, the more of the image is seen."""
    level = levels(values)
    colors = ramp(HEAT)[(level * 255).round().astype(np.uint8)]
    opacity = 0.35 + 0.65 * level
    return np.dstack([colors, (opacity * 255).round().astype(np.uint8)])


def faded(pixels: Pixels, opacity: float) -> Pixels:
    """An image (H, W, 3) as it is below a map: the more of the map, the less of the image's own colours, which would
    look like the map's."""
    grey = pixels.astype(np.float32) @ np.array(LUMA, np.float32)
    return (pixels * (1 - opacity) + grey[..., None] * opacity).round().astype(np.uint8)


def overlay(pixels: Pixels, values: NDArray[np.float32], opacity: float = OPACITY) -> Pixels:
    """An image (H, W, 3) with its map (H, W) over it, (H, W, 3) uint8."""
    colors = heat_colors(values)
    share = opacity * colors[..., 3:].astype(np.float32) / 255
    return (faded(pixels, opacity) * (1 - share) + colors[..., :3] * share).round().astype(np.uint8)
