"""Colours of data on light and dark backgrounds: one palette for the window and for reports. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Lut = NDArray[np.uint8]

ON_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C7A00")
"""The palette of Okabe and Ito: first training, then validation, then what is good. Its last colours look alike with
some kinds of colour blindness; those of `CLASSES_ON_LIGHT` do not."""
STRONG_ON_LIGHT = ("#00507D", "#8F3F00", "#00593F", "#8A3E6D", "#6B4A00", "#005F8F", "#000000", "#5A4E00")
"""The same, darker: contrast of 7 : 1 on white, for people who ask for high contrast."""
ON_DARK = ("#56B4E9", "#E69F00", "#2BC79B", "#E29AC4", "#F0E442", "#4C9AD6", "#FFFFFF", "#F0845A")
"""The same for dark backgrounds, its brighter half first."""

RUNS_ON_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#870F4B", "#8787FF", "#4B3C00", "#B487A5", "#1E1EB4")
"""Colours of runs that are drawn together: contrast of 3 : 1, and any two of them differ with every kind of colour
blindness, which the last ones of the palettes above do not."""
RUNS_STRONG_ON_LIGHT = ("#00507D", "#C24A00", "#874BFF", "#782D3C", "#966978", "#2D001E", "#000069", "#1E1E00")
"""The same with a contrast of 4.5 : 1; with 7 : 1, eight colours could not be told apart."""
RUNS_ON_DARK = ("#56B4E9", "#E69F00", "#A5B496", "#A56987", "#4B69F0", "#FFF0A5", "#78784B", "#D2F0FF")
"""The same for dark backgrounds."""

CLASSES_ON_LIGHT = (*RUNS_ON_LIGHT, "#A500FF", "#FF0F5A")
"""Colours of the points of ten classes: those of runs and two more, as easy to tell apart."""
CLASSES_STRONG_ON_LIGHT = (*RUNS_STRONG_ON_LIGHT, "#6900B4", "#D20FB4")
"""The same with a contrast of 4.5 : 1."""
CLASSES_ON_DARK = (*RUNS_ON_DARK, "#3CFF5A", "#E12D0F")
"""The same for dark backgrounds."""

HEAT = ("#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8678", "#A59C74", "#C3B369", "#E1CC55", "#FEE838")
"""cividis: lightness rises evenly, and it looks the same with and without colour blindness."""
CHANGE_LIGHT = ("#0072B2", "#7FB8D8", "#F7F7F7", "#EAAE7F", "#D55E00")
"""From much less through no change to much more."""
CHANGE_DARK = ("#56B4E9", "#3A6E8C", "#2A2C30", "#95691F", "#E69F00")


def ramp(names: Sequence[str]) -> Lut:
    """Interpolate evenly between colours.

    Args:
        names: Two or more colours, `#rrggbb`.

    Returns:
        (256, 3), uint8.
    """
    anchors = np.array([list(bytes.fromhex(name[1:])) for name in names], dtype=float)
    at = np.linspace(0, len(names) - 1, 256)
    columns = [np.interp(at, np.arange(len(names)), anchors[:, channel]) for channel in range(3)]
    return np.stack(columns, axis=1).round().astype(np.uint8)
