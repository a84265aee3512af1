"""The toolbar: only what suits the run, in one height, and the keyboard does not begin in it."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.viewmodels.run_state import ENABLED, State
from gui.widgets.run_toolbar import RunToolbar
from gui.window.actions import ACTIONS
from gui.window.main_window import Window

OVER = ("completed", "stopped", "failed", "lost", "gone")
CONTROLS = {"pause", "stop", "checkpoint"}


@pytest.fixture
def toolbar(qtbot: QtBot) -> RunToolbar:
    actions = {}
    for name in ACTIONS:
        actions[name] = QAction(name)
        actions[name].setEnabled(False)
    bar = RunToolbar(actions)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def shown(toolbar: RunToolbar) -> set[str]:
    buttons = {name: part for name, part in vars(toolbar).items() if isinstance(part, QToolButton)}
    assert len(buttons) == 5
    return {name for name, button in buttons.items() if button.isVisible()}


@pytest.mark.parametrize("state", get_args(State))
def test_only_what_suits_the_run_is_there(toolbar: RunToolbar, state: State) -> None:
    start = toolbar.primary.defaultAction()
    for continuable in (False, True):
        start.setEnabled(continuable)
        toolbar.show_state("" if state == "idle" else "one", state, ENABLED[state])
        over = state in (*OVER, "idle")
        assert shown(toolbar) - {"new_run"} == (({"primary"} if continuable else set()) if over else CONTROLS)
        assert "new_run" in shown(toolbar)
    toolbar.show_state("one", state, ENABLED[state], setting_up=True)
    assert shown(toolbar) == (set() if state in (*OVER, "idle") else CONTROLS), "the page has the button that starts"


def test_the_row_keeps_its_height_when_its_last_button_goes(toolbar: RunToolbar) -> None:
    heights = set()
    for name, setting_up in (("", False), ("one", False), ("", True)):
        toolbar.show_state(name, "idle", frozenset(), setting_up=setting_up)
        heights.add(toolbar.minimumSizeHint().height())
    assert len(heights) == 1


def test_without_a_run_it_says_what_is_in_front(toolbar: RunToolbar) -> None:
    toolbar.show_state("", "idle", frozenset())
    assert (toolbar.name.text(), toolbar.sign.isVisible()) == ("No run is open", False)
    toolbar.show_state("", "idle", frozenset(), setting_up=True)
    assert toolbar.name.text() == "New run"
    toolbar.show_state("one", "completed", frozenset())
    assert (toolbar.name.text(), toolbar.sign.isVisible()) == ("one", True)


def test_the_keyboard_begins_on_the_page(window: Window, qtbot: QtBot) -> None:
    window.show()
    qtbot.waitUntil(lambda: window.focusWidget() is not None)
    focus = window.focusWidget()
    assert focus is not None
    assert window.start_place.isAncestorOf(focus), focus
    assert not window.run_toolbar.isAncestorOf(focus), "Enter or Space would set up a run"
