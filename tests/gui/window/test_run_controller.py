"""The window steers runs: its keys and buttons, what it says of engines, how it closes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.windows import answer, opened
from trainer import events as ev
from trainer.store.folder import RunFolder, state
from trainer.store.requests import Request, poll

Make = Callable[..., Any]


# -- control ---------------------------------------------------------------------------------------------------------


def test_keys_ask_the_engine(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    opened(qtbot, window, one.folder)
    asked = []
    for key, modifier in (
        (Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F7, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier),
    ):
        qtbot.keyClick(window, key, modifier)
        asked = [request for request in poll(one.folder) if isinstance(request, Request)]
    assert sorted((request.do, request.when) for request in asked) == [
        ("pause", "step"),
        ("stop", "epoch"),
        ("stop", "step"),
    ]
    assert "stopping" in window.run_toolbar.what.text() or window.run_controller.steering.state == "stopping"


def test_a_refusal_is_told_by_its_code(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    opened(qtbot, window, one.folder)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    (request,) = poll(one.folder)
    answer_of: dict[str, Any] = {"id": request.id, "result": "refused", "reason": "unread", "code": "request.stopping"}
    one.write(ev.RequestHandled(epoch=1, step=1, **answer_of))
    qtbot.waitUntil(lambda: window.banner.text("refused") == "The training process refused (the run is stopping).")


def test_no_answer_is_told_and_the_process_can_be_ended(
    qtbot: QtBot, window: Window, scribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = scribe("live", alive=True)
    one.begin()
    opened(qtbot, window, one.folder)
    monkeypatch.setattr("gui.viewmodels.run_state.OVERDUE_SECONDS", 0.1)
    ended: list[RunFolder] = []
    monkeypatch.setattr("gui.engine.processes.Ending", lambda folder: ended.append(folder))
    qtbot.keyClick(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: window.banner.text("overdue") is not None)
    assert window.window_actions.actions["end_process"].isEnabled()
    answer(qtbot, "Wait")
    window.run_controller.end_process()
    assert ended == []
    answer(qtbot, "End the process")
    window.run_controller.end_process()
    assert ended == [one.folder]


def train(window: Window, *more: str, name: str = "mine") -> None:
    window.run_controller.start(["train", "digits", "--epochs", "2000", "--name", name, *more], name)


def wait_for(qtbot: QtBot, window: Window, *states: str) -> None:
    qtbot.waitUntil(lambda: window.run_controller.steering.state in states, timeout=60_000)


@pytest.mark.slow
def test_a_live_child_is_paused_resumed_stopped_and_continued(qtbot: QtBot, window: Window) -> None:
    train(window)
    assert window.run_controller.steering.state == "starting"
    wait_for(qtbot, window, "running")
    folder = window.run.folder if window.run else RunFolder(Path())
    qtbot.keyClick(window, Qt.Key.Key_F6)
    wait_for(qtbot, window, "paused")
    assert window.window_actions.actions["pause"].text() == "&Resume"
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: "manual" in (window.run.model.checkpoints if window.run else {}), timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    wait_for(qtbot, window, "running")
    qtbot.keyClick(window, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qtbot, window, "stopped")
    qtbot.waitUntil(lambda: not window.run_controller.working(), timeout=10_000)
    assert state(folder) == "stopped"
    assert window.banner.text("exit") is None
    reached = window.run.model.step if window.run else 0
    qtbot.waitUntil(window.window_actions.actions["start"].isEnabled, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    wait_for(qtbot, window, "running")
    assert window.run is not None
    assert window.run.model.info is not None
    assert window.run.model.info.attempt == 2
    assert window.run.model.step >= reached
    qtbot.keyClick(window, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qtbot, window, "stopped")
    qtbot.waitUntil(lambda: not window.run_controller.working(), timeout=10_000)


def test_an_engine_that_cannot_start_shows_what_it_printed(qtbot: QtBot, window: Window) -> None:
    train(window, "--nonsense", "1")
    qtbot.waitUntil(lambda: window.banner.text("exit") is not None, timeout=30_000)
    assert "--nonsense" in (window.banner.text("exit") or "")
    assert window.run_controller.steering.state == "failed"


def test_a_source_that_is_refused_is_told_though_its_run_is_gone(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    (tmp_path / "photos" / "cats").mkdir(parents=True)
    window.run_controller.start(["train", str(tmp_path / "photos"), "--name", "mine"], "mine")
    qtbot.waitUntil(lambda: window.banner.text("exit") is not None, timeout=60_000)
    assert "there are no images in the folder" in (window.banner.text("exit") or "")
    assert not (window.root / "mine").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="zombies are POSIX")
def test_an_engine_that_has_ended_is_let_go_of_whatever_is_shown(qtbot: QtBot, window: Window) -> None:
    for name in ("one", "two"):
        window.run_controller.start(["train", "--epochs", "0", "--name", name], name)  # refused: it ends by itself
    child = psutil.Process(window.run_controller.started[window.root / "one"].pid)
    assert window.run is not None
    assert window.run.folder.name == "two"
    qtbot.waitUntil(lambda: not child.is_running(), timeout=60_000)
    qtbot.waitUntil(lambda: not window.run_controller.working(), timeout=60_000)


def test_a_python_that_cannot_be_run_is_told(window: Window, tmp_path: Path) -> None:
    window.preferences.python = str(tmp_path / "none")
    train(window)
    assert "none" in (window.banner.text("error") or "")
    assert window.run is None


@pytest.mark.slow
def test_a_run_thrown_away_lies_in_the_trash(qtbot: QtBot, window: Window) -> None:
    train(window)
    wait_for(qtbot, window, "running")
    answer(qtbot, "Keep")
    window.run_controller.discard()
    assert window.run_controller.steering.state == "running"
    answer(qtbot, "delete")
    window.run_controller.discard()
    qtbot.waitUntil(lambda: window.run is None, timeout=20_000)
    assert not (window.root / "mine").exists()
    assert window.pages.currentWidget() is window.start_place


# -- closing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["Stay", "Keep it running", "Stop after this step"])
@pytest.mark.slow
def test_closing_asks_what_is_to_become_of_a_run_it_started(qtbot: QtBot, window: Window, choice: str) -> None:
    train(window)
    wait_for(qtbot, window, "running")
    (engine,) = window.run_controller.working()
    answer(qtbot, choice)
    window.close()
    if choice == "Stay":
        assert window.isVisible()
        assert engine.exit_code is None
    elif choice == "Keep it running":
        assert not window.isVisible()
        assert state(engine.folder) == "running"
    else:
        assert window.isVisible()
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
        assert state(engine.folder) == "stopped"
        return
    pid = engine.pid
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)


def test_closing_without_a_run_of_its_own_asks_nothing(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    opened(qtbot, window, one.folder)
    window.close()
    assert not window.isVisible()
    assert poll(one.folder) == []


def test_a_stop_that_is_agreed_shows_stopping(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    why: dict[str, Any] = {"code": "stop.request", "parameters": {"source": "elsewhere", "when": "epoch"}}
    one.write(ev.StopRequested(epoch=1, step=1, source="elsewhere", reason="", **why))
    opened(qtbot, window, one.folder)
    assert "stopping" in window.run_toolbar.what.text()
    assert "left" not in window.run_toolbar.times.text()
    assert [window.window_actions.actions[name].isEnabled() for name in ("stop_step", "stop_epoch", "pause")] == [
        True,
        False,
        False,
    ]
