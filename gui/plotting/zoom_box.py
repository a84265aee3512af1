"""The view box of a chart: dragging draws a box to zoom into; with Shift or the middle button it pans."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

import pyqtgraph as pg  # isort: skip  # gui.plotting.chart imports it by gui.plotting.painting, which must be first

LEAST = 12.0
"""Smallest width or height of a box in pixels that counts."""


class ZoomBox(pg.ViewBox):  # type: ignore[misc]
    """View box that zooms by drawing a box.

    `drawn` is emitted with the box so far, in pixels of the view, None once it is finished; `boxed` with the finished
    box.
    """

    drawn = Signal(object)
    boxed = Signal(QRectF)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseEnabled(x=True, y=False)
        self.disableAutoRange()

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Draw a box or pan; the right button opens a menu and drags nothing."""
        left = ev.button() == Qt.MouseButton.LeftButton
        if left and not ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            ev.accept()
            box = QRectF(ev.buttonDownScenePos(), ev.scenePos()).normalized()
            self.drawn.emit(None if ev.isFinish() else box)
            if ev.isFinish():
                self.boxed.emit(box)
        elif left or ev.button() == Qt.MouseButton.MiddleButton:
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()


def meant_box(box: QRectF, area: QRectF) -> QRectF | None:
    """Interpret a box: a flat one selects a range of x, a narrow one a range of y.

    Args:
        box: The box, in pixels of the view.
        area: Place of the plot, in pixels of the view.

    Returns:
        The box to zoom into; None if it is too small both ways.
    """
    box = box.intersected(area)
    flat, narrow = box.height() < LEAST, box.width() < LEAST
    if flat and narrow:
        return None
    if flat:
        return QRectF(box.left(), area.top(), box.width(), area.height())
    return QRectF(area.left(), box.top(), area.width(), box.height()) if narrow else box


def draw_box(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Draw a frame around what will be shown.

    Args:
        painter: Where to draw.
        box: The frame, in pixels.
        colour: Its colour.
    """
    painter.setPen(QPen(colour, 1))
    fill = QColor(colour)
    fill.setAlphaF(0.15)
    painter.setBrush(fill)
    painter.drawRect(box)
