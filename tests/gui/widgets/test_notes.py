"""A text that is cut can be read with the mouse: all of it is in the tool tip, as plain text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtWidgets import QLabel, QWidget

from gui.widgets.fact_table import FactRows
from gui.widgets.labels import Note
from gui.widgets.run_toolbar import RunToolbar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NAME = ", ".join(["a <b>long</b> name & more of it"] * 8)


def in_a_note() -> tuple[QWidget, QLabel]:
    note = Note(Qt.TextElideMode.ElideMiddle)
    note.setText(NAME)
    return note, note


def in_the_toolbar() -> tuple[QWidget, QLabel]:
    names = ("new_run", "start", "pause", "stop", "checkpoint", "stop_epoch", "stop_step", "discard")
    toolbar = RunToolbar({name: QAction(name) for name in names})
    toolbar.show_state(NAME, "completed", frozenset())
    return toolbar, toolbar.name


def among_the_facts() -> tuple[QWidget, QLabel]:
    rows = FactRows()
    rows.show_rows({"Model": NAME})
    return rows, rows.findChildren(Note)[0]


@pytest.mark.parametrize("make", [in_a_note, in_the_toolbar, among_the_facts])
def test_what_is_cut_is_in_the_tip(qtbot: QtBot, make: Callable[[], tuple[QWidget, QLabel]]) -> None:
    place, label = make()
    qtbot.addWidget(place)
    place.resize(500, 60)
    place.show()
    assert label.text() != NAME
    assert label.accessibleName() == NAME
    tip = QTextDocument()
    tip.setHtml(label.toolTip())
    assert tip.toPlainText() == NAME
    place.resize(6000, 60)
    assert (label.text(), label.toolTip()) == (NAME, "")
    place.resize(500, 60)
    assert label.toolTip()
