"""How lines, points and numbers look, in charts and legends alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PySide6.QtCore import QLineF, QLocale, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.style.theme import Colours
from trainer.plotting.ticks import Kind
from trainer.text.number_format import clock, decimals

Shape = Literal["dot", "square", "diamond", "triangle", "star"]
SHAPES: tuple[Shape, ...] = ("dot", "square", "diamond", "triangle")


@dataclass(frozen=True)
class Look:
    """How a line or its points are drawn.

    Attributes:
        colour: Its colour.
        width: Width in pixels. Default: 1.
        dashed: Whether it is dashed. Default: False.
        line: False: only points, if there is room for them. Default: True.
        shape: Shape of its points; None (default): no points.
        hollow: Whether points are hollow. Default: False.
    """

    colour: QColor
    width: float = 1
    dashed: bool = False
    line: bool = True
    shape: Shape | None = None
    hollow: bool = False


@dataclass(frozen=True)
class Reading:
    """A value under the mouse.

    Attributes:
        look: Look of its line.
        name: Name of its line.
        value: The value as text.
    """

    look: Look
    name: str
    value: str


MOST = 8
"""Largest number of decimals."""


def number_text(value: float, step: float, kind: Kind) -> str:
    """Format a value in the user's locale, as exactly as the ticks of its axis need.

    Args:
        value: The value.
        step: Distance between two ticks.
        kind: Kind of the axis.

    Returns:
        The text.
    """
    return _number_text(float(value), step, kind, QLocale())


@lru_cache(1000)  # the marks of six axes, at every frame
def _number_text(value: float, step: float, kind: Kind, locale: QLocale) -> str:
    if kind == "time":
        return locale.toString(float(value), "f", min(MOST, decimals(step))) if step < 1 else clock(value)
    if kind == "percent":
        value, step = 100 * value, 100 * step
    if not value:
        text = "0"  # 0.0000 looks as if something was lost
    elif not 1e-5 <= abs(value) < 1e7:
        text = locale.toString(float(value), "g", 3)
    else:
        text = locale.toString(float(value), "f", min(MOST, decimals(step)))
    return f"{text} %" if kind == "percent" else text


POINT = 3.2
"""Radius in pixels."""
POINT_ROOM = 10.0
"""Half the side of a square that holds the largest point, a star."""


def draw_point(painter: QPainter, look: Look, at: QPointF, background: QColor, radius: float = POINT) -> None:
    """Draw a point of a line.

    Args:
        painter: Where to draw.
        look: How it looks.
        at: Its centre, in pixels.
        background: Colour inside a hollow point.
        radius: In pixels; stars have a fixed size. Default: 3.2.
    """
    painter.setPen(QPen(look.colour, 1.4))
    painter.setBrush(background if look.hollow else look.colour)
    x, y, r = at.x(), at.y(), radius
    if look.shape == "dot":
        painter.drawEllipse(at, r, r)
    elif look.shape == "square":
        painter.drawRect(QRectF(x - r, y - r, 2 * r, 2 * r))
    elif look.shape == "diamond":
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - r - 1), QPointF(x + r + 1, y), QPointF(x, y + r + 1), QPointF(x - r - 1, y)])
        )
    elif look.shape == "triangle":
        painter.drawPolygon(QPolygonF([QPointF(x, y - r - 1), QPointF(x + r + 1, y + r), QPointF(x - r - 1, y + r)]))
    else:
        painter.setPen(QPen(background, 1.2))
        turns = np.arange(10) * np.pi / 5 - np.pi / 2
        radii = np.where(np.arange(10) % 2, 3.4, 8.0)
        corners = zip(x + radii * np.cos(turns), y + radii * np.sin(turns), strict=True)
        painter.drawPolygon(QPolygonF([QPointF(float(a), float(b)) for a, b in corners]))


def draw_sample(painter: QPainter, look: Look, area: QRectF, colours: Colours) -> None:
    """Draw a short piece of a line with its point, for a legend.

    Args:
        painter: Where to draw.
        look: How it looks.
        area: Its place, in pixels.
        colours: Colours of the theme.
    """
    middle = area.center().y()
    painter.save()
    if look.line:
        pen = QPen(look.colour, max(1.5, look.width))
        if look.dashed:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawLine(QLineF(area.left(), middle, area.right(), middle))
    if look.shape is not None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_point(painter, look, QPointF(area.center().x(), middle), colours.background)
    painter.restore()
