"""The window on runs: what it shows, and when it draws."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from gui.viewmodels.folder_check import examine
from gui.window import i18n
from gui.window.main_window import Window
from gui.window.refresh_timer import IDLE_MS, TOUCHED_MS
from tests.gui.windows import opened
from trainer import events as ev
from trainer.pace import Pace
from trainer.store.folder import RunFolder

Make = Callable[..., Any]


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_without_a_run_it_offers_three_ways_to_begin(window: Window) -> None:
    assert window.pages.currentWidget() is window.start_place
    assert all(button.isEnabled() for button in window.start_place.page.buttons.values())
    assert not window.window_actions.actions["pause"].isEnabled()
    assert window.run_info.isHidden()


def test_a_finished_run_is_shown_whole(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    assert window.windowTitle() == "finished — Epochscope"
    assert window.run_toolbar.name.text() == "finished"
    assert "completed" in window.run_toolbar.what.text()
    assert window.epoch_bar.slider.maximum() == 4
    assert window.run_info.values["train_loss"].text() == "0.2500"
    assert window.run_info.values["worst"].text() == "frog (0.40)"
    assert window.run_info.values["parameters"].text() == "30"
    assert window.refresh_timer.timer.interval() == TOUCHED_MS or window.refresh_timer.timer.interval() >= IDLE_MS


def test_the_cursor_moves_everything(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.epoch_cursor.chosen == 3
    assert window.run_info.values["train_loss"].text() == "0.3333"
    assert window.epoch_bar.where.text() == "epoch 3 of 4"
    assert not window.epoch_bar.live.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    assert window.epoch_cursor.chosen == 1
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.epoch_cursor.chosen is None
    assert "best" in window.epoch_bar.where.text()


def test_a_live_run_goes_on_in_the_window(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.prepare("decode", 30, 60)
    opened(qtbot, window, one.folder)
    assert "preparing" in window.run_toolbar.what.text()
    assert "Reading images: 30 of 60" in window.run_toolbar.what.text()
    assert window.run_toolbar.bar.maximum() == 60
    one.begin()
    one.epoch(1, 2.0)
    qtbot.waitUntil(lambda: window.epoch_bar.slider.maximum() == 1)
    qtbot.waitUntil(lambda: "running" in window.run_toolbar.what.text())
    assert "left" in window.run_toolbar.times.text()
    assert window.window_actions.actions["pause"].isEnabled()
    one.epoch(2, 4.0)
    qtbot.waitUntil(lambda: window.run_info.values["train_loss"].text() == "0.5000")


@pytest.mark.parametrize("stage", ["decode", "extract"])
def test_images_are_counted_with_their_speed_while_a_run_is_prepared(
    qtbot: QtBot, window: Window, scribe: Make, stage: str
) -> None:
    now = [0.0]
    one = scribe("live", alive=True)
    one.prepare(stage, 0, 800)
    toolbar = opened(qtbot, window, one.folder).run_toolbar
    window.pace = Pace(lambda: now[0])  # a run that is opened gets one of its own
    assert window.pace.follow(stage, 0, 800) is None
    qtbot.waitUntil(lambda: "time left unknown" in toolbar.times.text())
    now[0] = 10.0
    one.prepare(stage, 200, 800)
    qtbot.waitUntil(lambda: ": 200 of 800" in toolbar.what.text())
    qtbot.waitUntil(lambda: "20 images/s · 0:30 left in this phase" in toolbar.times.text())


def test_live_is_lit_only_while_an_engine_works(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    one.epoch(1, 2.0)
    one.epoch(2, 4.0)
    opened(qtbot, window, one.folder)
    live = window.epoch_bar.live
    assert (live.isChecked(), live.isEnabled()) == (True, True)
    window.epoch_bar.choose(1)
    assert (live.isChecked(), live.isEnabled()) == (False, True)
    live.click()
    assert window.epoch_cursor.chosen is None
    assert live.isChecked()
    one.end()
    qtbot.waitUntil(lambda: (live.isChecked(), live.isEnabled()) == (False, False))
    assert window.epoch_cursor.chosen is None, "the last epoch stays in view"


def test_live_is_not_lit_for_a_lost_run(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("lost")
    one.begin()
    one.epoch(1, 2.0)
    opened(qtbot, window, one.folder)
    assert "lost" in window.run_toolbar.what.text()
    assert not window.epoch_bar.live.isChecked()


def test_a_chosen_epoch_stays_while_the_run_goes_on(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    one.epoch(1, 2.0)
    one.epoch(2, 4.0)
    opened(qtbot, window, one.folder)
    window.epoch_bar.choose(1)
    one.epoch(3, 6.0)
    qtbot.waitUntil(lambda: window.epoch_bar.slider.maximum() == 3)
    assert window.epoch_bar.slider.value() == 1
    assert window.run_info.values["train_loss"].text() == "1.0000"


def test_a_failed_run_says_why(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("failed")
    one.begin()
    one.end("failed", error="The loss is <b>NaN</b>.")
    opened(qtbot, window, one.folder)
    assert "<b>NaN</b>" in (window.banner.text("failed") or "")
    assert "failed" in window.run_toolbar.what.text()
    window.show_run(None)
    assert window.banner.text("failed") is None


def test_a_failed_run_says_why_each_time_it_is_opened(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("bad")
    one.begin()
    one.end("failed", error="The loss is NaN.")
    for _ in range(2):
        opened(qtbot, window, one.folder)
        assert window.banner.isVisible()
        assert "The loss is NaN." in (window.banner.text("failed") or "")


def test_a_run_that_failed_before_it_began_says_why_and_nothing_else(
    qtbot: QtBot, window: Window, scribe: Make
) -> None:
    one = scribe("bad")
    one.prepare("import", 0, 1)
    parts = {"where": "a: two classes are needed", "expected": "two folders", "fix": "give a folder with two"}
    reason = "1 problem in flat"
    one.write(ev.RunEnded(epoch=0, step=0, status="failed", reason=reason, error=reason, **parts))
    opened(qtbot, window, one.folder)
    told = ["Where: a: two classes are needed", "Expected: two folders", "Fix: give a folder with two"]
    assert (window.banner.text("failed") or "").splitlines() == ["This run has failed: 1 problem in flat", *told]
    assert window.run_toolbar.what.text() == "failed"
    assert window.run is not None
    missing = {found.file for found in examine(one.folder, window.run.model, alive=False)}
    assert "environment.json" not in missing
    assert "log.txt" in missing


def test_notices_about_a_run_stand_above_that_run_only(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("bad")
    one.begin()
    one.end("failed", error="The loss is NaN.")
    opened(qtbot, window, one.folder)
    assert window.banner.isVisible()
    window.new_run()
    assert not window.banner.isVisible()
    window.banner.show_notice("no_run", lambda: "Not the folder of a run")
    assert window.banner.isVisible()
    assert [key for key, line in window.banner._lines.items() if line.isVisible()] == ["no_run"]
    window.banner.hide_notice("no_run")
    window.pages.leave(True)
    assert window.banner.isVisible()
    for line in list(window.banner._lines.values()):
        line.findChildren(QToolButton)[-1].click()
    assert not window.banner.isVisible()
    window.new_run()
    window.pages.leave(True)
    assert not window.banner.isVisible(), "what was closed stays closed"


def test_notices_are_said_again_in_another_language(
    qtbot: QtBot, window: Window, scribe: Make, qapp: Any, tmp_path: Path
) -> None:
    one = scribe("bad")
    one.begin()
    one.end("failed", error="loss")
    opened(qtbot, window, one.folder)
    window.open_run(tmp_path / "no-run")
    window.drag_drop.tell_no_run()
    window.help_actions.tell_fault("division by zero")
    banner = window.banner
    close = banner._lines["drop"].findChild(QToolButton)
    assert isinstance(close, QToolButton)
    close.click()
    said = {key: banner.text(key) for key in ("failed", "no_run", "drop", "fault")}
    i18n.choose(qapp, "ru")
    try:
        qtbot.waitUntil(lambda: banner.text("no_run") != said["no_run"])
        assert not any(banner.text(key) == text for key, text in said.items())
        buttons = {button.text() for button in banner.findChildren(QPushButton)}
        assert "Показать журнал" in buttons
        assert not any(text.isascii() for text in buttons)
        assert not banner._lines["drop"].isVisible(), "what was closed stays closed"
    finally:
        i18n.choose(qapp, "en")
    qtbot.waitUntil(lambda: {key: banner.text(key) for key in said} == said)


def test_a_callback_that_was_detached_is_named_above_a_completed_run(
    qtbot: QtBot, window: Window, scribe: Make
) -> None:
    one = scribe("silent")
    one.begin()
    failed: dict[str, Any] = {"callback": "LossTrend", "hook": "on_validation_done"}
    for epoch, action in ((2, "retry"), (3, "detach")):
        error = f"ValueError: epoch {epoch}\nis odd"
        one.write(ev.CallbackFailed(epoch=epoch, step=10 * epoch, action=action, error=error, **failed))
    one.end()
    opened(qtbot, window, one.folder)
    told = "LossTrend failed in on_validation_done at epoch 3; the run went on without it: ValueError: epoch 3 is odd"
    assert window.banner.text("callbacks") == told
    window.show_run(None)
    assert window.banner.text("callbacks") is None


def test_a_run_without_failed_callbacks_has_no_notice(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    assert window.banner.text("callbacks") is None


def test_the_list_marks_the_run_that_is_shown(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    qtbot.waitUntil(lambda: window.runs_side.panel is not None)
    assert window.runs_side.panel.items.current == "finished"
    qtbot.waitUntil(lambda: [row.name for row in window.runs_side.panel.selected()] == ["finished"])
    window.show_run(None)
    assert window.runs_side.panel.items.current == ""


def test_a_run_that_begins_is_not_said_to_have_ended(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("new")
    one.wall = round(time.time() * 1000)
    one.prepare("import", 0, 0)
    opened(qtbot, window, one.folder)
    assert "Curves appear" in window.tabs.panel("curves").sentence.text()


def test_a_notice_is_no_higher_than_its_text(qtbot: QtBot, window: Window) -> None:
    window.banner.show_notice("one", lambda: "a short sentence")
    qtbot.waitUntil(lambda: 0 < window.banner.height() < 4 * window.fontMetrics().height())
    window.banner.show_notice("one", lambda: "word " * 300)
    qtbot.waitUntil(lambda: window.banner.height() > 5 * window.fontMetrics().height())


def test_a_lost_run_can_be_continued(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("lost")
    one.begin()
    one.epoch(1, 2.0)
    opened(qtbot, window, one.folder)
    assert "lost" in window.run_toolbar.what.text()
    assert window.window_actions.actions["start"].isEnabled()


def test_damage_is_named(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    with finished.journal.open("ab") as journal:
        journal.write(b"00000000 {}\n")
    opened(qtbot, window, finished)
    qtbot.waitUntil(window.status_bar.damage.isVisible)


def test_a_folder_that_is_no_run_changes_nothing(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.open_run(finished.path / "checkpoints")
    assert window.banner.text("no_run")
    assert window.run is not None
    assert window.run.folder == finished


def test_names_are_plain_text(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("html")
    nasty = "<img src=x>" * 3
    one.begin(model=nasty, settings={"data": {"source": "/a/" + nasty}, "train": "no table"}, classes=(nasty,) * 3)
    one.epoch(1, 2.0)
    one.end()
    opened(qtbot, window, one.folder)
    for label in (*window.run_info.values.values(), window.run_toolbar.name, window.status_bar.where):
        assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<img" not in window.run_info.values["model"].toolTip()


def test_every_tab_opens(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    for number, name in enumerate(window.tabs.names(), 1):
        qtbot.keyClick(window, Qt.Key(ord("0") + number % 10), Qt.KeyboardModifier.ControlModifier)
        assert window.tabs.current == name
        assert window.tabs.made(name) is not None


def test_panels_are_made_when_they_are_looked_at(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    assert [name for name in window.tabs.names() if window.tabs.made(name)] == ["curves"]


def test_the_log_is_shown_as_text(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    finished.log.write_text("<b>bold</b>\n" * 3, "utf-8")
    opened(qtbot, window, finished)
    window.show_tab("log")
    panel: Any = window.tabs.panel("log")
    assert panel.log.toPlainText().startswith("<b>bold</b>")
    assert "completed" in panel.messages.toPlainText()


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_a_log_that_leads_elsewhere_is_not_opened(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    secret = finished.path.parent.parent / "secret.txt"
    secret.write_text("secret")
    finished.log.symlink_to(secret)
    opened(qtbot, window, finished)
    window.show_tab("log")
    panel: Any = window.tabs.panel("log")
    assert "secret" not in panel.log.toPlainText().replace(str(secret), "")


# -- the timer -------------------------------------------------------------------------------------------------------


def test_it_rests_while_it_cannot_be_seen(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    assert window.refresh_timer.timer.isActive()
    window.hide()
    assert not window.refresh_timer.timer.isActive()
    window.show()
    assert window.refresh_timer.timer.isActive()
    window.setWindowState(Qt.WindowState.WindowMinimized)
    qtbot.waitUntil(lambda: not window.refresh_timer.timer.isActive())


def test_it_hurries_while_somebody_is_at_work(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.epoch_bar.choose(2)
    assert window.refresh_timer.timer.interval() == TOUCHED_MS
    qtbot.waitUntil(lambda: window.refresh_timer.timer.interval() >= IDLE_MS, timeout=4000)


def test_a_notice_can_be_closed(qtbot: QtBot, window: Window) -> None:
    done: list[int] = []
    window.banner.show_notice("one", lambda: "<b>text</b>", [(lambda: "Do it", lambda: done.append(1))])
    button = window.banner.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    button.click()
    assert done == [1]
    assert window.banner.isVisible()
    window.banner.hide_notice("one")
    assert not window.banner.isVisible()


def test_an_idle_window_that_works_long_looks_less_often(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse, spent = window.refresh_timer, [0.0]
    monkeypatch.setattr("gui.window.refresh_timer.time.process_time", lambda: spent[0])
    pulse._touched = float("-inf")

    def idle_interval(seconds_a_look: float) -> int:
        pulse.timer.setInterval(IDLE_MS)
        for _ in range(60):
            spent[0] += seconds_a_look
            pulse.tick()
        return pulse.timer.interval()

    assert idle_interval(0.001) == IDLE_MS
    assert idle_interval(0.005) == 800  # a hundred and sixtieth of the time
    assert idle_interval(0.5) == 1500
    pulse.touch()
    assert pulse.timer.interval() == TOUCHED_MS
