"""The trials of a search in a table, the best first; and which settings matter."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from gui.text import formats
from gui.viewmodels.search_view import ranked, value_text
from gui.widgets.bar_delegate import PART, BarDelegate, row_height
from trainer.number_format import DASH
from trainer.store.search_folder import SearchRecord, TrialRecord


class _Table(QTableWidget):
    """Rows of plain text that can only be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(row_height())
        self._bars = BarDelegate(self)
        self.setItemDelegate(self._bars)

    def fill(self, heads: list[str], rows: list[list[str]], *, words: int = 2) -> None:
        """Show these. The first `words` columns are texts, the others figures, which stand below each other."""
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


def _item(text: str, *, figure: bool) -> QTableWidgetItem:
    side = Qt.AlignmentFlag.AlignRight if figure else Qt.AlignmentFlag.AlignLeft
    item = QTableWidgetItem(text)
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item


class TrialTable(_Table):
    """`chosen`: the number of a trial, by a double click or Return."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._order: list[TrialRecord] = []
        self._record: SearchRecord | None = None
        self.activated.connect(lambda index: self.chosen.emit(self._order[index.row()].number))

    def show_record(self, record: SearchRecord) -> None:
        """The best trial first, with a star."""
        self._record, self._order = record, ranked(record)
        names = [one.name for one in record.space]
        heads = [self.tr("Run"), self.tr("State"), *names, self.tr("Epoch"), monitor_word(record.monitor)]
        rows = [
            [
                one.run + (" ★" if one.number == record.best else ""),
                trial_word(one),
                *(value_text(one.values[name]) if name in one.values else DASH for name in names),
                formats.whole(one.epoch) if one.epoch is not None else DASH,
                formats.number(one.value, 4) if one.value is not None else DASH,
            ]
            for one in self._order
        ]
        self.setAccessibleName(self.tr("Trials"))
        self.fill(heads, rows)

    def words(self, trial: TrialRecord) -> str:
        """A trial in a line."""
        parts = [trial.run, trial_word(trial)]
        parts += [f"{name} {value_text(value)}" for name, value in trial.values.items()]
        if trial.value is not None and self._record is not None:
            parts.append(f"{monitor_word(self._record.monitor)} {formats.number(trial.value, 4)}")
        return " · ".join(parts)


class ImportanceTable(_Table):
    """Each setting with its share in the spread of the values, as a bar."""

    def show_record(self, record: SearchRecord) -> None:
        """The most important first."""
        shares = sorted(record.importance.items(), key=lambda one: -one[1])
        self.setAccessibleName(self.tr("Importance"))
        rows = [[name, formats.percent(share)] for name, share in shares]
        self.fill([self.tr("Setting"), self.tr("Importance")], rows)
        for number, (_, share) in enumerate(shares):
            if (item := self.item(number, 1)) is not None:
                item.setData(PART, float(share))
        if not shares:
            self.fill([self.tr("Importance")], [[self.tr("Known once four trials are completed.")]])


def monitor_word(monitor: str) -> str:
    """What a search goes by."""
    words = {
        "loss": QCoreApplication.translate("Search", "validation loss"),
        "accuracy": QCoreApplication.translate("Search", "validation accuracy"),
        "macro_f1": QCoreApplication.translate("Search", "validation macro-F1"),
    }
    return words.get(monitor, monitor)


def trial_word(trial: TrialRecord) -> str:
    """Its state, and the code of what ended it."""
    pruned = QCoreApplication.translate("Search", "pruned")
    word = pruned if trial.state == "pruned" else formats.state_word(trial.state)
    return f"{word} ({formats.plain(trial.error)})" if trial.error else word
