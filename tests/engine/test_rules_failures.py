"""Design section 2, rule 7: a handler that raises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.engine.fakes import BROKEN, Recorder, at_step, batches, callback, full_disk, make, raising
from trainer.callback import Callback, Phase
from trainer.engine.event_bus import RETRY_BUFFER, EventBus
from trainer.engine.session import Session
from trainer.errors import CallbackError, DiskError, EpochscopeError
from trainer.events import (
    HOOKS,
    BatchEnded,
    CallbackFailed,
    CheckpointRequested,
    CheckpointSaved,
    EpochEnded,
    Event,
    RunEnded,
    Working,
)


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
    assert caught.value.parameters == {
        "callback": "bad",
        "hook": "on_epoch_ended",
        "epoch": 1,
        "step": 2,
        "error": f"RuntimeError: {BROKEN}",
    }
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


def test_rule_7_a_hook_that_is_retried_at_the_end_hears_each_event_once(recorder: Recorder) -> None:
    """What it emits waits until it is done, and does not have it called again."""
    full, saved = [True], []

    def save(event: CheckpointRequested, run: Any) -> None:
        if full[0]:
            raise full_disk()
        saved.append(event.step)
        done = {"kind": "last", "path": "last", "bytes": 1, "sha256": "", "seconds": 0.0}
        run.emit(CheckpointSaved(epoch=1, step=event.step, **done))

    session = Session([callback("saver", Phase.PERSIST, "retry", on_checkpoint_requested=save), recorder])
    session.bus.bind(session.run)
    for step in (1, 2):
        session.emit(CheckpointRequested(epoch=1, step=step, kind="last", source="test"))
    full[0] = False
    session.bus.settle()
    assert saved == [1, 2]
    assert [event.step for event in recorder.of(CheckpointSaved)] == [1, 2]
    assert session.bus.first_error is None


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
