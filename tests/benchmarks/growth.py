"""What grows with what: an epoch with the images, and nothing with the number of the epoch or step.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.growth [--epochs 1000]

The second part is a run of many short epochs of a tiny model (1,000 steps each, so a million by default) with a run
folder and the command line's callbacks: microseconds and bytes of journal per step, and memory, in its tenths.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil
import torch
from torch import nn

from trainer import Trainer
from trainer.baselines.peak_memory import anonymous
from trainer.engine.session import Session
from trainer.events import EpochEnded
from trainer.launch import build
from trainer.settings import merge
from trainer.settings.recipes import load_recipe

STEPS = 1_000
"""Steps of each short epoch."""
PARTS = 10


def by_images(images: str, valid_parts: tuple[float, ...] = (0.1, 0.55, 0.775)) -> dict[int, float]:
    """Microseconds of training per image, by the number of training images; medians of four epochs."""
    found = {}
    for valid in valid_parts:
        changes = {"data": {"source": images, "valid": valid}, "train": {"epochs": 5}}
        session = Session()
        result = session.conduct(_training(session, changes))
        count = sum(result.evaluations["train"].metrics.support)
        found[count] = 1e6 * statistics.median(epoch.train_seconds for epoch in result.epochs[1:]) / count
    return found


def _training(session: Session, changes: dict[str, dict[str, object]]):  # type: ignore[no-untyped-def]
    return lambda: build(merge(load_recipe("seed").values, changes), session).train(session)


class Part(NamedTuple):
    """A stretch of a long run."""

    step: int
    """The last one."""
    step_us: float
    journal_bytes: float
    """Per step."""
    csv_bytes: float
    """Per epoch."""
    megabytes: float
    """Anonymous memory at its end."""


def by_steps(epochs: int) -> list[Part]:
    """A run of `epochs` x STEPS steps, divided into PARTS."""
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    batches = [
        (torch.randn(8, 16, generator=generator), torch.randint(0, 4, (8,), generator=generator)) for _ in range(STEPS)
    ]
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "run")
        data = {"train": batches, "valid": batches[:10]}
        trainer = Trainer(nn.Linear(16, 4), data, epochs=epochs, run_dir=folder)
        looks: list[tuple[float, int, int, float]] = []

        def look(event: EpochEnded) -> None:
            sizes = [(folder / name).stat().st_size for name in ("journal.jsonl", "metrics.csv")]
            looks.append((time.perf_counter(), *sizes, anonymous(psutil.Process())))

        trainer.on(EpochEnded, look, every=epochs // PARTS)
        begin = time.perf_counter()
        trainer.fit()
    starts = [(begin, 0, 0, 0.0), *looks]
    count = epochs // PARTS
    return [
        Part(
            (number + 1) * count * STEPS,
            1e6 * (after[0] - before[0]) / (count * STEPS),
            (after[1] - before[1]) / (count * STEPS),
            (after[2] - before[2]) / count,
            after[3],
        )
        for number, (before, after) in enumerate(zip(starts, looks, strict=False))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--epochs", type=int, default=1_000)
    epochs = parser.parse_args().epochs
    for part in by_steps(epochs):
        print(
            f"to step {part.step:,}: {part.step_us:.1f} us a step, {part.journal_bytes:.2f} bytes of journal, "
            f"{part.csv_bytes:.0f} bytes of csv an epoch, {part.megabytes:.1f} MB",
            flush=True,
        )
    for count, each in by_images(os.environ["EPOCHSCOPE_CIFAR10"]).items():
        print(f"{count:,} images: {each:.2f} us an image", flush=True)


if __name__ == "__main__":
    main()
