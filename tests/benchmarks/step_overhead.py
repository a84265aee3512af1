"""What the engine adds to a step, against the bare loop with `.item()` on the same batches.

Both train the same 30,730-parameter linear layer with the same optimiser on the same ready-made batches, in turn,
several rounds; a row is the median of the rounds' differences, in microseconds per step.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from callbacks import Progress
from trainer import Trainer
from trainer.given import Plan, with_defaults


class ReadyBatches:
    """Batches that cost nothing: what is left is the step."""

    classes = tuple("0123456789")
    input_shape = (3, 32, 32)
    exact_resume = "exact"
    fingerprint = ""

    def __init__(self, steps: int, batch: int = 64) -> None:
        generator = torch.Generator().manual_seed(0)
        self.steps_per_epoch = steps
        self.sizes = {"train": steps * batch}
        self._batches = [
            (
                torch.randn(batch, 3, 32, 32, generator=generator),
                torch.randint(0, 10, (batch,), generator=generator),
            )
            for _ in range(16)
        ]

    def to(self, device: torch.device) -> None:
        """They stay where they are."""

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        for step in range(first_batch, self.steps_per_epoch):
            yield self._batches[step % len(self._batches)]

    def eval_batches(self, split: str, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        yield self._batches[0]


def make() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    return model, torch.optim.Adam(model.parameters(), fused=True)


def bare(steps: int) -> float:
    """Seconds per step of the loop everybody writes first."""
    model, optimizer = make()
    criterion = nn.CrossEntropyLoss()
    batches = ReadyBatches(steps).train_batches(1)
    start = time.perf_counter()
    for images, labels in batches:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        loss.item()
    return (time.perf_counter() - start) / steps


def ours(steps: int, *, defaults: bool) -> float:
    """Seconds per step of one epoch under the engine, training figures included."""
    model, optimizer = make()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "run"
        callbacks: list[Any] = with_defaults([Progress(_nowhere())], written=True) if defaults else []
        trainer = Trainer(
            model,
            ReadyBatches(steps),
            optimizer=optimizer,
            epochs=1,
            callbacks=callbacks,
            run_dir=folder if defaults else None,
            plan=Plan(model="softmax", threads=1),
        )
        return trainer.fit().epochs[0].train_seconds / steps


def _nowhere() -> Any:
    import io

    from rich.console import Console

    return Console(file=io.StringIO(), force_terminal=True, width=100)


def measure(steps: int = 2000, rounds: int = 7) -> list[dict[str, Any]]:
    """A row per kind: median step and median overhead, both in microseconds."""
    torch.set_num_threads(1)
    kinds = {
        "bare loop with .item()": lambda: bare(steps),
        "engine, no callbacks": lambda: ours(steps, defaults=False),
        "engine, the command line's callbacks": lambda: ours(steps, defaults=True),
    }
    for run in kinds.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, run in kinds.items():
            seconds[name].append(run())
    reference = seconds["bare loop with .item()"]
    rows = []
    for name, values in seconds.items():
        added = [value - other for value, other in zip(values, reference, strict=True)]
        rows.append(
            {
                "what": name,
                "step_us": statistics.median(values) * 1e6,
                "added_us": statistics.median(added) * 1e6,
                "added_min_us": min(added) * 1e6,
                "added_max_us": max(added) * 1e6,
                "rounds": rounds,
            }
        )
    return rows
