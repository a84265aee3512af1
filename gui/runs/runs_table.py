"""The table of runs: what its cells say. The order and the filter are the view model's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont, QIcon

from gui.text import formats
from gui.viewmodels.run_list import Column, Row, RunList, plain
from gui.widgets.labels import plain_tip
from gui.window.theme import icon
from trainer.time_format import local_time

COLUMNS: tuple[Column, ...] = (
    "name", "state", "macro_f1", "loss", "epoch", "data", "model", "seconds", "started", "tags", "note",
)  # fmt: skip
_NUMBERS = {"macro_f1", "loss", "epoch", "seconds"}
Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


STATES = ("preparing", "running", "paused", "completed", "stopped", "failed", "lost")


def state_words() -> dict[str, str]:
    """What people call the states of runs."""
    return {state: formats.state_word(state) for state in STATES}


def heads() -> dict[Column, str]:
    """Titles of the columns."""
    tr = QCoreApplication.translate
    return {
        "name": tr("Runs", "Run"),
        "state": tr("Runs", "Status"),
        "macro_f1": tr("Runs", "Best F1"),
        "loss": tr("Runs", "Best loss"),
        "epoch": tr("Runs", "Epoch"),
        "data": tr("Runs", "Data"),
        "model": tr("Runs", "Model"),
        "seconds": tr("Runs", "Time"),
        "started": tr("Runs", "Started"),
        "tags": tr("Runs", "Tags"),
        "note": tr("Runs", "Note"),
    }


def shown(row: Row, column: Column, locale: QLocale) -> str:
    """A cell as text; "–" where there is nothing."""
    value = row.value(column)
    if value is None:
        return "" if column in ("tags", "note") else "–"
    if column == "state":
        return formats.state_word(value)
    if column == "epoch":
        return f"{locale.toString(value)} / {locale.toString(row.summary.epochs)}" if row.summary else "–"
    if column == "seconds":
        return formats.duration(min(value, 1e9))
    if column == "started":
        return _local_time(value, locale)
    if column == "macro_f1" and row.summary and (over := row.summary.best_macro_f1_of):
        return f"{formats.number(value, 3)} ({formats.whole(over[0])}/{formats.whole(over[1])})"
    if isinstance(value, float):
        return formats.number(value, 4 if column == "loss" else 3)
    return str(value)


def _local_time(text: str, locale: QLocale) -> str:
    when = local_time(text)
    if when is None:
        return text
    date, time = (when.year, when.month, when.day), (when.hour, when.minute)
    return locale.toString(QDateTime(*date, *time, 0), QLocale.FormatType.ShortFormat)


class RunsTable(QAbstractTableModel):
    """Rows of a RunsModel. The box before a name says that its curves are overlaid; `current` is the run shown."""

    def __init__(self, runs: RunList) -> None:
        super().__init__()
        self.runs = runs
        self.current = ""
        self._rows: list[Row] = runs.rows
        self._icons: dict[str, QIcon] = {}
        self._locale = QLocale()

    def retranslate(self) -> None:
        """Language or locale have changed."""
        self._locale = QLocale()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self.repaint_rows(range(len(self._rows)))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """Runs that pass the filter."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's
        """All columns, hidden ones included."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Titles."""
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return heads()[COLUMNS[section]]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A name can be checked; texts are edited below the table."""
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return found | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else found

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Called for visible cells only."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Role.DisplayRole:
            return shown(row, column, self._locale)
        if role == Role.DecorationRole and column == "state":
            return self._icon(row.state)
        if role == Role.CheckStateRole and column == "name":
            return Qt.CheckState.Checked if row.name in self.runs.overlaid else Qt.CheckState.Unchecked
        if role == Role.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.FontRole and row.name == self.current:
            font = QFont()
            font.setBold(True)
            return font
        if role == Role.ToolTipRole:
            return self._tip(row, column)
        return None

    def _tip(self, row: Row, column: Column) -> str:
        """In full what a cell cuts off, as plain text."""
        text = {"note": row.notes.note, "data": row.summary.data if row.summary else ""}.get(column)
        if column == "state" and row.problem:
            text = row.problem
        if column == "macro_f1" and row.summary and (over := row.summary.best_macro_f1_of):
            text = formats.macro(row.summary.best_macro_f1, *over, digits=3)
        text = plain(text, 2000) if text else shown(row, column, self._locale)
        return plain_tip(text) if text else ""

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Only the boxes."""
        if role != Role.CheckStateRole:
            return False
        checked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.runs.overlay(self._rows[index.row()].name, checked)
        self.dataChanged.emit(index, index, [Role.CheckStateRole])
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Asked for by the header."""
        self.runs.sort(COLUMNS[column], order == Qt.SortOrder.DescendingOrder)
        self.follow()

    def refresh(self) -> bool:
        """Look at the disk and show what is new; whether there was anything."""
        changes = self.runs.refresh()
        if changes.listed:
            self.follow()
        else:
            self._rows = self.runs.rows
            self.repaint_rows(sorted(changes.rows))
        return changes.listed or bool(changes.rows)

    def follow(self) -> None:
        """The view model's rows came, went or moved: show them; what was selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        names = [self._rows[index.row()].name for index in before]
        self._rows = self.runs.rows
        places = {row.name: place for place, row in enumerate(self._rows)}
        after = [
            self.index(places[name], index.column()) if name in places else QModelIndex()
            for name, index in zip(names, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def repaint_rows(self, rows: Iterable[int]) -> None:
        """Their cells say something else now."""
        for row in rows:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def _icon(self, state: str) -> QIcon:
        if state not in self._icons:
            self._icons[state] = icon(formats.STATE_ICONS[state])
        return self._icons[state]

    def row_at(self, index: Index) -> Row:
        """The run in that row."""
        return self._rows[index.row()]

    def index_of(self, name: str) -> QModelIndex:
        """Of a run's first cell; invalid where it is not listed."""
        place = next((place for place, row in enumerate(self._rows) if row.name == name), None)
        return QModelIndex() if place is None else self.index(place, 0)
