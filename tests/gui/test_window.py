"""The window on runs: what it shows, what its keys and buttons do, how it closes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gui import drops, style
from gui.menus import ACTIONS, MENUS
from gui.preferences import Preferences
from gui.pulse import IDLE_MS, TOUCHED_MS
from gui.window import Window
from trainer import events as ev
from trainer.store.folder import RunFolder, state
from trainer.store.requests import poll

Make = Callable[..., Any]


@pytest.fixture
def window(qtbot: QtBot, root: Path) -> Iterator[Window]:
    """An open window without a run."""
    made = Window(root, Preferences())
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close_quietly()
    made.deleteLater()


def opened(qtbot: QtBot, window: Window, folder: RunFolder) -> Window:
    window.open_run(folder.path)
    qtbot.waitUntil(lambda: not window.pulse.catching_up)
    window.pulse.tick()
    return window


def answer(qtbot: QtBot, text: str) -> None:
    """Click the button of the question that is about to be asked."""

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        found = [button for button in box.buttons() if text in button.text()]
        assert found, [button.text() for button in box.buttons()]
        found[0].click()

    QTimer.singleShot(50, click)


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_without_a_run_it_offers_three_ways_to_begin(window: Window) -> None:
    assert window.pages.currentWidget() is window.empty
    assert [button.isEnabled() for button in window.empty.buttons] == [True, True, True]
    assert not window.menus.actions["pause"].isEnabled()
    assert window.facts.isHidden()


def test_a_finished_run_is_shown_whole(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    assert window.windowTitle() == "finished – Epochscope"
    assert window.controls.name.text() == "finished"
    assert "completed" in window.controls.what.text()
    assert window.bar.slider.maximum() == 4
    assert window.facts.values["train_loss"].text() == "0.2500"
    assert window.facts.values["worst"].text() == "frog (0.40)"
    assert window.facts.values["parameters"].text() == "30"
    assert window.pulse.timer.interval() in (IDLE_MS, TOUCHED_MS)


def test_the_cursor_moves_everything(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.epoch_cursor.chosen == 3
    assert window.facts.values["train_loss"].text() == "0.3333"
    assert window.bar.where.text() == "epoch 3 of 4"
    assert not window.bar.live.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    assert window.epoch_cursor.chosen == 1
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.epoch_cursor.chosen is None
    assert window.bar.live.isChecked()
    assert "best" in window.bar.where.text()


def test_a_live_run_goes_on_in_the_window(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.prepare("decode", 30, 60)
    opened(qtbot, window, one.folder)
    assert "preparing" in window.controls.what.text()
    assert "50" in window.controls.what.text()
    assert window.controls.bar.maximum() == 60
    one.begin()
    one.epoch(1, 2.0)
    qtbot.waitUntil(lambda: window.bar.slider.maximum() == 1)
    qtbot.waitUntil(lambda: "running" in window.controls.what.text())
    assert "left" in window.controls.times.text()
    assert window.menus.actions["pause"].isEnabled()
    one.epoch(2, 4.0)
    qtbot.waitUntil(lambda: window.facts.values["train_loss"].text() == "0.5000")


def test_a_chosen_epoch_stays_while_the_run_goes_on(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    one.epoch(1, 2.0)
    one.epoch(2, 4.0)
    opened(qtbot, window, one.folder)
    window.bar.choose(1)
    one.epoch(3, 6.0)
    qtbot.waitUntil(lambda: window.bar.slider.maximum() == 3)
    assert window.bar.slider.value() == 1
    assert window.facts.values["train_loss"].text() == "1.0000"


def test_a_failed_run_says_why(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("failed")
    one.begin()
    one.end("failed", error="The loss is <b>NaN</b>.")
    opened(qtbot, window, one.folder)
    assert "<b>NaN</b>" in (window.banner.text("failed") or "")
    assert "failed" in window.controls.what.text()
    window.show_run(None)
    assert window.banner.text("failed") is None


def test_a_lost_run_can_be_continued(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("lost")
    one.begin()
    one.epoch(1, 2.0)
    opened(qtbot, window, one.folder)
    assert "lost" in window.controls.what.text()
    assert window.menus.actions["start"].isEnabled()


def test_damage_is_named(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    with finished.journal.open("ab") as journal:
        journal.write(b"00000000 {}\n")
    opened(qtbot, window, finished)
    qtbot.waitUntil(window.status.damage.isVisible)


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
    for label in (*window.facts.values.values(), window.controls.name, window.status.where):
        assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<img" not in window.facts.values["model"].toolTip()


def test_every_tab_opens(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    for number, name in enumerate(window.tabs.names(), 1):
        qtbot.keyClick(window, Qt.Key(ord("0") + number), Qt.KeyboardModifier.ControlModifier)
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
    assert window.pulse.timer.isActive()
    window.hide()
    assert not window.pulse.timer.isActive()
    window.show()
    assert window.pulse.timer.isActive()
    window.setWindowState(Qt.WindowState.WindowMinimized)
    qtbot.waitUntil(lambda: not window.pulse.timer.isActive())


def test_it_hurries_while_somebody_is_at_work(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.bar.choose(2)
    assert window.pulse.timer.interval() == TOUCHED_MS
    qtbot.waitUntil(lambda: window.pulse.timer.interval() == IDLE_MS, timeout=4000)


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
        asked = [received.request for received in poll(one.folder, 1)]
    assert sorted((request.do, request.when) for request in asked if request) == [
        ("pause", "step"),
        ("stop", "epoch"),
        ("stop", "step"),
    ]
    assert "stopping" in window.controls.what.text() or window.conduct.steering.state == "stopping"


def test_no_answer_is_told_and_the_process_can_be_ended(
    qtbot: QtBot, window: Window, scribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = scribe("live", alive=True)
    one.begin()
    opened(qtbot, window, one.folder)
    monkeypatch.setattr("gui.controls.OVERDUE_SECONDS", 0.1)
    ended: list[RunFolder] = []
    monkeypatch.setattr("gui.engines.terminate", lambda folder: ended.append(folder))
    qtbot.keyClick(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: window.banner.text("overdue") is not None)
    assert window.menus.actions["end_process"].isEnabled()
    answer(qtbot, "Wait")
    window.conduct.end_process()
    assert ended == []
    answer(qtbot, "End the process")
    window.conduct.end_process()
    assert ended == [one.folder]


def train(window: Window, *more: str, name: str = "mine") -> None:
    window.conduct.start(["train", "digits", "--epochs", "2000", "--name", name, *more], name)


def wait_for(qtbot: QtBot, window: Window, *states: str) -> None:
    qtbot.waitUntil(lambda: window.conduct.steering.state in states, timeout=60_000)


@pytest.mark.slow
def test_a_live_child_is_paused_resumed_stopped_and_continued(qtbot: QtBot, window: Window) -> None:
    train(window)
    assert window.conduct.steering.state == "starting"
    wait_for(qtbot, window, "running")
    folder = window.run.folder if window.run else RunFolder(Path())
    qtbot.keyClick(window, Qt.Key.Key_F6)
    wait_for(qtbot, window, "paused")
    assert window.menus.actions["pause"].text() == "&Go on"
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: "manual" in (window.run.model.checkpoints if window.run else {}), timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    wait_for(qtbot, window, "running")
    qtbot.keyClick(window, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qtbot, window, "stopped")
    qtbot.waitUntil(lambda: not window.conduct.working(), timeout=10_000)
    assert state(folder) == "stopped"
    assert window.banner.text("exit") is None
    reached = window.run.model.step if window.run else 0
    qtbot.keyClick(window, Qt.Key.Key_F5)
    wait_for(qtbot, window, "running")
    assert window.run is not None
    assert window.run.model.info is not None
    assert window.run.model.info.attempt == 2
    assert window.run.model.step >= reached
    qtbot.keyClick(window, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    wait_for(qtbot, window, "stopped")
    qtbot.waitUntil(lambda: not window.conduct.working(), timeout=10_000)


def test_an_engine_that_cannot_start_shows_what_it_printed(qtbot: QtBot, window: Window) -> None:
    train(window, "--nonsense", "1")
    qtbot.waitUntil(lambda: window.banner.text("exit") is not None, timeout=30_000)
    assert "--nonsense" in (window.banner.text("exit") or "")
    assert window.conduct.steering.state == "failed"


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
    window.conduct.discard()
    assert window.conduct.steering.state == "running"
    answer(qtbot, "throw away")
    window.conduct.discard()
    qtbot.waitUntil(lambda: window.run is None, timeout=20_000)
    assert not (window.root / "mine").exists()
    assert window.pages.currentWidget() is window.empty


# -- closing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["Stay", "Let it go on", "Stop after this step"])
@pytest.mark.slow
def test_closing_asks_what_is_to_become_of_a_run_it_started(qtbot: QtBot, window: Window, choice: str) -> None:
    train(window)
    wait_for(qtbot, window, "running")
    (engine,) = window.conduct.working()
    answer(qtbot, choice)
    window.close()
    if choice == "Stay":
        assert window.isVisible()
        assert engine.exit_code is None
    elif choice == "Let it go on":
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
    assert poll(one.folder, 1) == []


# -- dropping --------------------------------------------------------------------------------------------------------


def test_what_a_drop_is_meant_as(tmp_path: Path, finished: RunFolder) -> None:
    image = tmp_path / "cat.JPG"
    image.touch()
    assert drops.kind_of([finished.path]) == "run"
    assert drops.kind_of([tmp_path]) == "data"
    assert drops.kind_of([image, tmp_path / "dog.png"]) == "images"
    assert drops.kind_of([image, tmp_path]) == "nothing"
    assert drops.kind_of([]) == "nothing"


def drop(window: Window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)
    assert event.isAccepted()


def test_a_run_is_opened_by_dropping_it(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    drop(window, finished.path)
    qtbot.waitUntil(lambda: window.run is not None)
    assert window.preferences.recent == [finished.path]
    assert [action.text() for action in window.menus.recent.actions()] == ["finished"]


def test_a_folder_of_images_is_taken_for_a_new_run(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    drop(window, tmp_path / "photos")
    qtbot.waitUntil(lambda: window.new_page is not None)
    assert window.pages.currentWidget() is window.new_page
    assert window.menus.actions["start"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.empty


def test_images_need_a_run(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    drop(window, tmp_path / "cat.png")
    qtbot.waitUntil(lambda: window.banner.text("drop") is not None)


# -- the recorded run ------------------------------------------------------------------------------------------------


def test_the_recorded_run_plays(qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gui.views.cursor_bar.PLAY_SECONDS", 0.0)
    window.menus.actions["demo"].trigger()
    qtbot.waitUntil(lambda: window.bar.slider.value() > 3)
    assert window.bar.play.isChecked()
    assert not window.menus.actions["start"].isEnabled()
    window.bar.play.click()
    assert not window.bar.play.isChecked()


# -- menus, keys, looks ----------------------------------------------------------------------------------------------


def test_every_action_has_a_text_and_no_key_is_given_twice(window: Window) -> None:
    keys: list[str] = []
    for name in ACTIONS:
        action = window.menus.actions[name]
        assert action.text()
        keys += [key.toString() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert all(len(key) > 1 for key in keys)
    in_menus = {entry for menu in MENUS.values() for entry in menu} - {"", "recent"}
    assert in_menus == set(ACTIONS)


def test_controls_have_names(window: Window) -> None:
    for button in (window.controls.primary, window.controls.pause, window.controls.checkpoint):
        assert button.text()
        assert button.toolTip()
    assert window.bar.slider.accessibleName()
    assert window.bar.live.text()
    for button in (window.bar.first, window.bar.previous, window.bar.next, window.bar.last, window.bar.play):
        assert button.accessibleName()


def test_the_window_remembers_its_layout(qtbot: QtBot, root: Path) -> None:
    first = Window(root, Preferences())
    first.resize(1000, 700)
    first.show()
    qtbot.waitExposed(first)
    first.places.toggle("facts")
    assert not first.preferences.shown("facts")
    first.close()
    first.deleteLater()
    second = Window(root, Preferences())
    second.show()
    assert second.height() == 700  # the screen is 800 wide, the window at least 960
    assert not second.preferences.shown("facts")
    second.menus.actions["reset_layout"].trigger()
    assert second.preferences.shown("facts")
    second.close()
    second.deleteLater()


def test_a_narrow_window_folds_the_list_of_runs(qtbot: QtBot, window: Window) -> None:
    assert window.left.isVisible()
    window.resize(1092, 614)
    assert window.left.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.left.isVisible()
    window.resize(1300, 700)
    assert window.left.isVisible()
    assert window.minimumWidth() <= 960
    assert window.minimumHeight() <= 560


def test_layouts_fit_the_smallest_window(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.resize(960, 560)
    for name in window.tabs.names():
        window.show_tab(name)
        assert window.width() == 960, name
        assert window.centralWidget().minimumSizeHint().width() <= 960, name
        assert window.centralWidget().minimumSizeHint().height() <= 560, name


def test_light_and_dark(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    opened(qtbot, window, finished)
    try:
        for scheme in ("dark", "light"):
            style.apply(app, scheme)  # type: ignore[arg-type]
            assert style.Colours.current().dark == (scheme == "dark")
            qtbot.waitUntil(lambda: window.palette() == app.palette())
            shot = window.grab().toImage()
            corner = shot.pixelColor(QPoint(shot.width() // 2, 4))
            assert (corner.lightness() < 128) == (scheme == "dark")
    finally:
        style.apply(app, "system")


def test_settings_hold_at_once(qtbot: QtBot, window: Window) -> None:
    window.menus.actions["settings"].trigger()
    from gui.views.settings_dialog import SettingsDialog

    (dialog,) = window.findChildren(SettingsDialog)
    dialog.scheme.setCurrentIndex(2)
    assert window.preferences.scheme == "dark"
    assert style.Colours.current().dark
    dialog.scheme.setCurrentIndex(0)
    dialog.python.setText(str(window.root / "none"))
    dialog.check()
    qtbot.waitUntil(lambda: "cannot" in dialog.verdict.text())
    assert window.preferences.python == sys.executable
    dialog.python.setText(sys.executable)
    dialog.check()
    qtbot.waitUntil(lambda: "torch" in dialog.verdict.text(), timeout=30_000)
    assert window.preferences.python == sys.executable
    dialog.close()


def test_a_stop_that_is_agreed_shows_stopping(qtbot: QtBot, window: Window, scribe: Make) -> None:
    one = scribe("live", alive=True)
    one.begin()
    one.write(ev.StopRequested(epoch=1, step=1, source="elsewhere", reason="after this epoch"))
    opened(qtbot, window, one.folder)
    assert "stopping" in window.controls.what.text()
    assert [window.menus.actions[name].isEnabled() for name in ("stop_step", "stop_epoch", "pause")] == [
        True,
        False,
        False,
    ]


def test_a_notice_can_be_closed(qtbot: QtBot, window: Window) -> None:
    done: list[int] = []
    window.banner.show_notice("one", "<b>text</b>", [("Do it", lambda: done.append(1))])
    button = window.banner.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    button.click()
    assert done == [1]
    assert window.banner.isVisible()
    window.banner.hide_notice("one")
    assert not window.banner.isVisible()
