"""Tags and note of a run: what a person does there is not disturbed by the training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gui.viewmodels.run_row import Row
from trainer.store.notes import ViewerNotes

if TYPE_CHECKING:
    from gui.runs.note_fields import NoteFields


def fields(qtbot: Any, row: Row) -> NoteFields:
    from gui.runs.note_fields import NoteFields

    made = NoteFields()
    qtbot.addWidget(made)
    made.show()
    made.show_row(row)
    return made


ROW = Row("one", "running", None, ViewerNotes(note="the first try", tags=("a", "b")))


def test_a_new_epoch_leaves_cursor_and_selection_where_they_are(qtbot: Any) -> None:
    made = fields(qtbot, ROW)
    made.begin()
    assert made.note.selectedText() == "the first try"
    made.show_row(replace(ROW, stamps=((1,), ())))
    assert made.note.selectedText() == "the first try"
    made.note.setCursorPosition(5)
    made.show_row(replace(ROW, stamps=((2,), ())))
    assert made.note.cursorPosition() == 5


def test_another_note_and_another_run_are_shown(qtbot: Any) -> None:
    made = fields(qtbot, ROW)
    made.show_row(replace(ROW, notes=ViewerNotes(note="written elsewhere")))
    assert (made.note.text(), made.tags.text()) == ("written elsewhere", "")
    made.show_row(replace(ROW, name="two"))
    written: list[tuple[str, str, str]] = []
    made.written.connect(lambda *parts: written.append(parts))
    made.note.setFocus()
    qtbot.keyClicks(made.note, "!")
    made.note.editingFinished.emit()
    assert written[0][0] == "two"
    made.show_row(None)
    assert made.isHidden()
