"""Journal: every event except those of single steps in journal.jsonl, and summary.json next to it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import ClassVar

from msgspec import UNSET

from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.events import (
    HOOKS,
    BatchEnded,
    CheckpointRequested,
    EpochEnded,
    Event,
    GradientsReady,
    RunEnded,
    RunPaused,
    RunStarted,
    RunUnpaused,
    ValidationDone,
)
from trainer.metrics.classification import mean_of
from trainer.store import summary as summaries
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalWriter
from trainer.store.journal_summary import journal_summary
from trainer.store.summary import Summary

SYNC_SECONDS = 5.0
"""A power cut loses at most this many seconds of curves; checkpoints and epochs are synced at once."""

_SYNCED = (RunStarted, EpochEnded, CheckpointRequested, RunEnded)
_SUMMARISED = (RunStarted, EpochEnded, RunPaused, RunUnpaused, RunEnded)


class Journal(Callback):
    """Writes every event except GradientsReady and BatchEnded to journal.jsonl, and keeps summary.json up to date.

    Without a run folder it writes nothing. I/O errors are retried with each later event, so a disk that was full for a
    while leaves no gap.
    """

    phase: ClassVar[Phase] = Phase.REPORT
    on_error: ClassVar[OnError] = "retry"

    def __init__(self) -> None:
        self._writer: JournalWriter | None = None
        self._synced = 0.0
        self._summary = Summary()
        self._written: Event | None = None

    def record(self, event: Event, run: RunContext) -> None:
        """Write one line: every hook except those of single steps.

        Args:
            event: The event.
            run: The live objects of the run.
        """
        if run.folder is None:
            return
        try:
            self._write(event, run, run.folder)
        finally:
            if isinstance(event, RunEnded) and self._writer is not None:
                self._writer.close()
                self._writer = None

    def _write(self, event: Event, run: RunContext, folder: RunFolder) -> None:
        writer = self._writer if self._writer is not None else self._open(run, folder)
        if event is not self._written:  # a retried event may have been written before its sync failed
            run.seq = max(run.seq, writer.next_seq)
            writer.write(event, t=run.elapsed(), wall=time.time_ns() // 1_000_000)
            self._written = event
        now = time.monotonic()
        if isinstance(event, _SYNCED) or now - self._synced > SYNC_SECONDS:
            writer.sync()
            self._synced = now
        self._summarise(event, run, folder)

    def keep_for_retry(self, event: Event, run: RunContext) -> None:
        """Reserve the number that the record will get, so that a checkpoint made meanwhile covers it.

        Args:
            event: The event that has to wait.
            run: The live objects of the run.
        """
        run.seq += 1

    def _open(self, run: RunContext, folder: RunFolder) -> JournalWriter:
        writer = self._writer = JournalWriter(folder.journal, run.attempt)
        self._synced = time.monotonic()
        try:
            found = summaries.read(folder.summary)
        except ValueError as error:
            run.log(f"summary.json is rebuilt: {error}")
            found = None
        known = self._summary = found or journal_summary(folder.journal) or Summary()
        known.status, known.attempt, known.reason = "preparing", run.attempt, ""
        # a run that fails while it is being prepared has a place in lists of runs too
        known.started_at = known.started_at or datetime.now(UTC).isoformat(timespec="seconds")
        known.data = known.data or str(run.settings.get("data", {}).get("source", ""))
        known.model = known.model or str(run.settings.get("model", ""))
        known.recipe = known.recipe or summaries.recipe_name(run.settings)
        summaries.write(folder.summary, self._summary)
        return writer

    def _summarise(self, event: Event, run: RunContext, folder: RunFolder) -> None:
        summary = self._summary
        match event:
            case RunStarted():
                summary.status = "running"
                summary.model, summary.epochs = event.model, event.epochs
            case ValidationDone(improved=True):
                summary.best_epoch, summary.best_loss = event.best_epoch, event.best_loss
                summary.best_macro_f1 = event.macro_f1
                over = (mean_of(event.f1, event.macro_f1), len(event.f1))
                summary.best_macro_f1_of = over if over[0] < over[1] else UNSET
            case RunPaused():
                summary.status = "paused"
            case RunUnpaused():
                summary.status = "running"
            case RunEnded():
                summary.status, summary.reason = event.status, event.reason
        if isinstance(event, _SUMMARISED):
            summary.epoch, summary.step, summary.elapsed = event.epoch, event.step, run.elapsed()
            summaries.write(folder.summary, summary)


for _event, _hook in HOOKS.items():
    # a line per step would be the largest file of the run; BatchesReported holds it merged
    if _event not in (GradientsReady, BatchEnded):
        setattr(Journal, _hook, Journal.record)
