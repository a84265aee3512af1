"""An epoch of the reference task with its validation, seen from outside: (wall of 21 epochs - wall of 1) / 20.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.epoch [--tries 3]

Ours is the command line with its defaults, a run folder and all. The plain loop is `plain_loop.py`, in one process (as
in a notebook) and with two workers, on the same images, already decoded in memory; of it one epoch is measured, as 2
less 1. The others are `fed_loop.py`: the bare loop and other engines on the batches that ours prepares. They all run in
turn, and so often as `tries` says.
"""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.benchmarks import arguments
from tests.benchmarks.process import Measured, run
from trainer.data.opening import open_data

RIVALS = {"pytorch-ignite": "ignite", "lightning": "lightning", "skorch": "skorch"}
"""Packages, and what they are imported as."""
OURS, BARE = "Epochscope, `train --recipe seed`", "bare loop on our batches"
PLAIN, NOTEBOOK = "plain loop, two workers", "plain loop, one process"
WORKERS = {PLAIN: 2, NOTEBOOK: 0}


class Row(NamedTuple):
    """Medians over the tries."""

    what: str
    seconds: float
    """An epoch."""
    spread: tuple[float, float]
    """The smallest and the largest."""
    ratios: tuple[float, float]
    """The seconds of the plain loop, in one process and with two workers, by these, try by try."""
    megabytes: float
    """Largest anonymous memory of the process; the plain loop's workers have as much again each."""


class Contest:
    """All of them on the same images."""

    def __init__(self, images: str, folder: Path) -> None:
        self._images = images
        self._folder = folder
        self._number = 0
        found = open_data(images, valid=0.0).published("train")  # ours are in the cache afterwards
        np.savez(folder / "images.npz", train=found.pixels[:], labels=found.labels)

    def names(self) -> list[str]:
        """Ours, the plain loops, the bare one and what is installed of the rivals."""
        return [OURS, *WORKERS, BARE, *(name for name, module in RIVALS.items() if importlib.util.find_spec(module))]

    def epoch(self, name: str) -> Measured:
        """Seconds of one epoch, and the memory of the longer of the two processes."""
        few, many = (1, 2) if name in WORKERS else (1, 21)
        short, long = self._run(name, few), self._run(name, many)
        return Measured((long.seconds - short.seconds) / (many - few), long.megabytes)

    def _run(self, name: str, epochs: int) -> Measured:
        if name == OURS:
            self._number += 1
            options = ["--recipe", "seed", "--epochs", str(epochs), "--name", f"r{self._number}"]
            environment = {"EPOCHSCOPE_RUNS": str(self._folder / "runs")}
            return run("-m", "trainer", "train", self._images, *options, environment=environment)
        if name in WORKERS:
            images = str(self._folder / "images.npz")
            return run("-m", "tests.benchmarks.plain_loop", images, str(epochs), str(WORKERS[name]))
        engine = "bare" if name == BARE else name
        return run("-m", "tests.benchmarks.fed_loop", engine, self._images, str(epochs))


def measure(images: str, tries: int) -> list[Row]:
    """A row each, the fastest first."""
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(images, Path(folder))
        names = contest.names()
        found: dict[str, list[Measured]] = {name: [] for name in names}
        for _ in range(tries):
            for name in names:
                found[name].append(contest.epoch(name))
    plain = [found[NOTEBOOK], found[PLAIN]]
    rows = [_row(name, found[name], plain) for name in names]
    return sorted(rows, key=lambda row: row.seconds)


def _row(name: str, found: list[Measured], plain: list[list[Measured]]) -> Row:
    seconds = [one.seconds for one in found]
    alone, helped = (
        statistics.median(theirs.seconds / ours for theirs, ours in zip(loop, seconds, strict=True)) for loop in plain
    )
    memory = statistics.median(one.megabytes for one in found)
    return Row(name, statistics.median(seconds), (min(seconds), max(seconds)), (alone, helped), memory)


def main() -> None:
    command = arguments.parser("epoch", __doc__)
    command.add_argument("--tries", type=int, default=3)
    tries = command.parse_args().tries
    for row in measure(arguments.cifar10(command), tries):
        (low, high), (alone, helped) = row.spread, row.ratios
        print(
            f"{row.what}: {row.seconds:.3f} s an epoch ({low:.3f} to {high:.3f}), {alone:.1f} times faster than the "
            f"plain loop in one process, {helped:.1f} times with two workers; {row.megabytes:.0f} MB"
        )


if __name__ == "__main__":
    main()
