"""What a user may write, for type checkers alone: nothing here is run.

Each `type: ignore` marks a mistake that must be found; one that is not needed is itself an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, assert_type

import torch
from torch import Tensor, nn

from callbacks import Checkpoint, LearningRate
from trainer import Callback, Result, Run, RunContext, Trainer, build_model, open_data
from trainer.data import ImageData
from trainer.data.loaders import DataSource
from trainer.events import EpochEnded, Preparing, ValidationDone


class Careful(Callback):
    """Hooks of one's own, annotated with either name of the second argument."""

    def on_preparing(self, event: Preparing, run: Run) -> None:
        if run.model is None:
            run.log(f"{event.stage}: {event.done} of {event.total}")

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        if run.optimizer is not None and event.loss > 2:
            run.optimizer.param_groups[0]["lr"] /= 2
        assert_type(run.outputs("valid").labels.size, int)
        assert_type(run.capture(), tuple[dict[str, Tensor], dict[str, Any]])

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        assert_type(run.model, nn.Module | None)
        assert_type(run.data, DataSource | None)
        run.model.eval()  # type: ignore[union-attr]  # None while the run is being prepared


class Wrong(Callback):
    """Takes another event than its name says."""

    def on_epoch_ended(self, event: ValidationDone, run: RunContext) -> None:  # type: ignore[override]
        pass


class Random:
    """A data source of one's own, with plain attributes."""

    classes = ("a", "b")
    input_shape = (3, 8, 8)
    batch = 4
    steps_per_epoch = 2
    single_pass = False
    exact_resume: Literal["exact", "replayed"] = "exact"
    fingerprint = ""

    def __init__(self) -> None:
        self.sizes = {"train": 8}

    def to(self, device: torch.device) -> None:
        pass

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        yield torch.zeros(4, 3, 8, 8), torch.zeros(4, dtype=torch.int64)

    def eval_batches(self, split: str, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        return self.train_batches(1)


def scripts(model: nn.Module, loader: list[tuple[Tensor, Tensor]]) -> None:
    """Data of three kinds, and what is done with a Trainer."""
    data = open_data("digits")
    assert_type(data, ImageData)
    source: DataSource = data
    Trainer(build_model("softmax", data.input_shape, len(data.classes)), source)
    Trainer(model, Random())
    Trainer(model, loader)
    Trainer(model, {"train": loader, "valid": loader})
    trainer = Trainer(model, data, precision="bfloat16", compile=True, threads=2, eval_batch=500)
    Trainer(model, data, precision="float16")  # type: ignore[arg-type]
    Trainer(model, data, callbacks=[Careful(), Checkpoint(), LearningRate(schedule="cosine")])
    losses: list[float] = []
    trainer.on(EpochEnded, lambda event: losses.append(event.train_loss))
    trainer.on(EpochEnded, lambda event: event.no_such_field)  # type: ignore[attr-defined]
    trainer.on(EpochEnded, hears_of_validation)  # type: ignore[arg-type]
    assert_type(trainer.fit(), Result)
    trainer.stop("epoch")
    assert_type(trainer.evaluate("test").report, str)


def hears_of_validation(event: ValidationDone) -> None:
    """A function for another event."""
