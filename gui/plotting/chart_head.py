"""The line above a chart: its title, and at the right the values under the mouse, where they cover nothing; a button
that shows the chart large."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from gui.plotting.markers import Reading, draw_sample
from gui.style.dimensions import MEDIUM, SMALL, TIGHT, icon_size, space, text_font
from gui.style.theme import Colours
from gui.widgets.labels import plain_tip

_SAMPLE = 12


class ChartHead(QWidget):
    """Title and values of a chart. A value is painted in full or not at all, its name only if there is room for all
    names. If not all values fit, the last item is how many more there are, unless they are `told_elsewhere`. A title
    that is too wide ends in an ellipsis, and the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self._name = ""
        self._readings: Sequence[Reading] = ()
        self.told_elsewhere = False
        self.button: QToolButton | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add_button(self) -> QToolButton:
        """Add a button at the right end.

        Returns:
            The button, without icon and text; the mouse's only.
        """
        self.button = QToolButton(self)
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setIconSize(icon_size(MEDIUM))
        return self.button

    @property
    def _room(self) -> float:
        """Pixels for title and values."""
        button = self.button
        return self.width() - (button.width() + space(TIGHT) if button is not None and not button.isHidden() else 0)

    @property
    def hides_values(self) -> bool:
        """Whether not all values fit."""
        return len(self.fitting(self._room)[0]) < len(self._readings)

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
        cut = self.fitting_title(self._room) != self.title
        self.setToolTip(plain_tip(self.title) if cut else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the button, and update the tool tip for a new width."""
        super().resizeEvent(event)
        if self.button is not None:
            size = self.button.sizeHint()
            top = (self.height() - size.height()) // 2
            self.button.setGeometry(self.width() - size.width(), top, size.width(), size.height())
        self._tip()

    def show_readings(self, readings: Sequence[Reading]) -> None:
        """Show the values at the mouse.

        Args:
            readings: The values, most important first; empty: none.
        """
        if readings or self._readings:
            self._readings, self.told_elsewhere = readings, False
            self.update()

    def sizeHint(self) -> QSize:
        """One line of text, or the button."""
        line = QFontMetrics(text_font("heading")).height() + space(TIGHT)
        return QSize(0, max(line, self.button.sizeHint().height() if self.button is not None else 0))

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

    def _name_widths(self, count: int, value: float, width: float) -> list[float]:
        """Width of each name and the gaps around it; zeros if there is no room for all names, or not for all values."""
        metrics, none = QFontMetricsF(self.font()), [0.0] * count
        if count < len(self._readings):
            return none
        names = [metrics.horizontalAdvance(reading.name) for reading in self._readings]
        names = [name + 2 * space(TIGHT) if name else 0.0 for name in names]
        needed = sum(names) + count * (space(SMALL) + self._sample() + value)
        title = QFontMetricsF(text_font("heading")).horizontalAdvance(self.title)
        return names if needed + space(SMALL) <= width - title else none

    def changeEvent(self, event: QEvent) -> None:
        """Update the height for a new font."""
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._tip()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw title, line samples, names and values."""
        painter, colours = QPainter(self), Colours.current()
        area = QRectF(0, 0, self._room, self.height())
        shown, width = self.fitting(area.width())
        hidden = len(self._readings) - len(shown) if not self.told_elsewhere else 0
        more = f"+{hidden}" if hidden else ""
        # the count of hidden values stands where a long title would
        taken = QFontMetricsF(self.font()).horizontalAdvance(more) + space(TIGHT) if more else 0.0
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.setFont(text_font("heading"))
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignLeft, self.fitting_title(area.width() - taken))
        painter.setFont(self.font())
        painter.setPen(colours.muted)
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, more)
        right = area.right() - taken
        names = self._name_widths(len(shown), width, area.width())
        for reading, name in zip(reversed(shown), reversed(names), strict=True):
            right = self._draw_reading(painter, reading, QRectF(right - width, 0, width, self.height()), name)
        painter.end()

    def _draw_reading(self, painter: QPainter, reading: Reading, value: QRectF, name: float) -> float:
        """Draw a value in its place, left of it its name and a sample of its line; returns the end of the next one."""
        colours, middle = Colours.current(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colours.text)
        painter.drawText(value, middle | Qt.AlignmentFlag.AlignRight, reading.value)
        left = value.left() - name
        if name:
            painter.setPen(colours.muted)
            place = QRectF(left + space(TIGHT), 0, name, self.height())
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, reading.name)
        if self._sample():
            sample = QRectF(left - self._sample(), 0, _SAMPLE, self.height())
            draw_sample(painter, reading.look, sample, colours)
        return left - self._sample() - space(SMALL)
