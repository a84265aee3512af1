"""How much an open window that nobody touches slows down the training it shows.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.window_slowdown [--pairs 20] [--seconds 5] [--model cnn]

One run trains all the while. Its window, a process under Xvfb, is halted and let go on in turn (SIGSTOP, SIGCONT): a
halted window costs nothing, and neither does its X server. A pair is the time per step beside a window that works and
beside one that is halted, a few seconds apart; which comes first alternates.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.xvfb import screen
from trainer.store.batch_columns import BatchColumns
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader

SETTLE_SECONDS = 1.0
"""After a change: what is drawn to catch up is not what is measured."""


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone afterwards."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", *command], env=environment, stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


class Speed:
    """Follows the journal of the run."""

    def __init__(self, run: RunFolder) -> None:
        self._reader = JournalReader(run.journal)

    def _new(self) -> list[BatchColumns]:
        found: list[BatchColumns] = []
        while some := self._reader.read_some():
            found += [one for one in some if isinstance(one, BatchColumns)]
        return found

    def wait_for_steps(self, process: subprocess.Popen[bytes]) -> None:
        """Until training is under way. Raises RuntimeError where the process ended before."""
        while not self._new():
            if process.poll() is not None:
                raise RuntimeError(f"the run ended with exit code {process.returncode}")
            time.sleep(0.1)

    def microseconds(self, seconds: float) -> float:
        """Per step, over the next `seconds`: waiting for data and training, validation left out."""
        time.sleep(SETTLE_SECONDS)
        self._new()
        time.sleep(seconds)
        found = self._new()
        spent = sum(float(one.column("data_seconds").sum() + one.column("step_seconds").sum()) for one in found)
        samples = sum(float(one.column("samples").sum()) for one in found)
        return 1e6 * spent / samples


def measure(data: str, options: list[str], pairs: int, seconds: float) -> list[tuple[float, float]]:
    """Microseconds an image beside a window that works, and beside one that is halted."""
    found = []
    with tempfile.TemporaryDirectory() as folder, screen() as environment:
        environment |= {"EPOCHSCOPE_RUNS": folder, "XDG_CONFIG_HOME": str(Path(folder) / ".config")}
        train = ["train", data, *options, "--epochs", "100000", "--name", "long"]
        with running(train, environment) as engine:
            speed = Speed(RunFolder(Path(folder) / "long"))
            speed.wait_for_steps(engine)
            with running(["gui", "long"], environment) as window:
                time.sleep(8)
                for number in range(pairs):
                    pair = {}
                    for signal_ in (signal.SIGCONT, signal.SIGSTOP)[:: 1 if number % 2 else -1]:
                        window.send_signal(signal_)
                        pair[signal_] = speed.microseconds(seconds)
                    found.append((pair[signal.SIGCONT], pair[signal.SIGSTOP]))
                if window.poll() is not None:
                    raise RuntimeError(f"the window ended with exit code {window.returncode}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.window_slowdown", description=__doc__)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--model", choices=["softmax", "cnn"], default="softmax")
    given = parser.parse_args()
    options = ["--recipe", "seed"] if given.model == "softmax" else ["--model", "cnn"]
    found = measure(os.environ["EPOCHSCOPE_CIFAR10"], options, given.pairs, given.seconds)
    slower = sorted(100 * (beside / alone - 1) for beside, alone in found)
    low, median, high = statistics.quantiles(slower, n=4)
    alone = statistics.median(alone for _, alone in found)
    print(
        f"{given.model}: {alone:.2f} us an image alone; beside an open window {median:+.1f} % "
        f"(quartiles {low:+.1f} ... {high:+.1f}, {len(found)} pairs)"
    )


if __name__ == "__main__":
    main()
