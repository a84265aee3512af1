"""The confusion matrix as a table, which provides keyboard, selection and screen readers; a delegate draws the
colours."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.style.theme import Colours, mix
from gui.text import formats
from gui.text.class_text import class_name
from gui.widgets.drawing import ink_on, text_width
from gui.widgets.labels import plain_tip
from gui.widgets.short_names import ShortNames
from trainer.metrics.confusion import Shown

Index = QModelIndex | QPersistentModelIndex
SMALLEST, LARGEST = 22, 64
"""Side of a cell in pixels."""
_GAP = 1
"""Pixels around a cell, instead of grid lines."""
NAME_WIDTH = 125
"""Most pixels for a class name beside its row or above its column."""


class MatrixModel(QAbstractTableModel):
    """The displayed matrix and class names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self._names: tuple[str, ...] = ()
        self._scales = (0.0, 0.0)

    def show_matrix(self, shown: Shown | None, names: tuple[str, ...]) -> None:
        """Show a matrix; the selection is kept if the classes are the same."""
        same = shown is not None and self.shown is not None and shown.classes == self.shown.classes
        same = same and names == self._names
        if not same:
            self.beginResetModel()
        self.shown, self._names = shown, names
        self._scales = shown.scales if shown is not None else (0.0, 0.0)
        if not same:
            self.endResetModel()
        elif shown is not None:
            last = len(shown.classes) - 1
            self.dataChanged.emit(self.index(0, 0), self.index(last, last))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Classes, and perhaps "other"."""
        return 0 if parent.isValid() or self.shown is None else len(self.shown.classes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """As many as rows."""
        return self.rowCount(parent)

    def name(self, place: int) -> str:
        """Of the class at this row or column."""
        assert self.shown is not None
        number = self.shown.classes[place]
        return self.tr("other") if number is None else class_name(self._names, number)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names; the tool tip says which side they are on."""
        if self.shown is None or not 0 <= section < len(self.shown.classes):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.name(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            across = orientation == Qt.Orientation.Horizontal
            text = self.tr("All predicted as {name}") if across else self.tr("All of class {name}")
            return plain_tip(text.format(name=self.name(section)))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The value; as a sentence for tooltip and screen reader."""
        if self.shown is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._in_words(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._in_words(index.row(), index.column()))
        return None

    def _text(self, row: int, column: int) -> str:
        assert self.shown is not None
        value = float(self.shown.values[row, column])
        if math.isnan(value):
            return "–"
        if value == 0:
            return ""
        if self.shown.mode == "counts":
            return formats.whole(value)
        if self.shown.mode == "difference":
            return formats.signed(100 * value, 0 if abs(value) >= 0.0095 else 1)
        return formats.number(100 * value, 0 if value >= 0.0095 else 1)

    def _in_words(self, row: int, column: int) -> str:
        assert self.shown is not None
        counts = self.shown.counts
        of = int(counts[row].sum())
        text = self.tr("{true} predicted as {predicted}: {count} of {of} ({share})").format(
            true=self.name(row),
            predicted=self.name(column),
            count=formats.whole(int(counts[row, column])),
            of=formats.whole(of),
            share=formats.percent(counts[row, column] / of if of else math.nan, 1),
        )
        if self.shown.mode == "difference" and self.shown.before is not None:
            before = self.shown.before[row]
            whole = int(before.sum())
            share = formats.percent(before[column] / whole if whole else math.nan, 1)
            text += "\n" + self.tr("before: {count} of {of} ({share})").format(
                count=formats.whole(int(before[column])), of=formats.whole(whole), share=share
            )
        return text

    def colour(self, row: int, column: int, background: QColor) -> QColor:
        """Hits and errors have separate colours and scales; a difference shows better (more hits, fewer errors) and
        worse."""
        assert self.shown is not None
        value, colours = float(self.shown.values[row, column]), Colours.current()
        scale = max(self._scales) if self.shown.mode == "difference" else self._scales[row != column]
        if math.isnan(value) or value == 0 or scale == 0:
            return background
        share = max(-1.0, min(1.0, value / scale))
        if self.shown.mode == "difference":
            share = -share if row == column else share
            red, green, blue = (int(part) for part in colours.change[round(127.5 + 127.5 * share)][:3])
            return QColor(red, green, blue)
        # a little colour even for the smallest: one error differs from zero
        return mix(background, colours.series[0] if row == column else colours.series[1], 0.08 + 0.92 * share)


class _CellDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, MatrixModel)
        rect, state, palette = option.rect, option.state, option.palette
        colour = model.colour(index.row(), index.column(), palette.color(QPalette.ColorRole.AlternateBase))
        painter.fillRect(rect.adjusted(_GAP, _GAP, -_GAP, -_GAP), colour)
        text = index.data()
        if text:
            painter.setPen(ink_on(colour))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))


class _Names(QHeaderView):
    """Class names; those of columns are vertical, so that columns can be narrow."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.marked = -1
        self._short = ShortNames()
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(SMALLEST - 4)

    def paintSection(self, painter: QPainter, rect: QRect, index: int) -> None:
        painter.save()
        palette = self.palette()
        painter.fillRect(rect, palette.color(QPalette.ColorRole.Base))
        across = self.orientation() == Qt.Orientation.Horizontal
        font = self.font()
        font.setBold(index == self.marked)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.ButtonText))
        room, side = rect.adjusted(4, 0, -6, 0), Qt.AlignmentFlag.AlignRight
        if across and self._lie():
            room, side = rect, Qt.AlignmentFlag.AlignHCenter
        elif across:
            painter.translate(rect.x(), rect.bottom())
            painter.rotate(-90)
            room, side = QRect(6, 0, rect.height() - 10, rect.width()), Qt.AlignmentFlag.AlignLeft
        text = self.model().headerData(index, self.orientation()) or ""
        cut = self._short.within(room.width(), self._names(), font).get(text, text)
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, cut)
        painter.restore()

    def _names(self) -> tuple[str, ...]:
        return tuple(str(self.model().headerData(place, self.orientation()) or "") for place in range(self.count()))

    def _longest(self) -> int:
        font = self.font()
        font.setBold(True)
        metrics = QFontMetrics(font)
        names = [self.model().headerData(place, self.orientation()) for place in range(self.count())]
        return max((metrics.horizontalAdvance(name) for name in names if name), default=0)

    def _lie(self) -> bool:
        return self._longest() + 4 <= self.defaultSectionSize()

    def fit(self) -> None:
        """As wide or high as the names need, within reason."""
        if self.orientation() == Qt.Orientation.Vertical:
            self.setFixedWidth(min(NAME_WIDTH, self._longest() + 12))
        else:
            line = self.fontMetrics().height() + 8
            self.setFixedHeight(line if self._lie() else min(NAME_WIDTH, self._longest() + 12))


