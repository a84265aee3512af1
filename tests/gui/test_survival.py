"""Windows are killed and stopped while what they started trains: the run does not notice, the next window shows it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gui.engine_processes import EPOCHS, REPOSITORY, STEPS, Follow, Watcher, end_engine, training, until, watcher
from tests.reliability.harness import assert_same, attempts, history
from trainer.events import BatchesReported, Preparing, RunPaused, RunStarted, RunUnpaused
from trainer.store.folder import RunFolder, is_alive, state
from trainer.store.process import process_started

pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="signals, and /proc to see who is left"),
]
KILLS = 20
SEED = 20240607
TRIES = 10
SPACE = 40
"""Reports between two kills at most, of which there are 20 a second."""


@pytest.fixture(scope="module")
def unwatched(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The same run without any window."""
    root = tmp_path_factory.mktemp("unwatched")
    command = [sys.executable, "-m", "trainer", *training(root, "alone")]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return RunFolder(root / "alone")


@pytest.fixture
def run(root: Path) -> Iterator[RunFolder]:
    folder = RunFolder(root / "one")
    yield folder
    end_engine(folder)


def started_by(run: RunFolder) -> dict[str, Any]:
    """The task of a window that starts this run as New run does."""
    return {"start": [training(run.path.parent, run.name), run.name]}


def assert_whole(run: RunFolder, unwatched: RunFolder) -> None:
    """Nothing but clocks tells it from the unwatched run, and a new window shows all of it."""
    assert state(run) == "completed"
    assert len(attempts(run)) == 1, "nobody had to continue it"
    assert_same(run, unwatched)
    with watcher(run.path.parent, run.name) as window:
        window.until_said("shown")
        seen = window.until_shows(lambda seen: seen["caught_up"] and seen["test_accuracy"], "the whole run")
        window.close()
    records = history(run)
    reports = [record.event.last_step for record in records if isinstance(record.event, BatchesReported)]
    epochs = [float(epoch) for epoch in range(1, EPOCHS + 1)]
    assert seen["state"] == "completed"
    assert seen["steps"] == [float(step) for step in reports]
    assert seen["epochs"] == epochs
    assert seen["verdicts"] == list(range(1, EPOCHS + 1))
    assert seen["slider"] == EPOCHS
    assert seen["evaluations"] == ["test", "train", "valid"]
    assert seen["damaged"] == 0
    assert seen["notices"] == []


# -- killed ----------------------------------------------------------------------------------------------------------


