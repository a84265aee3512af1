"""Evaluating all 60,000 images with a linear model, reports included.

EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.evaluation
"""

from __future__ import annotations

import statistics
import time

import torch

from tests.benchmarks import arguments
from trainer.engine.session import Session
from trainer.launch import build
from trainer.settings import merge
from trainer.settings.recipes import load_recipe


def measure(images: str, tries: int) -> tuple[int, float]:
    """How many images, and the median of the seconds for all splits; one thread, as such a run has."""
    torch.set_num_threads(1)
    trainer = build(merge(load_recipe("seed").values, {"data": {"source": images}}), Session())
    seconds = []
    for _ in range(tries + 1):
        start = time.perf_counter()
        count = sum(len(trainer.evaluate(split).report) > 0 and size for split, size in trainer.feed.sizes.items())
        seconds.append(time.perf_counter() - start)
    return count, statistics.median(seconds[1:])  # the first one reads the images from disk


def main() -> None:
    command = arguments.parser("evaluation", __doc__)
    command.add_argument("--tries", type=int, default=7)
    tries = command.parse_args().tries
    count, seconds = measure(arguments.cifar10(command), tries)
    print(f"{count:,} images evaluated, with reports, in {seconds:.2f} s (aim 1)")


if __name__ == "__main__":
    main()
