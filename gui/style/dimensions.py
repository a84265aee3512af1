"""Sizes used in the window: a grid of four pixels, a type scale, corners and icons. All scale with the user's font.

Layouts use `space`, labels use `text_font`; no widget hard-codes pixels or point sizes.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QMargins, QSize
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication

TIGHT, SMALL, MEDIUM, LARGE, WIDE = 1, 2, 3, 4, 6
"""Steps of the grid for `space`: within a control, between controls, around a card, between cards, between sections."""

READABLE = 115
"""Steps of the grid: width of a line that is read with ease."""

CORNER, CARD_CORNER = 5, 8
"""Radius in pixels of a control and of a card."""

TextRole = Literal["caption", "body", "heading", "title", "display"]
_TYPE_SCALE: dict[TextRole, tuple[float, QFont.Weight]] = {
    "caption": (0.9, QFont.Weight.Normal),
    "body": (1.0, QFont.Weight.Normal),
    "heading": (1.0, QFont.Weight.DemiBold),
    "title": (1.3, QFont.Weight.DemiBold),
    "display": (1.75, QFont.Weight.DemiBold),
}
"""Size relative to the user's font, and weight. Captions explain what they are next to; headings are for cards and
charts, titles for pages, display text for the start page."""

STEP = 4
"""Pixels of a grid step with a font of the usual size."""
_LINE = 14
"""Line height in pixels of the font the four-pixel grid was designed for."""


def space(steps: float) -> int:
    """Pixels of a number of grid steps: four each, more if the user's font is larger."""
    return round(steps * STEP * max(1.0, QFontMetrics(QGuiApplication.font()).height() / _LINE))


def panel_margins() -> QMargins:
    """Around the content of a panel."""
    return QMargins(space(SMALL), space(SMALL), space(SMALL), space(TIGHT))


def text_font(role: TextRole) -> QFont:
    """The user's font in the size and weight of a role."""
    font = QGuiApplication.font()
    size, weight = _TYPE_SCALE[role]
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * size)
    else:
        font.setPixelSize(round(font.pixelSize() * size))
    font.setWeight(weight)
    return font


def icon_size(steps: float = 4) -> QSize:
    """A square of this many grid steps: 4 beside text, 5 in a toolbar, 8 on a card."""
    return QSize(space(steps), space(steps))
