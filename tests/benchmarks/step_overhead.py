"""What the engine adds to a step, against the bare loop with `.item()` on the same batches.

Both train the same 30,730-parameter linear layer with the same optimiser, in one process, in turn: a block of steps
under the engine, a block of bare steps, and so on. The bare block is run by the data the engine reads from, between two
of its batches, so that the two stand a fraction of a second apart and the machine's moods fall on both. A row is the
median of the differences between neighbours, in microseconds per step.

The engine's blocks carry more than their share: reports come 20 times a second by the clock, which runs during the bare
blocks too. What its other thread does (the keeper, ten looks a second) is measured as processor time.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from torch import Tensor, nn

from callbacks import Progress
from tests.benchmarks import arguments
from trainer import Trainer
from trainer.engine.arguments import with_defaults

BLOCK = 256
WARM_UP = 4
"""Blocks not counted: imports, first allocations."""


def make() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    return model, torch.optim.Adam(model.parameters(), fused=True)


class InTurn:
    """Ready-made batches for the engine, and a block of the loop everybody writes first after each block of them.

    `pairs` holds the seconds of each block: under the engine, bare.
    """

    classes = tuple("0123456789")
    input_shape = (3, 32, 32)
    exact_resume = "exact"
    single_pass = False
    fingerprint = ""

    def __init__(self, blocks: int, batch: int = 64) -> None:
        generator = torch.Generator().manual_seed(0)
        self.batch = batch
        self.steps_per_epoch = blocks * BLOCK
        self.sizes = {"train": self.steps_per_epoch * batch}
        self.pairs: list[tuple[float, float]] = []
        self._batches = [
            (torch.randn(batch, 3, 32, 32, generator=generator), torch.randint(0, 10, (batch,), generator=generator))
            for _ in range(16)
        ]
        self._model, self._optimizer = make()
        self._criterion = nn.CrossEntropyLoss()

    def to(self, device: torch.device) -> None:
        """They stay where they are."""

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(self.steps_per_epoch // BLOCK):
            start = time.perf_counter()
            for step in range(BLOCK):
                yield self._batches[step % len(self._batches)]
            between = time.perf_counter()
            self._bare()
            self.pairs.append((between - start, time.perf_counter() - between))

    def eval_batches(self, split: str, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        yield self._batches[0]

    def _bare(self, steps: int = BLOCK) -> None:
        model, optimizer, criterion = self._model, self._optimizer, self._criterion
        for step in range(steps):
            images, labels = self._batches[step % len(self._batches)]
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            loss.item()


def measured(what: str, feed: InTurn, fit: Callable[[], object], blocks: int) -> dict[str, Any]:
    """The row of `fit`, which trains on `feed`: microseconds a step, from `blocks` pairs after the warm-up."""
    process, thread, wall = time.process_time(), time.thread_time(), time.perf_counter()
    fit()
    beside = (time.process_time() - process) - (time.thread_time() - thread)
    wall = time.perf_counter() - wall
    pairs = [(1e6 * ours / BLOCK, 1e6 * bare / BLOCK) for ours, bare in feed.pairs[WARM_UP:][:blocks]]
    added = [ours - bare for ours, bare in pairs]
    low, middle, high = statistics.quantiles(added, n=4)
    step = statistics.median(ours for ours, _ in pairs)
    return {
        "what": what,
        "bare_us": statistics.median(bare for _, bare in pairs),
        "step_us": step,
        "added_us": middle,
        "added_quartiles_us": (low, high),
        "beside_us": step * beside / wall,
        "blocks": len(pairs),
    }


def measure_one(blocks: int, *, defaults: bool) -> dict[str, Any]:
    """One run of the engine, with or without the command line's callbacks."""
    feed = InTurn(blocks + WARM_UP)
    model, optimizer = make()
    with tempfile.TemporaryDirectory() as root:
        terminal = Console(file=io.StringIO(), force_terminal=True, width=100)
        callbacks: list[Any] = with_defaults([Progress(terminal)], written=True) if defaults else []
        trainer = Trainer(
            model,
            feed,
            optimizer=optimizer,
            epochs=1,
            callbacks=callbacks,
            run_dir=Path(root) / "run" if defaults else None,
            threads=1,
        )
        what = "engine, the command line's callbacks" if defaults else "engine, no callbacks"
        return measured(what, feed, trainer.fit, blocks)


def measure(blocks: int = 150) -> list[dict[str, Any]]:
    """A row per kind: steps and what is added to them, in microseconds."""
    torch.set_num_threads(1)
    return [measure_one(blocks, defaults=defaults) for defaults in (False, True)]


def main() -> None:
    command = arguments.parser("step_overhead", __doc__)
    command.add_argument("--blocks", type=int, default=150, help=f"pairs of blocks of {BLOCK} steps")
    for row in measure(command.parse_args().blocks):
        low, high = row["added_quartiles_us"]
        print(
            f"{row['what']}: a bare step {row['bare_us']:.0f} us, ours {row['step_us']:.0f} us; added "
            f"{row['added_us']:+.1f} us (quartiles {low:+.1f} to {high:+.1f}); "
            f"other threads {row['beside_us']:.1f} us a step; {row['blocks']} pairs"
        )


if __name__ == "__main__":
    main()
