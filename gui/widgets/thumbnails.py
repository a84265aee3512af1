"""A list of pictures with lines of text below, side by side; only what is visible is fetched and painted."""

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

from gui.widgets import labels
from gui.widgets.short_names import ShortNames
from trainer.text_shortening import shorten

Index = QModelIndex | QPersistentModelIndex
_VISIBLE = QAbstractItemView.ScrollHint.EnsureVisible
GAP = 4
"""Pixels between a card's edge, its picture and its text."""


@dataclass(frozen=True)
class Card:
    """`pixels` (h, w, 3) uint8; `lines` below them; `right`: a tick or a cross before the last line, None for
    neither. `spoken` is all of it in words, `tip` may hold lines."""

    pixels: NDArray[np.uint8]
    lines: tuple[str, ...]
    spoken: str
    tip: str = ""
    right: bool | None = None


class ThumbnailModel(QAbstractListModel):
    """`fetch(row)` makes a card whenever it is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._fetch: Callable[[int], Card | None] = lambda row: None

    def set_cards(self, count: int, fetch: Callable[[int], Card | None]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._count, self._fetch = count, fetch
        self.endResetModel()

    def cards_changed(self) -> None:
        """The same cards say something else now: paint them, and let screen readers know."""
        if self._count:
            self.dataChanged.emit(self.index(0), self.index(self._count - 1))

    def card(self, row: int) -> Card | None:
        """None where it is not to be had."""
        return self._fetch(row) if 0 <= row < self._count else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """All cards."""
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a screen reader says, and the tool tip; the view paints the card itself."""
        if role == Qt.ItemDataRole.AccessibleTextRole and (card := self.card(index.row())):
            return card.spoken
        if role == Qt.ItemDataRole.ToolTipRole and (card := self.card(index.row())):
            return labels.plain_tip(card.tip or card.spoken)
        return None


class ThumbnailView(QAbstractItemView):
    """Pictures of `side` pixels with `lines` lines of text, as many in a row as fit. With `largest` they grow up to so
    many pixels, as long as all of them fit without scrolling.

    All cards have one size, so places are computed and not kept: 50,000 cards cost no more than 50 (QListView asks the
    model about each of them whenever it is laid out, 5 us a card).
    """

    def __init__(self, side: int, lines: int, parent: QWidget | None = None, *, largest: int = 0) -> None:
        super().__init__(parent)
        self.side, self.lines = side, lines
        self.widest = ""
        """A text that is to fit in a line."""
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
        """Of each card, in logical pixels: those of a full row share the width."""
        least, room = self._least_size(), self.viewport().width()
        columns = max(1, room // least.width())
        full = self.pictures.rowCount() >= columns
        return QSize(max(least.width(), room // columns), least.height()) if full else least

    def _least_size(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        width = max(self.side, labels.text_width(metrics, self.widest))
        return QSize(width + 2 * GAP + 4, round(self.side + self.lines * metrics.height() + 2 * GAP + 4))

    def short_names(self, classes: tuple[str, ...], around: str = "", *, on_line: int = 1) -> tuple[str, ...]:
        """What each class is written as on a line that holds so many of them, and the text `around` them."""
        return self._short.of_classes(self._room(around) / on_line, classes, self.font())

    def fits(self, text: str) -> bool:
        """Whether a line has room for all of it."""
        return self._room(text) >= 0

    def _room(self, text: str) -> float:
        """Pixels that this text leaves on a line."""
        return self.card_size().width() - 2 * GAP - 4 - QFontMetricsF(self.font()).horizontalAdvance(text)

    def _columns(self) -> int:
        return max(1, self.viewport().width() // self.card_size().width())

    def fit(self) -> None:
        """Find the largest pictures that fit."""
        # with the scroll bar that may be there still: it would stay where pictures fit only without it
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
        """As large as there is room."""
        self.fit()
        super().resizeEvent(event)

    def updateGeometries(self) -> None:
        """What there is to scroll."""
        super().updateGeometries()
        card, rows = self.card_size(), -(-self.pictures.rowCount() // self._columns())
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, rows * card.height() - page))
        bar.setPageStep(max(card.height(), page - card.height()))
        bar.setSingleStep(card.height() // 3)

    def horizontalOffset(self) -> int:
        """Never scrolled to the side."""
        return 0

    def verticalOffset(self) -> int:
        """Pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """None is."""
        return False

    def visualRect(self, index: Index) -> QRect:
        """Where a card is in the viewport."""
        if not index.isValid():
            return QRect()
        card = self.card_size()
        row, column = divmod(index.row(), self._columns())
        return QRect(QPoint(column * card.width(), row * card.height() - self.verticalOffset()), card)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Where the selected cards lie."""
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
        """All cards between two points of the viewport; where only one can be selected, both lie on it."""
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
        """The card under the mouse is shaded."""
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        """None is."""
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cards that can be seen."""
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
        """One card in `rect`."""
        palette, area, metrics = self.palette(), rect.adjusted(2, 2, -2, -2), QFontMetricsF(self.font())
        if selected:
            painter.fillRect(area, palette.color(QPalette.ColorRole.Highlight))
        elif row == self._hovered:
            painter.fillRect(area, palette.color(QPalette.ColorRole.AlternateBase))
        top = QRectF(area.x() + GAP, area.y() + GAP, area.width() - 2 * GAP, self.side)
        labels.draw_picture(painter, labels.image_of(card.pixels), top)
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
            labels.draw_mark(painter, right, area, painter.pen().color())
        place = QRectF(left + mark, line.y(), width + 2, line.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, cut)
