"""Widgets around the list of runs: the notice below it, and the fields for note and tags."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from gui.viewmodels.run_list import Row
from trainer.store import notes


class Notice(QFrame):
    """A line about what was done or went wrong, until it is closed, with an optional Undo button."""

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
        """Show a text.

        Args:
            text: The text; "" hides the line.
            undo: Whether it has an Undo button. Default: False.
        """
        self.label.setText(text)
        self.undo.setVisible(undo)
        self.setVisible(bool(text))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.undo.setText(self.tr("Undo"))
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close"))


class NoteFields(QWidget):
    """Tags and note of a run, written when a field is left or Enter is pressed; hidden if no run is chosen."""

    written = Signal(str, str, str)
    """Name of the run, note, tags separated by commas."""

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
        """Show tags and note of a run, unless the user is typing.

        Args:
            row: The run; None: none.
        """
        if row is not None and row.name == self._name and self.writing:
            return
        self._name = row.name if row else ""
        self.tags.setText(", ".join(row.notes.tags) if row else "")
        self.note.setText(row.notes.note if row else "")
        self.note.setCursorPosition(0)
        self.setEnabled(row is not None)
        self.setVisible(row is not None)

    @property
    def writing(self) -> bool:
        """Whether the user is typing."""
        return any(field.isModified() and field.hasFocus() for field in (self.tags, self.note))

    def begin(self) -> None:
        """Move the keyboard focus to the note."""
        if self.isEnabled():
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.note.selectAll()

    def _finished(self) -> None:
        if self._name and (self.tags.isModified() or self.note.isModified()):
            self.tags.setModified(False)
            self.note.setModified(False)
            self.written.emit(self._name, self.note.text(), self.tags.text())

    def retranslate(self) -> None:
        """Set all texts again."""
        for label, text in zip(self._labels, (self.tr("Ta&gs"), self.tr("N&ote")), strict=True):
            label.setText(text)
        self.tags.setPlaceholderText(self.tr("separated by commas"))
        self.note.setPlaceholderText(self.tr("what this run is about"))
        self.tags.setAccessibleName(self.tr("Tags"))
        self.note.setAccessibleName(self.tr("Note"))
