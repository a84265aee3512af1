"""An epoch of the reference task with its validation, seen from outside: (wall of 6 epochs - wall of 1) / 5.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.epoch [--tries 3]

Ours is the command line with its defaults, a run folder and all; the plain loop is `tests/benchmarks/plain_loop.py`
with two workers, on the same images, already decoded in memory. They run in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np


def wall(command: list[str], environment: dict[str, str]) -> float:
    """Seconds a whole process takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


class Contest:
    """Both, on the same images."""

    def __init__(self, images: str, folder: Path) -> None:
        self._images = images
        self._folder = folder
        self._environment = {**os.environ, "EPOCHSCOPE_RUNS": str(folder / "runs")}
        self._number = 0
        self._export()

    def _export(self) -> None:
        """Decoded images for the plain loop; ours are in the cache afterwards."""
        from trainer.data.dataset import open_data

        found = open_data(self._images, valid=0.0).published("train")
        np.savez(self._folder / "images.npz", train=found.pixels[:], labels=found.labels)

    def ours(self, epochs: int, *more: str) -> float:
        self._number += 1
        options = ["--recipe", "seed", "--epochs", str(epochs), "--name", f"r{self._number}", *more]
        return wall(["trainer", "train", self._images, *options], self._environment)

    def plain(self, epochs: int) -> float:
        command = ["tests.benchmarks.plain_loop", str(self._folder / "images.npz"), str(epochs)]
        return wall(command, self._environment)


def measure(images: str, tries: int) -> list[dict[str, Any]]:
    """Seconds an epoch of each, try by try."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(images, Path(folder))
        contest.ours(1)
        for _ in range(tries):
            ours = (contest.ours(6) - contest.ours(1)) / 5
            plain = contest.plain(2) - contest.plain(1)
            rows.append({"ours_s": ours, "plain_s": plain, "times": plain / ours})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.epoch", description=__doc__)
    parser.add_argument("--tries", type=int, default=3)
    rows = measure(os.environ["EPOCHSCOPE_CIFAR10"], parser.parse_args().tries)
    for row in rows:
        print(", ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)
    ours, plain, times = (statistics.median(row[name] for row in rows) for name in ("ours_s", "plain_s", "times"))
    print(f"an epoch: ours {ours:.3f} s, plain loop {plain:.2f} s, {times:.1f} times faster (medians of {len(rows)})")


if __name__ == "__main__":
    main()
