"""The table of classified images: a thumbnail, and the likeliest classes with bars as long as their confidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QFileInfo,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QImageReader, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.text import formats
from gui.widgets.bar_delegate import PART, BarDelegate
from gui.widgets.labels import plain_tip
from gui.window.theme import icon

TOP = 3
SIDE = 48
MAX_BYTES = 256 << 20
MAX_PIXELS = 200_000_000
"""Of an image that is shown; the engine reads larger ones."""
Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Prediction:
    """One image: its likeliest classes with their probabilities, or why there are none; neither: not answered yet."""

    path: Path
    top: tuple[tuple[str, float], ...] = ()
    problem: str = ""


class Thumbnails:
    """Small pictures of files, a few made at each painting, so that no painting takes long."""

    def __init__(self) -> None:
        self.left = 0
        """How many may still be made in this painting."""
        self.missed = False
        self._made: dict[Path, QPixmap] = {}

    def get(self, path: Path, ratio: float) -> QPixmap | None:
        """None where it is not made yet; an empty one where there is none to be had."""
        if path not in self._made:
            if self.left <= 0:
                self.missed = True
                return None
            self.left -= 1
            self._made[path] = thumbnail(path, ratio)
        return self._made[path]

    def clear(self) -> None:
        """Forget all."""
        self._made.clear()


def thumbnail(path: Path, ratio: float = 1.0) -> QPixmap:
    """At most SIDE logical pixels; empty for what is no image, or too large to be read here."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if QFileInfo(str(path)).size() > MAX_BYTES or not size.isValid() or size.width() * size.height() > MAX_PIXELS:
        return QPixmap()
    side = round(SIDE * ratio)
    reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    found = QPixmap.fromImage(reader.read())
    found.setDevicePixelRatio(ratio)
    return found


class PredictionTable(QAbstractTableModel):
    """A row per image."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.rows: list[Prediction] = []
        self.thumbnails = Thumbnails()
        self._sign = icon("warning")

    def set_rows(self, rows: list[Prediction]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """All images."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """The image and its likeliest classes."""
        return 0 if parent.isValid() else 1 + TOP

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Titles."""
        if orientation != Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        tr = QCoreApplication.translate
        return (tr("Predict", "Image"), tr("Predict", "Class"), tr("Predict", "Second"), tr("Predict", "Third"))[
            section
        ]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Called for visible cells only."""
        row, column = self.rows[index.row()], index.column()
        if column == 0:
            return self._image(row, role)
        if row.problem or len(row.top) < column:
            text = row.problem if column == 1 else ""
            return {Role.DisplayRole: text, Role.ToolTipRole: plain_tip(text) if text else ""}.get(Role(role))
        name, part = row.top[column - 1]
        if role == PART:
            return part
        if role == Role.DisplayRole:
            return f"{formats.plain(name)}  {formats.percent(part, 1)}"
        return plain_tip(formats.plain(name)) if role == Role.ToolTipRole else None

    def _image(self, row: Prediction, role: int) -> Any:
        if role == Role.DisplayRole:
            return row.path.name
        if role == Role.ToolTipRole:
            return plain_tip(str(row.path))
        if role == Role.DecorationRole:
            if row.problem:
                return self._sign
            return self.thumbnails.get(row.path, self._view.devicePixelRatioF())
        return None


class PredictionView(QTableView):
    """Loads the thumbnails of visible rows, two at each painting."""

    def __init__(self) -> None:
        super().__init__()
        self.table = PredictionTable(self)
        self.setModel(self.table)
        self._bars = BarDelegate(self)
        self.setItemDelegate(self._bars)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(SIDE + 8)
        self.horizontalHeader().setHighlightSections(False)
        for place in range(1 + TOP):
            self.horizontalHeader().setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: list[Prediction]) -> None:
        """Images and what became of them; a reason takes the place of all classes."""
        self.table.set_rows(rows)
        self.clearSpans()
        for place, row in enumerate(rows):
            if row.problem:
                self.setSpan(place, 1, 1, TOP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and again soon if thumbnails are missing."""
        self.table.thumbnails.left, self.table.thumbnails.missed = 2, False
        super().paintEvent(event)
        if self.table.thumbnails.missed:
            self.viewport().update()
