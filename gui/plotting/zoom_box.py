"""The view box of a chart: a drag with the mouse draws a box to zoom into, with Shift or the middle button it pans."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

import pyqtgraph as pg  # isort: skip  # gui.plotting.chart imports it by gui.plotting.painting, which must be first

LEAST = 12.0
"""Pixels across or up, for a box to be meant."""


class ZoomBox(pg.ViewBox):  # type: ignore[misc]
    """`drawn`: the box so far, in pixels of the view, None where there is none any more; `boxed`: the finished one."""

    drawn = Signal(object)
    boxed = Signal(QRectF)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseEnabled(x=True, y=False)
        self.disableAutoRange()

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """The right button opens a menu and drags nothing."""
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
    """What a person means by a box: across or up alone where it is flat or narrow; None where it is both."""
    box = box.intersected(area)
    flat, narrow = box.height() < LEAST, box.width() < LEAST
    if flat and narrow:
        return None
    if flat:
        return QRectF(box.left(), area.top(), box.width(), area.height())
    return QRectF(area.left(), box.top(), area.width(), box.height()) if narrow else box


def draw_box(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A frame around what will be seen."""
    painter.setPen(QPen(colour, 1))
    fill = QColor(colour)
    fill.setAlphaF(0.15)
    painter.setBrush(fill)
    painter.drawRect(box)
