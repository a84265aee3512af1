"""Design section 2, rules 7 (a handler that raises) and 8 (RunEnded exactly once)."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.engine.fakes import Calling, Recorder, at_step, batches, callback, make, raising
from trainer.callback import Callback, Phase
from trainer.engine.event_bus import RETRY_BUFFER, EventBus
from trainer.engine.session import Session
from trainer.errors import CallbackError, DiskError, EpochscopeError, OutOfMemoryError, UsageError
from trainer.events import (
    EVENTS,
    HOOKS,
    BatchEnded,
    BatchesReported,
    CallbackFailed,
    EpochEnded,
    Event,
    ProcessesReported,
    RunEnded,
    Working,
)
from trainer.reasons import REASONS
from trainer.trainer import Trainer

BROKEN = RuntimeError("broken on purpose")


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


# -- rule 7 ------------------------------------------------------------------------------------------------------------


def test_rule_7_defaults_of_callbacks_and_functions() -> None:
    assert Callback.on_error == "detach"
    assert Callback.phase is Phase.VIEW
    trainer = make()
    trainer.on(BatchEnded, print)
    assert trainer._bus.order()[0][1:3] == ("VIEW", "detach")


def test_rule_7_stop_ends_the_run_with_an_error_that_says_where(recorder: Recorder) -> None:
    bad = callback("bad", Phase.DECIDE, "stop", on_epoch_ended=raising(BROKEN))
    with pytest.raises(CallbackError) as caught:
        make(callbacks=[bad, recorder], epochs=3).fit()
    assert caught.value.exit_code == 9
    assert caught.value.__cause__ is BROKEN
    assert caught.value.parameters == {"callback": "bad", "hook": "on_epoch_ended"}
    for text in ("bad", "on_epoch_ended", "epoch 1", "step 2"):
        assert text in str(caught.value)
    (failed,) = recorder.of(CallbackFailed)
    assert (failed.callback, failed.hook, failed.action) == ("bad", "on_epoch_ended", "stop")
    assert "broken on purpose" in failed.error
    assert len(recorder.of(EpochEnded)) == 1  # all others still got the event, and the run ended at the next boundary


def test_rule_7_detach_goes_on_without_it(recorder: Recorder) -> None:
    heard: list[str] = []

    def break_down(event: Event, run: Any) -> None:
        heard.append(type(event).__name__)
        if isinstance(event, EpochEnded):
            raise BROKEN

    bad = callback(
        "bad", on_error="detach", on_epoch_started=break_down, on_epoch_ended=break_down, on_run_ended=break_down
    )
    result = make(callbacks=[bad, recorder]).fit()
    assert result.status == "completed"
    assert heard == ["EpochStarted", "EpochEnded", "RunEnded"]
    assert [event.action for event in recorder.of(CallbackFailed)] == ["detach"]


def test_rule_7_the_failed_one_does_not_hear_of_its_own_failure_and_cannot_start_a_chain(recorder: Recorder) -> None:
    bad = callback("bad", on_error="detach", on_run_started=raising(BROKEN), on_callback_failed=raising(BROKEN))
    worse = callback("worse", on_error="detach", on_callback_failed=raising(BROKEN))
    assert make(callbacks=[bad, worse, recorder]).fit().status == "completed"
    assert [event.callback for event in recorder.of(CallbackFailed)] == ["bad", "worse"]


def test_rule_7_the_first_error_is_the_one_reported(recorder: Recorder) -> None:
    one = callback("one", Phase.DECIDE, "stop", on_epoch_started=raising(BROKEN))
    two = callback(
        "two",
        Phase.REPORT,
        "stop",
        on_epoch_started=raising(ValueError("later")),
        on_run_ended=raising(ValueError("last")),
    )
    with pytest.raises(CallbackError, match="one failed"):
        make(callbacks=[two, one, recorder]).fit()
    assert [event.callback for event in recorder.of(CallbackFailed)] == ["one", "two"]
    assert "one failed" in recorder.of(RunEnded)[0].error


def test_rule_7_a_callback_that_failed_before_the_model_did_is_the_one_reported(recorder: Recorder) -> None:
    class Fragile(nn.Linear):
        broken = False

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            if self.broken:
                raise ZeroDivisionError("the model, later")
            return super().forward(images)

    model = Fragile(5, 3)

    def fail(event: Any, run: Any) -> None:
        model.broken = True
        raise BROKEN

    with pytest.raises(CallbackError, match="first failed"):
        make(model, callbacks=[callback("first", Phase.DECIDE, "stop", on_evaluation_done=fail), recorder]).fit()


def test_rule_7_retry_hands_over_in_order_what_could_not_be_written(recorder: Recorder) -> None:
    full = [True]
    written: list[Event] = []

    def write(event: Event, run: Any) -> None:
        if full[0]:
            raise full_disk()
        written.append(event)

    hooks = {hook: write for event, hook in HOOKS.items() if event is not Working}
    trainer = make(callbacks=[callback("writer", Phase.REPORT, "retry", **hooks), recorder], data={"train": batches(4)})
    at_step(trainer, 6, lambda: full.__setitem__(0, False))
    assert trainer.fit().status == "completed"
    everything = [event for event in recorder.seen if type(event) is not Working]
    assert written == everything  # each exactly once, in their order
    assert [event.action for event in recorder.of(CallbackFailed)] == ["retry"]


def test_rule_7_retry_is_for_disks_only(recorder: Recorder) -> None:
    bad = callback("bad", Phase.REPORT, "retry", on_epoch_started=raising(BROKEN))
    with pytest.raises(CallbackError):
        make(callbacks=[bad, recorder]).fit()
    assert [event.action for event in recorder.of(CallbackFailed)] == ["stop"]


@pytest.mark.parametrize("error", [full_disk(), DiskError("disk.full", "The disk is full.")])
def test_rule_7_retry_stops_the_run_after_three_failed_epochs(error: Exception, recorder: Recorder) -> None:
    bad = callback("bad", Phase.REPORT, "retry", on_epoch_ended=raising(error))
    with pytest.raises(EpochscopeError) as caught:
        make(callbacks=[bad, recorder], epochs=10).fit()
    assert len(recorder.of(EpochEnded)) == 3
    assert [event.action for event in recorder.of(CallbackFailed)] == ["retry", "stop"]
    assert recorder.of(RunEnded)[0].status == "failed"
    assert caught.value is error or caught.value.__cause__ is error


def test_rule_7_a_disk_that_recovers_in_time_is_forgiven_each_time() -> None:
    calls: list[int] = []

    def flaky(event: EpochEnded, run: Any) -> None:
        calls.append(event.epoch)
        if calls.count(event.epoch) == 1:
            raise full_disk()

    assert (
        make(callbacks=[callback("flaky", Phase.REPORT, "retry", on_epoch_ended=flaky)], epochs=8).fit().status
        == "completed"
    )
    assert sorted(calls) == sorted([*range(1, 9), *range(1, 9)])


def test_rule_7_what_still_cannot_be_written_at_the_end_fails_the_run(recorder: Recorder) -> None:
    bad = callback("bad", Phase.REPORT, "retry", on_evaluation_done=raising(full_disk()))
    with pytest.raises(CallbackError):
        make(callbacks=[bad, recorder]).fit()
    assert recorder.kinds[-1] == "RunEnded"
    assert recorder.of(RunEnded)[0].status == "failed"


def test_rule_7_the_buffer_of_what_is_retried_is_bounded() -> None:
    heard: list[int] = []
    full = [True]

    def write(event: Working, run: Any) -> None:
        if full[0]:
            raise full_disk()
        heard.append(event.done)

    bus = Session([callback("writer", Phase.REPORT, "retry", on_working=write)]).bus
    for number in range(RETRY_BUFFER + 10):
        bus.emit(Working(epoch=0, step=0, stage="check", done=number, total=0))
    full[0] = False
    bus.emit(Working(epoch=0, step=0, stage="check", done=-1, total=0))
    assert len(heard) == RETRY_BUFFER + 1
    assert heard[0] == 10
    assert heard[-2:] == [RETRY_BUFFER + 9, -1]


def test_rule_7_events_that_wait_are_offered_to_be_kept() -> None:
    kept: list[int] = []

    class Writer(Callback):
        on_error = "retry"

        def on_working(self, event: Working, run: Any) -> None:
            raise full_disk()

        def keep_for_retry(self, event: Event, run: Any) -> None:
            assert isinstance(event, Working)
            kept.append(event.done)

    bus = EventBus([Writer()])
    for number in range(3):
        bus.emit(Working(epoch=0, step=0, stage="check", done=number, total=0))
    assert kept == [1, 2]


def test_rule_7_errors_are_told_in_full_in_the_log(tmp_path: Path) -> None:
    bad = callback("bad", on_error="detach", on_epoch_ended=raising(BROKEN))
    make(callbacks=[bad], run_dir=tmp_path / "run").fit()
    text = (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "broken on purpose" in text


# -- rule 8 ------------------------------------------------------------------------------------------------------------


def check_end(recorder: Recorder, status: str) -> RunEnded:
    """One RunEnded, and nothing after it."""
    assert recorder.kinds.count("RunEnded") == 1
    ended = recorder.seen[-1]
    assert isinstance(ended, RunEnded)
    assert ended.status == status
    failed = status == "failed"
    assert bool(ended.error) == failed
    assert ended.code in REASONS if ended.code.startswith("stop.") else bool(ended.code) == failed
    assert ended.reason or not failed
    return ended


def tell_of_processes(event: Event, run: Any) -> None:
    """As a run of several processes does."""
    seconds = dict.fromkeys(("train_seconds", "data_seconds", "exchange_seconds"), (1.0, 1.0))
    run.emit(ProcessesReported(epoch=event.epoch, step=event.step, samples=(1, 1), **seconds))


def eventful(recorder: Recorder, bad: Callback, folder: Path, hook: str) -> Trainer:
    """A run in which every event happens."""
    data = {"train": batches(2), "valid": batches(1, seed=1), "test": batches(1, seed=2)}
    if hook == HOOKS[next(event for event in EVENTS if event.__name__ == "NonFiniteLoss")]:
        data["train"][1][0][0] = float("nan")
    odd = callback("odd", Phase.DECIDE, "detach", on_epoch_ended=raising(ValueError("odd")))
    told = callback("told", Phase.DECIDE, on_epoch_ended=report)
    enough = callback("enough", Phase.DECIDE, on_epoch_ended=lambda event, run: run.request_stop("enough"))
    others = [callback("others", on_epoch_started=tell_of_processes)] if hook == "on_processes_reported" else []
    trainer = make(
        data=data,
        callbacks=[odd, told, enough, bad, recorder, *others],
        run_dir=folder,
        metrics={"bad": raising(ValueError("bad"))},
    )
    at_step(trainer, 1, lambda: [trainer.checkpoint(), trainer.pause(), trainer.unpause()])
    return trainer


def report(event: Event, run: Any) -> None:
    run.log_scalar("epoch", event.epoch)
    run.log_picture("black", np.zeros((2, 2), np.uint8))


@pytest.mark.parametrize(
    ("hook", "on_error"),
    [
        *((hook, on_error) for hook in HOOKS.values() for on_error in ("stop", "detach")),
        *((hook, "retry") for hook in ("on_preparing", "on_epoch_ended", "on_callback_failed", "on_run_ended")),
    ],
)
def test_rule_8_run_ended_comes_once_whatever_hook_raises(
    hook: str, on_error: Any, recorder: Recorder, tmp_path: Path
) -> None:
    called: list[Event] = []

    def fail(event: Event, run: Any) -> None:
        called.append(event)
        raise full_disk() if on_error == "retry" else BROKEN

    bad = callback("bad", Phase.DECIDE, on_error, **{hook: fail})
    trainer = eventful(recorder, bad, tmp_path / "run", hook)
    diverges = hook == "on_non_finite_loss"
    if on_error == "detach" and not diverges:
        trainer.fit()
    else:
        with pytest.raises((EpochscopeError, OSError)):
            trainer.fit()
    assert called, "the hook was never called"
    # when RunEnded itself cannot be handled, everybody else has been told already that all went well
    after_all = on_error == "detach" or hook == "on_run_ended"
    check_end(recorder, "completed" if after_all and not diverges else "failed")
    text = (tmp_path / "run" / "journal.jsonl").read_text(encoding="utf-8")
    assert text.count('"type":"RunEnded"') == 1
    assert text.splitlines()[-1].count('"type":"RunEnded"') == 1


class Failing(nn.Linear):
    """A model that raises at one of its calls: in training mode, or in evaluation mode."""

    def __init__(self, training: bool, at: int, error: BaseException) -> None:
        super().__init__(5, 3)
        self.where, self.left, self.error = training, at, error
        self.armed = False

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.armed and self.training == self.where:
            self.left -= 1
            if self.left == 0:
                raise self.error
        return super().forward(images)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "error", [BROKEN, KeyboardInterrupt(), SystemExit(3), StopIteration("mine"), MemoryError()], ids=repr
)
def test_rule_8_run_ended_comes_once_whatever_the_model_raises(
    training: bool, error: BaseException, recorder: Recorder
) -> None:
    model = Failing(training, 2, error)
    trainer = make(model, callbacks=[recorder], epochs=3)
    model.armed = True
    with pytest.raises(OutOfMemoryError if isinstance(error, MemoryError) else type(error)):
        trainer.fit()
    check_end(recorder, "stopped" if isinstance(error, KeyboardInterrupt) else "failed")
    assert trainer.model.training  # evaluation puts the mode back


@pytest.mark.parametrize("split", ["train", "valid", "test"])
@pytest.mark.parametrize("error", [BROKEN, KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_rule_8_run_ended_comes_once_whatever_a_loader_raises(
    split: str, error: BaseException, recorder: Recorder
) -> None:
    data: dict[str, Any] = {"train": batches(2), "valid": batches(2, seed=1), "test": batches(2, seed=2)}
    data[split] = Calling(data[split], 1, raising(error))
    trainer = make(data=data, callbacks=[recorder])
    data[split].arm()
    with pytest.raises(type(error)):
        trainer.fit()
    check_end(recorder, "stopped" if isinstance(error, KeyboardInterrupt) else "failed")


def test_rule_8_run_ended_comes_once_when_preparing_fails(recorder: Recorder) -> None:
    session = Session([recorder])
    with pytest.raises(ZeroDivisionError):
        session.conduct(raising(ZeroDivisionError("while scanning")))
    assert recorder.kinds == ["RunEnded"]
    assert type(recorder.seen[0]).__name__ == "Preparing"
    check_end(recorder, "failed")


def test_rule_8_a_handler_interrupted_by_ctrl_c_ends_the_run_properly(recorder: Recorder) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(callbacks=[recorder, callback("long", on_epoch_started=raising(KeyboardInterrupt()))]).fit()
    check_end(recorder, "stopped")


def test_rule_8_nothing_follows_it_not_even_what_its_own_handlers_emit(recorder: Recorder) -> None:
    late = callback(
        "late",
        Phase.DECIDE,
        on_run_ended=lambda event, run: run.emit(Working(epoch=0, step=0, stage="save", done=1, total=1)),
    )
    make(callbacks=[recorder, late, callback("bad", Phase.DECIDE, "detach", on_run_ended=raising(BROKEN))]).fit()
    check_end(recorder, "completed")


def test_rule_8_wrong_usage_leaves_no_folder_and_no_event(tmp_path: Path, recorder: Recorder) -> None:
    for options in ({"epochs": 0}, {"device": "abacus"}, {"data": {"trials": batches(1)}}, {"model": nn.Flatten()}):
        with pytest.raises(UsageError) as caught:
            make(**{"callbacks": [recorder], "run_dir": tmp_path / "run", **options})  # type: ignore[arg-type]
        assert caught.value.exit_code == 4
    assert recorder.seen == []
    assert list(tmp_path.iterdir()) == []


def test_rule_8_a_data_error_leaves_the_folder_with_its_journal(tmp_path: Path, recorder: Recorder) -> None:
    data = batches(2)
    data[1][1][0] = 3
    with pytest.raises(EpochscopeError) as caught:
        make(data={"train": data}, callbacks=[recorder], run_dir=tmp_path / "run").fit()
    assert (caught.value.exit_code, caught.value.code) == (5, "data.labels")
    assert check_end(recorder, "failed").code == "data.labels"
    assert '"type":"RunEnded"' in (tmp_path / "run" / "journal.jsonl").read_text(encoding="utf-8")


def test_rule_8_each_attempt_has_its_own_end(recorder: Recorder, tmp_path: Path) -> None:
    trainer = make(callbacks=[recorder], epochs=3, run_dir=tmp_path / "run")
    at_step(trainer, 3, trainer.stop)
    trainer.fit()
    check_end(recorder, "stopped")
    recorder.seen.clear()
    trainer.fit(resume=True)
    check_end(recorder, "completed")


def test_rule_8_the_time_of_each_callback_is_in_the_last_event(recorder: Recorder) -> None:
    make(callbacks=[recorder, callback("idle")]).fit()
    seconds = check_end(recorder, "completed").callback_seconds
    assert set(seconds) == {"recorder", "idle"}
    assert seconds["recorder"] > 0
    assert seconds["idle"] == 0
    assert sum(report.count for report in recorder.of(BatchesReported)) == 4
