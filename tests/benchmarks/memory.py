"""Most anonymous memory of a run beyond a process that only made an optimiser, and that of a data set too large for it.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.memory

The large data set is a folder of 125,000 names for 2,000 images of 64x64 pixels: 2 GB decoded, 4 times what a run may
take. It must be read from the mapped cache, not from memory.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.benchmarks import arguments
from tests.benchmarks.process import OPTIMISER_ONLY, run

BOUND_MB = 500
SIDE = 64
LARGE = 4 * BOUND_MB * 1_000_000 // (SIDE * SIDE * 4)
"""Images that take four times the bound, decoded to four bytes a pixel."""
ORIGINALS = 2_000
CLASSES = 10


def reference(images: str) -> tuple[float, float]:
    """MB of a process that only made an optimiser, and what three epochs of the reference task take beyond it."""
    return _beyond(images)


def large(count: int = LARGE) -> tuple[float, float]:
    """The same for an epoch of the large data set, decoding included."""
    with tempfile.TemporaryDirectory() as folder:
        make_large(Path(folder, "images"), count)
        return _beyond(str(Path(folder, "images")), EPOCHSCOPE_CACHE=str(Path(folder, "cache")))


def _beyond(images: str, **environment: str) -> tuple[float, float]:
    bare = run(*OPTIMISER_ONLY).megabytes
    with tempfile.TemporaryDirectory() as runs:
        options = ["--recipe", "seed", "--epochs", "3", "--runs", runs]
        peak = run("-m", "trainer", "train", images, *options, environment=environment).megabytes
    return bare, peak - bare


def make_large(root: Path, count: int) -> None:
    """Hard links: many files to read and decode, few to write."""
    generator = np.random.default_rng(0)
    originals = []
    for number in range(ORIGINALS):
        name = root / f"class-{number % CLASSES}" / f"{number:06d}.jpg"
        name.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(0, 256, (SIDE, SIDE, 3), np.uint8)).save(name)
        originals.append(name)
    for number in range(ORIGINALS, count):
        original = originals[number % ORIGINALS]
        os.link(original, original.with_name(f"{number:06d}.jpg"))


def main() -> None:
    command = arguments.parser("memory", __doc__)
    command.parse_args()
    bare, reference_mb = reference(arguments.cifar10(command))
    print(f"an optimiser: {bare:.0f} MB; the reference task {reference_mb:.0f} MB beyond (aim {BOUND_MB})", flush=True)
    print(f"{LARGE:,} images, {4 * BOUND_MB} MB decoded: {large()[1]:.0f} MB beyond (aim {BOUND_MB})")


if __name__ == "__main__":
    main()
