"""A decision to stop survives a stop, and does not cost the evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from callbacks.early_stopping import EarlyStopping
from tests.reliability.harness import (
    STEPS,
    assert_same,
    at_step,
    evaluation,
    history,
    train,
)
from tests.reliability.test_resume_matrix import build
from trainer.events import ValidationDone


def test_early_stopping_is_not_forgotten(tmp_path: Path) -> None:
    """The epochs waited are part of the state: the resumed run ends where the whole one did."""
    make = build(
        optimizer=lambda p: torch.optim.SGD(p, lr=3.0), callbacks=lambda: [EarlyStopping(patience=1, min_delta=50.0)]
    )
    expected = train(make, tmp_path / "whole")
    epochs = sum(isinstance(r.event, ValidationDone) for r in history(expected))
    assert epochs == 2
    found = train(make, tmp_path / "stopped", [at_step(STEPS + 1)])
    assert_same(found, expected)
    assert evaluation(found)


def test_a_request_during_the_evaluation_after_early_stopping_does_not_end_it(tmp_path: Path) -> None:
    trainer = build(callbacks=lambda: [EarlyStopping(patience=1, min_delta=50.0)])(tmp_path / "run")
    passes = trainer.feed.eval_batches

    def eval_batches(split: str, batch: int) -> Any:
        if split == "test":
            trainer.checkpoint()
        return passes(split, batch)

    trainer.feed.eval_batches = eval_batches  # type: ignore[method-assign]
    result = trainer.fit()
    assert (result.status, result.reason) == ("completed", "early_stopping")
    assert set(result.evaluations) == {"train", "valid", "test"}
