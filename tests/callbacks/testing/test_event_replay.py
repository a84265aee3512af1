"""A replay is what the engine does: compared with real runs, event by event, decision by decision."""

from __future__ import annotations

import builtins
import errno
import io
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callbacks import EarlyStopping, LearningRate
from callbacks.testing import RECORDINGS, FakeClock, recorded, replay, resumed, stopped, training
from tests.callbacks.testing import broken
from tests.engine.fakes import Recorder, callback, make
from trainer.callback import Callback, Phase
from trainer.errors import DiskError, UsageError
from trainer.events import (
    BatchEnded,
    BatchesReported,
    CallbackFailed,
    CheckpointRequested,
    EpochEnded,
    EpochStarted,
    Event,
    GradientsReady,
    RunEnded,
    RunStarted,
    ValidationDone,
    encode,
)
from trainer.store import durable
from trainer.store.folder import RunFolder

EVENTS = recorded("completed")


def number_of(kind: type[Event], nth: int = 1) -> int:
    return [number for number, event in enumerate(EVENTS) if isinstance(event, kind)][nth - 1]


# --- against real runs


def test_a_replay_of_a_run_is_heard_as_the_run_was(tmp_path: Path) -> None:
    live, played = Recorder(), Recorder()
    make(callbacks=[live], run_dir=tmp_path / "run", epochs=3).fit()
    replay(played, tmp_path / "run")
    steps = (BatchEnded, GradientsReady)
    heard = [[encode(event) for event in one.seen if not isinstance(event, steps)] for one in (live, played)]
    assert heard[0] == heard[1]
    for name in ("step", "batch", "epoch", "samples", "learning_rate"):
        wanted, found = ([getattr(event, name) for event in one.of(BatchEnded)] for one in (live, played))
        assert found == wanted, name
    wanted, found = ([(event.step, event.batch) for event in one.of(GradientsReady)] for one in (live, played))
    assert found == wanted


def test_a_decision_is_the_one_of_the_real_run(tmp_path: Path) -> None:
    def stopping() -> EarlyStopping:
        return EarlyStopping(patience=1, min_delta=10.0)

    real, again = stopping(), stopping()
    result = make(callbacks=[real], run_dir=tmp_path / "run", epochs=5).fit()
    played = replay(again, tmp_path / "run")
    assert result.status == "completed"
    assert played.stop is not None
    assert (played.stop.epoch, played.stop.reason) == (len(result.epochs), result.reason)
    assert again.state_dict() == real.state_dict()


@pytest.mark.parametrize(("kind", "counted"), [(broken.Good, 4), (broken.TooLate, 3)])
def test_what_comes_after_the_checkpoint_is_lost_as_in_a_real_run(
    kind: type[broken.Good], counted: int, tmp_path: Path
) -> None:
    """A callback in Phase.VIEW counts an epoch after its checkpoint was saved: the contract is right to refuse it."""
    folder = tmp_path / "run"
    make(callbacks=[kind(99)], run_dir=folder, epochs=2).fit()
    real = kind(99)
    make(callbacks=[real], run_dir=folder, epochs=4).fit(resume=True)
    played = replay(lambda: kind(99), folder).callback
    assert isinstance(played, broken.Good)
    assert real.epochs == played.epochs == counted


def test_a_learning_rate_follows_the_steps_of_the_run() -> None:
    """The same as torch's own scheduler, also where the run was interrupted."""
    import torch

    rates: list[float] = []
    watching = callback("watching", on_batch_ended=lambda event, run: rates.append(run.optimizer.param_groups[0]["lr"]))
    replay([lambda: LearningRate(schedule="cosine"), watching], resumed(EVENTS, training(EVENTS)[5]))
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 18)
    for rate in rates:
        optimizer.step()
        scheduler.step()
        assert rate == pytest.approx(scheduler.get_last_lr()[0], abs=1e-9)
    assert len(rates) == 18


# --- order, stops, failures


