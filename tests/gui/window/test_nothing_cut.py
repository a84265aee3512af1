"""Nothing a person reads is cut, in either language, where a window is small: what shortens its text has it in full."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.window import i18n
from gui.window.main_window import Window
from gui.window.tabs import PANELS
from tests.gui.sample_runs import SampleRun
from tests.gui.texts_cut import cut_texts
from tests.gui.windows import opened

LAPTOP = (1093, 614)
"""1366x768 at 125 %."""


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_cut_on_a_laptop(window: Window, qtbot: QtBot, root: Path, language: str) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    i18n.choose(app, language)
    try:
        window.resize(*LAPTOP)
        found = {"start": _settled(window)}
        opened(qtbot, window, SampleRun(root).make().folder)
        for name in PANELS:
            window.show_tab(name)
            found[name] = _settled(window)
        window.new_run()
        window.pages.new_run_page.advanced.fold.click()
        found["new run"] = _settled(window)
    finally:
        i18n.choose(app, "en")
    assert {view: texts for view, texts in found.items() if texts} == {}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_cut_in_a_panel_of_its_own(window: Window, qtbot: QtBot, root: Path, language: str) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    i18n.choose(app, language)
    found, clipped = {}, []
    try:
        opened(qtbot, window, SampleRun(root).make().folder)
        for name in PANELS:
            window.tabs.tear_off(name)
            if (floating := window.tabs.floating.get(name)) is not None:
                _settled(window)
                found[name] = cut_texts(floating)
                least = floating.minimumSizeHint()
                if floating.width() < least.width() or floating.height() < least.height():
                    clipped.append(name)
                window.tabs.put_back(name)
    finally:
        i18n.choose(app, "en")
    assert {view: texts for view, texts in found.items() if texts} == {}
    assert clipped == []


def test_a_text_that_is_cut_is_found(qtbot: QtBot) -> None:
    place = QWidget()
    qtbot.addWidget(place)
    label = QLabel("a text that is long")
    QVBoxLayout(place).addWidget(label)
    place.show()
    assert cut_texts(place) == []
    label.setFixedWidth(30)
    place.layout().activate()
    assert len(cut_texts(place)) == 1


def _settled(window: Window) -> list[str]:
    for _ in range(3):
        window.refresh_timer.tick()
        QApplication.processEvents()
    return cut_texts(window)
