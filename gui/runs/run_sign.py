"""A run's colour and mark as an icon: the sample that stands for it in the legend of the charts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from gui.plotting.markers import SHAPES, Look, draw_sample
from gui.style.theme import Colours
from gui.viewmodels.run_colours import RunLook

SIZE = QSize(16, 16)
"""Logical pixels: views show icons of this size."""


def run_sign(look: RunLook, ratio: float) -> QIcon:
    """Draw the sign of a run in the current theme.

    Args:
        look: How the run is told from others.
        ratio: Device pixels per logical pixel.

    Returns:
        The icon.
    """
    pixmap = QPixmap(SIZE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter, colours = QPainter(pixmap), Colours.current()
    sample = Look(colours.runs[look.colour], 2, shape=SHAPES[look.mark % len(SHAPES)])
    draw_sample(painter, sample, QRectF(0, 0, SIZE.width(), SIZE.height()), colours)
    painter.end()
    return QIcon(pixmap)
