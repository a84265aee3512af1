"""The most confused pairs of classes, as a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from gui.style.dimensions import TIGHT, space
from gui.text import formats
from gui.text.class_text import class_name, class_names
from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_up_rows
from gui.widgets.short_names import NameDelegate
from trainer.metrics.confusion import Pair

Index = QModelIndex | QPersistentModelIndex
CHANGE = 4


class PairsModel(QAbstractTableModel):
    """True class, predicted class, how often, of which share, and by how much that changed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pairs: list[Pair] = []
        self._names: tuple[str, ...] = ()

    def show_pairs(self, pairs: list[Pair], names: tuple[str, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self.pairs, self._names = pairs, names
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """A row a pair."""
        return 0 if parent.isValid() else len(self.pairs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """The view hides the change, where nothing is compared."""
        return 0 if parent.isValid() else CHANGE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Captions, over the numbers as these stand."""
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            return _side(section)
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        captions = (self.tr("True"), self.tr("Predicted"), self.tr("Images"), self.tr("% of class"), self.tr("Change"))
        return captions[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts; numbers to the right."""
        pair = self.pairs[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.ToolTipRole and index.column() < 2:
            return plain_tip(self._texts(pair)[index.column()])
        return self._texts(pair)[index.column()] if role == Qt.ItemDataRole.DisplayRole else None

    def _texts(self, pair: Pair) -> tuple[str, ...]:
        return (
            class_name(self._names, pair.true),
            class_name(self._names, pair.predicted),
            formats.whole(pair.count),
            formats.percent(pair.share, 1),
            self.tr("{points} pp").format(points=formats.signed(100 * pair.change, 1)),
        )


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column < 2 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class PairsView(QTableView):
    """`chosen`: a pair, (true, predicted)."""

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.model_of_pairs = PairsModel(self)
        self.setModel(self.model_of_pairs)
        self._names = NameDelegate(self)
        for column in (0, 1):
            self.setItemDelegateForColumn(column, self._names)
        self._row = self.fontMetrics().height() + space(TIGHT)
        set_up_rows(self, height=self._row)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(CHANGE + 1):
            # not by content: that would ask for all texts at each change
            mode = QHeaderView.ResizeMode.Stretch if column < 2 else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, mode)
        self.clicked.connect(lambda index: self._choose(index.row()))

    def height_of(self, rows: int) -> int:
        """Pixels that so many rows take, with the head."""
        return self.horizontalHeader().sizeHint().height() + rows * self._row + 2 * self.frameWidth()

    def _fit(self) -> None:
        header, metrics = self.horizontalHeader(), self.fontMetrics()
        for column, text in ((2, "00000"), (3, "100.0 %"), (CHANGE, "+100.0 pp")):
            caption = str(self.model_of_pairs.headerData(column, Qt.Orientation.Horizontal))
            header.resizeSection(column, max(metrics.horizontalAdvance(part) for part in (text, caption)) + 14)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Keys choose as well."""
        super().currentChanged(current, previous)
        if current.isValid():
            self._choose(current.row())

    def _choose(self, row: int) -> None:
        pair = self.model_of_pairs.pairs[row]
        self.chosen.emit(pair.true, pair.predicted)

    def show_pairs(self, pairs: list[Pair], names: tuple[str, ...], *, compared: bool) -> None:
        """Show these; `compared`: with what they were."""
        if pairs != self.model_of_pairs.pairs or compared == self.isColumnHidden(CHANGE):
            self.model_of_pairs.show_pairs(pairs, names)
            self._names.names = class_names(names)
            self.setColumnHidden(CHANGE, not compared)
            self._fit()
