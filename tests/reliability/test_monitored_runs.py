"""Runs with metrics of their own that decide the best epoch: stopped, killed and resumed as if nothing had happened."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from callbacks.checkpoint import Checkpoint
from callbacks.early_stopping import EarlyStopping
from callbacks.learning_rate import LearningRate
from tests.reliability.harness import (
    STEPS,
    Stop,
    assert_same,
    at_epoch_ended,
    at_step,
    dropout_net,
    in_validation,
    lists,
    train,
)
from tests.reliability.supervisor import SETTINGS, child
from trainer.callback import Callback
from trainer.events import EpochEnded, ValidationDone
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history
from trainer.trainer import Trainer


class Norm(Callback):
    """Reports a number after each validation and at the end of each epoch."""

    def on_validation_done(self, event: ValidationDone, run: Any) -> None:
        run.log_scalar("loss", event.loss)

    def on_epoch_ended(self, event: EpochEnded, run: Any) -> None:
        run.log_scalar("norm", sum(weight.detach().norm() for weight in run.model.parameters()))


def build(folder: Path) -> Trainer:
    plateau = LearningRate(
        lambda optimizer: torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", patience=0, factor=0.5)
    )
    return Trainer(
        dropout_net(),
        lists(),
        optimizer=lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9),
        callbacks=[plateau, EarlyStopping(patience=3), Checkpoint(keep_best=2, every_steps=3), Norm()],
        metrics=["balanced_accuracy", "top2"],
        monitor="balanced_accuracy",
        epochs=4,
        run_dir=folder,
        device="cpu",
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return train(build, tmp_path_factory.mktemp("whole") / "run")


def own(folder: RunFolder) -> dict[str, list[Any]]:
    """What its journal says of metrics and scalars."""
    history = read_history(JournalReader(folder.journal))
    found = {name: history.epochs.column(f"valid_{name}").tolist() for name in history.metrics}
    for name, table in history.scalars.items():
        found[name] = list(zip(table.column("step").tolist(), table.column("value").tolist(), strict=True))
    return {**found, "best": [history.best_epoch, history.best_loss]}


@pytest.mark.parametrize(
    "stops",
    [
        [at_step(STEPS + 2)],
        [at_step(2 * STEPS)],
        [in_validation(2)],
        [at_epoch_ended(2)],
        [at_step(3), in_validation(1), in_validation(3)],
    ],
    ids=["mid-epoch", "last batch", "in validation", "epoch end", "three times"],
)
def test_a_stopped_run_ends_like_one_without_interruption(
    stops: Sequence[Stop], tmp_path: Path, whole: RunFolder
) -> None:
    found = train(build, tmp_path / "run", stops)
    assert_same(found, whole)
    assert own(found) == own(whole)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_run_ends_like_one_without_interruption(tmp_path: Path) -> None:
    """Named metrics, from settings, in processes of their own."""
    settings = {**SETTINGS, "metrics": ["kappa", "top2"], "early_stopping": {"patience": 2}}
    settings["train"] = {**SETTINGS["train"], "epochs": 3, "monitor": "kappa"}
    expected, found = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "killed")
    with child(expected, settings=settings) as process:
        assert process.wait() == 0
    for step in (30, 50):
        with child(found, settings=settings, gate={"at": "step", "number": step}) as process:
            process.until_gate()
            process.send(signal.SIGKILL)
            process.process.join(30)
    with child(found) as process:
        assert process.wait() == 0
    assert_same(found, expected)
    assert own(found) == own(expected)
