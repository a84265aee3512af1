"""Images, marks and texts as widgets paint them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from gui.style.theme import Colours


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """Convert an image for Qt; it does not share memory with the array.

    Args:
        pixels: (h, w, 3), uint8.

    Returns:
        The image.
    """
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def draw_picture(painter: QPainter, image: QImage, area: QRectF) -> QRectF:
    """Draw an image as large as it fits, centred: enlarged by whole device pixels without blurring, reduced smoothly.

    Args:
        painter: Where to draw.
        image: The image.
        area: Room for it, in logical pixels.

    Returns:
        Where it was drawn.
    """
    ratio = painter.device().devicePixelRatioF() if painter.device() is not None else 1.0
    room = min(area.width() * ratio / max(1, image.width()), area.height() * ratio / max(1, image.height()))
    scale = math.floor(room) if room >= 1 else room
    width, height = image.width() * scale / ratio, image.height() * scale / ratio
    left = math.floor((area.center().x() - width / 2) * ratio) / ratio
    top = math.floor((area.center().y() - height / 2) * ratio) / ratio
    place = QRectF(left, top, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
    painter.drawImage(place, image)
    painter.restore()
    return place


def draw_mark(painter: QPainter, right: bool, area: QRectF, colour: QColor) -> None:
    """Draw a tick or a cross.

    Args:
        painter: Where to draw.
        right: True: a tick; False: a cross.
        area: Where, in logical pixels.
        colour: Its colour.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, max(1.6, area.width() / 6))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y, w, h = area.x(), area.y(), area.width(), area.height()
    if right:
        painter.drawPolyline([QPointF(x + 0.15 * w, y + 0.55 * h), QPointF(x + 0.4 * w, y + 0.8 * h)])
        painter.drawPolyline([QPointF(x + 0.4 * w, y + 0.8 * h), QPointF(x + 0.85 * w, y + 0.22 * h)])
    else:
        painter.drawLine(QPointF(x + 0.2 * w, y + 0.2 * h), QPointF(x + 0.8 * w, y + 0.8 * h))
        painter.drawLine(QPointF(x + 0.8 * w, y + 0.2 * h), QPointF(x + 0.2 * w, y + 0.8 * h))
    painter.restore()


def mark_colour(right: bool) -> QColor:
    """Return the colour of a tick or a cross; distinct with colour blindness too.

    Args:
        right: True: a tick; False: a cross.

    Returns:
        The colour.
    """
    colours = Colours.current()
    return colours.series[0] if right else colours.series[1]


def ink_on(background: QColor) -> QColor:
    """Choose black or white text, whichever has more contrast (WCAG 2: relative luminance).

    Args:
        background: Colour below the text.

    Returns:
        The colour.
    """

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in (background.redF(), background.greenF(), background.blueF()))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    black = (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05)
    return QColor(Qt.GlobalColor.black if black else Qt.GlobalColor.white)


def text_width(metrics: QFontMetricsF, *texts: str) -> int:
    """Measure the widest of some texts.

    Args:
        metrics: Metrics of the font.
        *texts: The texts.

    Returns:
        Width in whole pixels; 0 without a text.
    """
    return math.ceil(max((metrics.horizontalAdvance(text) for text in texts), default=0.0))
