"""A curve as small as a word (Tufte, "Beautiful Evidence", 2006): its shape, without axes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

LEAST_SPAN = 0.05
"""A curve that changes by less is drawn flat, not stretched to the full height."""


def sparkline(values: Sequence[float], area: QRectF) -> QPolygonF:
    """Place the points of a curve, scaled to its own range.

    Args:
        values: The values.
        area: Its place, in pixels.

    Returns:
        A point per value, from left to right; empty for fewer than two values.
    """
    if len(values) < 2:
        return QPolygonF()
    low, high = min(values), max(values)
    span = max(high - low, LEAST_SPAN)
    step = area.width() / (len(values) - 1)
    return QPolygonF(
        [
            QPointF(area.left() + step * place, area.bottom() - area.height() * (value - low) / span)
            for place, value in enumerate(values)
        ]
    )


def draw_sparkline(painter: QPainter, values: Sequence[float], area: QRectF, colour: QColor) -> None:
    """Draw a curve with a dot at its end.

    Args:
        painter: Where to draw.
        values: The values.
        area: Its place, in pixels.
        colour: Its colour.
    """
    points = sparkline(values, area.adjusted(1.5, 1.5, -2.5, -1.5))
    if points.isEmpty():
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(points)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(points.at(points.size() - 1), 2.0, 2.0)
    painter.restore()
