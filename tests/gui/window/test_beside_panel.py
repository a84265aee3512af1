"""One panel beside the tabs: drawn along, led to by clicks, remembered, and put back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from gui.window.tabs import PANELS
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import opened


@pytest.fixture
def shown(qtbot: QtBot, window: Window, root: Path) -> Window:
    """A window with a run in it."""
    window.resize(1280, 800)
    return opened(qtbot, window, SampleRun(root).make().folder)


def test_both_are_seen_and_drawn(shown: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = shown.tabs
    tabs.show_beside("classes")
    classes = tabs.made("classes")
    assert classes is not None
    qtbot.waitUntil(classes.isVisible)
    assert classes.run is shown.run
    assert classes.window() is shown
    assert tabs.count() == len(PANELS) - 1
    assert tabs.names() == list(PANELS)
    assert min(tabs.panes.sizes()) > 200
    drawn: list[object] = []
    monkeypatch.setattr(classes, "refresh", drawn.append)
    tabs.note({"epochs"})
    tabs.draw()
    assert len(drawn) == 1


def test_a_click_in_one_is_seen_in_the_other(shown: Window) -> None:
    tabs = shown.tabs
    tabs.show_tab("classes")
    tabs.show_beside("errors")
    tabs.panel("classes").class_chosen.emit(1)
    assert tabs.current == "classes", "it stays in front"
    assert tabs.panel("errors").grid.choice.true == (1,)


@pytest.mark.parametrize("way", ["button", "key", "another", "reset"])
def test_it_becomes_a_tab_again(shown: Window, way: str) -> None:
    tabs = shown.tabs
    tabs.show_beside("errors")
    (pane,) = tabs._beside.values()
    if way == "button":
        pane.close_button.click()
    elif way == "key":
        shown.window_actions.actions["beside"].trigger()
    elif way == "another":
        tabs.show_beside("map")
    else:
        shown.window_actions.actions["reset_layout"].trigger()
    assert list(tabs._beside) == (["map"] if way == "another" else [])
    there = [name for name in tabs.names() if name not in tabs._beside]
    assert [tabs.widget(number) for number in range(tabs.count())] == [tabs._places[name] for name in there]


def test_between_beside_and_a_window_of_its_own(shown: Window, qtbot: QtBot) -> None:
    tabs = shown.tabs
    tabs.show_beside("errors")
    (pane,) = tabs._beside.values()
    pane.tear_button.click()
    assert list(tabs.floating) == ["errors"]
    assert not tabs._beside
    floating = tabs.floating["errors"]
    floating.activateWindow()
    qtbot.waitUntil(floating.isActiveWindow)
    tabs.toggle_beside()
    assert not tabs.floating
    assert list(tabs._beside) == ["errors"]


def test_it_is_remembered(shown: Window) -> None:
    tabs = shown.tabs
    tabs.show_tab("curves")
    tabs.show_beside("log")
    tabs.panes.setSizes([500, 250])
    widths, saved = tabs.panes.sizes(), QByteArray(tabs.arrangement())
    tabs.arrange(b"")
    assert not tabs._beside
    tabs.arrange(bytes(saved.data()))
    assert list(tabs._beside) == ["log"]
    assert tabs.panes.sizes() == pytest.approx(widths, abs=2)
    assert tabs.current == "curves"


@pytest.mark.parametrize("saved", [b'{"beside": "nothing"}', b'{"beside": "map", "widths": []}', b'{"beside": 3}'])
def test_what_cannot_be_read_is_passed_over(shown: Window, saved: bytes) -> None:
    shown.tabs.arrange(saved)
    assert set(shown.tabs._beside) <= {"map"}
    assert shown.tabs.count() + len(shown.tabs._beside) == len(PANELS)


def test_the_last_tab_stays(shown: Window) -> None:
    tabs = shown.tabs
    for name in list(PANELS)[1:]:
        tabs.tear_off(name)
    tabs.show_beside("curves")
    assert tabs.count() == 1
    tabs.arrange(b"")
