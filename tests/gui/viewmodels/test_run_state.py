"""What can be done in which state, what is pending, and how long it will take."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import pytest

from gui.engine import processes
from gui.viewmodels.eta import outlook
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import RunModel
from gui.viewmodels.run_state import ENABLED, LIVE, OVERDUE_SECONDS, RunState, State
from gui.viewmodels.selection import OpenRun
from trainer import events as ev
from trainer.pace import Pace
from trainer.store.folder import RunFolder
from trainer.store.requests import Request, poll

Make = Callable[..., Any]

STOP, STOP_AFTER_EPOCH = (
    ev.StopRequested(
        epoch=1, step=1, source="window", reason="", code="stop.request", parameters={"source": "window", "when": when}
    )
    for when in ("step", "epoch")
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeEngine:
    exit_code: int | None = None
    started_at: float = math.inf


def shown(folder: RunFolder) -> OpenRun:
    follower = JournalFollower(folder)
    follower.tick(1.0)
    return OpenRun(folder, follower)


def refresh(steering: RunState) -> None:
    assert steering.run is not None
    steering.run.follower.tick(1.0)


def test_every_state_says_what_can_be_done() -> None:
    assert set(ENABLED) == set(get_args(State))
    assert set(ENABLED) > LIVE


def test_nothing_is_shown() -> None:
    steering = RunState(None)
    assert (steering.state, steering.enabled, steering.settle()) == ("idle", frozenset(), [])
    steering.ask("stop")
    steering.end_process()
    assert steering.pending == {}


def test_states_of_a_run_as_its_journal_goes_on(scribe: Make) -> None:
    one = scribe(alive=True)
    one.prepare()
    steering = RunState(shown(one.folder))
    assert steering.state == "preparing"
    assert "checkpoint" not in steering.enabled
    one.begin()
    refresh(steering)
    assert steering.state == "running"
    assert {"pause", "stop_epoch", "stop_step", "checkpoint"} <= steering.enabled
    one.write(ev.RunPaused(epoch=1, step=1, source="window", reason=""))
    refresh(steering)
    assert steering.state == "paused"
    assert "unpause" in steering.enabled
    assert "pause" not in steering.enabled
    one.write(ev.RunUnpaused(epoch=1, step=1, source="window", reason=""))
    one.write(STOP)
    refresh(steering)
    assert (steering.state, steering.enabled) == ("stopping", frozenset())
    one.end("stopped")
    refresh(steering)
    assert (steering.state, steering.enabled) == ("stopped", frozenset({"continue"}))


def test_buttons_follow_what_was_asked_and_then_what_was_answered(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    steering = RunState(shown(one.folder))
    steering.ask("pause")
    assert steering.state == "pausing"
    assert "pause" not in steering.enabled
    (received,) = poll(one.folder)
    assert isinstance(received, Request)
    assert (received.do, received.source) == ("pause", "window")
    one.write(ev.RunPaused(epoch=1, step=1, source="window", reason=""))
    one.write(ev.RequestHandled(epoch=1, step=1, result="done", reason="", id=received.id))
    refresh(steering)
    (answer,) = steering.settle()
    assert (answer.result, steering.pending, steering.state) == ("done", {}, "paused")
    steering.ask("unpause")
    assert "unpause" not in steering.enabled


def test_a_refused_request_changes_nothing(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    steering = RunState(shown(one.folder))
    steering.ask("checkpoint")
    assert "checkpoint" not in steering.enabled
    (ident,) = (request.id for request in steering.pending)
    one.write(ev.RequestHandled(epoch=1, step=1, result="refused", reason="no", id=ident))
    refresh(steering)
    assert [answer.reason for answer in steering.settle()] == ["no"]
    assert (steering.state, "checkpoint" in steering.enabled) == ("running", True)


def test_a_stop_after_the_epoch_can_still_be_had_at_once(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    steering = RunState(shown(one.folder))
    steering.ask("stop", "epoch")
    assert (steering.state, "stop_step" in steering.enabled) == ("stopping", True)
    one.write(STOP_AFTER_EPOCH)
    (ident,) = (request.id for request in steering.pending)
    one.write(ev.RequestHandled(epoch=1, step=1, result="done", reason="", id=ident))
    refresh(steering)
    steering.settle()
    assert (steering.pending, steering.enabled) == ({}, frozenset({"stop_step"}))
    steering.ask("stop")
    assert steering.enabled == frozenset()


def test_no_answer_in_five_seconds_offers_to_end_the_process(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    clock = Clock()
    steering = RunState(shown(one.folder), clock=clock)
    steering.ask("pause")
    clock.now += OVERDUE_SECONDS - 0.1
    assert (steering.overdue, "end_process" in steering.enabled) == (None, False)
    clock.now += 0.2
    assert steering.overdue is not None
    assert "end_process" in steering.enabled
    one.write(ev.RunPaused(epoch=1, step=1, source="window", reason=""))
    (ident,) = (request.id for request in steering.pending)
    one.write(ev.RequestHandled(epoch=1, step=1, result="done", reason="", id=ident))
    refresh(steering)
    steering.settle()
    assert (steering.overdue, "end_process" in steering.enabled) == (None, False)


def test_a_run_nobody_works_on_is_lost_and_its_requests_are_forgotten(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    steering = RunState(shown(one.folder))
    steering.ask("pause")
    one.folder.owner.unlink()
    assert steering.run is not None
    steering.run.follower.alive = False
    steering.settle()
    assert (steering.state, steering.pending, steering.enabled) == ("lost", {}, frozenset({"continue"}))


def test_an_engine_that_was_just_started_is_starting(finished: RunFolder) -> None:
    engine = FakeEngine()
    steering = RunState(shown(finished), engine)  # type: ignore[arg-type]
    assert (steering.state, steering.enabled) == ("starting", frozenset())
    engine.exit_code = 4
    assert (steering.state, steering.enabled) == ("completed", frozenset({"continue"}))


def test_an_engine_that_has_said_how_it_ended_is_not_starting_while_its_process_ends(finished: RunFolder) -> None:
    run = shown(finished)
    before, after = (FakeEngine(started_at=run.model.began / 1000 + more) for more in (-1, 1))
    assert RunState(run, before).state == "completed"  # type: ignore[arg-type]
    assert RunState(run, after).state == "starting", "what is said is of an earlier attempt"  # type: ignore[arg-type]


def test_an_engine_that_never_made_its_run_has_failed(root: Any) -> None:
    engine = FakeEngine()
    steering = RunState(shown(RunFolder(root / "none")), engine)  # type: ignore[arg-type]
    assert steering.state == "starting"
    engine.exit_code = 4
    assert (steering.state, steering.enabled) == ("failed", frozenset())


def test_a_custom_run_cannot_be_continued_from_here(scribe: Make) -> None:
    one = scribe()
    one.begin(settings={"custom": True})
    one.end()
    assert RunState(shown(one.folder)).enabled == frozenset()


def test_preparation_counts_what_it_does_and_how_long_it_takes(scribe: Make) -> None:
    one = scribe(alive=True)
    one.prepare("decode", 100, 1000)
    run, clock = shown(one.folder), Clock()
    pace = Pace(clock)
    begun = run.model.began / 1000
    found = outlook(run.model, "preparing", pace, lambda: begun + 7.0)
    assert (found.phase, found.done, found.total, found.share) == ("decode", 100, 1000, None)
    assert (found.elapsed, found.seconds, found.bound) == (7.0, None, "phase")
    clock.now += 2.0
    one.prepare("decode", 300, 1000)
    run.follower.tick(1.0)
    # 100 a second, 700 left
    found = outlook(run.model, "preparing", pace, time.time)
    assert (found.seconds, found.per_second) == (pytest.approx(7.0), pytest.approx(100.0))


def test_before_the_first_epoch_has_ended_the_time_left_is_a_lower_bound(scribe: Make) -> None:
    one = scribe(alive=True, steps=100)
    one.begin()
    one.batches(1, 5, 0.5)
    run = shown(one.folder)
    assert outlook(run.model, "running", Pace()).seconds is None
    one.batches(1, 20, 2.0)
    run.follower.tick(1.0)
    found = outlook(run.model, "running", Pace())
    assert (found.phase, found.done, found.total) == ("train", 20, 100)
    assert found.seconds == pytest.approx(380 * 0.1)
    assert found.bound == "at_least"
    assert found.share == pytest.approx(20 / 400)


def test_the_time_left_holds_training_validation_and_evaluation(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    one.epoch(1, 2.0)
    run = shown(one.folder)
    found = outlook(run.model, "running", Pace())
    # three epochs of 1.5 s and a validation of 0.5 s; then 120 images at 60 a second
    assert (found.seconds, found.bound) == (pytest.approx(3 * 2.0 + 2.0), "about")
    one.batches(2, 15, 2.75)
    run.follower.tick(1.0)
    assert outlook(run.model, "running", Pace()).seconds == pytest.approx(2.5 * 1.5 + 3 * 0.5 + 2.0)
    one.write(ev.Working(epoch=2, step=20, stage="validate", done=15, total=30))
    run.follower.tick(1.0)
    found = outlook(run.model, "running", Pace())
    assert (found.phase, found.done, found.total, found.unit) == ("validate", 15, 30, "pieces")
    assert found.seconds == pytest.approx(2 * 1.5 + 2.5 * 0.5 + 2.0)


def test_the_time_left_of_an_evaluation(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin()
    for number in range(1, 5):
        one.epoch(number, 2.0 * number)
    one.write(ev.Working(epoch=4, step=40, stage="evaluate", done=30, total=60))
    found = outlook(shown(one.folder).model, "running", Pace())
    assert (found.phase, found.share) == ("evaluate", 1.0)
    assert found.seconds == pytest.approx(90 / 60)


def test_early_stopping_makes_it_an_upper_bound(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin(settings={"early_stopping": {"patience": 3}})
    one.epoch(1, 2.0)
    assert outlook(shown(one.folder).model, "running", Pace()).bound == "at_most"


def test_without_a_validation_split_the_evaluation_is_not_known(scribe: Make) -> None:
    one = scribe(alive=True)
    one.begin(split_sizes={"train": 60, "valid": 0, "test": 30})
    one.epoch(1, 2.0)
    assert outlook(shown(one.folder).model, "running", Pace()).bound == "at_least"


@pytest.mark.parametrize("state", ["completed", "stopped", "failed", "lost"])
def test_a_run_that_has_ended_promises_nothing(finished: RunFolder, state: State) -> None:
    found = outlook(shown(finished).model, state, Pace())
    assert (found.seconds, found.phase, found.elapsed) == (None, "", 9.0)


def test_nothing_is_known_of_an_empty_journal() -> None:
    found = outlook(RunModel(), "preparing", Pace())
    assert (found.share, found.seconds, found.elapsed) == (None, None, 0.0)


def test_requests_name_the_window(scribe: Make) -> None:
    one = scribe(alive=True)
    posted = processes.ask(one.folder, "stop", "epoch")
    (received,) = poll(one.folder)
    assert isinstance(received, Request)
    assert (received.id, received.when, received.source) == (posted.id, "epoch", "window")
