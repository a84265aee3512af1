"""How the points of a class look if each class has a colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from gui.plotting.markers import SHAPES, Look, draw_sample
from gui.style.theme import Colours


def look_of_class(number: int, *, hollow: bool = False) -> Look:
    """Choose colour and shape of a class; with more classes than colours, shapes tell them apart.

    Args:
        number: Index of the class.
        hollow: Whether the shape is hollow. Default: False.

    Returns:
        The look.
    """
    colours = Colours.current().classes
    colour: QColor = colours[number % len(colours)]
    return Look(colour, line=False, shape=SHAPES[number // len(colours) % len(SHAPES)], hollow=hollow)


def sample(number: int, scale: float) -> QIcon:
    """Draw the points of a class, right and wrong, side by side.

    Args:
        number: Index of the class.
        scale: Device pixels per logical pixel.

    Returns:
        An icon of 40 x 16 logical pixels.
    """
    picture = QPixmap(round(40 * scale), round(16 * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    for place, hollow in enumerate((False, True)):
        draw_sample(painter, look_of_class(number, hollow=hollow), QRectF(20 * place, 0, 20, 16), Colours.current())
    painter.end()
    found = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        found.addPixmap(picture, mode)
    return found
