"""What other engines add to a step, and to an epoch, against the bare loop with `.item()` on the same batches.

    python -m tests.benchmarks.rivals [--blocks 150] [--epochs 20]

Steps are measured as in `step_overhead`, and are comparable with its rows: the same linear layer of 30,730 parameters,
the same fused Adam, the same ready-made batches of 64 from memory, one thread, a block under the engine and a block of
bare steps in turn. An epoch is 704 such steps, those of the reference task, with all that an engine does where one
epoch ends and the next begins; whole epochs alternate with as many bare steps.

Each engine is measured as it is fastest without replacing parts of it. No DataLoader, no device, no validation and no
output for any of them. What they do in a step beyond the bare loop:

- pytorch-ignite: its own supervised trainer, whose output is `loss.item()`, and a RunningAverage of it, kept at every
  step. It calls `model.train()` and fires four events a step.
- Lightning: `barebones=True`, which it offers to measure its overhead: no logger, checkpoints, progress bar or summary.
  `training_step` returns the loss and logs nothing, so that nobody reads it: the bare loop does, here Lightning does
  less. Every batch is walked through for tensors to move; hooks and callbacks are looked up by name.
- skorch: a NeuralNetClassifier with its callbacks disabled, those of history and timing too, on the batches themselves
  instead of a DataLoader. It trains in a closure, calls `model.train()` and `.item()`, and keeps a dict a step.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, NamedTuple

import torch
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from torch import Tensor, nn

from tests.benchmarks.step_overhead import WARM_UP, InTurn, make, measured

EPOCH = 704
"""Steps: 45,000 images, 64 in a batch."""

Fit = Callable[[], object]
"""Trains for as many epochs as the adapter was told."""
Adapt = Callable[[nn.Module, torch.optim.Optimizer, Iterable[Any], int, nn.Module], Fit]
"""Model, optimiser, batches, epochs and loss, as an engine wants them."""


class Blocks(InTurn):
    """One epoch of blocks in turn, as engines take their batches: an iterable with a length.

    One block more than `blocks`: an engine which counts does not ask for a batch after the last one, and so the last
    block finds no end.
    """

    def __init__(self, blocks: int) -> None:
        super().__init__(blocks + WARM_UP + 1)

    def __len__(self) -> int:
        return self.steps_per_epoch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.train_batches(1)


class Epochs(InTurn):
    """Whole epochs, a bare one before each. `epochs` holds their seconds: under the engine, bare.

    An epoch of the engine ends where the next begins: with all that the engine does in between.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self.epochs: list[tuple[float, float]] = []
        self._begun: float | None = None
        self._bare_seconds = 0.0

    def __len__(self) -> int:
        return EPOCH

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        start = time.perf_counter()
        if self._begun is not None:
            self.epochs.append((start - self._begun, self._bare_seconds))
        self._bare(EPOCH)
        self._begun = time.perf_counter()
        self._bare_seconds = self._begun - start
        for step in range(EPOCH):
            yield self._batches[step % len(self._batches)]


def ignite(
    model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable[Any], epochs: int, criterion: nn.Module
) -> Fit:
    from ignite.engine import create_supervised_trainer
    from ignite.metrics import RunningAverage

    trainer = create_supervised_trainer(model, optimizer, criterion)
    RunningAverage(output_transform=lambda loss: loss).attach(trainer, "loss")
    return lambda: trainer.run(batches, max_epochs=epochs)


