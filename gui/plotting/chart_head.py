"""The line above a chart: its title, and at the right the values under the mouse, where they cover nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plotting.markers import Reading, draw_sample
from gui.widgets.labels import plain_tip
from gui.window.dimensions import SMALL, TIGHT, space, text_font
from gui.window.theme import Colours

_SAMPLE = 12


class ChartHead(QWidget):
    """Title and values of a chart. A value is painted in full or not at all; if not all fit, the last item is how many
    more there are. A title that is too wide ends in an ellipsis, and the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self._name = ""
        self._readings: Sequence[Reading] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_title(self, text: str, name: str = "") -> None:
        """Set the title.

        Args:
            text: Plain text.
            name: The part of it that is shortened where the title is too wide. Default: all of it.
        """
        self.title, self._name = text, name or text
        self._tip()
        self.update()

    def fitting_title(self, width: float) -> str:
        """Shorten the title to a width; what is not the name stays whole.

        Args:
            width: Width in pixels.

        Returns:
            The title, with an ellipsis if it was cut.
        """
        metrics = QFontMetricsF(text_font("heading"))
        if metrics.horizontalAdvance(self.title) <= width:
            return self.title
        before, name, after = self.title.partition(self._name)
        room = width - metrics.horizontalAdvance(before + after)
        short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        return f"{before}{short or '…'}{after}"

    def _tip(self) -> None:
        cut = self.fitting_title(self.width()) != self.title
        self.setToolTip(plain_tip(self.title) if cut else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the tool tip for a new width."""
        super().resizeEvent(event)
        self._tip()

    def show_readings(self, readings: Sequence[Reading]) -> None:
        """Show the values at the mouse.

        Args:
            readings: The values, most important first; empty: none.
        """
        if readings or self._readings:
            self._readings = readings
            self.update()

    def sizeHint(self) -> QSize:
        """One line of text."""
        return QSize(0, QFontMetrics(text_font("heading")).height() + space(TIGHT))

    def fitting(self, width: float) -> tuple[list[Reading], float]:
        """Find the values that fit next to the title.

        Args:
            width: Width in pixels.

        Returns:
            The values, and the width of each in pixels.
        """
        metrics = QFontMetricsF(self.font())
        if not self._readings:
            return [], 0.0
        value = max(metrics.horizontalAdvance(reading.value) for reading in self._readings)
        # a gap before each value, the first one's parts it from the title
        room = width - QFontMetricsF(text_font("heading")).horizontalAdvance(self.title)
        each = space(SMALL) + self._sample() + value
        count = int(room // each)
        if count < len(self._readings):
            count = int((room - metrics.horizontalAdvance("+0") - space(TIGHT)) // each)
        return list(self._readings[: max(0, count)]), value

    def _sample(self) -> int:
        """Width of the line sample before each value; a chart with a single line has none."""
        return _SAMPLE + space(TIGHT) if len(self._readings) > 1 else 0

    def changeEvent(self, event: QEvent) -> None:
        """Update the height for a new font."""
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._tip()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw title, line samples and values."""
        painter, colours, area = QPainter(self), Colours.current(), QRectF(self.rect())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.setFont(text_font("heading"))
        metrics, right = QFontMetricsF(self.font()), area.right()
        shown, width = self.fitting(area.width())
        hidden = len(self._readings) - len(shown)
        # the count of hidden values stands where a long title would
        room = area.width() - (metrics.horizontalAdvance(f"+{hidden}") + space(TIGHT) if hidden else 0)
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignLeft, self.fitting_title(room))
        painter.setFont(self.font())
        if hidden:
            painter.setPen(colours.muted)
            painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, f"+{hidden}")
            right -= metrics.horizontalAdvance(f"+{hidden}") + space(TIGHT)
        for reading in reversed(shown):
            painter.setPen(colours.text)
            value = QRectF(right - width, area.top(), width, area.height())
            painter.drawText(value, middle | Qt.AlignmentFlag.AlignRight, reading.value)
            if self._sample():
                sample = QRectF(value.left() - self._sample(), area.top(), _SAMPLE, area.height())
                draw_sample(painter, reading.look, sample, colours)
            right = value.left() - self._sample() - space(SMALL)
        painter.end()
