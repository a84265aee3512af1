"""What was decided is done, whatever is shown or closed meanwhile: runs are deleted, processes ended, labels kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.viewmodels import journal_follower
from gui.viewmodels.copies import Copies
from gui.widgets.question_box import question_box
from gui.window import closing
from gui.window.main_window import Window
from tests.gui.windows import answer, opened
from trainer.store.requests import Request, poll

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_follower, "ALIVE_SECONDS", 0.0)


class Process:
    """A process that is being ended until the test says otherwise."""

    def __init__(self) -> None:
        self.asked = 0
        self.gone = False

    def done(self) -> bool:
        self.asked += 1
        return self.gone


def live(scribe: Make, run_id: str = "r") -> Any:
    one = scribe("live", alive=True)
    one.begin(run_id=run_id)
    one.epoch(1, 2.0)
    return one


def stop(one: Any) -> None:
    """As its engine would."""
    one.end("stopped")
    (one.folder.path / "owner.json").unlink()


def delete(qtbot: QtBot, window: Window) -> None:
    answer(qtbot, "Stop and delete")
    window.run_controller.discard()


def asked(one: Any) -> list[str]:
    return [request.do for request in poll(one.folder) if isinstance(request, Request)]


def in_trash(window: Window, name: str) -> bool:
    return not (window.root / name).exists() and any((window.root / ".trash").glob(f"{name}.*"))


def test_a_run_is_deleted_once_it_has_stopped_whichever_run_is_shown(
    qtbot: QtBot, window: Window, scribe: Make, finished: Any
) -> None:
    one = live(scribe)
    opened(qtbot, window, one.folder)
    delete(qtbot, window)
    assert asked(one) == ["stop"]
    opened(qtbot, window, finished)
    assert one.folder.path.exists(), "not before it has stopped"
    stop(one)
    qtbot.waitUntil(lambda: in_trash(window, "live"))
    assert window.run is not None
    assert window.run.folder == finished, "what is shown stays"


def test_a_run_opened_again_before_it_stops_is_deleted_and_no_longer_shown(
    qtbot: QtBot, window: Window, scribe: Make, finished: Any
) -> None:
    one = live(scribe)
    opened(qtbot, window, one.folder)
    delete(qtbot, window)
    opened(qtbot, window, finished)
    opened(qtbot, window, one.folder)
    stop(one)
    qtbot.waitUntil(lambda: in_trash(window, "live"))
    qtbot.waitUntil(lambda: window.run is None)


def test_a_run_in_the_place_of_a_deleted_one_is_left_alone(
    qtbot: QtBot, window: Window, scribe: Make, finished: Any
) -> None:
    one = live(scribe)
    opened(qtbot, window, one.folder)
    delete(qtbot, window)
    opened(qtbot, window, finished)
    one.close()
    one.folder.path.rename(window.root / "elsewhere")
    other = live(scribe, "another")
    stop(other)
    qtbot.waitUntil(lambda: not window.run_controller.unfinished)
    assert other.folder.path.exists()
    assert (window.root / "elsewhere").exists()


def test_a_run_that_ends_while_the_question_is_open_is_deleted_without_an_error(
    qtbot: QtBot, window: Window, scribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = live(scribe)
    opened(qtbot, window, one.folder)
    said: list[str] = []
    tell = window.banner.show_notice

    def listen(key: str, *more: Any, **named: Any) -> None:
        said.append(key)
        tell(key, *more, **named)

    monkeypatch.setattr(window.banner, "show_notice", listen)
    stop(one)
    qtbot.waitUntil(lambda: window.run is not None and window.run.over)
    delete(qtbot, window)
    qtbot.waitUntil(lambda: in_trash(window, "live"))
    assert "error" not in said


def test_the_window_closes_after_what_was_to_be_deleted_is(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = live(scribe)
    opened(qtbot, window, one.folder)
    delete(qtbot, window)
    window.close()
    assert window.isVisible(), "it is still being stopped"
    assert "as soon as" in (window.banner.text("closing") or "")
    stop(one)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert in_trash(window, "live")


def test_the_window_does_not_wait_for_ever(
    qtbot: QtBot, window: Window, scribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "STOP_SECONDS", 0.1)
    one = live(scribe)
    opened(qtbot, window, one.folder)
    delete(qtbot, window)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert one.folder.path.exists()


def test_a_process_is_ended_though_another_run_is_shown(
    qtbot: QtBot, window: Window, scribe: Make, finished: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process()
    monkeypatch.setattr("gui.viewmodels.run_state.OVERDUE_SECONDS", 0.0)
    monkeypatch.setattr("gui.engine.processes.Ending", lambda folder: process)
    opened(qtbot, window, live(scribe).folder)
    window.run_controller.pause()
    answer(qtbot, "End the process")
    window.run_controller.end_process()
    opened(qtbot, window, finished)
    before = process.asked
    qtbot.waitUntil(lambda: process.asked > before + 2)
    window.close()
    assert window.isVisible()
    process.gone = True
    qtbot.waitUntil(lambda: not window.isVisible())


@pytest.mark.parametrize("stay", [True, False])
def test_closing_asks_about_decisions_that_are_only_in_memory(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch, stay: bool
) -> None:
    monkeypatch.setattr(type(window.pages), "unsaved", property(lambda _: 3))
    asked: list[str] = []

    def listen(*given: Any) -> Any:
        asked.append(given[-1])
        return question_box(*given)

    monkeypatch.setattr(closing, "question_box", listen)
    answer(qtbot, "Stay" if stay else "Close and lose them")
    window.close()
    assert window.isVisible() == stay
    assert "not saved: 3" in asked[0]


@pytest.fixture
def copied(qtbot: QtBot, window: Window, finished: Any, monkeypatch: pytest.MonkeyPatch) -> list[Copies]:
    """The Predict panel copies images: the last one is how far it is."""
    opened(qtbot, window, finished)
    said = [Copies(3, 7, busy=True)]
    monkeypatch.setattr(type(window.tabs.panel("predict")), "copies", property(lambda _: said[-1]))
    return said


@pytest.mark.parametrize("stay", [True, False])
def test_closing_asks_while_images_are_copied(
    qtbot: QtBot, window: Window, copied: list[Copies], monkeypatch: pytest.MonkeyPatch, stay: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(closing, "question_box", lambda *given: asked.append(given[-1]) or question_box(*given))
    answer(qtbot, "Stay" if stay else "Close now")
    window.close()
    assert window.isVisible() == stay
    assert "3 of 7" in asked[0]
    if stay:
        copied.append(Copies(7, 7))
        window.refresh_timer.tick()
        assert window.isVisible(), "whoever stays is not sent away later"


@pytest.mark.parametrize("complete", [True, False])
def test_the_window_closes_once_all_images_are_copied(
    qtbot: QtBot, window: Window, copied: list[Copies], complete: bool
) -> None:
    answer(qtbot, "Copy all, then close")
    window.close()
    window.refresh_timer.tick()
    assert window.isVisible(), "they are still being copied"
    assert "as soon as" in (window.banner.text("closing") or "")
    copied.append(Copies(7 if complete else 5, 7))
    if complete:
        qtbot.waitUntil(lambda: not window.isVisible())
    else:
        qtbot.waitUntil(lambda: "stayed open" in (window.banner.text("closing") or ""))
        assert window.isVisible(), "why they were not is said there"


def test_signals_ask_nothing(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(window.pages), "unsaved", property(lambda _: 3))
    window.closing.quietly()
    assert not window.isVisible()


def test_a_note_that_is_being_typed_is_written_when_the_window_closes(
    qtbot: QtBot, window: Window, finished: Any
) -> None:
    opened(qtbot, window, finished)
    panel = window.runs_side.panel
    assert panel is not None
    qtbot.waitUntil(lambda: panel.notes.isVisible())
    panel.notes.begin()
    qtbot.keyClicks(panel.notes.note, "the good one")  # type: ignore[no-untyped-call]
    window.close()
    assert "the good one" in Path(finished.viewer).read_text(encoding="utf-8")
