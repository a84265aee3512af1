"""Checkpoint: the last state, to resume from, and the best weights."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.errors import UsageError
from trainer.events import (
    BatchEnded,
    BatchesReported,
    CheckpointKind,
    CheckpointRequested,
    CheckpointSaved,
    EpochEnded,
    Event,
    RunStarted,
)
from trainer.metrics.monitor import Monitor
from trainer.store import checkpoint as container
from trainer.store import durable

KEEP_LAST = 2
"""Checkpoints to resume from: if the newest is damaged, there is one more."""


class Checkpoint(Callback):
    """Saves the last state, to resume from, and the best weights: after each epoch and on CheckpointRequested.

    An older file is deleted only after its successor is safely on disk. Manual checkpoints are never deleted.

    Args:
        keep_best: Number of best epochs to keep, 1 or more: those with the smallest validation loss, or the best values
            of the run's `monitor`. More than 1 needs a validation split. Default: 1.
        every_steps: Also save every `every_steps` optimiser steps; 0 (default): off.
        every_seconds: Also save every `every_seconds` seconds; 0 (default): off.

    Raises:
        UsageError: `checkpoint.options`: an argument is out of range.
    """

    phase: ClassVar[Phase] = Phase.PERSIST
    on_error: ClassVar[OnError] = "retry"

    def __init__(self, *, keep_best: int = 1, every_steps: int = 0, every_seconds: float = 0.0) -> None:
        for name, value in (("keep_best", keep_best), ("every_steps", every_steps), ("every_seconds", every_seconds)):
            if value < (name == "keep_best"):
                raise UsageError(
                    "checkpoint.options",
                    f"{name}: got {value}.",
                    expected="keep_best at least 1, the others at least 0 (0: off)",
                    where="Checkpoint",
                )
        self.keep_best = keep_best
        self.needs_validation = keep_best > 1  # 1 is the default: nobody may have asked for it
        self.every_steps = every_steps
        self.every_seconds = every_seconds
        self._best: dict[int, float] = {}
        self._monitor = Monitor()
        self._encoded: dict[int, tuple[bytes, str]] = {}
        self._saved_at = 0.0
        self._add_hooks()

    def _add_hooks(self) -> None:
        # hooks nobody needs are not there: a hook on BatchEnded costs something at every step
        if self.every_steps:
            self.on_batch_ended = self._every_steps  # type: ignore[method-assign]
        if self.every_seconds:
            self.on_batches_reported = self._every_seconds  # type: ignore[method-assign]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The hooks of a copy are its own."""
        vars(self).update(state)
        self._add_hooks()

    def state_dict(self) -> dict[str, Any]:
        """Return what the kept best checkpoints are ranked by.

        Returns:
            Under `best`, by step: values of the monitored metric, negative where larger is better.
        """
        return {"best": self._kept()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue deleting replaced files where the last attempt left off.

        Args:
            state: What `state_dict` returned.
        """
        self._best = dict(state["best"])

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Start counting seconds; a new run has no best epoch yet."""
        self._saved_at = time.monotonic()
        self._monitor = Monitor.of(event)
        self._encoded.clear()
        if not event.resumed_step:
            self._best.clear()

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Save `best` if this epoch is one of the best, then `last`, then delete what they replace."""
        if run.folder is None:
            return
        if self._among_best(event):
            self._save("best", event, run)
        self._save("last", event, run)
        self._encoded.pop(id(event))
        self._prune(run, event.step)

    def on_checkpoint_requested(self, event: CheckpointRequested, run: RunContext) -> None:
        """Save the state at this step."""
        if run.folder is None:
            return
        self._save(event.kind, event, run)
        self._encoded.pop(id(event))
        self._prune(run, event.step)

    def keep_for_retry(self, event: Event, run: RunContext) -> None:
        """Encode the state of this step: when the disk has room again, the weights have changed.

        Args:
            event: The event that has to wait.
            run: The live objects of the run.
        """
        if run.folder is not None and isinstance(event, EpochEnded | CheckpointRequested):
            if isinstance(event, EpochEnded):
                self._among_best(event)  # it is part of the state
            self._encode(event, run)

    def _encode(self, event: EpochEnded | CheckpointRequested, run: RunContext) -> tuple[bytes, str]:
        if id(event) not in self._encoded:
            self._encoded[id(event)] = container.encode(*run.capture())
        return self._encoded[id(event)]

    def _every_steps(self, event: BatchEnded, run: RunContext) -> None:
        if event.step % self.every_steps == 0:
            run.request_checkpoint("last", source="every_steps")

    def _every_seconds(self, event: BatchesReported, run: RunContext) -> None:
        if time.monotonic() - self._saved_at >= self.every_seconds:
            run.request_checkpoint("last", source="every_seconds")

    def _among_best(self, event: EpochEnded) -> bool:
        """Whether the epoch is one of the best so far; if so, the cost of its monitored value is noted."""
        value = self._monitor.value_of(event)
        if value is None:
            return False
        cost = self._monitor.cost(value)
        better = [step for step, other in self._best.items() if other <= cost and step != event.step]
        if event.improved or (self.keep_best > 1 and cost == cost and len(better) < self.keep_best):
            self._best[event.step] = cost
            return True
        return False

    def _save(self, kind: CheckpointKind, event: EpochEnded | CheckpointRequested, run: RunContext) -> None:
        """Write one file. Encoded once per event: if the engine tries again after the disk was full, the state of the
        best epoch is saved, not what the weights have become since."""
        start = time.perf_counter()
        data, digest = self._encode(event, run)
        assert run.folder is not None  # asked only with one
        path = run.folder.checkpoints / container.name(kind, event.step)
        durable.write_bytes(path, data)
        self._saved_at = time.monotonic()
        run.emit(
            CheckpointSaved(
                epoch=event.epoch,
                step=event.step,
                kind=kind,
                path=f"checkpoints/{path.name}",
                bytes=len(data),
                sha256=digest,
                seconds=time.perf_counter() - start,
            )
        )

    def _prune(self, run: RunContext, step: int) -> None:
        assert run.folder is not None  # asked only with one
        last, best = (container.by_step(run.folder.checkpoints, kind) for kind in ("last", "best"))
        # what claims a later step is of a future that was given up: this attempt went on from before it
        past = [path for found, path in last.items() if found <= step]
        for path in last.values():
            if path not in past[:KEEP_LAST]:
                durable.remove(path)
        self._best = self._kept()
        if self._best.keys() <= best.keys():  # after a full disk, the one that replaces others may still have to come
            for gone in best.keys() - self._best.keys():
                durable.remove(best[gone])

    def _kept(self) -> dict[int, float]:
        """The best of `_best`, by step."""
        best = sorted(self._best, key=lambda step: (self._best[step], step))[: self.keep_best]
        return {step: self._best[step] for step in best}
