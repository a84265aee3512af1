"""torchrun as a person starts it, and what can be done to its processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from trainer.store.journal import JournalReader, Record

SECONDS = 120.0
"""No outcome hangs on it: a run that takes so long has failed."""


def environment(**more: str) -> dict[str, str]:
    """One that knows nothing of other processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TORCHELASTIC", "OMP_"))}
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([root, *filter(None, [kept.get("PYTHONPATH", "")])])
    return {**kept, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", **more}


class Launch:
    """`torchrun --nproc-per-node 2 ARGUMENTS`; a context manager, after which none of its processes is left. `more`:
    variables of the environment."""

    def __init__(self, *arguments: object, processes: int = 2, restarts: int = 0, output: Path, **more: str) -> None:
        options = ["--standalone", "--nproc-per-node", str(processes), "--max-restarts", str(restarts)]
        command = [sys.executable, "-m", "torch.distributed.run", *options, *map(str, arguments)]
        self._output = output
        with output.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment(**more))

    def __enter__(self) -> Launch:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
            self.process.kill()
        self.process.wait()

    @property
    def text(self) -> str:
        """What it has printed."""
        return self._output.read_text(errors="replace")

    def wait(self) -> int:
        """Its exit code."""
        return self.process.wait(SECONDS)

    def kill(self, rank: int) -> float:
        """End one of the processes by SIGKILL; when that was."""
        return self.send(rank, signal.SIGKILL)

    def send(self, rank: int, number: int) -> float:
        """Send a signal to one of the processes; when that was."""
        if child := self._child(rank):
            child.send_signal(number)
            return time.monotonic()
        raise AssertionError(f"no process {rank}: {self.text}")

    def alive(self, rank: int) -> bool:
        """Whether that process is there and has not ended."""
        return self._child(rank) is not None

    def _child(self, rank: int) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile, or is a zombie
                if child.environ().get("RANK") == str(rank):
                    return child
        return None


def events(run: Path) -> list[Record]:
    """All records of the journal, those that a resume has taken back included."""
    return list(JournalReader(run / "journal.jsonl").read()) if (run / "journal.jsonl").exists() else []


def until(condition: Callable[[], Any], launch: Launch) -> Any:
    """Wait until it holds; what it gives."""
    end = time.monotonic() + SECONDS
    while not (found := condition()):
        assert launch.process.poll() is None, launch.text
        assert time.monotonic() < end, launch.text
        time.sleep(0.05)
    return found
