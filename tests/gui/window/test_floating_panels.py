"""Panels are torn off, drawn where they are, remembered, and put back by closing, by key, and with the layout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.preferences import Preferences
from gui.window.main_window import Window
from gui.window.tabs import PANELS
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import opened
from trainer.store.folder import RunFolder


@pytest.fixture
def shown(qtbot: QtBot, window: Window, root: Path) -> Window:
    """A window with a run in it."""
    return opened(qtbot, window, SampleRun(root).make().folder)


def activate(qtbot: QtBot, widget: QWidget) -> None:
    """A person clicks into this window. `waitActive` is content with its parent."""
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


def another(qtbot: QtBot, root: Path) -> Iterator[Window]:
    window = Window(root, Preferences())
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.closing.quietly()
    window.deleteLater()


def test_a_torn_off_panel_has_a_window_and_no_tab(shown: Window) -> None:
    tabs = shown.tabs
    tabs.show_tab("classes")
    tabs.tear_off("classes")
    floating = tabs.floating["classes"]
    assert floating.isVisible()
    assert "Classes" in floating.windowTitle()
    assert "made" in floating.windowTitle()
    assert tabs.count() == len(PANELS) - 1
    assert tabs.current != "classes"
    assert tabs.names() == list(PANELS)
    panel = tabs.made("classes")
    assert panel is not None
    assert panel.window() is floating
    assert panel.run is shown.run


def test_it_is_drawn_while_it_can_be_seen_and_only_then(shown: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = shown.tabs
    tabs.tear_off("log")
    log = tabs.made("log")
    assert log is not None
    drawn: list[object] = []
    monkeypatch.setattr(log, "refresh", drawn.append)
    tabs.note({"messages", "state"})
    tabs.draw()
    assert len(drawn) == 1
    tabs.floating["log"].hide()
    tabs.note({"messages", "state"})
    tabs.draw()
    assert len(drawn) == 1
    tabs.show_tab("log")
    assert tabs.floating["log"].isVisible()
    tabs.draw()
    assert len(drawn) == 2


@pytest.mark.parametrize("way", ["close", "key", "reset"])
def test_it_comes_back_where_it_was(qtbot: QtBot, shown: Window, way: str) -> None:
    tabs = shown.tabs
    tabs.tear_off("errors")
    tabs.tear_off("classes")
    floating = tabs.floating["errors"]
    if way == "close":
        floating.close()
    elif way == "key":
        activate(qtbot, floating)
        tabs.toggle_floating()
    else:
        shown.window_actions.actions["reset_layout"].trigger()
    assert "errors" not in tabs.floating
    docked = [name for name in tabs.names() if name not in tabs.floating]
    assert [tabs.widget(number) for number in range(tabs.count())] == [
        panel.parentWidget() for panel in (tabs.panel(name) for name in docked)
    ]
    assert tabs.current == ("curves" if way == "reset" else "errors")
    assert bool(tabs.floating) == (way != "reset")


def test_keys_tear_off_and_work_in_the_new_window(qtbot: QtBot, shown: Window) -> None:
    tabs = shown.tabs
    tabs.show_tab("classes")
    shown.window_actions.actions["tear_off"].trigger()
    assert list(tabs.floating) == ["classes"]
    floating = tabs.floating["classes"]
    assert set(shown.actions()) <= set(floating.actions())
    activate(qtbot, floating)
    qtbot.keyClick(floating, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert tabs.current == "errors"
    qtbot.waitUntil(shown.isActiveWindow)
    activate(qtbot, floating)
    shown.window_actions.actions["tear_off"].trigger()
    assert not tabs.floating
    assert tabs.current == "classes"


def test_the_arrangement_is_remembered(qtbot: QtBot, shown: Window, root: Path) -> None:
    tabs = shown.tabs
    tabs.tabBar().moveTab(tabs.names().index("map"), 0)
    tabs.tear_off("log")
    tabs.floating["log"].setGeometry(120, 90, 640, 480)
    tabs.show_tab("weights")
    order = tabs.names()
    assert order[0] == "map"
    folder = shown.run.folder if shown.run is not None else RunFolder(root)
    shown.window_layout.save()
    for window in another(qtbot, root):
        again = window.tabs
        assert again.names() == order
        assert list(again.floating) == ["log"]
        assert not again.floating["log"].isVisible()  # there is no run to show yet
        opened(qtbot, window, folder)
        assert again.floating["log"].isVisible()
        assert again.floating["log"].size() == tabs.floating["log"].size()
        assert again.current == "weights"
        window.show_run(None)
        assert not again.floating["log"].isVisible()


@pytest.mark.parametrize("saved", [b"no json", b"{}", b'{"order": ["none", "log"], "floating": {"none": ""}}', b"[]"])
def test_what_cannot_be_read_counts_as_not_saved(shown: Window, saved: bytes) -> None:
    shown.tabs.arrange(saved)
    assert sorted(shown.tabs.names()) == sorted(PANELS)
    assert not shown.tabs.floating
    assert shown.tabs.count() == len(PANELS)


def test_a_cell_chosen_elsewhere_is_shown_where_the_errors_are(shown: Window) -> None:
    shown.tabs.tear_off("errors")
    shown.tabs.panel("classes").cell_chosen.emit(0, 1)
    errors = shown.tabs.panel("errors")
    assert errors.grid.choice.true == (0,)
    assert shown.tabs.current == "curves"


def test_the_last_tab_stays(shown: Window) -> None:
    for name in PANELS:
        shown.tabs.tear_off(name)
    assert shown.tabs.count() == 1
    assert len(shown.tabs.floating) == len(PANELS) - 1


def test_a_tab_is_dragged_off_the_bar(qtbot: QtBot, shown: Window) -> None:
    bar = shown.tabs.tabBar()
    start = bar.tabRect(1).center()
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=start)
    for down in (10, 40, 90):
        QTest.mouseMove(bar, start + QPoint(0, down))
        QTest.qWait(10)
    if not shown.tabs.floating:  # offscreen, moves come without buttons
        bar.torn.emit(1, bar.mapToGlobal(start))  # type: ignore[attr-defined]
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=start)
    assert list(shown.tabs.floating) == ["classes"]
