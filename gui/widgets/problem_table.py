"""Problems with files, a row each: reasons in full, file names cut in the middle."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_up_rows

REASON = 1
MOST = 0.65
"""Largest fraction of the width for reasons: file names are cut first, but not to nothing."""


class ProblemTable(QTableWidget):
    """A table of files and reasons."""

    def __init__(self) -> None:
        super().__init__(0, 2)
        self._widest = 0
        set_up_rows(self, many=True)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in (0, REASON):
            self.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)

    def show_faults(self, rows: list[tuple[str, str]], heads: tuple[str, str]) -> None:
        """Show problems.

        Args:
            rows: File and reason of each, as plain text.
            heads: Titles of the two columns.
        """
        self.setHorizontalHeaderLabels(heads)
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                self.setItem(number, place, item)
        # few reasons stand behind many files
        self._widest = max((self.fontMetrics().horizontalAdvance(text) for text in {row[1] for row in rows}), default=0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the width again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.viewport().width()
        reason = min(self._widest + 16, round(MOST * width))
        self.setColumnWidth(REASON, reason)
        self.setColumnWidth(0, width - reason)
