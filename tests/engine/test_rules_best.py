"""Design section 2, rules 9 (what best means) and 12 (early stopping, and a stopped run)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from callbacks.early_stopping import EarlyStopping
from tests.engine.fakes import Recorder, at_step, batches, linear, make
from trainer.engine.best import Best
from trainer.events import EpochEnded, EvaluationDone, RunEnded, StopRequested, ValidationDone
from trainer.store import checkpoint as container

NAN, INF = math.nan, math.inf
SEQUENCES = {
    "falling": [3.0, 2.0, 1.0],
    "rising": [1.0, 2.0, 3.0],
    "tie": [2.0, 1.0, 1.0, 3.0],
    "zero": [1.0, 0.0, 0.5],
    "zero first": [0.0, 0.0, 1.0],
    "negative": [1.0, -1.0, -2.0, -0.5],
    "nan first": [NAN, 2.0, 1.0],
    "nan between": [2.0, NAN, 1.0],
    "nan last": [2.0, 1.0, NAN],
    "infinite": [INF, 5.0, -INF, 4.0],
    "never": [NAN, INF, NAN],
}


def oracle(losses: list[float]) -> int | None:
    """Number (1-based) of the first of the smallest finite losses."""
    finite = [(loss, epoch) for epoch, loss in enumerate(losses, 1) if math.isfinite(loss)]
    return min(finite)[1] if finite else None


class Scripted:
    """A loss that is what a list says whenever the model is evaluated, and cross-entropy while it is trained."""

    def __init__(self, losses: list[float]) -> None:
        self.losses, self.at = losses, 0

    def __call__(self, outputs: Tensor, labels: Tensor) -> Tensor:
        if outputs.requires_grad:
            return torch.nn.functional.cross_entropy(outputs, labels)
        value = self.losses[min(self.at, len(self.losses) - 1)]
        self.at += 1
        return torch.tensor(value)


@pytest.mark.parametrize("losses", SEQUENCES.values(), ids=SEQUENCES.keys())
def test_rule_9_best_is_the_first_of_the_smallest_finite_losses(
    losses: list[float], recorder: Recorder, tmp_path: Path
) -> None:
    trainer = make(epochs=len(losses), loss=Scripted(losses), callbacks=[recorder], run_dir=tmp_path / "run")
    result = trainer.fit()
    best = oracle(losses)
    for number, event in enumerate(recorder.of(ValidationDone), 1):
        assert event.best_epoch == oracle(losses[:number])
        assert event.improved == (oracle(losses[:number]) == number)
        assert event.best_loss == (losses[event.best_epoch - 1] if event.best_epoch else None)
    assert [event.improved for event in recorder.of(EpochEnded)] == [
        event.improved for event in recorder.of(ValidationDone)
    ]
    ended = recorder.of(RunEnded)[0]
    assert (result.best_epoch, ended.best_epoch) == (best, best)
    files = container.find(tmp_path / "run" / "checkpoints", "best")
    assert [container.parse_name(path.name) for path in files] == ([("best", 2 * best)] if best else [])
    assert {event.weights for event in recorder.of(EvaluationDone)} == {"best" if best else "last"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats() | st.sampled_from([0.0, -0.0, 1.0]), max_size=12))
def test_rule_9_the_definition_agrees_with_the_oracle(losses: list[float]) -> None:
    best = Best()
    improved = [epoch for epoch, loss in enumerate(losses, 1) if best.update(epoch, loss)]
    assert best.epoch == oracle(losses)
    assert best.epoch == (improved[-1] if improved else None)


def test_rule_9_the_weights_evaluated_are_those_of_the_best_epoch(recorder: Recorder) -> None:
    model, kept = linear(), []
    trainer = make(model, loss=Scripted([2.0, 1.0, 3.0]), callbacks=[recorder], epochs=3)
    trainer.on(EpochEnded, lambda event: kept.append(model.weight.detach().clone()))
    result = trainer.fit()
    assert torch.equal(model.weight, kept[1])
    assert not torch.equal(kept[1], kept[2])
    assert all(evaluation.weights == "best" for evaluation in result.evaluations.values())


def test_rule_9_without_a_validation_split_there_is_no_best(recorder: Recorder, tmp_path: Path) -> None:
    model, kept = linear(), []
    trainer = make(model, {"train": batches(2), "test": batches(1)}, callbacks=[recorder], run_dir=tmp_path / "run")
    trainer.on(EpochEnded, lambda event: kept.append(model.weight.detach().clone()))
    result = trainer.fit()
    assert (result.best_epoch, result.best_loss) == (None, None)
    assert recorder.of(ValidationDone) == []
    for event in recorder.of(EpochEnded):
        assert (event.valid_loss, event.valid_accuracy, event.valid_macro_f1, event.improved) == (
            None,
            None,
            None,
            False,
        )
    assert [(event.split, event.weights) for event in recorder.of(EvaluationDone)] == [
        ("train", "last"),
        ("test", "last"),
    ]
    assert torch.equal(model.weight, kept[-1])
    assert recorder.of(RunEnded)[0].best_checkpoint is None
    assert container.find(tmp_path / "run" / "checkpoints", "best") == []


def test_rule_9_the_best_before_a_stop_is_the_best_after_it(recorder: Recorder, tmp_path: Path) -> None:
    """Resumed in another process: another model, another Trainer."""
    losses = [2.0, 1.0, 3.0, 4.0]
    kept: list[Tensor] = []
    for resume in (False, True):
        model = linear()
        script = Scripted(losses)
        script.at = 2 if resume else 0
        trainer = make(model, loss=script, callbacks=[recorder], epochs=4, run_dir=tmp_path / "run")
        if not resume:
            at_step(trainer, 5, trainer.stop)
            trainer.on(EpochEnded, lambda event, model=model: kept.append(model.weight.detach().clone()))
        result = trainer.fit(resume=resume)
    assert (result.best_epoch, result.best_loss) == (2, 1.0)
    assert torch.equal(model.weight, kept[1])
    assert list(result.history.index) == [1, 2, 3, 4]


# -- rule 12 -----------------------------------------------------------------------------------------------------------


def test_rule_12_early_stopping_completes_the_run_and_is_evaluated(recorder: Recorder, tmp_path: Path) -> None:
    trainer = make(
        loss=Scripted([1.0, 2.0, 3.0]),
        epochs=10,
        callbacks=[EarlyStopping(patience=2), recorder],
        run_dir=tmp_path / "run",
    )
    result = trainer.fit()
    assert (result.status, result.reason, len(result.history)) == ("completed", "early_stopping", 3)
    (ended,) = recorder.of(RunEnded)
    assert (ended.status, ended.reason) == ("completed", "early_stopping")
    (asked,) = recorder.of(StopRequested)
    assert asked.reason == "early_stopping"
    assert [event.split for event in recorder.of(EvaluationDone)] == ["train", "valid", "test"]
    kinds = recorder.kinds
    # the decision is known before the row, the row before the checkpoint: nothing of this epoch is lost
    assert kinds.index("StopRequested") < len(kinds) - 1 - kinds[::-1].index("EpochEnded")
    assert ended.last_checkpoint == "checkpoints/last-000000006.safetensors"


def test_rule_12_a_stopped_run_is_not_evaluated(recorder: Recorder, tmp_path: Path) -> None:
    trainer = make(epochs=3, callbacks=[recorder], run_dir=tmp_path / "run")
    at_step(trainer, 3, trainer.stop)
    result: Any = trainer.fit()
    assert result.status == "stopped"
    assert result.evaluations == {}
    assert recorder.of(EvaluationDone) == []
    assert list((tmp_path / "run" / "evaluation").iterdir()) == []
