"""With which runs to compare a run: the best one on the same data, the one before, or any others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.runs.run_text import aloud, heads, shown
from gui.text.formats import plain, whole
from gui.viewmodels.comparison_candidates import Candidate, Reason, comparison_candidates
from gui.viewmodels.run_row import Column, Row
from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_up_rows
from gui.widgets.translated_dialog import TranslatedDialog
from trainer.text.text_shortening import short_line

MOST = 200
"""Rows that are listed at most; the search finds the others."""
_COLUMNS: tuple[Column, ...] = ("name", "macro_f1", "data", "model")


class ComparisonChoice(TranslatedDialog):
    """`chosen`: the names of the runs to compare `row` with, one or more. Enter or a double click takes what is
    selected, at first the best proposal.

    Args:
        row: The run that is compared.
        rows: All runs.
        parent: Parent widget.
    """

    chosen = Signal(list)

    def __init__(self, row: Row, rows: Iterable[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._row, self._candidates = row, comparison_candidates(row, rows)
        self._listed: Sequence[Candidate] = ()
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.textChanged.connect(self._fill)
        self.table = QTableWidget(0, 1 + len(_COLUMNS))
        set_up_rows(self.table, many=True)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place in range(self.table.columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if place == 0 else QHeaderView.ResizeMode.ResizeToContents
            self.table.horizontalHeader().setSectionResizeMode(place, mode)
        self.table.doubleClicked.connect(lambda _: self.accept())
        self.table.itemSelectionChanged.connect(self._selected)
        self.note = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.note.setProperty("tone", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.compare_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._cancel_button = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        layout = QVBoxLayout(self)
        for widget in (self.search, self.table, self.note, buttons):
            layout.addWidget(widget)
        self.retranslate()
        self.resize(720, 420)
        self.table.setFocus()

    def selected(self) -> list[str]:
        """The names of the selected runs.

        Returns:
            The names, from top to bottom.
        """
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self._listed[row].row.name for row in rows]

    def accept(self) -> None:
        """Compare with what is selected."""
        names = self.selected()
        super().accept()
        if names:
            self.chosen.emit(names)

    def _fill(self) -> None:
        words = self.search.text().casefold().split()
        found = [one for one in self._candidates if all(word in self._text(one) for word in words)]
        self._listed = found[:MOST]
        self.table.setRowCount(0)
        self.table.setRowCount(len(self._listed))
        for place, one in enumerate(self._listed):
            self._fill_row(place, one)
        if found:
            self.table.selectRow(0)
        text = self.tr("{shown} of {total} runs; search to find the others.")
        text = text.format(shown=whole(len(self._listed)), total=whole(len(found))) if len(found) > MOST else ""
        self.note.setText(text if found else self.tr("No run matches all of these words."))
        self.note.setVisible(bool(self.note.text()))
        self._selected()

    def _text(self, one: Candidate) -> str:
        texts = [shown(one.row, column, self.locale()) for column in (*_COLUMNS, "tags", "note")]
        return "\n".join([*texts, self._reason(one)]).casefold()

    def _fill_row(self, place: int, one: Candidate) -> None:
        spoken = ", ".join(text for text in (aloud(one.row, False, False), self._reason(one)) if text)
        texts = [short_line(shown(one.row, column, self.locale())) for column in _COLUMNS]
        for column, text in enumerate([*texts, self._reason(one)]):
            item = QTableWidgetItem(text)
            item.setToolTip(plain_tip(text))
            if column == 0:
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            self.table.setItem(place, column, item)

    def _reason(self, one: Candidate) -> str:
        texts: dict[Reason, str] = {"best": self.tr("best on the same data"), "before": self.tr("the one before")}
        if one.reasons:
            return ", ".join(texts[reason] for reason in one.reasons)
        return "" if one.same_data else self.tr("other data")

    def _selected(self) -> None:
        self.compare_button.setEnabled(bool(self.table.selectionModel().selectedRows()))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.setWindowTitle(self.tr("Compare {run} with").format(run=plain(self._row.name)))
        self.search.setPlaceholderText(self.tr("Search runs"))
        self.search.setAccessibleName(self.tr("Search runs"))
        self.table.setAccessibleName(self.tr("Runs to compare with; select several with Ctrl or Shift"))
        titles = heads()
        self.table.setHorizontalHeaderLabels([*(titles[column] for column in _COLUMNS), ""])
        self.compare_button.setText(self.tr("Compare"))
        self._cancel_button.setText(self.tr("Cancel"))
        self._fill()
