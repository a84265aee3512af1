"""The curves as numbers: the table twin of the curves panel."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from gui.text.formats import macro, number, significant, whole
from gui.viewmodels.curves import Source
from gui.viewmodels.run import RunModel
from trainer.store.record_table import RecordTable
from trainer.text.text_width import one_line

_EPOCH = (
    "epoch",
    "step",
    "train_loss",
    "valid_loss",
    "train_accuracy",
    "valid_accuracy",
    "train_macro_f1",
    "valid_macro_f1",
    "learning_rate",
    "samples_per_second",
    "data_share",
    "seconds",
)
_BATCH = ("step", "loss", "loss_min", "loss_max", "accuracy", "learning_rate", "samples_per_second", "data_share")
_WHOLE = ("epoch", "step")
MAX_COPIED = 100_000
"""Rows."""
Index = QModelIndex | QPersistentModelIndex


def heading(column: str) -> str:
    """What a column is called."""
    translate = QCoreApplication.translate
    return {
        "run": translate("CurvesTable", "Run"),
        "epoch": translate("CurvesTable", "Epoch"),
        "step": translate("CurvesTable", "Step"),
        "loss": translate("CurvesTable", "Loss"),
        "loss_min": translate("CurvesTable", "Smallest loss"),
        "loss_max": translate("CurvesTable", "Largest loss"),
        "accuracy": translate("CurvesTable", "Accuracy"),
        "train_loss": translate("CurvesTable", "Train loss"),
        "valid_loss": translate("CurvesTable", "Valid. loss"),
        "train_accuracy": translate("CurvesTable", "Train accuracy"),
        "valid_accuracy": translate("CurvesTable", "Valid. accuracy"),
        "train_macro_f1": translate("CurvesTable", "Train macro-F1"),
        "valid_macro_f1": translate("CurvesTable", "Valid. macro-F1"),
        "learning_rate": translate("CurvesTable", "Learning rate"),
        "samples_per_second": translate("CurvesTable", "Images/s"),
        "data_share": translate("CurvesTable", "Data wait, %"),
        "seconds": translate("CurvesTable", "Seconds"),
    }.get(column) or one_line(column.removeprefix("valid_"))


def _two_lines(text: str) -> str:
    """Broken at the space nearest to its middle: a heading is much longer than the numbers below it."""
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    if not spaces:
        return text
    at = min(spaces, key=lambda place: abs(2 * place - len(text)))
    return f"{text[:at]}\n{text[at + 1 :]}"


class EpochTableModel(QAbstractTableModel):
    """Rows of one or more runs, one run after another, straight from the run models."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._runs: list[tuple[str, RunModel]] = []
        self._source: Source = "epochs"
        self._rows: list[int] = []
        self._cuts: list[int] = []
        self._columns: tuple[str, ...] = _EPOCH

    def show_runs(self, runs: list[tuple[str, RunModel]], source: Source) -> None:
        """Show these; the one that grows comes last."""
        self.beginResetModel()
        self._runs, self._source = runs, source
        self._columns = self._wanted_columns()
        self._rows = [table.rows for table in self._tables()]
        self._cuts = [len(table.cuts) for table in self._tables()]
        self.endResetModel()

    def _wanted_columns(self) -> tuple[str, ...]:
        """Those of custom metrics last."""
        run = ("run",) if len(self._runs) > 1 else ()
        if self._source == "batches":
            return (*run, *_BATCH)
        own = dict.fromkeys(f"valid_{name}" for _, model in self._runs for name in model.metrics)
        return (*run, *_EPOCH, *own)

    def update(self) -> bool:
        """Take in rows that have come; whether there were any."""
        rows = [table.rows for table in self._tables()]
        cuts = [len(table.cuts) for table in self._tables()]
        if cuts != self._cuts or rows[:-1] != self._rows[:-1] or self._wanted_columns() != self._columns:
            self.show_runs(self._runs, self._source)
            return True
        if rows == self._rows:
            return False
        self.beginInsertRows(QModelIndex(), sum(self._rows), sum(rows) - 1)
        self._rows = rows
        self.endInsertRows()
        return True

    def _tables(self) -> list[RecordTable]:
        return [model.batches if self._source == "batches" else model.epochs for _, model in self._runs]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's name and default
        """Of all runs."""
        return 0 if parent.isValid() else sum(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's name and default
        """One more with more than one run."""
        return 0 if parent.isValid() else len(self._columns)

    def value(self, row: int, column: int) -> tuple[str, str | float]:
        """Name of the column, and what is there."""
        run = 0
        while row >= self._rows[run]:
            row -= self._rows[run]
            run += 1
        name = self._columns[column]
        if name == "run":
            return name, self._runs[run][0]
        table = self._tables()[run]
        value = float(table.column(name)[row]) if name in table else math.nan
        return name, 100 * value if name == "data_share" else value

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Numbers in the user's writing."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.row(), index.column())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        name, value = self.value(index.row(), index.column())
        return value[:200] if isinstance(value, str) else _shown(name, value)

    def _side(self, column: int) -> int:
        """Numbers and their heading stand at the right."""
        text = self._columns[column] == "run"
        side = Qt.AlignmentFlag.AlignLeft if text else Qt.AlignmentFlag.AlignRight
        return int(side | Qt.AlignmentFlag.AlignVCenter)

    def _tip(self, row: int, column: int) -> str | None:
        """Of how many classes macro-F1 is the mean, where not all of them occur in the validation."""
        name, value = self.value(row, column)
        if name != "valid_macro_f1" or isinstance(value, str) or self._source != "epochs":
            return None
        run = next(place for place in range(len(self._rows)) if row < sum(self._rows[: place + 1]))
        table = self._tables()[run]
        judged = self._runs[run][1].verdicts.get(int(table.column("epoch")[row - sum(self._rows[:run])]))
        if judged is None or judged.macro_classes >= len(judged.f1):
            return None
        return macro(value, judged.macro_classes, len(judged.f1))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _two_lines(heading(self._columns[section]))
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self._side(section)
        return None


def _shown(name: str, value: float) -> str:
    if math.isnan(value):
        return "–" if name.startswith("valid") else "NaN"
    if name in _WHOLE:
        return whole(value)
    if name == "learning_rate":
        return significant(value)
    return number(value, 1 if name in ("samples_per_second", "data_share", "seconds") else 4)


class EpochTable(QTableView):
    """Copies the selected cells, with their headings, as tab-separated text with decimal points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = EpochTableModel(self)
        self.setModel(self.numbers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.numbers.modelReset.connect(self.fit)

    def fit(self) -> None:
        """Columns as wide as their headings and numbers ask for; not by the rows, which may be a million."""
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 6)
        least = metrics.horizontalAdvance("00,000.000")
        for column in range(self.numbers.columnCount()):
            lines = str(self.numbers.headerData(column, Qt.Orientation.Horizontal)).splitlines()
            self.setColumnWidth(column, max(least, *(metrics.horizontalAdvance(line) + 20 for line in lines)))

    def copied(self) -> str:
        """The text of the selection, of its first rows if there are very many: for all there is the CSV export."""
        cells: dict[int, dict[int, str]] = {}
        for part in self.selectionModel().selection():  # type: ignore[attr-defined] # Qt's stubs lack it
            for row in range(part.top(), min(part.bottom(), part.top() + MAX_COPIED) + 1):
                for column in range(part.left(), part.right() + 1):
                    cells.setdefault(row, {})[column] = self._copied_cell(row, column)
        columns = sorted({column for row in cells.values() for column in row})
        head = [
            str(self.numbers.headerData(column, Qt.Orientation.Horizontal)).replace("\n", " ") for column in columns
        ]
        lines = [[cells[row].get(column, "") for column in columns] for row in sorted(cells)]
        return "\n".join("\t".join(line) for line in [head, *lines]) + "\n"

    def _copied_cell(self, row: int, column: int) -> str:
        name, value = self.numbers.value(row, column)
        if isinstance(value, str):
            return " ".join(value.split())
        return str(int(value)) if name in _WHOLE else repr(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies."""
        if event.matches(QKeySequence.StandardKey.Copy):
            if self.selectionModel().hasSelection():
                QGuiApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)
