"""The table of classified images: a thumbnail, the class, how sure the model is, and the classes that come next."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QTableView, QWidget

from gui.style.dimensions import MEDIUM, WIDE, space
from gui.style.theme import icon
from gui.text import formats
from gui.text.errors import fault_text
from gui.viewmodels.predicted_images import COLUMNS, Column, PredictedImages, Prediction
from gui.widgets.bar_delegate import PART, BarDelegate
from gui.widgets.drawing import mark_colour
from gui.widgets.file_thumbnails import SIDE, FileThumbnails
from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_up_rows

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
TRUTH = COLUMNS.index("truth")
MOST_NAME = 20
"""Characters of a class name that get room in every column it may be in."""
ROOMY = 1.5
"""Columns are at most so many times as wide as their texts need: farther from its name, a number is hard to assign."""
AT_ONCE = 2
"""Thumbnails made in one painting."""


class PredictionTable(QAbstractTableModel):
    """The rows of `images` that pass its filter, in its order: `follow` when they have changed."""

    def __init__(self, images: PredictedImages, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.images = images
        self._visible, self._generation = images.visible, images.generation
        self.thumbnails = FileThumbnails()
        self._sign = icon("warning")

    def follow(self) -> None:
        """Rows were answered, came, went or moved: show them; what was selected stays selected."""
        if self.images.generation != self._generation:
            self.beginResetModel()
            self._visible, self._generation = self.images.visible, self.images.generation
            self.thumbnails.clear()
            self.endResetModel()
            return
        if self.images.visible == self._visible:
            self._visible = self.images.visible
            if self._visible:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._visible) - 1, len(COLUMNS) - 1))
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [self._visible[index.row()] for index in before]
        self._visible = self.images.visible
        wanted = set(rows)
        places = {row: place for place, row in enumerate(self._visible) if row in wanted}
        after = [
            self.index(places[row], index.column()) if row in places else QModelIndex()
            for row, index in zip(rows, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def row_at(self, place: int) -> Prediction:
        """The image in this row of the table."""
        return self.images.rows[self._visible[place]]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """Images that pass the filter."""
        return 0 if parent.isValid() else len(self._visible)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """All columns, hidden ones included."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Titles."""
        if orientation != Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        return heads()[COLUMNS[section]]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Asked for by the header."""
        self.images.sort(COLUMNS[column] if column >= 0 else None, order == Qt.SortOrder.DescendingOrder)
        self.follow()

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Called for visible cells only."""
        if not index.isValid() or index.row() >= len(self._visible):
            return None
        row, column = self.row_at(index.row()), COLUMNS[index.column()]
        match column:
            case "image":
                return self._image(row, role)
            case "truth":
                return self._truth(row, role)
            case "confidence":
                return self._confidence(row, role)
        return self._class(row, column, role)

    def _image(self, row: Prediction, role: int) -> Any:
        if role == Role.DisplayRole:
            return row.name
        if role == Role.ToolTipRole:
            return plain_tip(row.path)
        if role == Role.DecorationRole:
            return self._sign if row.code else self.thumbnails.get(row.path, self._view.devicePixelRatioF())
        return None

    def _truth(self, row: Prediction, role: int) -> Any:
        """With a mark: right or wrong is not told by colour alone."""
        name, right = formats.plain(row.truth), row.right
        if role == Role.DisplayRole:
            return name if right is None else f"{'✓' if right else '✗'} {name}"
        if role == Role.ForegroundRole and right is False:
            return mark_colour(False)
        return plain_tip(name) if role == Role.ToolTipRole and name else None

    def _confidence(self, row: Prediction, role: int) -> Any:
        if not row.top:
            return None
        if role == PART:
            return row.top[0][1]
        return formats.percent(row.top[0][1], 1) if role == Role.DisplayRole else None

    def _class(self, row: Prediction, column: Column, role: int) -> Any:
        place = {"class": 0, "second": 1, "third": 2}[column]
        text = ""
        if row.code:
            text = formats.plain(fault_text(row.code, row.reason)) if place == 0 else ""
        elif place < len(row.top):
            name, part = row.top[place]
            # the number first: it is seen however long the name is
            text = formats.plain(name) if place == 0 else f"{formats.percent(part, 1)}  {formats.plain(name)}"
            if role == PART and place:
                return part
        if role == Role.DisplayRole:
            return text
        return plain_tip(text) if role == Role.ToolTipRole and text else None


