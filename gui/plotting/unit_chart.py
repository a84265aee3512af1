"""A chart with an x axis from 0 to 1: what reliability diagram and coverage curve share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plotting.markers import number_text
from gui.style.theme import Colours
from gui.text import formats
from gui.widgets.labels import plain_tip
from trainer.plotting.ticks import ticks

ACROSS = (0.0, 0.25, 0.5, 0.75, 1.0)


class UnitChart(QWidget):
    """Base of charts over a fraction.

    `pointed` describes what is under the mouse, or under the mark that the arrow keys move; "" for nothing.

    Attributes:
        at: Index of what is highlighted; None: nothing.
        range: Lower and upper edge of the y axis.
    """

    pointed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.at: int | None = None
        self.range = (0.0, 1.0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 160)

    def sizeHint(self) -> QSize:
        """Half a tab."""
        return QSize(420, 360)

    # -- what a chart says of itself -----------------------------------------------------------------------------

    def count(self) -> int:
        """Return the number of places to point at.

        Returns:
            0 or more.
        """
        raise NotImplementedError

    def number_at(self, share: float) -> int:
        """Find a place.

        Args:
            share: Position on the x axis, in [0, 1].

        Returns:
            Index of the place.
        """
        raise NotImplementedError

    def words_at(self, number: int) -> str:
        """Describe a place.

        Args:
            number: Index of the place.

        Returns:
            The text.
        """
        raise NotImplementedError

    def caption(self) -> str:
        """Return the title of the x axis.

        Returns:
            The text.
        """
        raise NotImplementedError

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        """Draw the content over the axes.

        Args:
            painter: Where to draw.
            area: Place of the content, in pixels.
            colours: Colours of the theme.
        """
        raise NotImplementedError

    def below(self) -> float:
        """Return the room between content and x axis.

        Returns:
            Pixels. Default: 0.
        """
        return 0.0

    # -- geometry ------------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Return the place of the content.

        Returns:
            Logical pixels.
        """
        metrics = self.fontMetrics()
        left = max(metrics.horizontalAdvance(text) for text in self._marks()[1] or [""]) + 10
        bottom = 2 * metrics.height() + 12 + self.below()
        top = metrics.height() / 2 + 4
        return QRectF(left, top, max(1.0, self.width() - left - 16), max(1.0, self.height() - top - bottom))

    def _marks(self) -> tuple[Sequence[float], list[str]]:
        places, step = ticks(*self.range, 6, "percent")
        return places, [number_text(place, step, "percent") for place in places]

    def across(self, area: QRectF, share: float) -> float:
        """Convert a fraction to x in pixels."""
        return area.left() + share * area.width()

    def upward(self, area: QRectF, share: float) -> float:
        """Convert a value to y in pixels."""
        low, high = self.range
        return area.bottom() - (share - low) / (high - low) * area.height()

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes and content."""
        if not self.count():
            return
        painter, area, colours = QPainter(self), self.area(), Colours.current()
        painter.fillRect(area, colours.background)
        self._axes(painter, area, colours)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, area, colours)
        painter.end()

    def _axes(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        line = self.fontMetrics().height()
        ink = self.palette().color(self.foregroundRole())
        for place, text in zip(*self._marks(), strict=True):
            y = round(self.upward(area, place)) + 0.5
            painter.setPen(colours.grid)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(ink)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - line / 2, area.left() - 6, line), right, text)
        bottom = area.bottom() + self.below()
        for share in ACROSS:
            x = self.across(area, share)
            painter.setPen(colours.muted)
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + 4))
            painter.setPen(ink)
            # the last one ends where the area does, or it would be cut
            number = QRectF(x - 40, bottom + 5, 80 if share < 1 else 40 + 14, line)
            side = Qt.AlignmentFlag.AlignHCenter if share < 1 else Qt.AlignmentFlag.AlignRight
            painter.drawText(number, side, formats.percent(share))
        below = QRectF(0, bottom + 7 + line, area.right() + 14, line)
        said = self.fontMetrics().elidedText(self.caption(), Qt.TextElideMode.ElideRight, int(below.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, said)

    def draw_mark(self, painter: QPainter, box: QRectF) -> None:
        """Draw a frame around what is highlighted, dark and light: one of them is visible on any colour.

        Args:
            painter: Where to draw.
            box: The frame, in pixels.
        """
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((Colours.current().background, 3), (Colours.current().cursor, 1.4)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(box)

    # -- mouse and keyboard --------------------------------------------------------------------------------------

    def point(self, number: int | None) -> None:
        """Highlight a place.

        Args:
            number: Its index; None: nothing.
        """
        if number != self.at:
            self.at = number
            self.pointed.emit(self.words_at(number) if number is not None else "")
            self.update()

    def _number(self, at: QPointF) -> int | None:
        area = self.area().adjusted(0, 0, 0, self.below())
        if not self.count() or not area.adjusted(-1, -1, 1, 1).contains(at):
            return None
        share = (at.x() - area.left()) / area.width()
        return max(0, min(self.number_at(min(max(share, 0.0), 1.0)), self.count() - 1))

    def event(self, event: QEvent) -> bool:
        """Show the description as a tool tip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._number(QPointF(event.pos()))
            self.setToolTip(plain_tip(self.words_at(number)) if number is not None else "")
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlight what is under the mouse."""
        self.point(self._number(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Highlight nothing."""
        self.point(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Highlight nothing: the arrow keys go elsewhere."""
        self.point(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right highlight the neighbour, Home and End the first and last place."""
        last = self.count() - 1
        at = -1 if self.at is None else self.at
        moves = {
            Qt.Key.Key_Left: at - 1,
            Qt.Key.Key_Right: at + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if last < 0 or (move := moves.get(Qt.Key(event.key()))) is None:
            super().keyPressEvent(event)
            return
        self.point(max(0, min(move, last)))
