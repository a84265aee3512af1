"""Shared setup of tables whose rows are things: selected as a whole, without a grid, left with Tab."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gui.widgets.bar_delegate import row_height


def set_up_rows(table: QTableView, *, height: int | None = None, many: bool = False) -> None:
    """Set up a table for rows that are selected as a whole.

    Args:
        table: The table.
        height: Height of a row in pixels. None: that of a line of text.
        many: Whether several rows can be selected. Default: False.
    """
    modes = QAbstractItemView.SelectionMode
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(modes.ExtendedSelection if many else modes.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    set_row_height(table, row_height() if height is None else height)
    columns.setHighlightSections(False)
    columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)


def set_row_height(table: QTableView, height: int) -> None:
    """Set the height of all rows.

    Args:
        table: The table.
        height: In pixels.
    """
    rows = table.verticalHeader()
    rows.setMinimumSectionSize(min(height, rows.minimumSectionSize()))
    rows.setDefaultSectionSize(height)
