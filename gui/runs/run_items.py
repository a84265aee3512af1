"""The runs of a RunList as items of a Qt view. Order and filter belong to the view model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QModelIndex, QPersistentModelIndex, Qt, Signal

from gui.runs.run_text import aloud, group_title, in_full
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.run_list import RunList
from gui.viewmodels.run_row import Column, Group, Row
from gui.widgets.labels import plain_tip

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class RunItems(QAbstractTableModel):
    """An item per run, checked if its curves are overlaid. `RunDelegate` draws it from the Row; roles are for keyboard,
    tool tips and screen readers."""

    followed = Signal()
    """Rows were added, removed, moved or grouped, and views know of it."""

    def __init__(self, runs: RunList, colours: RunColours) -> None:
        super().__init__()
        self.runs = runs
        self.colours = colours
        colours.group_of = self._group_name
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
            return plain_tip(in_full(row, self._is_best(row), self._locale, self.runs.grouped_by))
        if role == Role.AccessibleTextRole:
            title, _ = self.group_head(index.row()) or ("", 0)
            return aloud(row, self._is_best(row), row.name in self.runs.overlaid, self.runs.grouped_by, title)
        return None

    def colour(self, name: str) -> int | None:
        """Return the colour of a run in the charts.

        Args:
            name: Its name.

        Returns:
            Number of the colour; None unless it is drawn there together with others.
        """
        path = self.runs.path(name)
        return self.colours.look(path).colour if self.colours.is_drawn(path) else None

    def _is_best(self, row: Row) -> bool:
        return self.runs.is_best_of_group(row.name)

    def group_head(self, row: int) -> tuple[str, int] | None:
        """What stands above a run: the head of its group, if it is the first one in it.

        Args:
            row: The row.

        Returns:
            Title of the group and the number of its runs; None if there is no head.
        """
        size = self.runs.group_sizes.get(row)
        if size is None or row >= len(self._rows):
            return None
        return group_title(self._rows[row], self.runs.grouped_by, self._locale), size

    def _group_name(self, path: Path) -> str:
        """What runs of a group share a colour by."""
        row = self.runs.get(path.name) if path.parent == self.runs.root else None
        by = self.runs.grouped_by
        return group_title(row, by, self._locale) if row is not None and by else ""

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Check or uncheck a run; nothing else can be edited."""
        if role != Role.CheckStateRole:
            return False
        checked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.runs.overlay(self._rows[index.row()].name, checked)
        self.dataChanged.emit(index, index, [Role.CheckStateRole])
        return True

    def arrange(self, column: Column, descending: bool, by: Group = "") -> None:
        """Sort and group the runs.

        Args:
            column: Column to sort by.
            descending: Whether the largest comes first.
            by: What to group by. Default: no groups.
        """
        self.runs.arrange(column, descending, by)
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
        self.followed.emit()

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
