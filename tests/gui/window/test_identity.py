"""A path is not an identity: the window shows the run that is in the folder now, and that run only."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.engine import processes
from gui.viewmodels import journal_follower
from gui.viewmodels.image_index import ImageFilter, ImageIndex
from gui.window.main_window import Window
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import opened
from trainer.store import heartbeat
from trainer.store.folder import RunFolder, write_owner
from trainer.store.run_creation import create_run
from trainer.store.run_owner import Owner
from trainer.store.versions import VERSIONS

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_follower, "ALIVE_SECONDS", 0.0)


def write(make: Make, name: str, epochs: int, *, scale: float = 1.0, end: bool = True) -> RunFolder:
    one = make(name, epochs=epochs)
    one.prepare()
    one.begin()
    for number in range(1, epochs + 1):
        one.epoch(number, 2.0 * number, scale / number)
    if end:
        one.end()
    one.close()
    return one.folder  # type: ignore[no-any-return]


def settle(qtbot: QtBot, window: Window) -> bool:
    """Some looks; True, for conditions."""
    for _ in range(3):
        window.refresh_timer.tick()
        qtbot.waitUntil(lambda: not window.runs.catching_up)
    return True


def state(window: Window) -> str:
    return window.run_controller.steering.state


def epochs(window: Window) -> list[int]:
    assert window.run is not None
    return [int(one) for one in window.run.model.epochs.column("epoch")]


@pytest.mark.parametrize("new", [1, 4, 10])
def test_a_run_trained_again_under_its_name_is_shown_from_its_beginning(
    qtbot: QtBot, window: Window, scribe: Make, new: int
) -> None:
    opened(qtbot, window, write(scribe, "one", 4))
    window.epoch_cursor.move(window.run.model, -2)  # type: ignore[union-attr]
    shutil.rmtree(window.run.folder.path)  # type: ignore[union-attr]
    write(scribe, "one", new, scale=3.0)
    settle(qtbot, window)
    assert epochs(window) == list(range(1, new + 1))
    assert window.run is not None
    assert window.run.model.batches.rows == new
    assert window.run.model.epochs.column("valid_loss")[0] == 3.0
    assert window.run.model.info is not None
    assert window.run.model.info.epochs == new
    assert window.epoch_bar.slider.maximum() == max(1, new)
    assert window.epoch_cursor.chosen is None
    assert window.run.follower.damaged == 0


def test_an_earlier_state_put_back_is_shown(qtbot: QtBot, window: Window, scribe: Make, tmp_path: Path) -> None:
    folder = write(scribe, "one", 4, end=False)
    shutil.copytree(folder.path, tmp_path / "backup")
    writer = scribe_on(folder, 6)
    opened(qtbot, window, folder)
    assert epochs(window) == [1, 2, 3, 4, 5, 6]
    writer.close()
    shutil.copy(tmp_path / "backup" / "journal.jsonl", folder.journal)  # in place: the inode stays
    settle(qtbot, window)
    assert epochs(window) == [1, 2, 3, 4]


def scribe_on(folder: RunFolder, to: int) -> Any:
    """Go on with a journal that another scribe began."""
    from tests.gui.conftest import Scribe

    more = Scribe(folder)
    more.wall += 1_000_000
    for number in range(5, to + 1):
        more.epoch(number, 2.0 * number)
    return more


def test_a_journal_that_only_grew_goes_on(qtbot: QtBot, window: Window, scribe: Make) -> None:
    folder = write(scribe, "one", 4, end=False)
    opened(qtbot, window, folder)
    before = window.run
    # as a tool does that copies a run here again and again
    copy = folder.path / "copy"
    shutil.copy(folder.journal, copy)
    more = scribe_on(RunFolder(folder.path), 6)
    more.close()
    shutil.copy(folder.journal, copy)
    copy.replace(folder.journal)
    settle(qtbot, window)
    assert window.run is before
    assert epochs(window) == [1, 2, 3, 4, 5, 6]


def test_overlays_are_exchanged_too(qtbot: QtBot, window: Window, scribe: Make, finished: RunFolder) -> None:
    other = write(scribe, "other", 8)
    opened(qtbot, window, finished)
    window._overlay([other.path])  # as the list of runs does
    settle(qtbot, window)
    assert window.runs.overlays[0].model.epochs.rows == 8
    shutil.rmtree(other.path)
    write(scribe, "other", 10, scale=2.0)
    settle(qtbot, window)
    overlay = window.runs.overlays[0]
    assert overlay.model.epochs.rows == 10
    assert overlay.model.epochs.column("valid_loss")[0] == 2.0
    assert window.tabs._overlays is window.runs.overlays, "and drawn"


def test_images_and_predictions_are_of_the_new_run(qtbot: QtBot, window: Window, root: Path) -> None:
    first = SampleRun(root, name="one")
    first.make()
    opened(qtbot, window, first.folder)
    assert window.run is not None
    index = ImageIndex(window.run.folder, window.run.model)
    before = index.select(ImageFilter(keep="wrong"), 3)
    assert not before.reason
    shutil.rmtree(first.folder.path)
    second = SampleRun(root, name="one", epochs=1)
    second.make()
    settle(qtbot, window)
    assert window.run is not None
    assert epochs(window) == [1]
    assert list(window.run.model.predictions) == [1]


def test_who_sets_up_a_run_is_not_disturbed(qtbot: QtBot, window: Window, scribe: Make) -> None:
    opened(qtbot, window, write(scribe, "one", 4))
    window.new_run()
    shutil.rmtree(window.run.folder.path)  # type: ignore[union-attr]
    write(scribe, "one", 2, scale=3.0)
    settle(qtbot, window)
    assert epochs(window) == [1, 2]
    assert window.pages.on_new_run


def test_a_run_that_is_deleted_is_gone_and_its_successor_begins_empty(
    qtbot: QtBot, window: Window, scribe: Make, root: Path
) -> None:
    opened(qtbot, window, write(scribe, "one", 4))
    shutil.rmtree(root / "one")
    settle(qtbot, window)
    assert window.run_controller.steering.state == "gone"
    assert "gone" in window.run_toolbar.what.text()
    assert epochs(window) == [1, 2, 3, 4], "what was read can still be looked at"
    create_run(root, "one")
    settle(qtbot, window)
    assert epochs(window) == []


def test_a_folder_that_is_renamed_is_gone_until_it_is_back(qtbot: QtBot, window: Window, scribe: Make) -> None:
    folder = write(scribe, "one", 4)
    opened(qtbot, window, folder)
    before, start = window.run, window.window_actions.actions["start"]
    assert start.isEnabled()
    folder.path.rename(folder.path.parent / "two")
    settle(qtbot, window)
    assert state(window) == "gone"
    assert not start.isEnabled()
    qtbot.waitUntil(lambda: settle(qtbot, window) and not window.banner.text("folder"))
    (folder.path.parent / "two").rename(folder.path)
    settle(qtbot, window)
    assert window.run is before
    assert state(window) == "completed"
    assert start.isEnabled()


def test_list_and_header_agree_without_a_summary(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    assert not finished.summary.exists()
    opened(qtbot, window, finished)
    window.runs_side.tick()
    panel = window.runs_side.panel
    assert panel is not None
    row = panel.runs.get("finished")
    assert row is not None
    assert row.summary is not None
    assert row.state == window.run_controller.steering.state == "completed"
    assert (row.summary.epoch, row.summary.epochs, row.summary.best_epoch) == (4, 4, 4)


def test_a_journal_of_a_newer_version_is_named_and_not_continued(
    qtbot: QtBot, window: Window, scribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(scribe, "one", 2, end=False)
    monkeypatch.setattr("trainer.store.journal._version", lambda event: VERSIONS["journal"] + 1)
    more = scribe_on(folder, 5)
    more.close()
    opened(qtbot, window, folder)
    settle(qtbot, window)
    assert epochs(window) == [1, 2]
    assert "newer Epochscope" in (window.banner.text("unreadable") or "")
    assert window.run is not None
    assert window.run.follower.damaged == 0
    assert not window.window_actions.actions["start"].isEnabled()


def test_a_run_of_a_machine_with_another_clock_is_alive(
    qtbot: QtBot, window: Window, scribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "WATCH_SECONDS", 0.5)
    monkeypatch.setattr(heartbeat, "FRESH_SECONDS", 0.5)
    folder = write(scribe, "far", 2, end=False)
    write_owner(folder, Owner(pid=7, host="another", started=1.0, attempt=1))
    end = threading.Event()

    def work() -> None:
        count = 0
        while not end.wait(0.05):
            count += 1
            os.utime(folder.owner, (1_000.0 + count, 1_000.0 + count))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        opened(qtbot, window, folder)
        assert not window.window_actions.actions["start"].isEnabled(), "not before it was watched"
        qtbot.waitUntil(
            lambda: settle(qtbot, window) and window.run_controller.steering.state == "running", timeout=2000
        )
        until = time.monotonic() + 1.2
        while time.monotonic() < until:
            settle(qtbot, window)
            assert window.run_controller.steering.state == "running"
            assert not window.window_actions.actions["start"].isEnabled()
            qtbot.wait(50)
    finally:
        end.set()
        thread.join()
    qtbot.waitUntil(lambda: settle(qtbot, window) and window.run_controller.steering.state == "lost", timeout=5000)
    assert window.window_actions.actions["start"].isEnabled()


def test_what_callbacks_print_is_in_the_log(qtbot: QtBot, window: Window, scribe: Make, root: Path) -> None:
    folder = write(scribe, "one", 2)
    (root / processes.LOGS).mkdir()
    for stamp, text in (("20231114-221219-000000", "mine"), ("20201114-221219-000000", "of another run")):
        (root / processes.LOGS / f"{stamp}-one.txt").write_text(f"{text}\n")
    began = 1_700_000_001.0
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(began))}-000000-one.txt"
    (root / processes.LOGS / name).write_text("epoch 1: my callback says 42\n")
    opened(qtbot, window, folder)
    window.show_tab("log")
    panel = window.tabs.panel("log")
    assert "my callback says 42" in panel.printed.toPlainText()  # type: ignore[attr-defined]
    qtbot.waitUntil(panel.printed.isVisible)  # type: ignore[attr-defined]
    assert "another" not in panel.printed.toPlainText()  # type: ignore[attr-defined]


def test_runs_of_the_terminal_have_no_empty_place_for_it(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.show_tab("log")
    qtbot.waitUntil(window.tabs.panel("log").isVisible)
    assert not window.tabs.panel("log").printed.isVisible()  # type: ignore[attr-defined]
