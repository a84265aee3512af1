"""Parallel coordinates: a vertical axis per setting, a line per trial. No pyqtgraph: a few hundred lines at most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.style.theme import Colours, mix
from gui.viewmodels.search_view import Axis, TrialLine

PALE = 0.8
"""Fraction of the background in the colour of the worst trial."""
NEAR = 12.0
"""Largest distance in pixels between the mouse and the line it points at."""


class ParallelCoordinates(QWidget):
    """Good trials in strong colours, pruned ones dashed.

    `pointed` is emitted with the number of the trial under the mouse, or 0; `chosen` with one that was double-clicked.

    Attributes:
        axes: The axes, from left to right.
        lines: The trials.
        at: Number of the highlighted trial; 0: none.
    """

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.axes: Sequence[Axis] = ()
        self.lines: Sequence[TrialLine] = ()
        self.at = 0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 140)

    def sizeHint(self) -> QSize:
        """Half a window."""
        return QSize(640, 320)

    def show_trials(self, axes: Sequence[Axis], lines: Sequence[TrialLine]) -> None:
        """Show trials.

        Args:
            axes: The axes, from left to right.
            lines: The trials, the last one on top.
        """
        self.axes, self.lines = axes, lines
        self.update()

    def mark(self, number: int) -> None:
        """Highlight a trial.

        Args:
            number: Its number; 0: none.
        """
        if number != self.at:
            self.at = number
            self.update()

    # -- geometry ------------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Return the place of the axes.

        Returns:
            Logical pixels.
        """
        height = self.fontMetrics().height()
        side = min(90.0, self.width() / 6)
        return QRectF(side, 2 * height, max(1.0, self.width() - 2 * side), max(1.0, self.height() - 3.5 * height))

    def points(self, line: TrialLine) -> list[QPointF]:
        """Return the points where a trial crosses the axes.

        Args:
            line: The trial.

        Returns:
            A point per axis.
        """
        area = self.area()
        apart = area.width() / max(1, len(self.axes) - 1)
        return [
            QPointF(area.left() + number * apart, area.bottom() - place * area.height())
            for number, place in enumerate(line.places)
        ]

    def nearest(self, at: QPointF) -> int:
        """Find the trial whose line is nearest to a position.

        Args:
            at: The position.

        Returns:
            Its number; 0 if none is near.
        """
        found, least = 0, NEAR
        for line in self.lines:
            points = self.points(line)
            x, y = [point.x() for point in points], [point.y() for point in points]
            away = abs(float(np.interp(at.x(), x, y)) - at.y())
            if away <= least:
                found, least = line.trial.number, away
        return found

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw lines and axes."""
        painter, colours = QPainter(self), Colours.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = [line for line in self.lines if line.trial.number == self.at]
        for line in [*self.lines, *marked]:
            strong = line in marked
            pen = QPen(
                colours.cursor if strong else mix(colours.series[0], colours.background, PALE * (1 - line.share))
            )
            pen.setWidthF(2.5 if strong else 1.0 + line.share)
            if line.trial.state == "pruned":
                pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(self.points(line)))
        self._axes(painter, colours)
        painter.end()

    def _axes(self, painter: QPainter, colours: Colours) -> None:
        area, metrics = self.area(), QFontMetricsF(self.font())
        apart = area.width() / max(1, len(self.axes) - 1)
        ink = self.palette().color(self.foregroundRole())
        room = min(apart - 6, 2 * area.left())
        for number, axis in enumerate(self.axes):
            x = area.left() + number * apart
            painter.setPen(QPen(colours.muted, 1.2))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(ink)
            name = metrics.elidedText(axis.name, Qt.TextElideMode.ElideLeft, room)
            painter.drawText(QPointF(x - metrics.horizontalAdvance(name) / 2, metrics.height()), name)
            for place, text in axis.marks:
                y = area.bottom() - place * area.height()
                painter.setPen(colours.muted)
                painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
                # lines of trials would cross the text
                behind = metrics.boundingRect(text).adjusted(-2, -1, 2, 1)
                at = QPointF(x + 6, y + metrics.ascent() / 2 - 1)
                painter.fillRect(behind.translated(at), colours.background)
                painter.setPen(ink)
                painter.drawText(at, text)

    # -- the mouse -----------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlight the trial under the mouse."""
        self._point(self.nearest(event.position()))

    def leaveEvent(self, event: object) -> None:
        """Highlight no trial."""
        self._point(0)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose the trial under the mouse."""
        if number := self.nearest(event.position()):
            self.chosen.emit(number)

    def _point(self, number: int) -> None:
        if number != self.at:
            self.mark(number)
            self.pointed.emit(number)