def test_phases_and_queue_are_those_of_the_engine() -> None:
    said: list[str] = []

    def tell(name: str, phase: Phase) -> Callback:
        def on_epoch_ended(event: Any, run: Any) -> None:
            said.append(f"{name} hears")
            if phase is Phase.DECIDE:
                run.request_checkpoint("manual", source="test")

        def on_checkpoint_requested(event: Any, run: Any) -> None:
            said.append(f"{name} saves")

        hooks = {"on_epoch_ended": on_epoch_ended}
        if phase is Phase.PERSIST:
            hooks["on_checkpoint_requested"] = on_checkpoint_requested
        return callback(name, phase, **hooks)

    replay([tell("view", Phase.VIEW), tell("persist", Phase.PERSIST), tell("decide", Phase.DECIDE)], EVENTS)
    first = said.index("decide hears")
    assert said[first : first + 4] == ["decide hears", "persist hears", "view hears", "persist saves"]


def test_a_stop_ends_the_run_after_its_epoch() -> None:
    recorder = Recorder()
    stopping = callback("stopping", Phase.DECIDE, on_validation_done=lambda event, run: run.request_stop("enough"))
    played = replay([stopping, recorder], EVENTS)
    rest = recorder.kinds[recorder.kinds.index("StopRequested") :]
    assert [kind for kind in rest if kind != "SnapshotSaved"] == ["StopRequested", "EpochEnded", "RunEnded"]
    ended = recorder.seen[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.status, ended.reason, ended.epoch) == ("completed", "enough", 1)
    assert played.stop in played.emitted


def test_a_checkpoint_asked_for_in_a_validation_waits_for_its_epoch() -> None:
    recorder = Recorder()
    asking = callback("asking", on_validation_done=lambda event, run: run.request_checkpoint("manual", source="mine"))
    replay([asking, recorder], recorded("early_stopped"))
    kinds = recorder.kinds
    mine = [n for n, event in enumerate(recorder.seen) if getattr(event, "source", "") == "mine"]
    assert len(mine) == 2
    assert all(isinstance(recorder.seen[n - 1], EpochEnded) for n in mine), kinds


@pytest.mark.parametrize("on_error", ["stop", "detach"])
def test_a_hook_that_raises_is_dealt_with_by_on_error(on_error: Any) -> None:
    def fail(event: Any, run: Any) -> None:
        raise KeyError("colour")

    recorder = Recorder()
    failing = callback("failing", Phase.DECIDE, on_error, on_epoch_started=fail)
    played = replay([failing, recorder], EVENTS)
    assert [(one.callback, one.hook, one.action) for one in played.failures] == [
        ("failing", "on_epoch_started", on_error)
    ]
    assert isinstance(played.errors[0], KeyError)
    ended = recorder.seen[-1]
    assert isinstance(ended, RunEnded)
    assert ended.status == ("failed" if on_error == "stop" else "completed")
    assert (ended.epoch == 1) is (on_error == "stop")


def test_a_failure_in_the_last_hook_is_known_too() -> None:
    def fail(event: Any, run: Any) -> None:
        raise KeyError("colour")

    played = replay(callback("failing", on_error="detach", on_run_ended=fail), EVENTS)
    assert [one.hook for one in played.failures] == ["on_run_ended"]


def test_another_callback_fails_where_it_is_told_to() -> None:
    recorder = Recorder()
    replay(recorder, EVENTS, fails=[number_of(ValidationDone, 2)])
    (failure,) = recorder.of(CallbackFailed)
    assert (failure.hook, failure.epoch) == ("on_validation_done", 2)


# --- the clock


