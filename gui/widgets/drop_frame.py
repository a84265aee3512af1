"""A dashed frame around a place where files can be dropped."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame

from gui.style.dimensions import CARD_CORNER
from gui.style.theme import Colours, mix


class DropFrame(QFrame):
    """The frame; its owner accepts the drops, and lights it while something is dragged over it."""

    def __init__(self) -> None:
        super().__init__()
        self._lit = False

    def light(self, on: bool) -> None:
        """Show that what is dragged would be accepted.

        Args:
            on: Whether something is dragged over it.
        """
        self._lit = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame in a colour of the theme."""
        colours, accent = Colours.current(), self.palette().color(QPalette.ColorRole.Link)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent if self._lit else colours.muted, 2.5 if self._lit else 1.5, Qt.PenStyle.DashLine))
        if self._lit:
            painter.setBrush(mix(colours.background, accent, 0.1))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1.5, 1.5, -1.5, -1.5), CARD_CORNER, CARD_CORNER)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
