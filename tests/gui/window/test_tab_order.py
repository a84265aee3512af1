"""The Tab key goes where the eye goes: from the tabs into the panel, and only then to what is below and beside it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.windows import opened


def reached(first: QWidget) -> list[QWidget]:
    """What the Tab key leads to, one after the other."""
    found: list[QWidget] = []
    widget = first.nextInFocusChain()
    while widget is not None and widget is not first:
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("name", ["curves", "classes", "predict", "log"])
def test_a_panel_follows_its_tab(qtbot: QtBot, window: Window, finished: Any, name: str, torn: bool) -> None:
    opened(qtbot, window, finished)
    window.show_tab(name)
    if torn:
        window.tabs.tear_off(name)
        window.tabs.put_back(name)
    panel = window.tabs.panel(name)
    qtbot.waitUntil(panel.isVisible)
    order = reached(window.tabs.tabBar())
    inside = [place for place, widget in enumerate(order) if panel.isAncestorOf(widget)]
    outside = [place for place, widget in enumerate(order) if not window.tabs.isAncestorOf(widget)]
    assert inside
    assert max(inside) < min(outside)
