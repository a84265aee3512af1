"""How long it takes until there is a result, or until training can begin.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.start [--tries N]

`epochscope train digits` as a whole process, less what anybody pays who imports torch and makes an optimiser; the
60,000 images decoded by all cores, and found in the cache the second time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import arguments
from tests.benchmarks.process import OPTIMISER_ONLY, run

HEAVY = ("torchvision", "sklearn", "pandas", "scipy")

OPENED = """
import sys, time
import torch
from trainer.data.opening import open_data
start = time.perf_counter()
open_data(sys.argv[1])
print(time.perf_counter() - start)
"""

IMPORTED = """
import sys
from trainer.cli import main
main(["train", "digits", "--epochs", "2", "--runs", sys.argv[1]])
print(*[name for name in sys.argv[2:] if name in sys.modules], file=sys.stderr)
"""


def digits(tries: int) -> tuple[float, float]:
    """Medians in seconds: the whole command; what it takes beyond torch and an optimiser, pair by pair."""
    whole, beyond = [], []
    with tempfile.TemporaryDirectory() as folder:
        run(*OPTIMISER_ONLY)  # fills the file cache
        for number in range(tries):
            bare = run(*OPTIMISER_ONLY).seconds
            whole.append(run("-m", "trainer", "train", "digits", "--runs", folder, "--name", f"r{number}").seconds)
            beyond.append(whole[-1] - bare)
    return statistics.median(whole), statistics.median(beyond)


def heavy_imports() -> list[str]:
    """Which of HEAVY a run of the digits imports."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", IMPORTED, folder, *HEAVY]
        return subprocess.run(command, check=True, capture_output=True, text=True).stderr.split()


def opening(images: str, tries: int) -> tuple[float, float]:
    """Medians of the seconds until the images are there: decoded, and from the cache."""
    first, second = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(tries):
            cache = str(Path(folder, str(number)))
            first.append(_opened(images, cache))
            second.append(_opened(images, cache))
    return statistics.median(first), statistics.median(second)


def _opened(images: str, cache: str) -> float:
    command = [sys.executable, "-c", OPENED, images]
    environment = {**os.environ, "EPOCHSCOPE_CACHE": cache}
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    command = arguments.parser("start", __doc__)
    command.add_argument("--tries", type=int, default=5)
    tries = command.parse_args().tries
    images = arguments.cifar10(command)
    whole, beyond = digits(tries)
    print(f"train digits: {whole:.2f} s, {beyond:.2f} s beyond torch and an optimiser (aim 2)")
    print(f"heavy imports: {heavy_imports() or 'none'}")
    decoded, cached = opening(images, tries)
    print(f"60,000 images: decoded in {decoded:.1f} s, from the cache in {cached:.2f} s (aim 0.5)")


if __name__ == "__main__":
    main()
