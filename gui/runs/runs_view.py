"""The list of runs as it is seen, clicked and typed into."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gui.runs.run_delegate import RunDelegate
from gui.runs.run_items import RunItems


class RunsView(QTableView):
    """Space and Enter are told; a click on a box checks it and selects nothing.

    A table of one column: a list view asks its model about each of thousands of rows before it shows the first.
    """

    space_pressed = Signal()
    enter_pressed = Signal()

    def __init__(self, items: RunItems) -> None:
        super().__init__()
        self._items = items
        self.setModel(items)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.delegate = RunDelegate(self, items)
        self.setItemDelegate(self.delegate)
        self.remeasure()
        self._pressed = QPoint()

    def on_box(self, index: QModelIndex) -> bool:
        """Whether the mouse was pressed on the box of this run: that has nothing to do with the run itself."""
        return self.delegate.box(self.visualRect(index)).adjusted(-4, -8, 4, 8).contains(self._pressed)

    def visible_rows(self) -> range:
        """Those that can be seen, whole or in part."""
        count, height = self._items.rowCount(), self.viewport().height()
        first = self.indexAt(QPoint(1, 1))
        last = self.indexAt(QPoint(1, height - 1))
        if not first.isValid():
            return range(0)
        return range(first.row(), (last.row() if last.isValid() else count - 1) + 1)

    def selected_rows(self) -> list[int]:
        """Places of the selected runs, from above."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def select_row(self, row: int) -> None:
        """This one alone."""
        self.setCurrentIndex(self._items.index(row, 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where; a box is checked at once."""
        self._pressed = event.position().toPoint()
        index = self.indexAt(self._pressed)
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton and self.on_box(index):
            checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            wanted = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
            self._items.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Everything else is the list's."""
        if event.key() == Qt.Key.Key_Space:
            self.space_pressed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter_pressed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another font takes rows of another height."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "delegate"):
            self.remeasure()

    def remeasure(self) -> None:
        """Language or font have changed."""
        self.delegate.retranslate()
        header = self.verticalHeader()
        header.setMinimumSectionSize(1)
        header.setDefaultSectionSize(self.delegate.look.height)
        self.viewport().update()
