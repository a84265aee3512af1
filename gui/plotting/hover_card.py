"""A card beside a chart with all its values at the mouse, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from gui.plotting.markers import Reading, draw_sample
from gui.style.dimensions import CORNER, SMALL, TIGHT, space
from gui.style.theme import Colours
from gui.widgets.drawing import text_width

_SAMPLE = 24


class HoverCard(QWidget):
    """Covers a part of its parent, and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.readings: Sequence[Reading] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_readings(self, readings: Sequence[Reading], chart: QRect, at: int) -> None:
        """Show values beside a chart, at its right if there is room; over it, away from the mouse, if there is none on
        either side.

        Args:
            readings: The values.
            chart: Place of the chart in the parent.
            at: x of the mouse in the parent.
        """
        self.readings = readings
        size, gap = self.sizeHint(), space(TIGHT)
        parent = self.parentWidget()
        assert parent is not None
        if chart.right() + gap + size.width() < parent.width():
            left = chart.right() + gap
        elif chart.left() - gap - size.width() >= 0:
            left = chart.left() - gap - size.width()
        elif at > chart.center().x():
            left = chart.left() + gap
        else:
            left = chart.right() - gap - size.width()
        top = max(0, min(chart.top(), parent.height() - size.height()))
        self.setGeometry(QRect(QPoint(left, top), size))
        self.raise_()
        self.show()
        self.update()

    def _columns(self) -> tuple[int, int]:
        """Widths of names and values."""
        metrics = QFontMetricsF(self.font())
        names = text_width(metrics, *(reading.name for reading in self.readings))
        return names, text_width(metrics, *(reading.value for reading in self.readings))

    def sizeHint(self) -> QSize:
        """As large as its values need."""
        name, value = self._columns()
        width = _SAMPLE + space(SMALL) + name + space(SMALL) + value
        return QSize(width + 2 * space(SMALL), len(self.readings) * self._line() + 2 * space(SMALL))

    def _line(self) -> int:
        return self.fontMetrics().height() + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a row per value."""
        painter, colours = QPainter(self), Colours.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Dark), 1))
        painter.setBrush(colours.background)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        inner, line = self.rect().adjusted(space(SMALL), space(SMALL), -space(SMALL), -space(SMALL)), self._line()
        middle = Qt.AlignmentFlag.AlignVCenter
        for place, reading in enumerate(self.readings):
            row = QRect(inner.left(), inner.top() + place * line, inner.width(), line)
            draw_sample(painter, reading.look, QRectF(row.left(), row.top(), _SAMPLE, line), colours)
            painter.setPen(colours.muted)
            name = row.adjusted(_SAMPLE + space(SMALL), 0, 0, 0)
            painter.drawText(name, middle | Qt.AlignmentFlag.AlignLeft, reading.name)
            painter.setPen(colours.text)
            painter.drawText(row, middle | Qt.AlignmentFlag.AlignRight, reading.value)
        painter.end()
