"""From arrays of pixels to lines and points on the screen, each in the way that is fastest in Qt."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from gui.plotting.markers import POINT, POINT_ROOM, Look, draw_point
from gui.viewmodels.growable import Floats

# pyqtgraph would load CUDA's bindings where some other package has installed them: seconds, and memory
sys.modules.setdefault("cuda", None)  # type: ignore[arg-type]
import pyqtgraph as pg  # noqa: E402
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments  # noqa: E402
from pyqtgraph.Qt.internals import PrimitiveArray  # noqa: E402

NEAR = 2.5
"""Largest distance in pixels between two columns of a thinned line; there are at least half as many columns as pixels,
though not always."""
_DASHED = 1000
"""Number of points beyond which dashes are neither visible nor fast."""
SMOOTH = 2000
"""Number of points up to which lines are antialiased: beyond, steps are not visible."""


@dataclass(frozen=True)
class Stroke:
    """A line of a chart.

    Attributes:
        look: How it looks.
        x: (n,), increasing.
        y: (n,); NaN leaves a gap.
        thinned: Whether y alternates between minimum and maximum of a screen column, so that x comes in pairs. Default:
            False.
    """

    look: Look
    x: Floats
    y: Floats
    thinned: bool = False


class Stamps:
    """Points, painted once each: the same one is used at every epoch, and painting a polygon takes five times as long.

    Args:
        background: Colour inside hollow points.
    """

    def __init__(self, background: QColor) -> None:
        self._background = background
        self._known: dict[tuple[object, ...], QPixmap] = {}

    def get(self, look: Look, radius: float, scale: float) -> QPixmap:
        """Return a painted point.

        Args:
            look: How it looks.
            radius: In logical pixels.
            scale: Device pixels per logical pixel.

        Returns:
            The point in the middle of a square.
        """
        key = (look.colour.rgba(), look.shape, look.hollow, radius, scale)
        if key not in self._known:
            side = 2 * math.ceil(POINT_ROOM * scale)
            stamp = QPixmap(side, side)
            stamp.setDevicePixelRatio(scale)
            stamp.fill(Qt.GlobalColor.transparent)
            painter = QPainter(stamp)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = side / scale / 2
            draw_point(painter, look, QPointF(middle, middle), self._background, radius)
            painter.end()
            self._known[key] = stamp
        return self._known[key]


def fits_points(stroke: Stroke, width: float) -> bool:
    """Check whether the points of a line have room; if they would touch, a line shows them better.

    Args:
        stroke: The line.
        width: Width in pixels.

    Returns:
        Whether to draw points.
    """
    return stroke.look.shape is not None and len(stroke.x) <= max(2.0, width / POINT)


def draw_stroke(painter: QPainter, stroke: Stroke, x: Floats, y: Floats) -> None:
    """Draw a line.

    Args:
        painter: Where to draw.
        stroke: The line.
        x: Its x in pixels (n,).
        y: Its y in pixels (n,).
    """
    if stroke.thinned and not stroke.look.dashed:
        _draw_bars(painter, stroke.look, x, y)
    else:
        _draw_line(painter, stroke.look, x, y)


def _draw_line(painter: QPainter, look: Look, x: Floats, y: Floats) -> None:
    """Draw segments for thick solid lines, a path for others: each is many times faster than the other there."""
    pen = QPen(look.colour, look.width)
    if look.dashed:
        pen.setDashPattern([3, 2.5] if len(x) < _DASHED else [1, 0])
        pen.setWidthF(look.width if len(x) < _DASHED else 1)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(x) <= SMOOTH)
    if look.width > 1 and not look.dashed:
        _draw_segments(painter, x, y)
    else:
        painter.drawPath(pg.functions.arrayToQPath(x, y, connect="finite"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _draw_bars(painter: QPainter, look: Look, x: Floats, y: Floats) -> None:
    """Draw a thinned line as one vertical bar per column, extended to where its neighbour begins: this looks like the
    line through all values, in a third of the time. Rectangles, because they are filled, while lines are stepped."""
    x, tops, bottoms = x[::2], np.fmin(y[::2], y[1::2]), np.fmax(y[::2], y[1::2])  # pixels count downwards
    seen = np.isfinite(tops)
    if not seen.any():
        return
    gaps = np.flatnonzero(~(seen[:-1] & seen[1:]))
    apart = x[1:] - x[:-1]
    far = np.flatnonzero(apart > NEAR)
    bars = PrimitiveArray(QRectF, 4)
    bars.resize(len(x))
    left, top, width, height = bars.ndarray().T
    # of a rectangle that lies exactly between two pixels Qt may paint nothing
    np.subtract(x, look.width / 2 - 1 / 256, out=left)
    top[0], height[0] = tops[0], bottoms[0]  # the lower end, until it is complete
    np.fmin(tops[1:], bottoms[:-1], out=top[1:])
    np.fmax(bottoms[1:], tops[:-1], out=height[1:])
    for alone in (far, gaps):
        top[alone + 1], height[alone + 1] = tops[alone + 1], bottoms[alone + 1]
    np.maximum(apart, look.width, out=width[:-1])
    width[far], width[-1] = look.width, look.width
    height -= top
    height += look.width
    top -= look.width / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour)
    if not seen.all():
        kept = bars.ndarray()[seen]
        bars.resize(len(kept))
        bars.ndarray()[:] = kept
    painter.drawRects(*bars.drawargs())
    if len(far):  # where nothing was reported for a while
        painter.setPen(QPen(look.colour, look.width))
        ends = np.stack([bottoms[far], tops[far + 1], np.full(len(far), np.nan)], axis=1).reshape(-1)
        _draw_segments(painter, np.stack([x[far], x[far + 1], x[far + 1]], axis=1).reshape(-1), ends)


def _draw_segments(painter: QPainter, x: Floats, y: Floats) -> None:
    # what `drawargs` gives points into the array: it must live until they are drawn
    segments = arrayToLineSegments(x, y, connect="finite", finiteCheck=True)
    if len(segments):
        painter.drawLines(*segments.drawargs())
