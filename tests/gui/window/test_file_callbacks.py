"""A run with callbacks from files is continued with the files chosen again, or without them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from gui.engine import processes
from gui.window.file_callbacks import NOTICE
from gui.window.main_window import Window
from tests.gui.window.test_pages import StartedProcess
from tests.gui.windows import opened
from trainer.errors import UsageError
from trainer.store.folder import RunFolder

Make = Callable[..., Any]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Arguments of the engines that are started; none of them does anything."""
    found: list[list[str]] = []

    def start(python: str, arguments: list[str], root: Path, name: str, *_: Any) -> StartedProcess:
        found.append(arguments)
        return StartedProcess(RunFolder(root / name))

    monkeypatch.setattr(processes, "start", start)
    return found


def press(window: Window, text: str) -> None:
    [button] = [one for one in window.banner.findChildren(QPushButton) if one.text() == text and one.isVisible()]
    button.click()


@pytest.fixture
def shown(qtbot: QtBot, window: Window, scribe: Make) -> Window:
    """A stopped run, with callbacks of two files."""
    one = scribe("own")
    one.begin(file_callbacks=("LossTrend", "A&B"))
    one.end("stopped")
    return opened(qtbot, window, one.folder)


def test_it_is_continued_without_them(shown: Window, started: list[list[str]]) -> None:
    shown._start()
    assert started == []
    assert "trained with LossTrend, A&B, from a file" in (shown.banner.text(NOTICE) or "")
    press(shown, "Continue without LossTrend, A&&B")
    assert [words[2:6] for words in started] == [["--without", "LossTrend", "--without", "A&B"]]
    assert shown.banner.text(NOTICE) is None


def test_the_files_are_chosen(shown: Window, started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ["/there/a.py", ""]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen.pop(0), ""))
    shown._start()
    press(shown, "Choose the file…")
    assert started == [], "one of them was not chosen"
    chosen[:] = ["/there/a.py", "/there/b.py"]
    press(shown, "Choose the file…")
    assert [words[2:6] for words in started] == [
        ["--callback", "/there/a.py:LossTrend", "--callback", "/there/b.py:A&B"]
    ]


def test_a_run_continued_from_the_list_asks_once_the_engine_has_refused(
    shown: Window, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.run_controller.go_on(shown.run.folder.path, 9)  # type: ignore[union-attr]
    assert "--without" not in started[0]
    monkeypatch.setattr(StartedProcess, "exit_code", UsageError.exit_code)
    shown.refresh_timer.tick()
    assert shown.banner.text("exit") is None
    press(shown, "Continue without LossTrend, A&&B")
    assert started[1][2:8] == ["--epochs", "9", "--without", "LossTrend", "--without", "A&B"]


def test_other_runs_are_continued_at_once(qtbot: QtBot, window: Window, scribe: Make, started: list[list[str]]) -> None:
    one = scribe("plain")
    one.begin()
    one.end("stopped")
    opened(qtbot, window, one.folder)._start()
    assert len(started) == 1
    assert window.banner.text(NOTICE) is None
