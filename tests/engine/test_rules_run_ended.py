"""Design section 2, rule 8: RunEnded comes exactly once, whatever has ended the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.engine.fakes import BROKEN, Calling, Recorder, at_step, batches, callback, full_disk, make, raising
from trainer.callback import Callback, Phase
from trainer.engine.session import Session
from trainer.errors import EpochscopeError, OutOfMemoryError, UsageError
from trainer.events import (
    EVENTS,
    HOOKS,
    BatchesReported,
    Event,
    ProcessesReported,
    RunEnded,
    Working,
)
from trainer.reasons import REASONS
from trainer.trainer import Trainer


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
