"""Tags and note of a run, to be written below the list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QWidget

from gui.style.dimensions import TIGHT, space
from gui.viewmodels.run_row import Row
from trainer.store import notes


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
        layout.setVerticalSpacing(space(TIGHT))
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
        before = self._name, self.tags.text(), self.note.text()
        now = (row.name, ", ".join(row.notes.tags), row.notes.note) if row else ("", "", "")
        if now != before:  # else the cursor stays where it is: the run has a new epoch, no new note
            self._name, tags, note = now
            self.tags.setText(tags)
            self.note.setText(note)
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
