"""Labels of plain text: a sentence in place of missing content, a line that is cut where it does not fit, tool tips."""

from __future__ import annotations

import html

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy

from gui.style.dimensions import LARGE, READABLE, SMALL, WIDE, space, text_font
from gui.style.theme import Colours
from gui.widgets.state_sign import sign_pixmap


def mark_primary(button: QPushButton, on: bool) -> None:
    """Give a button the accent of the one thing to do here, or take it away.

    Args:
        button: The button.
        on: Whether it has it.
    """
    wanted = "primary" if on else ""
    if button.property("kind") != wanted:
        button.setProperty("kind", wanted)
        button.style().unpolish(button)
        button.style().polish(button)


class Sentence(QLabel):
    """In the middle of an empty panel: why it is empty and what to do. The first of several lines is a heading.

    Args:
        sign: Name of the drawing above it, shown if there is room. Default: none; then it is a label like others.
    """

    def __init__(self, sign: str = "") -> None:
        super().__init__()
        self._sign = sign
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(space(WIDE))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The drawing, the heading, and the text in lines that are read with ease."""
        if not self._sign or not self.text():
            super().paintEvent(event)
            return
        edge, side, gap = self.margin(), space(2 * LARGE), space(SMALL)
        room = self.contentsRect().adjusted(edge, edge, -edge, -edge)
        line = QRect(0, 0, min(room.width(), space(READABLE)), room.height())
        line.moveCenter(room.center())
        flags = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
        parts = self._parts()
        heights = [QFontMetrics(font).boundingRect(line, flags, text).height() + gap for font, _, text in parts]
        top = room.bottom() - sum(heights)
        if not self.alignment() & Qt.AlignmentFlag.AlignBottom:
            top = room.center().y() - sum(heights) // 2
        painter = QPainter(self)
        if top - side >= room.top():
            sign = sign_pixmap(self._sign, Colours.current().muted, side, self.devicePixelRatio())
            painter.drawPixmap(room.center().x() - side // 2, top - side, sign)
        for (font, role, text), height in zip(parts, heights, strict=True):
            painter.setFont(font)
            painter.setPen(self.palette().color(role))
            painter.drawText(QRect(line.x(), top + gap, line.width(), height), flags, text)
            top += height
        painter.end()

    def _parts(self) -> list[tuple[QFont, QPalette.ColorRole, str]]:
        """Font, colour and text of the heading and of what follows."""
        first, _, rest = self.text().partition("\n")
        if not rest:
            return [(self.font(), self.foregroundRole(), first)]
        heading = text_font("title"), QPalette.ColorRole.WindowText, first
        return [heading, (self.font(), self.foregroundRole(), rest)]


class Note(QLabel):
    """One line of plain text; if it is cut, the tool tip has all of it. Screen readers always get all of it.

    Args:
        cut: Where it is cut. Default: at the end.
    """

    def __init__(self, cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole, self._mode = "", cut

    def setText(self, text: str) -> None:
        """Show as much of a text as fits."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._cut()

    def resizeEvent(self, event: object) -> None:
        """Cut the text for a new width."""
        self._cut()

    def _cut(self) -> None:
        cut = self.fontMetrics().elidedText(self._whole, self._mode, max(0, self.width() - 2))
        super().setText(cut)
        self.setToolTip(plain_tip(self._whole) if cut != self._whole else "")


def plain_tip(text: str) -> str:
    """Make a tool tip that is never read as HTML, whatever the class names of a run are.

    Args:
        text: Plain text.

    Returns:
        Escaped text for `setToolTip`.
    """
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"