def lightning(
    model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable[Any], epochs: int, criterion: nn.Module
) -> Fit:
    from lightning.pytorch import LightningModule, Trainer

    class Classifier(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.criterion = model, criterion

        def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
            images, labels = batch
            loss: Tensor = self.criterion(self.model(images), labels)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return optimizer

    trainer = Trainer(accelerator="cpu", devices=1, max_epochs=epochs, barebones=True)
    return lambda: trainer.fit(Classifier(), batches)


def skorch(
    model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable[Any], epochs: int, criterion: nn.Module
) -> Fit:
    from skorch import NeuralNetClassifier

    net = NeuralNetClassifier(
        model,
        criterion=criterion,
        optimizer=lambda *_, **__: optimizer,
        dataset=batches,
        iterator_train=lambda dataset, **_: dataset,
        train_split=None,
        max_epochs=epochs,
        callbacks="disable",
        verbose=0,
    )
    return lambda: net.fit(None, None)


class Engine(NamedTuple):
    package: str
    setup: str
    adapt: Adapt

    @property
    def what(self) -> str:
        return f"{self.package}, {self.setup}"


ENGINES = (
    Engine("pytorch-ignite", "running average", ignite),
    Engine("lightning", "barebones", lightning),
    Engine("skorch", "no callbacks", skorch),
)


@contextmanager
def quiet() -> Iterator[None]:
    """What these libraries say of deprecations, devices and missing loggers is not what is measured."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _steps(engine: Engine, blocks: int) -> dict[str, Any]:
    feed = Blocks(blocks)
    return measured(engine.what, feed, engine.adapt(*make(), feed, 1, nn.CrossEntropyLoss()), blocks)


def _epochs(engine: Engine, epochs: int) -> dict[str, Any]:
    feed = Epochs()
    engine.adapt(
        *make(), feed, epochs + 2, nn.CrossEntropyLoss()
    )()  # one to warm up, one that is not followed by another
    pairs = feed.epochs[1:]
    low, middle, high = statistics.quantiles((under - bare for under, bare in pairs), n=4)
    return {
        "what": engine.what,
        "bare_s": statistics.median(bare for _, bare in pairs),
        "epoch_s": statistics.median(under for under, _ in pairs),
        "added_s": middle,
        "added_quartiles_s": (low, high),
        "epochs": len(pairs),
    }


def _of_each(one: Callable[[Engine, int], dict[str, Any]], count: int) -> list[dict[str, Any]]:
    torch.set_num_threads(1)
    rows = []
    for engine in ENGINES:
        try:
            with quiet():
                rows.append(one(engine, count) | {"version": version(engine.package)})
        except ModuleNotFoundError as error:
            rows.append({"what": engine.what, "missing": f"no {error.name}: pip install -e '.[bench]'"})
    return rows


def measure(blocks: int = 150) -> list[dict[str, Any]]:
    """A row per engine as `step_overhead.measure` gives them, and `version`.

    An engine that is not installed has a row of `what` and `missing`, which says how to install it.
    """
    return _of_each(_steps, blocks)


def measure_epochs(epochs: int = 20) -> list[dict[str, Any]]:
    """A row per engine: seconds of an epoch of 704 steps, bare and under the engine, and what it adds; or `missing`."""
    return _of_each(_epochs, epochs)


def table(title: str, rows: list[dict[str, Any]], unit: str, digits: int) -> Table:
    """Of rows whose figures end in `unit`: "us" for steps, "s" for epochs."""
    found = Table(title=title)
    for head in ("what", "version", "bare", "engine", "added", "quartiles", "pairs"):
        found.add_column(head, justify="left" if head in ("what", "version") else "right")
    for row in rows:
        if "missing" in row:
            found.add_row(row["what"], escape(row["missing"]))
            continue
        under = row["step_us"] if unit == "us" else row["epoch_s"]
        low, high = row[f"added_quartiles_{unit}"]
        figures = [f"{figure:.{digits}f}" for figure in (row[f"bare_{unit}"], under, row[f"added_{unit}"])]
        pairs = row["blocks"] if unit == "us" else row["epochs"]
        found.add_row(row["what"], row["version"], *figures, f"{low:.{digits}f} ... {high:.{digits}f}", str(pairs))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rivals", description=__doc__.partition("\n")[0])
    parser.add_argument("--blocks", type=int, default=150, help="pairs of 256 steps, for what a step costs")
    parser.add_argument("--epochs", type=int, default=20, help="pairs of epochs")
    given = parser.parse_args()
    console = Console(width=110)
    console.print(table("A step, in microseconds (median of paired blocks)", measure(given.blocks), "us", 1))
    console.print(table(f"{EPOCH} steps as an epoch, in seconds", measure_epochs(given.epochs), "s", 3))


if __name__ == "__main__":
    main()