def kill_somewhere(follow: Follow, window: Watcher, chance: random.Random) -> list[Any]:
    """Kill a window after a random number of reports; a row of the table. The run must be training then."""
    reports = sum(isinstance(record.event, BatchesReported) for record in follow.look())
    wanted = reports + chance.randint(1, SPACE)

    def enough(_: Any) -> bool:
        return sum(isinstance(record.event, BatchesReported) for record in follow.records) >= wanted

    follow.until(enough, f"report {wanted}")
    helpers = window.helpers()
    window.kill()
    step = follow.step
    assert step > 0
    assert not follow.ended, "the run had ended before the window was killed"
    lived = time.monotonic() - window.began
    follow.until_step(step + 1)
    assert is_alive(follow.run)
    owner = [pid for pid in helpers if process_started(pid) is not None and os.getsid(pid) == pid]
    until(lambda: [pid for pid in helpers if process_started(pid) is not None] == owner, "the window's helpers to end")
    window.listen()
    shown = any("shown" in line for line in window.said)
    return [step, (step - 1) // STEPS + 1, "shown" if shown else "opening", lived]


def test_windows_are_killed_at_twenty_moments(root: Path, unwatched: RunFolder) -> None:
    chance = random.Random(SEED)
    rows: list[list[Any]] = []
    runs: list[RunFolder] = []
    while len(rows) < KILLS:
        runs.append(RunFolder(root / f"run-{len(runs) + 1}"))
        try:
            rows += watched_by_the_dying(runs[-1], chance, KILLS - len(rows))
            Follow(runs[-1]).until_over()
        finally:
            end_engine(runs[-1])
    print(f"\n{'':>2} {'run':<7} {'window':<9} {'was':<8} {'step':>5} {'epoch':>5}  window lived")
    for number, (name, how, step, epoch, was, lived) in enumerate(rows, 1):
        print(f"{number:>2} {name:<7} {how:<9} {was:<8} {step:>5} {epoch:>5}  {lived:.2f} s")
    assert len(rows) == KILLS
    assert len({row[2] for row in rows}) > KILLS / 2, "kills all over the run"
    assert {row[1] for row in rows} == {"started", "attached"}
    for run in runs:
        assert_whole(run, unwatched)


def watched_by_the_dying(run: RunFolder, chance: random.Random, most: int) -> list[list[Any]]:
    """A window starts the run and is killed; others attach to it and are killed, until four fifths of it are over."""
    rows: list[list[Any]] = []
    follow = Follow(run)
    while len(rows) < most and follow.step < 0.8 * EPOCHS * STEPS:
        first = not rows
        task = started_by(run) if first else {}
        with watcher(run.path.parent, *([] if first else [run.name]), busy=True, **task) as window:
            if first:
                follow.until_step(1)
            rows.append([run.name, "started" if first else "attached", *kill_somewhere(follow, window, chance)])
    return rows


def killed_in_time(root: Path, early: Callable[[Watcher, RunFolder], bool]) -> RunFolder:
    """A run whose window was killed as early as wanted. `early` kills it and says whether that came in time: a machine
    with other work may be slower here than there."""
    for number in range(1, TRIES + 1):
        run = RunFolder(root / f"one-{number}")
        try:
            with watcher(root, **started_by(run)) as window:
                if early(window, run):
                    Follow(run).until_over()
                    return run
        finally:
            end_engine(run)
    raise AssertionError(f"no kill came in time, {TRIES} times")


def test_a_window_is_killed_while_its_run_gets_ready(root: Path, unwatched: RunFolder) -> None:
    def preparing(window: Watcher, run: RunFolder) -> bool:
        window.until_said("shown")
        follow = Follow(run)
        follow.until(lambda record: isinstance(record.event, Preparing), "preparation")
        window.kill()
        return not any(isinstance(record.event, RunStarted) for record in follow.look())

    assert_whole(killed_in_time(root, preparing), unwatched)


def test_a_window_is_killed_before_its_run_has_a_folder(root: Path, unwatched: RunFolder) -> None:
    def starting(window: Watcher, run: RunFolder) -> bool:
        assert len(window.until_said("engines")) == 1
        window.kill()
        if run.journal.exists():
            return False
        until(run.journal.exists, "the journal")
        return True

    assert_whole(killed_in_time(root, starting), unwatched)


def test_a_window_is_killed_while_its_run_is_paused(run: RunFolder, unwatched: RunFolder) -> None:
    """The run stays paused, and another window goes on with it."""
    follow = Follow(run)
    with watcher(run.path.parent, **started_by(run)) as window:
        window.until_said("shown")
        follow.until_step(300)
        window.until_shows(lambda seen: seen["can_pause"], "the pause button")
        window.order("pause")
        paused = follow.until(lambda record: isinstance(record.event, RunPaused), "the pause")
        window.kill()
    with watcher(run.path.parent, run.name) as window:
        window.until_said("shown")
        window.until_shows(lambda seen: seen["state"] == "paused" and seen["can_pause"], "the paused run")
        assert follow.look()[-1].event.step == paused.event.step, "it trained on by itself"
        assert state(run) == "paused"
        window.order("pause")
        follow.until(lambda record: isinstance(record.event, RunUnpaused), "the run to go on")
        window.kill()
    follow.until_over()
    assert_whole(run, unwatched)


# -- stopped ---------------------------------------------------------------------------------------------------------


def stop(window: Watcher) -> None:
    os.kill(window.process.pid, signal.SIGSTOP)
    os.waitpid(window.process.pid, os.WUNTRACED)  # it has stopped, and not only been told to


def test_a_window_that_hangs_until_the_end_is_not_missed(run: RunFolder, unwatched: RunFolder) -> None:
    follow = Follow(run)
    with watcher(run.path.parent, busy=True, **started_by(run)) as window:
        window.until_said("shown")
        follow.until_step(500)
        stop(window)
        step = follow.step
        assert not follow.ended
        follow.until_over()
        os.kill(window.process.pid, signal.SIGCONT)
        seen = window.until_shows(lambda seen: seen["state"] == "completed" and seen["test_accuracy"], "the end")
        assert len(seen["epochs"]) == EPOCHS
        window.close()
    assert follow.step > step
    assert_whole(run, unwatched)


def test_a_window_that_hangs_catches_up_with_its_live_run(run: RunFolder, unwatched: RunFolder) -> None:
    follow = Follow(run)
    with watcher(run.path.parent, **started_by(run)) as window:
        window.until_said("shown")
        for step in (150, 700):
            follow.until_step(step)
            stop(window)
            follow.until_step(step + 400)
            assert not follow.ended
            os.kill(window.process.pid, signal.SIGCONT)
            seen = window.until_shows(lambda seen, step=step: seen["steps"][-1:] >= [step + 400.0], "the newest steps")
            assert seen["state"] == "running"
        window.close()
    follow.until_over()
    assert_whole(run, unwatched)
