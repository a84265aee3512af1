"""Starts windows and engines as processes, waits for what they say or write, sends signals. Every wait is bounded."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from trainer.events import BatchesReported, RunEnded
from trainer.store.folder import RunFolder, is_alive, read_owner
from trainer.store.journal import JournalReader, Record
from trainer.store.process import alive

PATIENCE = 120.0
"""Seconds; two cores may be busy with other things."""
REPOSITORY = Path(__file__).parents[2]
EPOCHS, STEPS = 60, 23
# a convolutional network, augmented, with a schedule: a step takes long enough to be hit
SETTINGS = [
    *("--recipe", "digits", "--augment.rotation", "10"),
    *("--epochs", str(EPOCHS), "--checkpoint.every-steps", "37"),
]


def training(root: Path, name: str) -> list[str]:
    """The command line that makes a run."""
    return ["train", "digits", *SETTINGS, "--name", name, "--runs", str(root)]


class Watcher:
    """A window's process. `said` are all its lines so far. `descriptors`: how many files it may have open."""

    def __init__(self, root: Path, *arguments: str, descriptors: int = 0, **task: Any) -> None:
        shell = ["sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh"] if descriptors else []
        command = [
            *shell,
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.gui.window_process",
            json.dumps(task),
            *arguments,
        ]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command += ["--runs", str(root)]
        self.process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, bufsize=0, **pipes)
        self.began = time.monotonic()
        self.said: list[dict[str, Any]] = []
        self._rest = b""

    def order(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())

    def listen(self, seconds: float = 0.0) -> bool:
        """Take in what it has said, waiting for it at most so long; whether there was anything."""
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        with selectors.DefaultSelector() as selector:  # `select` itself takes no descriptor above 1023
            selector.register(pipe, selectors.EVENT_READ)
            if not selector.select(seconds):
                return False
        data = os.read(pipe, 1 << 20)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.said += [json.loads(line) for line in lines]
        return bool(data)

    def until_said(self, word: str) -> Any:
        """Wait for a line with this key; its value."""
        end = time.monotonic() + PATIENCE
        while True:
            for place, line in enumerate(self.said):
                if word in line:
                    del self.said[: place + 1]
                    return line[word]
            if not self.listen(1.0):
                assert self.process.poll() is None, f"the window ended ({self.process.returncode}) before {word!r}"
            assert time.monotonic() < end, f"waited {PATIENCE} s for {word!r}"

    def report(self) -> dict[str, Any]:
        """What it shows now."""
        self.order("report")
        found: dict[str, Any] = self.until_said("report")
        return found

    def until_shows(self, wanted: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """Ask until it shows something."""
        end = time.monotonic() + PATIENCE
        while not wanted(found := self.report()):
            assert time.monotonic() < end, f"waited {PATIENCE} s for {what}: {found['state']}, {found['what']}"
            self.listen(0.05)
        return found

    def helpers(self) -> list[int]:
        """Processes it has started that are still there."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def kill(self) -> None:
        self.process.kill()
        assert self.process.wait(PATIENCE) == -signal.SIGKILL, "the window had ended before"

    def close(self) -> None:
        """Close it as a person would; it must end well."""
        self.order("close")
        assert self.process.wait(PATIENCE) == 0

    def drop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextlib.contextmanager
def watcher(root: Path, *arguments: str, **task: Any) -> Iterator[Watcher]:
    """A window that does not outlive the block."""
    made = Watcher(root, *arguments, **task)
    try:
        yield made
    finally:
        made.drop()


class Follow:
    """Follows a run's journal from now on, whoever writes it."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.records: list[Record] = []
        self._reader = JournalReader(run.journal)

    @property
    def step(self) -> int:
        """The last one that was reported."""
        reports = (record.event for record in reversed(self.look()) if isinstance(record.event, BatchesReported))
        return next((event.last_step for event in reports), 0)

    @property
    def ended(self) -> bool:
        return any(isinstance(record.event, RunEnded) for record in self.look())

    def look(self) -> list[Record]:
        self.records += self._reader.read()
        return self.records

    def until(self, shows: Callable[[Record], Any], what: str) -> Record:
        """Wait for a record, from the first one on."""
        end, seen = time.monotonic() + PATIENCE, 0
        while True:
            for record in self.look()[seen:]:
                if shows(record):
                    return record
            seen = len(self.records)
            assert time.monotonic() < end, f"waited {PATIENCE} s for {what}; last: {self.records[-1:]}"
            time.sleep(0.005)  # files tell nobody that they have grown

    def until_step(self, step: int) -> Record:
        return self.until(
            lambda record: isinstance(record.event, BatchesReported) and record.event.last_step >= step, f"step {step}"
        )

    def until_over(self) -> None:
        """Until the run has ended and its process is gone."""
        self.until(lambda record: isinstance(record.event, RunEnded), "the end of the run")
        until(lambda: not is_alive(self.run), "the engine's end")


def until(found: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, f"waited {PATIENCE} s for {what}"
        time.sleep(0.01)
    return value


def end_engine(run: RunFolder) -> None:
    """A test that failed leaves no engine behind: only the process that owner.json names, if it is still that one."""
    owner = read_owner(run)
    if owner is not None and owner.started is not None and alive(owner.pid, owner.started):
        os.kill(owner.pid, signal.SIGKILL)
