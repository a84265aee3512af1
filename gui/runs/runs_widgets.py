"""Parts of the list of runs: the view of its table, the notice below it, and the fields for note and tags."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QWidget,
)

from gui.runs.runs_table import COLUMNS
from gui.viewmodels.run_list import Row
from gui.window.theme import mix
from trainer.store import notes

_WIDTHS = {
    "name": 17, "state": 15, "macro_f1": 9, "loss": 10, "epoch": 11, "data": 14, "model": 10, "seconds": 9,
    "started": 17, "tags": 14, "note": 32,
}  # fmt: skip
"""In letters."""


class RunsView(QTableView):
    """Rows are selected as a whole; Space and Enter are told, wherever in a row one is."""

    space_pressed = Signal()
    enter_pressed = Signal()

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        header = self.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        # fixed widths: to measure the contents of thousands of rows is slow
        letter = self.fontMetrics().horizontalAdvance("0")
        for place, column in enumerate(COLUMNS):
            self.setColumnWidth(place, _WIDTHS[column] * letter)
        self.sortByColumn(COLUMNS.index("started"), Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self._boxes = BoxDelegate(self)
        self._pressed = QPoint()
        self.setItemDelegateForColumn(0, self._boxes)

    def on_box(self, index: QModelIndex) -> bool:
        """Whether the mouse is on the box of this row: what it does there has nothing to do with the run itself."""
        return index.column() == 0 and self._boxes.place(self, index).contains(self._pressed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where."""
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Everything else is the table's."""
        if event.key() == Qt.Key.Key_Space:
            self.space_pressed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter_pressed.emit()
        else:
            super().keyPressEvent(event)


class BoxDelegate(QStyledItemDelegate):
    """Draws the frame of a check box in a colour that shows on dark, too: the style's own is nearly black."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell, then the frame."""
        super().paint(painter, option, index)
        full = QStyleOptionViewItem(option)
        self.initStyleOption(full, index)
        style = full.widget.style()
        box = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, full, full.widget)
        chosen = bool(full.state & QStyle.StateFlag.State_Selected)
        palette = full.palette
        ink = palette.highlightedText().color() if chosen else mix(palette.text().color(), palette.base().color(), 0.5)
        painter.setPen(ink)
        painter.drawRect(box.adjusted(0, 0, -1, -1))

    def place(self, view: QTableView, index: QModelIndex) -> QRect:
        """Where the box of a cell is, with a margin for the hand, in the view."""
        option = QStyleOptionViewItem()
        view.initViewItemOption(option)
        option.rect = view.visualRect(index)
        self.initStyleOption(option, index)
        box = view.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, view)
        return box.adjusted(-3, -4, 3, 4)


class Notice(QFrame):
    """A line that says what was done or went wrong, until it is closed; with a button that undoes it."""

    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.label = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.undo = QPushButton()
        self.undo.clicked.connect(self.undo_wanted)
        self.close_button = QToolButton(autoRaise=True)
        self.close_button.setText("✕")
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.undo)
        layout.addWidget(self.close_button)
        self.hide()

    def tell(self, text: str, undo: bool = False) -> None:
        """Show a text; an empty one hides the line."""
        self.label.setText(text)
        self.undo.setVisible(undo)
        self.setVisible(bool(text))

    def retranslate(self) -> None:
        """Set all texts anew."""
        self.undo.setText(self.tr("Undo"))
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close"))


class NoteFields(QWidget):
    """Tags and note of one run, written when a field is left or Enter is pressed."""

    written = Signal(str, str, str)
    """Name of the run, note, tags with commas between."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = QLineEdit(maxLength=notes.MAX_TAGS * notes.MAX_TAG)
        self.note = QLineEdit(maxLength=notes.MAX_NOTE)
        self._labels = QLabel(), QLabel()
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(4)
        for label, field in zip(self._labels, (self.tags, self.note), strict=True):
            label.setBuddy(field)
            layout.addRow(label, field)
            field.editingFinished.connect(self._finished)
        self._name = ""
        self.show_row(None)

    def show_row(self, row: Row | None) -> None:
        """Show what is written about a run; what is being typed is left alone."""
        if row is not None and row.name == self._name and self.writing:
            return
        self._name = row.name if row else ""
        self.tags.setText(", ".join(row.notes.tags) if row else "")
        self.note.setText(row.notes.note if row else "")
        self.note.setCursorPosition(0)
        self.setEnabled(row is not None)

    @property
    def writing(self) -> bool:
        """Something is being typed."""
        return any(field.isModified() and field.hasFocus() for field in (self.tags, self.note))

    def begin(self) -> None:
        """Let a person type a note."""
        if self.isEnabled():
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.note.selectAll()

    def _finished(self) -> None:
        if self._name and (self.tags.isModified() or self.note.isModified()):
            self.tags.setModified(False)
            self.note.setModified(False)
            self.written.emit(self._name, self.note.text(), self.tags.text())

    def retranslate(self) -> None:
        """Set all texts anew."""
        for label, text in zip(self._labels, (self.tr("Ta&gs"), self.tr("N&ote")), strict=True):
            label.setText(text)
        self.tags.setPlaceholderText(self.tr("with commas between"))
        self.note.setPlaceholderText(self.tr("what this run is about"))
        self.tags.setAccessibleName(self.tr("Tags"))
        self.note.setAccessibleName(self.tr("Note"))
