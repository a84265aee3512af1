"""Metrics of each class as a table, F1 as bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from gui.style.theme import Colours
from gui.text import formats
from gui.text.class_text import class_name, class_names
from gui.widgets.bar_delegate import row_height
from gui.widgets.drawing import mark_colour
from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_row_height, set_up_rows
from gui.widgets.short_names import NameDelegate
from trainer.text.natural_order import natural_key

Index = QModelIndex | QPersistentModelIndex
NAME, F1, PRECISION, RECALL, SUPPORT, SINCE_LAST, SINCE_BEST = range(7)
BAR = 16
"""Height in pixels of a bar, at most."""
TALL, TALLEST = 2.2, 3.4
"""Rows of few classes share the height, up to so many lines of text each: first with what stands below, then with what
is left. Farther apart, they are hard to compare."""
FIELDS = ("f1", "precision", "recall", "support", "since_last", "since_best")


class ClassModel(QAbstractTableModel):
    """A row per class, in the order the user chose; by default the worst F1 first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.columns: Mapping[str, NDArray[Any]] | None = None
        self.names: tuple[str, ...] = ()
        self.order: NDArray[np.int64] = np.empty(0, np.int64)
        """The class of each row."""
        self.sorted_by = (F1, Qt.SortOrder.AscendingOrder)

    def show_columns(self, columns: Mapping[str, NDArray[Any]] | None, names: tuple[str, ...]) -> None:
        """Show these classes, sorted."""
        self.layoutAboutToBeChanged.emit()
        chosen = [(old, self._class(old.row())) for old in self.persistentIndexList()]
        self.columns, self.names = columns, names
        self._sort()
        rows = {int(number): row for row, number in enumerate(self.order)}
        for old, number in chosen:
            row = rows.get(number, -1)
            self.changePersistentIndex(old, self.index(row, old.column()) if row >= 0 else QModelIndex())
        self.layoutChanged.emit()

    def _class(self, row: int) -> int:
        return int(self.order[row]) if 0 <= row < len(self.order) else -1

    def _sort(self) -> None:
        if self.columns is None:
            self.order = np.empty(0, np.int64)
            return
        column, direction = self.sorted_by
        falling = direction == Qt.SortOrder.DescendingOrder
        count = len(self.columns["f1"])
        if column == NAME:
            names = sorted(range(count), key=lambda i: natural_key(self.names[i] if i < len(self.names) else ""))
            self.order = np.array(names[::-1] if falling else names, np.int64)
            return
        values = np.asarray(self.columns[FIELDS[column - 1]], float)
        # NaN last in either direction
        self.order = np.argsort(-values if falling else values, kind="stable")

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self.sorted_by = (column, order)
        self.show_columns(self.columns, self.names)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Number of rows."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Number of columns."""
        return 0 if parent.isValid() else SINCE_BEST + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Column titles, with tooltips."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        captions = (
            (self.tr("Class"), self.tr("Click a class to see its images")),
            (self.tr("F1"), self.tr("2 · precision · recall / (precision + recall)")),
            (self.tr("Precision"), self.tr("Share of the images predicted as this class that belong to it")),
            (self.tr("Recall"), self.tr("Share of the images of this class that were predicted correctly")),
            (self.tr("Images"), self.tr("Images of this class in the split")),
            (self.tr("Δ last"), self.tr("Change of F1 since the previous epoch")),
            (self.tr("Δ best"), self.tr("Difference in F1 from the best epoch")),
        )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section in (NAME, F1) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        place = {Qt.ItemDataRole.DisplayRole: 0, Qt.ItemDataRole.ToolTipRole: 1}.get(Qt.ItemDataRole(role))
        return captions[section][place] if place is not None else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts; the delegate paints the bars."""
        if self.columns is None:
            return None
        number, column = self._class(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(number, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column != NAME:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and column == NAME:
            return plain_tip(class_name(self.names, number))
        return None

    def _text(self, number: int, column: int) -> str:
        assert self.columns is not None
        if column == NAME:
            return class_name(self.names, number)
        value = float(self.columns[FIELDS[column - 1]][number])
        if column == SUPPORT:
            return formats.whole(value)
        if column in (SINCE_LAST, SINCE_BEST):
            return formats.signed(value, 3)
        return formats.number(value, 3)


class _BarDelegate(QStyledItemDelegate):
    """A bar from 0 to 1, and the number beside it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, ClassModel)
        if model.columns is None:
            return
        palette, rect = option.palette, QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        colours, value = Colours.current(), float(model.columns["f1"][model.order[index.row()]])
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        text = index.data()
        width = painter.fontMetrics().horizontalAdvance(formats.number(0.888, 3)) + 10
        spare = max(4.0, (rect.height() - BAR) / 2)
        bar = rect.adjusted(4, spare, -width, -spare)
        painter.fillRect(bar, ink if selected else colours.grid)
        inner = bar.adjusted(1, 1, -1, -1)
        painter.fillRect(inner, palette.color(QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Base))
        if not math.isnan(value):
            inner.setWidth(inner.width() * max(0.0, min(1.0, value)))
            painter.fillRect(inner, ink if selected else colours.series[0])
        painter.setPen(ink)
        painter.drawText(rect.adjusted(0, 0, -4, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class _ChangeDelegate(QStyledItemDelegate):
    """Increase and decrease in the colours of better and worse; the sign shows it too."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        text = index.data() or ""
        if text[:1] in ("+", formats.MINUS):
            option.palette.setColor(QPalette.ColorRole.Text, mark_colour(text[0] == "+"))


class ClassTable(QTableView):
    """`chosen`: a class was clicked, or Enter pressed on it."""

    chosen = Signal(int)
    marked = Signal(int)
    """The current row is of this class."""
    rows_resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.classes = ClassModel(self)
        self.setModel(self.classes)
        self._names = NameDelegate(self)
        self.setItemDelegateForColumn(NAME, self._names)
        self.setItemDelegateForColumn(F1, _BarDelegate(self))
        for column in (SINCE_LAST, SINCE_BEST):
            self.setItemDelegateForColumn(column, _ChangeDelegate(self))
        set_up_rows(self)
        self.setSortingEnabled(True)
        self.sortByColumn(F1, Qt.SortOrder.AscendingOrder)
        self.clicked.connect(lambda index: self.chosen.emit(int(self.classes.order[index.row()])))

    def natural_height(self, below: int, lines: float) -> int:
        """Pixels that the table takes with rows of so many lines of text, and so many `below` them."""
        rows = self.classes.rowCount() * round(lines * self.fontMetrics().height())
        return self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth() + rows + below

    def fit_rows(self, below: int) -> None:
        """Rows so high that they fill the table, but for so many pixels `below` them; as low as always where there are
        many."""
        share = (self.viewport().height() - below) // max(1, self.classes.rowCount())
        height = max(row_height(), min(share, round(TALLEST * self.fontMetrics().height())))
        if height != self.verticalHeader().defaultSectionSize():
            set_row_height(self, height)

    def fit(self) -> None:
        """Fit columns to their texts; names and bars share the rest."""
        header, metrics = self.horizontalHeader(), self.fontMetrics()
        for column in range(PRECISION, SINCE_BEST + 1):
            caption = str(self.classes.headerData(column, Qt.Orientation.Horizontal))
            sorts = 22 if column == self.classes.sorted_by[0] else 0
            figure = metrics.horizontalAdvance(formats.signed(0.888, 3))
            header.resizeSection(column, max(metrics.horizontalAdvance(caption) + sorts, figure) + 10)
        taken = sum(header.sectionSize(column) for column in range(PRECISION, SINCE_BEST + 1))
        rest = max(180, self.viewport().width() - taken)
        self._names.names = class_names(self.classes.names)
        names = [metrics.horizontalAdvance(self._names.names[i]) for i in self.classes.order[:500]]
        # a short bar is readable, a truncated name is not
        bar = metrics.horizontalAdvance(formats.number(0.888, 3)) + 50
        name = min(max([*names, 40]) + 12, max(rest // 2, rest - bar))
        header.resizeSection(NAME, name)
        header.resizeSection(F1, rest - name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Refit the columns."""
        super().resizeEvent(event)
        self.fit()
        self.rows_resized.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Emit the class."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.marked.emit(int(self.classes.order[current.row()]))

    def mark(self, number: int) -> None:
        """Make this class the current one."""
        rows = np.flatnonzero(self.classes.order == number)
        if len(rows):
            self.setCurrentIndex(self.classes.index(int(rows[0]), NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the class."""
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= row < len(self.classes.order):
            self.chosen.emit(int(self.classes.order[row]))
        else:
            super().keyPressEvent(event)
