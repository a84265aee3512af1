"""The list of runs as a view: mouse and keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from gui.runs.run_delegate import RunDelegate
from gui.runs.run_items import RunItems
from gui.widgets.row_table import set_up_rows


class RunsView(QTableView):
    """Emits signals for Space and Enter; a click on a box checks it and selects nothing, one on the head of a group
    does nothing.

    A table with one column: a list view asks its model about each of thousands of rows before it shows the first.

    Args:
        items: The runs.
    """

    space_pressed = Signal()
    enter_pressed = Signal()

    def __init__(self, items: RunItems) -> None:
        super().__init__()
        self._items = items
        self.setModel(items)
        set_up_rows(self, many=True)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.delegate = RunDelegate(self, items)
        self.setItemDelegate(self.delegate)
        self._pressed = QPoint()
        self._headed = False
        self.remeasure()
        items.followed.connect(self._make_room_for_heads)

    def beside_run(self, index: QModelIndex) -> bool:
        """Check whether the mouse was pressed on the box of a run or the head of its group; such a click does not open
        it.

        Args:
            index: Index of the run.

        Returns:
            Whether it was.
        """
        return self._on_head(index) or self._on_box(index)

    def _on_head(self, index: QModelIndex) -> bool:
        row = self.visualRect(index)
        return row.contains(self._pressed) and not self.delegate.body(row, index).contains(self._pressed)

    def _on_box(self, index: QModelIndex) -> bool:
        body = self.delegate.body(self.visualRect(index), index)
        return self.delegate.box(body).adjusted(-4, -8, 4, 8).contains(self._pressed)

    def visible_rows(self) -> range:
        """Return the rows that are visible, in whole or in part.

        Returns:
            The rows; empty if there are none.
        """
        count, height = self._items.rowCount(), self.viewport().height()
        first = self.indexAt(QPoint(1, 1))
        last = self.indexAt(QPoint(1, height - 1))
        if not first.isValid():
            return range(0)
        return range(first.row(), (last.row() if last.isValid() else count - 1) + 1)

    def selected_rows(self) -> list[int]:
        """Return the selected rows.

        Returns:
            The rows, from top to bottom.
        """
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def select_row(self, row: int) -> None:
        """Select a single row.

        Args:
            row: The row.
        """
        self.setCurrentIndex(self._items.index(row, 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Check a box at once; remember the place otherwise."""
        self._pressed = event.position().toPoint()
        index = self.indexAt(self._pressed)
        if index.isValid() and self._on_head(index):
            return
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton and self._on_box(index):
            checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
            wanted = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
            self._items.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Not on the head of a group."""
        self._pressed = event.position().toPoint()
        index = self.indexAt(self._pressed)
        if not (index.isValid() and self._on_head(index)):
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Space and Enter; other keys are the table's."""
        if event.key() == Qt.Key.Key_Space:
            self.space_pressed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter_pressed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Measure the rows for a new font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "delegate"):
            self.remeasure()

    def remeasure(self) -> None:
        """Measure the rows, after a change of language or font."""
        self.delegate.retranslate()
        header = self.verticalHeader()
        header.setMinimumSectionSize(1)
        header.setDefaultSectionSize(self.delegate.look.height)
        self._resize_rows()
        self.viewport().update()

    def _make_room_for_heads(self) -> None:
        grouped = bool(self._items.runs.group_sizes)
        if grouped or self._headed:
            self._headed = grouped
            self._resize_rows()

    def _resize_rows(self) -> None:
        """One by one: a row that once had a size of its own does not follow the default one."""
        header, heads, look = self.verticalHeader(), self._items.runs.group_sizes, self.delegate.look
        for row in range(header.count()):
            height = look.height + (look.head if row in heads else 0)
            if header.sectionSize(row) != height:
                header.resizeSection(row, height)
