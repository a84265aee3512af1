"""What is known of one run, as arrays: built from journal records, kept without them. No Qt.

Panels read it and never write it. `changed` names what has moved since it was last taken, so that a panel draws only
what it must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.compact_metrics import CompactMetrics
from gui.viewmodels.growable import LARGEST, room
from gui.viewmodels.journal_limits import ImpossibleError, check, possible
from trainer import events as ev
from trainer.metrics.classification import Metrics
from trainer.store import batch_columns
from trainer.store.batch_columns import BatchColumns
from trainer.store.journal import Record

MAX_MESSAGES = 10_000
MAX_MESSAGE = 2_000
"""Characters kept of a text in a message."""

Topic = Literal["info", "batches", "epochs", "evaluation", "state", "progress", "messages", "snapshots", "answers"]

BATCH_COLUMNS = (
    "step",
    "loss",
    "loss_min",
    "loss_max",
    "accuracy",
    "learning_rate",
    "samples_per_second",
    "data_share",
    "time",
)
EPOCH_COLUMNS = (
    "epoch",
    "step",
    "train_loss",
    "train_accuracy",
    "train_macro_f1",
    "valid_loss",
    "valid_accuracy",
    "valid_macro_f1",
    "learning_rate",
    "samples_per_second",
    "data_share",
    "seconds",
    "train_seconds",
    "valid_seconds",
    "time",
)
"""`time`: seconds of training when the record was written."""


class Table:
    """Growing columns of float64, one row per record, each with the record's number in the journal.

    `column(name)` is a view of the filled part: do not keep it over an append. NaN stands for what is not there.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.rows = 0
        self._place = {name: number for number, name in enumerate(columns)}
        self._values = np.empty((len(columns), 256))
        self._seq = np.empty(256, dtype=np.int64)
        self.cuts: list[int] = []
        """How many rows each cut left: who has read more of them must read again from there."""

    def append(self, seq: int, values: tuple[float | None, ...]) -> None:
        """Add a row; None becomes NaN."""
        self.extend(np.array([seq]), [np.array([value], dtype=np.float64) for value in values])

    def extend(self, seq: NDArray[Any], columns: Sequence[NDArray[np.float64]]) -> None:
        """Add rows: (n,) record numbers, and (n,) values for each column."""
        end = self.rows + len(seq)
        if end > len(self._seq):
            larger, longer = room((len(self.columns), 2 * end), np.float64), room((2 * end,), np.int64)
            larger[:, : self.rows] = self._values[:, : self.rows]
            longer[: self.rows] = self._seq[: self.rows]
            self._values, self._seq = larger, longer
        for place, values in enumerate(columns):
            self._values[place, self.rows : end] = values
        self._seq[self.rows : end] = seq
        self.rows = end

    def column(self, name: str) -> NDArray[np.float64]:
        """(rows,) float64."""
        return self._values[self._place[name], : self.rows]

    def cut(self, seq: int) -> None:
        """Forget the rows after journal record `seq`."""
        self.rows = int(np.searchsorted(self._seq[: self.rows], seq, side="right"))
        self.cuts.append(self.rows)


@dataclass(frozen=True)
class Message:
    """Something a person should know: `kind` is the event's name, `values` its fields."""

    seq: int
    wall: int
    kind: str
    values: dict[str, Any]


