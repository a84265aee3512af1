"""The rows above the content: two, or one where the window is low, and what gives way there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import opened


@pytest.fixture
def shown(qtbot: QtBot, window: Window, root: Path) -> Window:
    """A window with a run in it."""
    return opened(qtbot, window, SampleRun(root).make().folder)


def test_a_low_window_has_one_row(shown: Window, qtbot: QtBot) -> None:
    menu, toolbar = shown.window_actions.menu_bar, shown.run_toolbar
    shown.resize(1280, 800)
    qtbot.waitUntil(lambda: toolbar.mapTo(shown, toolbar.rect().topLeft()).y() >= menu.height())
    high = shown.top_rows.height()
    shown.resize(1280, 700)
    qtbot.waitUntil(lambda: shown.top_rows.height() < 0.7 * high)
    assert toolbar.mapTo(shown, toolbar.rect().topLeft()).x() >= menu.width()
    assert toolbar.times.isVisible()
    shown.resize(1280, 800)
    qtbot.waitUntil(lambda: shown.top_rows.height() == high)


def test_where_it_is_narrow_too_the_state_stays(shown: Window, qtbot: QtBot) -> None:
    shown.resize(768, 432)
    toolbar = shown.run_toolbar
    toolbar.setFixedWidth(400)
    qtbot.waitUntil(lambda: not toolbar.times.isVisible())
    assert toolbar.what.text() == "failed · epoch 3 of 3"
    assert toolbar.what.width() >= toolbar.what.sizeHint().width()
    assert shown.window_actions.menu_bar.width() >= shown.window_actions.menu_bar.sizeHint().width()
    assert toolbar.primary.text()


def test_the_name_stands_in_the_middle_of_its_row_whatever_the_run_does(shown: Window) -> None:
    shown.resize(1280, 800)
    toolbar = shown.run_toolbar
    for state in ("running", "completed"):
        toolbar.show_state("one", state, frozenset())
        toolbar.bar.setVisible(state == "running")
        assert toolbar.layout() is not None
        toolbar.layout().activate()
        button = toolbar.pause if state == "running" else toolbar.new_run
        assert button.isVisible()
        middles = [part.geometry().center().y() for part in (button, toolbar.sign, toolbar.name)]
        assert max(middles) - min(middles) <= 1, state
