"""A heat map laid over its image, for the window, a report and a file alike. [no torch]"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from trainer.plotting.palette import HEAT, ramp

Pixels = NDArray[np.uint8]
OPACITY = 0.6
"""Opacity at the strongest places: the image still shows through."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""


class Method(StrEnum):
    """How a heat map was made; see `trainer.analysis.saliency`."""

    LINEAR = "linear"
    CAM = "cam"
    GRADCAM = "gradcam"
    OCCLUSION = "occlusion"


def levels(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale a heat map to [0, 1]: evidence against the class counts as 0, the largest value as 1.

    If nothing speaks for the class, or nothing against it, the lowest value is 0.

    Args:
        values: Heat map (H, W), float32.

    Returns:
        (H, W), float32; all 0 for a constant map.
    """
    values = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    base = 0.0 if low < 0 < high else low
    if high <= base:
        return np.zeros_like(values)
    return ((values - base) / (high - base)).clip(0, 1).astype(np.float32)


def heat_colors(values: NDArray[np.float32]) -> Pixels:
    """Colour a heat map with cividis, which looks the same with and without colour blindness.

    Args:
        values: Heat map (H, W), float32.

    Returns:
        RGBA (H, W, 4), uint8; lower values are more transparent.
    """
    level = levels(values)
    colors = ramp(HEAT)[(level * 255).round().astype(np.uint8)]
    opacity = 0.35 + 0.65 * level
    return np.dstack([colors, (opacity * 255).round().astype(np.uint8)])


def faded(pixels: Pixels, opacity: float) -> Pixels:
    """Turn an image towards grey, so that its colours are not mistaken for those of a heat map.

    Args:
        pixels: Image (H, W, 3), uint8.
        opacity: 0 (as it is) to 1 (grey).

    Returns:
        (H, W, 3), uint8.
    """
    grey = pixels.astype(np.float32) @ np.array(LUMA, np.float32)
    return (pixels * (1 - opacity) + grey[..., None] * opacity).round().astype(np.uint8)


def overlay(pixels: Pixels, values: NDArray[np.float32], opacity: float = OPACITY) -> Pixels:
    """Put a heat map over its image.

    Args:
        pixels: Image (H, W, 3), uint8.
        values: Heat map (H, W), float32.
        opacity: Opacity of the strongest places, in [0, 1]. Default: 0.6.

    Returns:
        (H, W, 3), uint8.
    """
    colors = heat_colors(values)
    share = opacity * colors[..., 3:].astype(np.float32) / 255
    return (faded(pixels, opacity) * (1 - share) + colors[..., :3] * share).round().astype(np.uint8)
