"""A legend: samples of lines and their meaning, on as many rows as needed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plotting.markers import Look, draw_sample
from gui.style.theme import Colours
from gui.widgets.labels import plain_tip
from trainer.text.text_shortening import shorten_all

MAX_NAME = 220
_SAMPLE, _GAP = 24, 16


class Legend(QWidget):
    """Samples and names. Names are plain text; long ones are cut, and complete in the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[Look, str]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_entries(self, entries: list[tuple[Look, str]]) -> None:
        """Show entries.

        Args:
            entries: Look and name of each; empty: the legend is hidden.
        """
        if entries == self._entries:
            return
        self._entries = entries
        names = [name for _, name in entries]
        self.setVisible(bool(entries))
        self.setAccessibleDescription("; ".join(names))
        self.setToolTip(plain_tip("\n".join(names)))
        self.updateGeometry()
        self.update()

    def _places(self, width: float) -> list[tuple[QRectF, str]]:
        metrics = QFontMetricsF(self.font())
        places, x, y = [], 0.0, 0.0
        names = shorten_all([name for _, name in self._entries], MAX_NAME, metrics.horizontalAdvance)
        for text in names:
            need = _SAMPLE + 6 + metrics.horizontalAdvance(text) + 1
            if x and x + need > width:
                x, y = 0.0, y + metrics.height() + 2
            places.append((QRectF(x, y, need, metrics.height()), text))
            x += need + _GAP
        return places

    def heightForWidth(self, width: int) -> int:
        """Height of all rows."""
        places = self._places(width)
        return int(places[-1][0].bottom()) + 3 if places else 0

    def sizeHint(self) -> QSize:
        """One row, until the width is known."""
        return QSize(200, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height: a layout keeps the height for an earlier width as the largest one."""
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Update the size for a new font."""
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all entries."""
        painter, colours = QPainter(self), Colours.current()
        for (look, _), (box, text) in zip(self._entries, self._places(self.width()), strict=True):
            sample = QRectF(box.left(), box.top(), _SAMPLE, box.height())
            draw_sample(painter, look, sample, colours)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.drawText(box.adjusted(_SAMPLE + 6, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