class Sleeper(Callback):
    """Sleeps an hour after each epoch, and notes the time."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.elsewhere: list[float] = []

    def on_epoch_ended(self, event: EpochEnded, run: Any) -> None:
        time.sleep(3600)
        self.times.append(time.monotonic())
        other = threading.Thread(target=lambda: self.elsewhere.append(time.monotonic()))
        other.start()
        other.join()


def test_time_passes_as_the_events_say_and_no_faster() -> None:
    clock, sleeper, real = FakeClock(start=100.0), Sleeper(), time.monotonic
    before = real()
    replay(sleeper, EVENTS, clock=clock)
    spent = sum(event.data_seconds + event.step_seconds for event in EVENTS if isinstance(event, BatchesReported))
    assert len(sleeper.times) == 3
    assert 3 * 3600 + spent <= clock.now - 100 < 3 * 3600 + spent + 10
    assert all(before <= one <= real() for one in sleeper.elsewhere), "other threads see the real time"
    assert time.monotonic is real


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_time_neither_goes_back_nor_ends(seconds: float) -> None:
    clock = FakeClock(start=100.0)
    with pytest.raises(ValueError, match="seconds"):
        clock.advance(seconds)
    with clock.installed(), pytest.raises(ValueError, match="seconds"):
        time.sleep(seconds)
    assert clock.now == 100.0


# --- the disk


class Writer(Callback):
    """Appends a line for each report, by `open` or by the store's own functions."""

    phase = Phase.REPORT
    on_error = "retry"

    def __init__(self, by: str) -> None:
        self.by = by
        self.errors: list[BaseException] = []
        self.lines: list[str] = []

    def on_batches_reported(self, event: BatchesReported, run: Any) -> None:
        text = "\n".join([*self.lines, str(event.step)])
        try:
            if self.by == "durable":
                durable.write_text(run.folder.path / "steps.txt", text)
            elif self.by == "open":
                with open(run.folder.path / "steps.txt", "w", encoding="utf-8") as file:  # noqa: PTH123
                    file.write(text)
            else:
                (run.folder.path / "steps.txt").write_text(text, "utf-8")
        except (OSError, DiskError) as error:
            self.errors.append(error)
            raise
        self.lines.append(str(event.step))


@pytest.mark.parametrize("by", ["durable", "open", "path"])
def test_a_full_disk_is_full_for_everyone_and_what_is_retried_leaves_no_gap(by: str, tmp_path: Path) -> None:
    before, real_open = durable.seam, builtins.open
    writer = Writer(by)
    played = replay(writer, EVENTS, folder=tmp_path / "run", disk_full=range(10, 20))
    assert writer.errors
    for error in writer.errors:
        assert error.code == "disk.full" if isinstance(error, DiskError) else error.errno == errno.ENOSPC  # type: ignore[attr-defined]
    assert {one.action for one in played.failures} == {"retry"}
    wanted = [str(event.step) for event in EVENTS if isinstance(event, BatchesReported)]
    assert (tmp_path / "run" / "steps.txt").read_text("utf-8").split() == wanted
    assert durable.seam is before
    assert builtins.open is real_open
    assert io.open is real_open


# --- what a hook gets


