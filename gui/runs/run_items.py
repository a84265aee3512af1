"""The runs of a RunList as items of a Qt view. Order and filter belong to the view model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QModelIndex, QPersistentModelIndex, Qt

from gui.runs.run_text import aloud, in_full
from gui.viewmodels.run_list import Column, Row, RunList
from gui.widgets.labels import plain_tip

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class RunItems(QAbstractTableModel):
    """An item per run, checked if its curves are overlaid. `RunDelegate` draws it from the Row; roles are for keyboard,
    tool tips and screen readers."""

    def __init__(self, runs: RunList) -> None:
        super().__init__()
        self.runs = runs
        self.current = ""
        self._rows: list[Row] = runs.rows
        self._locale = QLocale()

    def retranslate(self) -> None:
        """Update after a change of language or locale."""
        self._locale = QLocale()
        self.repaint_rows(range(len(self._rows)))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Number of runs that pass the filter."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """One: a run is a single item."""
        return 0 if parent.isValid() else 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A run can be selected and checked."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return what Qt needs of a visible run."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Role.DisplayRole:
            return row.name
        if role == Role.CheckStateRole:
            return Qt.CheckState.Checked if row.name in self.runs.overlaid else Qt.CheckState.Unchecked
        if role == Role.ToolTipRole:
            return plain_tip(in_full(row, self.runs.is_best(row.name), self._locale))
        if role == Role.AccessibleTextRole:
            return aloud(row, self.runs.is_best(row.name), row.name in self.runs.overlaid)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Check or uncheck a run; nothing else can be edited."""
        if role != Role.CheckStateRole:
            return False
        checked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.runs.overlay(self._rows[index.row()].name, checked)
        self.dataChanged.emit(index, index, [Role.CheckStateRole])
        return True

    def order_by(self, column: Column, descending: bool) -> None:
        """Sort the runs.

        Args:
            column: Column to sort by.
            descending: Whether the largest comes first.
        """
        self.runs.sort(column, descending)
        self.follow()

    def refresh(self) -> bool:
        """Look at the disk and show what is new.

        Returns:
            Whether there was anything.
        """
        changes = self.runs.refresh()
        if changes.listed:
            self.follow()
        else:
            self._rows = self.runs.rows
            self.repaint_rows(sorted(changes.rows))
        return changes.listed or bool(changes.rows)

    def read_curves(self, rows: Iterable[int]) -> None:
        """Read the curves of some rows and show what is new.

        Args:
            rows: The rows.
        """
        names = {self._rows[row].name: row for row in rows if row < len(self._rows)}
        self.repaint_rows(sorted(names[name] for name in self.runs.read_curves(names)))

    def follow(self) -> None:
        """Show the view model's rows after some were added, removed or moved; the selection is kept."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        names = [self._rows[index.row()].name for index in before]
        self._rows = self.runs.rows
        places = {row.name: place for place, row in enumerate(self._rows)}
        after = [self.index(places[name], 0) if name in places else QModelIndex() for name in names]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def repaint_rows(self, rows: Iterable[int]) -> None:
        """Repaint rows whose content has changed.

        Args:
            rows: The rows.
        """
        for row in rows:
            index = self.index(row, 0)
            self.dataChanged.emit(index, index)

    def row_at(self, index: Index) -> Row:
        """Return the run at an index.

        Args:
            index: A valid index.

        Returns:
            The run.
        """
        return self._rows[index.row()]

    def index_of(self, name: str) -> QModelIndex:
        """Find a run.

        Args:
            name: Name of the run.

        Returns:
            Its index; invalid if it is not listed.
        """
        place = next((place for place, row in enumerate(self._rows) if row.name == name), None)
        return QModelIndex() if place is None else self.index(place, 0)
