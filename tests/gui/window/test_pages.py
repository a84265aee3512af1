"""The run being set up, and what the rest of the window makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from gui.engine import processes
from gui.new_run.new_run_page import NewRunPage
from gui.window.main_window import Window
from trainer.errors import UsageError
from trainer.store.folder import RunFolder


class StartedProcess:
    """An engine that has not written anything yet."""

    exit_code = None
    started_at = 0.0

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def release(self) -> None:
        pass


@pytest.fixture
def page(qtbot: QtBot, window: Window) -> NewRunPage:
    window.new_run()
    found = window.pages.new_run_page
    assert found is not None
    qtbot.waitUntil(found.start_button.isEnabled)
    return found


def test_start_in_the_toolbar_is_enabled_as_that_of_the_form(window: Window, page: NewRunPage) -> None:
    start = window.window_actions.actions["start"]
    assert start.isEnabled()
    page.name.setText("not/a name")
    assert not page.start_button.isEnabled()
    assert not start.isEnabled()
    page.name.clear()
    assert start.isEnabled()
    window.pages.leave(False)
    assert not start.isEnabled(), "there is no run to continue"


def test_there_is_one_button_that_starts(window: Window, page: NewRunPage) -> None:
    window.show()
    start = window.window_actions.actions["start"]

    def buttons() -> list[QAbstractButton]:
        found = [one for one in window.findChildren(QAbstractButton) if one.isVisible()]
        return [one for one in found if one is page.start_button or start in one.actions()]

    assert buttons() == [page.start_button]
    assert start.isEnabled(), "by its key"
    window.pages.leave(False)
    assert buttons() == [], "there is no run to continue"


def test_a_run_that_was_started_has_taken_the_name(
    qtbot: QtBot, window: Window, page: NewRunPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(python: str, arguments: list[str], root: Path, name: str, *_: Any) -> StartedProcess:
        (root / name).mkdir()
        return StartedProcess(RunFolder(root / name))

    monkeypatch.setattr(processes, "start", start)
    page.name.setText("first")
    window._start()
    assert window.run is not None
    assert window.run.folder.name == "first"
    window.new_run()
    assert page.name.text() == ""
    assert not page.name_problem.isVisible()
    qtbot.waitUntil(page.start_button.isEnabled)


def test_a_run_that_could_not_be_started_leaves_the_name(
    window: Window, page: NewRunPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*_: Any) -> None:
        raise UsageError("engine.start", "No such interpreter.")

    monkeypatch.setattr(processes, "start", start)
    page.name.setText("first")
    window._start()
    assert window.pages.on_new_run
    assert page.name.text() == "first"