def test_model_data_and_predictions_fit_the_run(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    def look(event: ValidationDone, run: Any) -> None:
        outputs = run.outputs("valid")
        counts = np.zeros((10, 10), dtype=int)
        np.add.at(counts, (outputs.labels, outputs.predicted), 1)
        assert counts.tolist() == [list(row) for row in event.confusion]
        assert outputs.loss.mean() == pytest.approx(event.loss, rel=1e-5)
        images, labels = next(iter(run.data.eval_batches("valid", 8)))[:2]
        seen["logits"] = run.model(images).shape
        seen["labels"] = len(labels)
        seen["classes"], seen["folder"], seen["batch"] = run.classes, run.folder, run.settings["train"]["batch"]

    played = replay(callback("look", on_validation_done=look), EVENTS, folder=tmp_path / "run")
    assert played.failures == []
    assert tuple(seen["logits"]) == (seen["labels"], 10)
    assert (len(seen["classes"]), seen["batch"]) == (10, 256)
    assert seen["folder"] == RunFolder(tmp_path / "run")


def test_gradients_are_there_and_the_callers_own_model() -> None:
    from torch import nn

    norms: list[float] = []

    def read(event: GradientsReady, run: Any) -> None:
        norms.extend(float(one.grad.norm()) for one in run.model.parameters())

    made = nn.Sequential(nn.Flatten(), nn.Linear(64, 10, bias=False))
    replay(callback("read", on_gradients_ready=read), EVENTS, model=lambda: made)
    assert len(norms) == 18
    assert all(norm > 0 for norm in norms)


# --- the streams


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_a_whole_run(name: str) -> None:
    events = recorded(name)
    assert isinstance(events[-1], RunEnded)
    attempts = [event.attempt for event in events if isinstance(event, RunStarted)]
    assert attempts == list(range(1, len(attempts) + 1))
    assert (len(attempts) > 1) is (name in ("resumed", "killed"))
    assert ("ValidationDone" in {type(event).__name__ for event in events}) is (
        name not in ("no_validation", "diverged")
    )


def test_a_run_can_be_stopped_and_resumed_after_each_event_of_its_training() -> None:
    numbers = training(EVENTS)
    assert isinstance(EVENTS[numbers[0]], EpochStarted)
    assert isinstance(EVENTS[numbers[-1]], EpochEnded)
    for number in numbers:
        again = resumed(EVENTS, number)
        second = next(event for event in again if isinstance(event, RunStarted) and event.attempt == 2)
        assert second.resumed_step == EVENTS[number].step
        rest = again[again.index(second) + 1 :]
        if not isinstance(EVENTS[number], EpochEnded):
            opening = rest.pop(0)
            assert isinstance(opening, EpochStarted)
            assert opening.first_batch == opening.step % 6 or opening.first_batch == 6
        assert rest == EVENTS[number + 1 :]
        assert stopped(EVENTS, number) == again[: again.index(second) - 1]
        assert any(isinstance(event, CheckpointRequested | EpochEnded) for event in stopped(EVENTS, number))


def test_a_stop_within_a_validation_waits_for_the_end_of_the_epoch() -> None:
    kinds = [type(event).__name__ for event in stopped(EVENTS, number_of(ValidationDone))]
    assert kinds[-3:] == ["EpochEnded", "StopRequested", "RunEnded"]


@pytest.mark.parametrize("number", [0, len(EVENTS) - 1, 10_000])
def test_outside_of_training_a_run_cannot_be_resumed(number: int) -> None:
    with pytest.raises(UsageError, match="cannot be resumed") as caught:
        resumed(EVENTS, number)
    assert caught.value.code == "testing.not_training"


def test_a_run_is_named_by_its_folder_or_its_journal(tmp_path: Path) -> None:
    make(run_dir=tmp_path / "run", epochs=1).fit()
    places: list[Any] = [tmp_path / "run", str(tmp_path / "run"), tmp_path / "run" / "journal.jsonl"]
    heard = []
    for place in [*places, RunFolder(tmp_path / "run")]:
        recorder = Recorder()
        replay(recorder, place)
        heard.append(recorder.kinds)
    assert heard[0][-1] == "RunEnded"
    assert all(kinds == heard[0] for kinds in heard)
    with pytest.raises(UsageError) as caught:
        replay(Recorder(), tmp_path)
    assert caught.value.code == "testing.no_run"
    with pytest.raises(UsageError, match="completed, early_stopped"):
        recorded("complete")


def test_a_class_makes_one_for_every_attempt_and_an_instance_stays() -> None:
    one = broken.Good(99)
    assert replay(one, recorded("resumed")).callback is one
    made: list[broken.Good] = []

    def factory() -> broken.Good:
        made.append(broken.Good(99))
        return made[-1]

    again = replay(factory, recorded("resumed")).callback
    assert len(made) == 2
    assert again is made[-1]
    assert again.state_dict() == one.state_dict() == {"epochs": 3, "steps": 3 * 1437}


def test_a_run_without_validation_refuses_what_needs_it() -> None:
    with pytest.raises(UsageError) as caught:
        replay(EarlyStopping(), recorded("no_validation"))
    assert caught.value.code == "callback.no_validation"
