"""No two clocks are compared: a run of another machine is alive while its heartbeat moves, whatever its clock says."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from trainer.engine.commands import CommandQueue
from trainer.engine.run_guard import RunGuard
from trainer.errors import UsageError
from trainer.store import folder as folders
from trainer.store import heartbeat, summary
from trainer.store.folder import RunFolder, list_runs, write_owner
from trainer.store.heartbeat import FRESH_SECONDS, WATCH_SECONDS, Heartbeat
from trainer.store.run_creation import create_run
from trainer.store.run_owner import Owner
from trainer.store.summary import Summary

SKEWS = (-86_400.0, -3_600.0, -11.0, 0.0, 11.0, 3_600.0, 86_400.0)


@pytest.fixture
def foreign(tmp_path: Path) -> RunFolder:
    """A run whose owner is on another machine, and that has not ended."""
    run = create_run(tmp_path, "far")
    write_owner(run, Owner(pid=7, host="another", started=1.0, attempt=1))
    summary.write(run.summary, Summary(status="running"))
    return run


class FakeClock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def beat(run: RunFolder, skew: float, seconds: float) -> None:
    """As a machine does whose clock is wrong."""
    at = time.time() + skew + seconds
    os.utime(run.owner, (at, at))


@pytest.mark.parametrize("skew", SKEWS)
def test_a_beat_is_a_beat_whatever_the_clock(foreign: RunFolder, skew: float) -> None:
    clock = FakeClock()
    beat(foreign, skew, 0)
    heart = Heartbeat(foreign.path, clock)
    heart.look()
    assert heart.undecided, "its age says nothing for certain"
    for count in range(1, 20):
        clock.now += 2
        beat(foreign, skew, 2 * count)
        assert heart.look(), "alive from the first beat on"
        assert not heart.undecided
    last = clock.now
    heart.look()
    while clock.now - last < FRESH_SECONDS - 1:
        clock.now += 1
        assert heart.look()
    clock.now += 1
    assert not heart.look(), "it has ended without a word"


@pytest.mark.parametrize("skew", SKEWS)
def test_a_still_heart_is_dead_after_it_was_watched(foreign: RunFolder, skew: float) -> None:
    clock = FakeClock()
    beat(foreign, skew, 0)
    heart = Heartbeat(foreign.path, clock)
    heart.look()
    assert heart.undecided
    clock.now += WATCH_SECONDS
    assert not heart.look()
    assert not heart.undecided


def test_who_said_the_end_needs_no_watching(foreign: RunFolder) -> None:
    summary.write(foreign.summary, Summary(status="stopped", attempt=1))
    heart = Heartbeat(foreign.path)
    assert not heart.look()
    assert not heart.undecided
    assert not heartbeat.works_elsewhere(foreign.path, 60)


def test_another_machine_of_the_same_name(tmp_path: Path) -> None:
    run = create_run(tmp_path, "twin")
    write_owner(run, Owner(pid=2**22 - 3, host=platform.node(), started=1.0, attempt=1))
    clock = FakeClock()
    heart = Heartbeat(run.path, clock)
    assert not heart.look(), "a dead process of this machine is dead at once"
    for count in (1, 2):
        beat(run, 0, 2 * count)
        alive = heart.look()
    assert alive, "yet it goes on"


@pytest.fixture
def beating(foreign: RunFolder) -> Iterator[RunFolder]:
    """Its engine goes on; its clock is an hour behind."""
    end = threading.Event()

    def work() -> None:
        count = 0
        while not end.wait(0.05):
            count += 1
            beat(foreign, -3_600, count)

    thread = threading.Thread(target=work)
    thread.start()
    yield foreign
    end.set()
    thread.join()


def test_lists_and_states_watch(beating: RunFolder) -> None:
    assert folders.is_alive(beating)
    assert folders.state(beating) == "running"
    assert [entry.state for entry in list_runs(beating.path.parent)] == ["running"]


def test_many_still_runs_are_watched_at_once(foreign: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "WATCH_SECONDS", 0.3)
    together = list[int]()
    wait = heartbeat.watch

    def counted(hearts: Collection[Heartbeat]) -> None:
        together.append(len(hearts))
        wait(hearts)

    monkeypatch.setattr(heartbeat, "watch", counted)
    for name in ("two", "three", "four", "five"):
        run = create_run(foreign.path.parent, name)
        summary.write(run.summary, Summary(status="running", attempt=1))
        write_owner(run, Owner(pid=7, host="another", started=1.0, attempt=1))
    assert {entry.state for entry in list_runs(foreign.path.parent)} == {"lost"}
    assert together == [5], "one wait, not five"


def _guard(run: RunFolder) -> RunGuard:
    return RunGuard(CommandQueue(), run, 2, lambda text: None, signals=False)


def test_a_run_that_goes_on_elsewhere_is_not_taken(beating: RunFolder) -> None:
    before = beating.owner.read_bytes()
    with pytest.raises(UsageError, match="being written by process 7 on another") as caught, _guard(beating):
        pass
    assert caught.value.code == "run.busy"
    assert beating.owner.read_bytes() == before, "nothing was written"


def test_a_run_whose_machine_is_gone_is_taken(foreign: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., bool] = heartbeat.works_elsewhere
    monkeypatch.setattr("trainer.engine.run_guard.works_elsewhere", lambda path: real(path, 0.2))
    with _guard(foreign):
        owner = folders.read_owner(foreign)
        assert owner is not None
        assert owner.host == platform.node()


def test_two_machines_that_take_it_at_once_do_not_both_go_on(
    foreign: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_meanwhile(path: Path) -> bool:
        write_owner(foreign, Owner(pid=8, host="third", started=1.0, attempt=2))
        return False

    monkeypatch.setattr("trainer.engine.run_guard.works_elsewhere", taken_meanwhile)
    with pytest.raises(UsageError, match="process 8 on third"), _guard(foreign):
        pass
