"""The trials of a search as a table, the best first; and the importance of settings."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem

from gui.text import formats
from gui.text.setting_titles import setting_titles
from gui.widgets.bar_delegate import PART, BarDelegate
from gui.widgets.row_table import set_up_rows
from trainer.settings.fields import as_typed
from trainer.store.search_folder import SearchRecord, TrialRecord, ranked
from trainer.text.number_format import DASH


class _Table(QTableWidget):
    """Rows of plain text that cannot be edited."""

    def __init__(self) -> None:
        super().__init__()
        set_up_rows(self)
        self.setAlternatingRowColors(True)
        self._bars = BarDelegate(self)
        self.setItemDelegate(self._bars)

    def fill(self, heads: list[str], rows: list[list[str]], *, words: int = 2) -> None:
        """Show rows; columns become as wide as their text, and share the room that is left.

        Args:
            heads: Titles of the columns.
            rows: Texts of each row.
            words: Number of columns with text, the first ones; the others have numbers, aligned to the right.
        """
        self.setColumnCount(len(heads))
        self.setRowCount(len(rows))
        for place, head in enumerate(heads):
            self.setHorizontalHeaderItem(place, _item(head, figure=place >= words))
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                self.setItem(number, place, _item(text, figure=place >= words))
        self._fit()

    def _fit(self) -> None:
        """Columns as wide as they need to be, and what room is left shared between them."""
        self.resizeColumnsToContents()
        count = max(1, self.columnCount())
        spare = max(0, self.viewport().width() - self.horizontalHeader().length()) // count
        for place in range(self.columnCount()):
            self.setColumnWidth(place, self.columnWidth(place) + spare)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room, or less."""
        super().resizeEvent(event)
        self._fit()


def _value(value: Any) -> str:
    """A setting as a figure of the table, not as one types it."""
    if isinstance(value, float):
        return formats.significant(value)
    return formats.whole(value) if type(value) is int else as_typed(value)


def _item(text: str, *, figure: bool) -> QTableWidgetItem:
    side = Qt.AlignmentFlag.AlignRight if figure else Qt.AlignmentFlag.AlignLeft
    item = QTableWidgetItem(text)
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item


class TrialTable(_Table):
    """The trials. `chosen` is emitted with the number of one that was double-clicked or reached with Return."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._order: list[TrialRecord] = []
        self._record: SearchRecord | None = None
        self._titles: dict[str, str] = {}
        self.activated.connect(lambda index: self.chosen.emit(self._order[index.row()].number))

    def show_record(self, record: SearchRecord) -> None:
        """Show a search, the best trial first, with a star.

        Args:
            record: The search.
        """
        chosen = self._order[self.currentRow()].number if 0 <= self.currentRow() < len(self._order) else None
        self._record, self._order = record, ranked(record.trials, record.monitor)
        names = [one.name for one in record.space]
        titles = setting_titles(names)
        self._titles = dict(zip(names, titles, strict=True))
        heads = [self.tr("Run"), self.tr("State"), *titles, self.tr("Epoch"), formats.monitor_word(record.monitor)]
        rows = [
            [
                one.run + (" ★" if one.number == record.best else ""),
                trial_word(one),
                *(_value(one.values[name]) if name in one.values else DASH for name in names),
                formats.whole(one.epoch) if one.epoch is not None else DASH,
                formats.number(one.value, 4) if one.value is not None else DASH,
            ]
            for one in self._order
        ]
        self.setAccessibleName(self.tr("Trials"))
        self.fill(heads, rows)
        self._choose_again(chosen)

    def _choose_again(self, number: int | None) -> None:
        """Select the trial that was selected, wherever it stands now."""
        place = next((place for place, one in enumerate(self._order) if one.number == number), -1)
        if place >= 0 and place != self.currentRow():
            self.selectRow(place)

    def words(self, trial: TrialRecord) -> str:
        """Describe a trial in one line.

        Args:
            trial: The trial.

        Returns:
            The text.
        """
        parts = [trial.run, trial_word(trial)]
        parts += [f"{self._titles.get(name, name)} {_value(value)}" for name, value in trial.values.items()]
        if trial.value is not None and self._record is not None:
            parts.append(f"{formats.monitor_word(self._record.monitor)} {formats.number(trial.value, 4)}")
        return " · ".join(parts)


class ImportanceTable(_Table):
    """The importance of each setting, with a bar: its share in the variance of the values."""

    def show_record(self, record: SearchRecord) -> None:
        """Show a search, the most important setting first.

        Args:
            record: The search.
        """
        shares = sorted(record.importance.items(), key=lambda one: -one[1])
        self.setAccessibleName(self.tr("Importance"))
        titles = setting_titles([name for name, _ in shares])
        rows = [[title, formats.percent(share)] for title, (_, share) in zip(titles, shares, strict=True)]
        self.fill([self.tr("Setting"), self.tr("Importance")], rows)
        for number, (_, share) in enumerate(shares):
            if (item := self.item(number, 1)) is not None:
                item.setData(PART, float(share))
        if not shares:
            self.fill([self.tr("Importance")], [[self.tr("Available once four trials are completed.")]])


def trial_word(trial: TrialRecord) -> str:
    """Name the state of a trial, with the code of the error that ended it.

    Args:
        trial: The trial.

    Returns:
        The text.
    """
    pruned = QCoreApplication.translate("Search", "pruned")
    word = pruned if trial.state == "pruned" else formats.state_word(trial.state)
    return f"{word} ({formats.plain(trial.error)})" if trial.error else word
