"""Thumbnails side by side with lines of text below; only what is visible is fetched and painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget

from gui.widgets.drawing import draw_mark, draw_picture, image_of, text_width
from gui.widgets.labels import plain_tip
from gui.widgets.short_names import ShortNames
from trainer.text.text_shortening import shorten

Index = QModelIndex | QPersistentModelIndex
_VISIBLE = QAbstractItemView.ScrollHint.EnsureVisible
GAP = 4
"""Pixels between a card's edge, its picture and its text."""


@dataclass(frozen=True)
class Card:
    """One thumbnail with its text.

    Attributes:
        pixels: (h, w, 3), uint8.
        lines: Lines below the image.
        spoken: All of it in words, for screen readers.
        tip: Tool tip, may have several lines; "": `spoken`.
        right: True: a tick before the last line; False: a cross; None: neither.
    """

    pixels: NDArray[np.uint8]
    lines: tuple[str, ...]
    spoken: str
    tip: str = ""
    right: bool | None = None


class ThumbnailModel(QAbstractListModel):
    """Makes cards as they are painted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = 0
        self._fetch: Callable[[int], Card | None] = lambda row: None

    def set_cards(self, count: int, fetch: Callable[[int], Card | None]) -> None:
        """Show other cards.

        Args:
            count: Their number.
            fetch: From a row to its card; None if it is not available.
        """
        self.beginResetModel()
        self._count, self._fetch = count, fetch
        self.endResetModel()

    def cards_changed(self) -> None:
        """Repaint the cards after their content has changed, and notify screen readers."""
        if self._count:
            self.dataChanged.emit(self.index(0), self.index(self._count - 1))

    def card(self, row: int) -> Card | None:
        """Make a card.

        Args:
            row: Its row.

        Returns:
            The card; None if it is not available.
        """
        return self._fetch(row) if 0 <= row < self._count else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Number of cards."""
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text for screen readers, and the tool tip; the view paints the card itself."""
        if role == Qt.ItemDataRole.AccessibleTextRole and (card := self.card(index.row())):
            return card.spoken
        if role == Qt.ItemDataRole.ToolTipRole and (card := self.card(index.row())):
            return plain_tip(card.tip or card.spoken)
        return None


class ThumbnailView(QAbstractItemView):
    """Thumbnails, as many in a row as fit.

    All cards have one size, so positions are computed and not stored: 50,000 cards cost no more than 50 (QListView asks
    the model about each of them at every layout, 5 us per card).

    Args:
        side: Side of an image in logical pixels.
        lines: Lines of text below it.
        largest: Side up to which images grow while all fit without scrolling; 0 (default): they do not.
    """

    def __init__(self, side: int, lines: int, *, largest: int = 0) -> None:
        super().__init__()
        self.side, self.lines = side, lines
        self.widest = ""
        """A text that has to fit on a line."""
        self._sides = range(side, max(side, largest) + 1, 4)
        self._hovered = -1
        self._short = ShortNames()
        self.pictures = ThumbnailModel(self)
        self.setModel(self.pictures)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)

    # -- geometry ------------------------------------------------------------------------------------------------

    def card_size(self) -> QSize:
        """Return the size of a card; those of a full row share the width.

        Returns:
            Logical pixels.
        """
        least, room = self._least_size(), self.viewport().width()
        columns = max(1, room // least.width())
        full = self.pictures.rowCount() >= columns
        return QSize(max(least.width(), room // columns), least.height()) if full else least

    def _least_size(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        width = max(self.side, text_width(metrics, self.widest))
        return QSize(width + 2 * GAP + 4, round(self.side + self.lines * metrics.height() + 2 * GAP + 4))

    def short_names(self, classes: tuple[str, ...], around: str = "", *, on_line: int = 1) -> tuple[str, ...]:
        """Shorten class names so that they fit on a line.

        Args:
            classes: Class names.
            around: Other text on the line. Default: none.
            on_line: Number of names on the line, 1 or more. Default: 1.

        Returns:
            The short names in the same order.
        """
        return self._short.of_classes(self._room(around) / on_line, classes, self.font())

    def fits(self, text: str) -> bool:
        """Check whether a text fits on a line.

        Args:
            text: The text.

        Returns:
            Whether it does.
        """
        return self._room(text) >= 0

    def _room(self, text: str) -> float:
        """Pixels that this text leaves on a line."""
        return self.card_size().width() - 2 * GAP - 4 - QFontMetricsF(self.font()).horizontalAdvance(text)

    def _columns(self) -> int:
        return max(1, self.viewport().width() // self.card_size().width())

    def fit(self) -> None:
        """Choose the largest images that fit."""
        # with the scroll bar that may still be there: it would stay where images fit only without it
        bar = self.verticalScrollBar().sizeHint().width()
        room, count = self.size() - QSize(2 * self.frameWidth() + bar, 2 * self.frameWidth()), self.pictures.rowCount()
        fitting = self._sides[0]
        for side in self._sides:
            self.side = side
            card = self._least_size()
            columns = max(1, room.width() // card.width())
            if card.width() <= room.width() and -(-count // columns) * card.height() <= room.height():
                fitting = side
        self.side = fitting
        self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the size of images for a new width."""
        self.fit()
        super().resizeEvent(event)

    def updateGeometries(self) -> None:
        """Update the range of the scroll bar."""
        super().updateGeometries()
        card, rows = self.card_size(), -(-self.pictures.rowCount() // self._columns())
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, rows * card.height() - page))
        bar.setPageStep(max(card.height(), page - card.height()))
        bar.setSingleStep(card.height() // 3)

    def horizontalOffset(self) -> int:
        """Always 0: it never scrolls sideways."""
        return 0

    def verticalOffset(self) -> int:
        """Scrolled distance in pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """Always False."""
        return False

    def visualRect(self, index: Index) -> QRect:
        """Position of a card in the viewport."""
        if not index.isValid():
            return QRect()
        card = self.card_size()
        row, column = divmod(index.row(), self._columns())
        return QRect(QPoint(column * card.width(), row * card.height() - self.verticalOffset()), card)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Region of the selected cards."""
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The card at this point of the viewport."""
        card, columns = self.card_size(), self._columns()
        column, row = point.x() // card.width(), (point.y() + self.verticalOffset()) // card.height()
        place = row * columns + column
        return self.pictures.index(place) if 0 <= column < columns and row >= 0 else QModelIndex()

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = _VISIBLE) -> None:
        """Bring a card into view."""
        rect, bar = self.visualRect(index), self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top())
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + 1)
        self.viewport().update()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select all cards between two points of the viewport; both are the same if only one can be selected."""
        ends = [self.indexAt(point) for point in (rect.topLeft(), rect.bottomRight())]
        rows = sorted(end.row() if end.isValid() else self.pictures.rowCount() - 1 for end in ends)
        if any(end.isValid() for end in ends):
            chosen = QItemSelection(self.pictures.index(rows[0]), self.pictures.index(rows[1]))
            self.selectionModel().select(chosen, command)
        else:
            self.selectionModel().select(QModelIndex(), command)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Arrows, Home, End and pages."""
        columns, count = self._columns(), self.pictures.rowCount()
        page = max(1, self.viewport().height() // self.card_size().height()) * columns
        kind = QAbstractItemView.CursorAction
        steps = {
            kind.MoveLeft: -1,
            kind.MovePrevious: -1,
            kind.MoveRight: 1,
            kind.MoveNext: 1,
            kind.MoveUp: -columns,
            kind.MoveDown: columns,
            kind.MovePageUp: -page,
            kind.MovePageDown: page,
            kind.MoveHome: -count,
            kind.MoveEnd: count,
        }
        row = max(0, self.currentIndex().row()) + steps[action]
        return self.pictures.index(max(0, min(row, count - 1)))

    # -- painting ------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shade the card under the mouse."""
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        """Shade no card."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the visible cards."""
        painter, card, columns = QPainter(self.viewport()), self.card_size(), self._columns()
        first = self.verticalOffset() // card.height() * columns
        rows = self.viewport().height() // card.height() + 2
        chosen = {index.row() for index in self.selectedIndexes()}
        for row in range(first, min(first + rows * columns, self.pictures.rowCount())):
            found = self.pictures.card(row)
            if found is not None:
                self.paint_card(painter, found, QRectF(self.visualRect(self.pictures.index(row))), row, row in chosen)
        painter.end()

    def paint_card(self, painter: QPainter, card: Card, rect: QRectF, row: int, selected: bool) -> None:
        """Draw a card.

        Args:
            painter: Where to draw.
            card: The card.
            rect: Its place, in logical pixels.
            row: Its row.
            selected: Whether it is selected.
        """
        palette, area, metrics = self.palette(), rect.adjusted(2, 2, -2, -2), QFontMetricsF(self.font())
        if selected:
            painter.fillRect(area, palette.color(QPalette.ColorRole.Highlight))
        elif row == self._hovered:
            painter.fillRect(area, palette.color(QPalette.ColorRole.AlternateBase))
        top = QRectF(area.x() + GAP, area.y() + GAP, area.width() - 2 * GAP, self.side)
        draw_picture(painter, image_of(card.pixels), top)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        line = QRectF(top.x(), top.bottom() + GAP - 2, top.width(), metrics.height())
        painter.setPen(ink)
        for number, text in enumerate(card.lines):
            self._line(painter, text, line, card.right if number == len(card.lines) - 1 else None)
            line.translate(0, metrics.height())
        if selected and self.hasFocus():
            painter.setPen(QPen(ink, 1, Qt.PenStyle.DotLine))
            painter.drawRect(area.adjusted(1.5, 1.5, -1.5, -1.5))

    def _line(self, painter: QPainter, text: str, line: QRectF, right: bool | None) -> None:
        """In the middle, with a tick or a cross before it."""
        metrics = QFontMetricsF(self.font())
        mark = 0.0 if right is None else metrics.ascent() * 0.85 + 4
        cut = shorten(text, line.width() - mark, metrics.horizontalAdvance)
        width = metrics.horizontalAdvance(cut)
        left = line.x() + (line.width() - mark - width) / 2
        if right is not None:
            area = QRectF(left, line.center().y() - (mark - 4) / 2, mark - 4, mark - 4)
            draw_mark(painter, right, area, painter.pen().color())
        place = QRectF(left + mark, line.y(), width + 2, line.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, cut)
