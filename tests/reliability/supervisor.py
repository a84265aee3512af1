"""Starts processes of `child.py`, waits for what its journal shows, sends signals. Every wait is bounded."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.reliability import child as child_module
from trainer.events import BatchesReported, CheckpointSaved, StopRequested
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader, Record, read_journal

PATIENCE = 60.0
"""Seconds; torch alone may take ten to be imported on a busy machine."""

# dropout, momentum, a schedule with warm-up, augmentation: everything that draws random numbers or has a state
EPOCHS, STEPS, EVERY = 6, 23, 7
SETTINGS: dict[str, Any] = {
    "model": "mlp",
    "mlp": {"hidden": 32, "layers": 2, "dropout": 0.3},
    "augment": {"rotation": 10, "crop": 1},
    "train": {
        "epochs": EPOCHS,
        "batch": 64,
        "optimizer": "sgd",
        "momentum": 0.9,
        "lr": 0.05,
        "schedule": "cosine",
        "warmup": 0.5,
        "device": "cpu",
    },
    "checkpoint": {"every_steps": EVERY},
}


class Child:
    """One attempt in a process of its own: `fresh`, a new interpreter, or a quick one that finds torch imported."""

    def __init__(
        self,
        run: RunFolder,
        *,
        gate: dict[str, Any] | None = None,
        pace: float = 0.0,
        settings: dict[str, Any] = SETTINGS,
        fresh: bool = False,
    ) -> None:
        self.run = run
        self.errors = run.path.parent / f"{run.name}-errors.txt"
        self.reader = JournalReader(run.journal)
        self.reader.read()  # what earlier attempts wrote
        self.records: list[Record] = []
        self.pipe, theirs = multiprocessing.Pipe()
        resumes = run.journal.exists()
        arguments = (run, None if resumes else settings, gate or {}, pace, theirs, self.errors)
        self.process: Any = context(fresh).Process(target=child_module.run, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    # -- waiting -------------------------------------------------------------------------------------------------

    def until_gate(self) -> None:
        """Wait until the child stands at its gate."""
        self._until_said("here")

    def until_signal_taken(self) -> None:
        """Wait until the child, which stands at a gate with `echo`, has taken SIGINT."""
        self._until_said("taken")

    def _until_said(self, word: str) -> None:
        assert self.pipe.poll(PATIENCE), f"waited {PATIENCE} s for {word!r}\n{self._state()}"
        try:
            assert self.pipe.recv() == word
        except EOFError:
            raise AssertionError(f"the child ended before it said {word!r}\n{self._state()}") from None

    def open_gate(self) -> None:
        self.pipe.send("go on")

    def until(self, shows: Callable[[Record], Any], what: str) -> Record:
        """Follow the journal until a record of this attempt shows something; the first that does."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            ended = self.process.exitcode is not None
            self.records += self.reader.read()
            for record in self.records:
                if shows(record):
                    return record
            assert not ended, f"the child ended before {what}\n{self._state()}"
            time.sleep(0.005)
        raise AssertionError(f"waited {PATIENCE} s for {what}\n{self._state()}")

    def until_step(self, step: int) -> Record:
        return self.until(
            lambda record: isinstance(record.event, BatchesReported) and record.event.last_step >= step, f"step {step}"
        )

    # -- ending --------------------------------------------------------------------------------------------------

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def wait(self) -> int:
        """The exit code."""
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None, f"the child did not end\n{self._state()}"
        assert "Traceback" not in self.said, self.said
        self.records += self.reader.read()
        return int(self.process.exitcode)

    @property
    def said(self) -> str:
        """What it wrote on standard error."""
        return self.errors.read_text("utf-8", "replace")

    def _state(self) -> str:
        self.process.kill()
        self.process.join()
        records = read_journal(self.run.journal).records
        last = [f"{record.seq} {record.event}"[:200] for record in records[-5:]]
        return "\n".join([f"exit {self.process.exitcode}", self.said[-3000:], *last])


@functools.cache
def context(fresh: bool) -> Any:
    """How processes are made. Windows has fresh ones only."""
    if fresh or sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.reliability.preload"])
    return server


@contextlib.contextmanager
def child(run: RunFolder, **options: Any) -> Iterator[Child]:
    """A child that does not outlive the block."""
    made = Child(run, **options)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.join()
        made.process.close()
        made.pipe.close()


def reached(run: RunFolder) -> int:
    """The largest step that the journal of the newest attempt shows; where it shows none, of the one before."""
    records = read_journal(run.journal).records
    steps: dict[int, int] = {}
    for record in records:
        steps[record.attempt] = max(steps.get(record.attempt, 0), record.event.step)
    return next((step for _, step in sorted(steps.items(), reverse=True) if step), 0)


def attempt_of(records: list[Record], seq: int) -> int:
    return next(record.attempt for record in records if record.seq == seq)


def after_mid_epoch_checkpoint(run: RunFolder) -> bool:
    """Whether the newest attempt stands inside an epoch, after a checkpoint inside that epoch."""
    records = read_journal(run.journal).records
    step = reached(run)
    # what was saved because of the signal does not count
    asked = [record.seq for record in records if isinstance(record.event, StopRequested)]
    before = asked[-1] if asked and records[-1].attempt == attempt_of(records, asked[-1]) else records[-1].seq
    inside = {
        record.event.step
        for record in records
        if isinstance(record.event, CheckpointSaved)
        and record.event.kind == "last"
        and record.event.step % STEPS
        and record.seq < before
    }
    return bool(step % STEPS) and any(saved // STEPS == step // STEPS and saved <= step for saved in inside)