@dataclass
class RunModel:
    """One run's logical history. `state` is what the journal says: preparing, running, paused, then how it ended."""

    info: ev.RunStarted | None = None
    batches: Table = field(default_factory=lambda: Table(BATCH_COLUMNS))
    epochs: Table = field(default_factory=lambda: Table(EPOCH_COLUMNS))
    verdicts: dict[int, CompactMetrics] = field(default_factory=dict)
    """By epoch."""
    evaluations: dict[str, ev.EvaluationDone] = field(default_factory=dict)
    best_epoch: int | None = None
    best_loss: float | None = None
    state: str = "preparing"
    stopping: bool = False
    ended: ev.RunEnded | None = None
    progress: ev.Preparing | ev.Working | None = None
    began: int = 0
    """When this attempt began: UTC milliseconds, of its first record."""
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    """Training time so far, over all attempts."""
    messages: list[Message] = field(default_factory=list)
    checkpoints: dict[str, ev.CheckpointSaved] = field(default_factory=dict)
    predictions: dict[int, str] = field(default_factory=dict)
    weights: dict[int, str] = field(default_factory=dict)
    images: str | None = None
    answers: dict[str, ev.RequestHandled] = field(default_factory=dict)
    nan_steps: list[int] = field(default_factory=list)
    changed: set[Topic] = field(default_factory=set)
    _attempt: int = 0

    def take_changes(self) -> set[Topic]:
        """What has moved since the last call."""
        changed, self.changed = self.changed, set()
        return changed

    @property
    def classes(self) -> tuple[str, ...]:
        """Names in the order of the figures; empty before the run has started."""
        return self.info.classes if self.info else ()

    def apply(self, record: Record) -> None:
        """Take in the next record of the journal. Raises ImpossibleError, and leaves it out, where it says what cannot
        be."""
        try:
            self._apply(record)
        except (ValueError, ArithmeticError) as error:
            raise ImpossibleError(str(error)) from error

    def _apply(self, record: Record) -> None:
        event = record.event
        if isinstance(event, ev.UnknownEvent):
            return
        check(record, event)
        handler = _HANDLERS.get(type(event))
        self.seconds = record.t
        if record.attempt != self._attempt:
            self._attempt, self.began = record.attempt, record.wall
        if not isinstance(event, ev.Preparing):
            self.epoch, self.step = event.epoch, event.step
        if handler is not None:
            handler(self, event, record)

    # -- one method per event ------------------------------------------------------------------------------------

    def _run_started(self, event: ev.RunStarted, record: Record) -> None:
        if self.info is not None:
            self._rewind(event.resumed_seq, event.resumed_step)
        self.info, self.state, self.ended, self.stopping, self.progress = event, "running", None, False, None
        self.changed |= {"info", "state", "progress"}

    def _rewind(self, seq: int, step: int) -> None:
        """Forget what an earlier attempt did after the checkpoint this one resumes from."""
        self.batches.cut(seq)
        self.epochs.cut(seq)
        done = int(self.epochs.column("epoch")[-1]) if self.epochs.rows else 0
        for found in (self.verdicts, self.predictions, self.weights):
            for epoch in [epoch for epoch in found if epoch > done]:
                del found[epoch]
        self.evaluations.clear()
        self.nan_steps = [number for number in self.nan_steps if number <= step]
        self.messages = [message for message in self.messages if message.seq <= seq]
        losses = self.epochs.column("valid_loss")
        self.best_epoch = self.best_loss = None
        if np.isfinite(losses).any():
            best = int(np.nanargmin(np.where(np.isfinite(losses), losses, np.nan)))
            self.best_epoch, self.best_loss = int(self.epochs.column("epoch")[best]), float(losses[best])
        self.changed |= {"batches", "epochs", "evaluation", "messages", "snapshots"}

    def _batches(self, event: ev.BatchesReported, record: Record) -> None:
        self.apply_reports(batch_columns.one(event, record.seq, record.attempt, record.t, record.wall))

    def apply_reports(self, found: BatchColumns) -> None:
        """Take in the next records of the journal, which are BatchesReported. Raises ImpossibleError for those that
        were left out."""
        good = possible(found)
        if not good.all():
            if good.any():
                self.apply_reports(found.only(good))
            raise ImpossibleError("a report says what cannot be", int((~good).sum()))
        attempt, last = int(found.column("attempt")[-1]), found.column("last_step")
        if attempt != self._attempt:
            self._attempt, self.began = attempt, int(found.column("wall")[0])
        self.seconds, self.epoch, self.step = (
            float(found.column("t")[-1]),
            int(found.column("epoch")[-1]),
            int(last[-1]),
        )
        seconds = found.column("data_seconds") + found.column("step_seconds")
        samples = found.column("samples")
        columns = {
            "step": last,
            "loss": found.column("loss_mean"),
            "loss_min": found.column("loss_min"),
            "loss_max": found.column("loss_max"),
            "accuracy": _ratio(found.column("correct"), samples),
            "learning_rate": found.column("learning_rate"),
            "samples_per_second": _ratio(samples, seconds),
            "data_share": _ratio(found.column("data_seconds"), seconds),
            "time": found.column("t"),
        }
        self.batches.extend(found.column("seq"), [columns[name] for name in BATCH_COLUMNS])
        self.nan_steps.extend(int(step) for step in last[~(np.abs(columns["loss"]) <= LARGEST)])
        self.progress = None
        self.changed |= {"batches", "progress"}

    def _validation(self, event: ev.ValidationDone, record: Record) -> None:
        self.verdicts[event.epoch] = CompactMetrics.of(Metrics.of(event))
        self.best_epoch, self.best_loss = event.best_epoch, event.best_loss
        self.progress = None

    def _epoch_ended(self, event: ev.EpochEnded, record: Record) -> None:
        share = event.data_seconds / event.train_seconds if event.train_seconds else None
        values = {name: getattr(event, name, None) for name in EPOCH_COLUMNS}
        values |= {"data_share": share, "time": record.t}
        self.epochs.append(record.seq, tuple(values[name] for name in EPOCH_COLUMNS))
        self.changed |= {"epochs", "progress"}

    def _evaluation(self, event: ev.EvaluationDone, record: Record) -> None:
        Metrics.of(event)  # of a damaged one nothing is kept
        self.evaluations[event.split] = event
        self.changed.add("evaluation")

    def _progress(self, event: ev.Preparing | ev.Working, record: Record) -> None:
        if isinstance(event, ev.Preparing):
            self.state, self.ended = "preparing", None
            self.changed.add("state")
        self.progress = event
        self.changed.add("progress")

    def _paused(self, event: ev.RunPaused, record: Record) -> None:
        self.state = "paused"
        self.changed.add("state")

    def _unpaused(self, event: ev.RunUnpaused, record: Record) -> None:
        self.state = "running" if self.info else "preparing"
        self.changed.add("state")

    def _stop(self, event: ev.StopRequested, record: Record) -> None:
        self.stopping = True
        self._tell(event, record)
        self.changed.add("state")

    def _ended(self, event: ev.RunEnded, record: Record) -> None:
        self.ended, self.state, self.stopping, self.progress = event, event.status, False, None
        self._tell(event, record)
        self.changed |= {"state", "progress"}

    def _tell(self, event: ev.Event, record: Record) -> None:
        values = {name: _cut(getattr(event, name)) for name in event.__struct_fields__}
        if len(self.messages) >= MAX_MESSAGES:
            del self.messages[: MAX_MESSAGES // 10]
        self.messages.append(Message(record.seq, record.wall, type(event).__name__, values))
        self.changed.add("messages")

    def _checkpoint(self, event: ev.CheckpointSaved, record: Record) -> None:
        self.checkpoints[event.kind] = event
        self.changed.add("snapshots")

    def _snapshot(self, event: ev.SnapshotSaved, record: Record) -> None:
        if event.kind == "images":
            self.images = event.path
        else:
            (self.predictions if event.kind == "predictions" else self.weights)[event.epoch] = event.path
        self.changed.add("snapshots")

    def _answer(self, event: ev.RequestHandled, record: Record) -> None:
        self.answers[event.id] = event
        self.changed.add("answers")


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """NaN where there is nothing to divide by."""
    out = np.full(len(part), np.nan)
    np.divide(part, whole, out=out, where=whole != 0)
    return out


def _cut(value: Any) -> Any:
    return value[:MAX_MESSAGE] if isinstance(value, str) else value


_HANDLERS: dict[type[ev.Event], Any] = {
    ev.RunStarted: RunModel._run_started,
    ev.BatchesReported: RunModel._batches,
    ev.ValidationDone: RunModel._validation,
    ev.EpochEnded: RunModel._epoch_ended,
    ev.EvaluationDone: RunModel._evaluation,
    ev.Preparing: RunModel._progress,
    ev.Working: RunModel._progress,
    ev.RunPaused: RunModel._paused,
    ev.RunUnpaused: RunModel._unpaused,
    ev.StopRequested: RunModel._stop,
    ev.RunEnded: RunModel._ended,
    ev.NonFiniteLoss: RunModel._tell,
    ev.CallbackFailed: RunModel._tell,
    ev.CheckpointSaved: RunModel._checkpoint,
    ev.SnapshotSaved: RunModel._snapshot,
    ev.RequestHandled: RunModel._answer,
}