class MatrixView(QTableView):
    """`chosen`: a cell, (row, column); -1 stands for all rows or columns."""

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.matrix = MatrixModel(self)
        self._widest = SMALLEST
        self.setModel(self.matrix)
        self.setItemDelegate(_CellDelegate(self))
        self.columns, self.rows = _Names(Qt.Orientation.Horizontal, self), _Names(Qt.Orientation.Vertical, self)
        self.setHorizontalHeader(self.columns)
        self.setVerticalHeader(self.rows)
        self._corner = self.findChild(QAbstractButton)
        if self._corner is not None:
            self._corner.installEventFilter(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.clicked.connect(lambda index: self.chosen.emit(index.row(), index.column()))
        self.columns.sectionClicked.connect(lambda column: self.chosen.emit(-1, column))
        self.rows.sectionClicked.connect(lambda row: self.chosen.emit(row, -1))

    def show_matrix(self, shown: Shown | None, names: tuple[str, ...]) -> None:
        """Show a matrix in the available space."""
        self.matrix.show_matrix(shown, names)
        size = range(self.matrix.rowCount())
        texts = (self.matrix.index(row, column).data() for row in size for column in size)
        self._widest = max(SMALLEST, text_width(QFontMetricsF(self.font()), *texts) + 6)
        self.fit()

    def mark(self, row: int, column: int) -> None:
        """Mark a cell as chosen, or with -1 a whole row or column, or nothing, without emitting a signal."""
        self.rows.marked, self.columns.marked = row, column
        with QSignalBlocker(self):
            if row >= 0 and column >= 0:
                self.setCurrentIndex(self.matrix.index(row, column))
            else:
                self.clearSelection()
        self.rows.viewport().update()
        self.columns.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The corner is not a button here: it is painted blank."""
        if watched is self._corner and event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            QPainter(watched).fillRect(watched.rect(), self.palette().color(QPalette.ColorRole.Base))
            return True
        return super().eventFilter(watched, event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Keys choose as well."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.row(), current.column())

    def helpful_size(self, room: QSize) -> QSize:
        """The part of `room` needed to show square cells at a useful size; all of it if there are many."""
        count = self.matrix.rowCount()
        if not count:
            return room
        side = self._side(room)
        frame = self._frame()
        self.columns.setDefaultSectionSize(side)
        self.columns.fit()
        wide, high = (side * count + frame + part for part in (self.rows.width(), self.columns.height()))
        return QSize(min(wide, room.width()), min(high, room.height()))

    def _frame(self) -> int:
        return 2 * self.frameWidth() + 2

    def _side(self, room: QSize) -> int:
        """Size of a cell in this space, at least that of the longest text."""
        count, frame = self.matrix.rowCount(), self._frame()
        self.rows.fit()
        width = (room.width() - self.rows.width() - frame) // count
        for _ in range(2):  # whether names are horizontal depends on the side, and the remaining height on the names
            height = (room.height() - self.columns.height() - frame) // count
            side = max(min(self._widest, LARGEST), min(LARGEST, width, height))
            self.columns.setDefaultSectionSize(side)
            self.columns.fit()
        return side

    def fit(self) -> None:
        """Set the cell size that fills the view, within readable limits."""
        if not self.matrix.rowCount():
            return
        side = self._side(self.size())
        height = (self.height() - self.columns.height() - self._frame()) // self.matrix.rowCount()
        line = self.fontMetrics().height() + 4
        self.rows.setDefaultSectionSize(max(min(line, SMALLEST), min(side, height)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Refit the cells."""
        super().resizeEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the whole row, with Shift the whole column: what a click on a header does."""
        index = self.currentIndex()
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not index.isValid():
            super().keyPressEvent(event)
            return
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.chosen.emit(-1 if shift else index.row(), index.column() if shift else -1)
