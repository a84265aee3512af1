"""The number of images of each class in each split."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from gui.text import formats
from gui.widgets.bar_delegate import PART, BarDelegate
from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_up_rows


class CountsTable(QTableWidget):
    """Class names and numbers, with bars relative to the largest number in the column."""

    def __init__(self) -> None:
        super().__init__()
        set_up_rows(self, many=True)
        self.setAlternatingRowColors(True)
        self._bars = BarDelegate(self)
        self.setItemDelegate(self._bars)

    def show_counts(self, heads: list[str], rows: list[list[Any]]) -> None:
        """Show numbers.

        Args:
            heads: Titles of the columns.
            rows: Class name and its numbers, a row each.
        """
        self.clear()
        self.setRowCount(len(rows))
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels(heads)
        largest = [
            max((row[place] for row in rows if not isinstance(row[place], str)), default=0)
            for place in range(len(heads))
        ]
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                item = QTableWidgetItem(value if isinstance(value, str) else formats.whole(value))
                if isinstance(value, str):
                    item.setToolTip(plain_tip(value))
                elif largest[place]:
                    item.setData(PART, value / largest[place])
                self.setItem(number, place, item)
        modes = QHeaderView.ResizeMode
        for place in range(len(heads)):
            self.horizontalHeader().setSectionResizeMode(place, modes.Interactive if place else modes.Stretch)
            self.setColumnWidth(place, 80)