def heads() -> dict[Column, str]:
    """Titles of the columns."""
    tr = QCoreApplication.translate
    return {
        "image": tr("Predict", "Image"),
        "truth": tr("Predict", "True class"),
        "class": tr("Predict", "Class"),
        "confidence": tr("Predict", "Confidence"),
        "second": tr("Predict", "Second"),
        "third": tr("Predict", "Third"),
    }


class CellDelegate(BarDelegate):
    """Cells with bars; only names of classes take more than one line, and a file keeps its ending."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """How a text that is too long is cut."""
        super().initStyleOption(option, index)
        if COLUMNS[index.column()] not in ("truth", "class"):
            option.features &= ~QStyleOptionViewItem.ViewItemFeature.WrapText
        if COLUMNS[index.column()] == "image":
            option.textElideMode = Qt.TextElideMode.ElideMiddle


class PredictionView(QTableView):
    """Loads the thumbnails of visible rows, two at each painting. `image_wanted`: a row that was double-clicked, or on
    which Enter was pressed."""

    image_wanted = Signal(int)

    def __init__(self, images: PredictedImages) -> None:
        super().__init__()
        self.table = PredictionTable(images, self)
        self.setModel(self.table)
        self._cells = CellDelegate(self)
        self.setItemDelegate(self._cells)
        self.setIconSize(QSize(SIDE, SIDE))
        set_up_rows(self, height=SIDE + 8, many=True)
        self.setAlternatingRowColors(True)
        self.setWordWrap(True)
        self.doubleClicked.connect(lambda index: self.image_wanted.emit(index.row()))
        self._set_header()
        self._fitted: tuple[bool, int, int] = (False, 0, 0)
        self.setColumnHidden(TRUTH, True)

    def _set_header(self) -> None:
        header = self.horizontalHeader()
        header.setMinimumSectionSize(60)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def fit_columns(self) -> None:
        """A column of true classes where they are known, and room for the names of the classes that occur."""
        images = self.table.images
        found = images.labelled, images.generation, len(images.named)
        if found != self._fitted:
            self._fitted = found
            self.setColumnHidden(TRUTH, not images.labelled)
            self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns fill the table again, as far as that helps."""
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """As much as the texts of each column need, more or less of it where there is more or less room; in a very
        wide table, the rest is left at the end. Titles and the bar of the confidence stay whole."""
        needed = self._needed()
        fixed = needed.pop("confidence")
        room = min(ROOMY, (self.viewport().width() - fixed) / sum(needed.values()))
        for place, name in enumerate(COLUMNS):
            self.setColumnWidth(place, fixed if name == "confidence" else int(room * needed.get(name, 0.0)))

    def _needed(self) -> dict[Column, int]:
        """Pixels for a title with the sign of the order beside it, and for the texts below; for names of files, which
        may have any length, two and a half times the thumbnail."""
        width, title = self.fontMetrics().horizontalAdvance, self.horizontalHeader().fontMetrics().horizontalAdvance
        longest = max((width(formats.plain(name)) for name in self.table.images.named), default=0)
        longest = min(longest, MOST_NAME * self.fontMetrics().averageCharWidth())
        part = width(formats.percent(0.999, 1) + "  ")
        texts: dict[Column, int] = {
            "image": 5 * SIDE // 2,
            "truth": width("✓ ") + longest,
            "class": longest,
            "confidence": 0,
            "second": part + longest,
            "third": part + longest,
        }
        if self.isColumnHidden(TRUTH):
            del texts["truth"]
        return {name: max(text + space(MEDIUM), title(heads()[name]) + space(WIDE)) for name, text in texts.items()}

    def retranslate(self) -> None:
        """Texts have changed, and so has their length."""
        self.table.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._share_width()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Everything but Enter is the table's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.image_wanted.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and again soon if thumbnails are missing."""
        self.table.thumbnails.left, self.table.thumbnails.missed = AT_ONCE, False
        super().paintEvent(event)
        if self.table.thumbnails.missed:
            self.viewport().update()
