"""What counts of a run, followed from its journal: the one reader behind window, report, `runs show`, tables and
resumption. [no torch]

A resumed attempt starts from a checkpoint: what earlier attempts did after it is taken back. All that is kept of them
is how far they got.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from trainer import events as ev
from trainer.metrics.classification import Metrics
from trainer.metrics.compact_metrics import CompactMetrics
from trainer.metrics.monitor import Monitor
from trainer.store import batch_columns
from trainer.store.attempt_history import AttemptHistory, Message, covered_step, shortened
from trainer.store.batch_columns import BatchColumns
from trainer.store.journal import JournalReader, JournalReplacedError, Record
from trainer.store.journal_limits import ImpossibleError, check, check_name, possible
from trainer.store.record_table import (
    BATCH_COLUMNS,
    EPOCH_COLUMNS,
    RecordTable,
    batch_values,
    epoch_values,
    own_values,
)
from trainer.store.scalar_tables import not_finite, rewind_scalars, take_scalar

MAX_MESSAGES = 10_000
"""Messages kept of a run: of more, the oldest are dropped."""
_AT_ONCE = 1 << 20
"""Bytes read at a time where no one waits in between."""

_TRIES = 3

K = TypeVar("K")
V = TypeVar("V")


class _Noted(NamedTuple):
    """A value that was noted in a mapping. `covered`: the `covered_step` of its event."""

    seq: int
    covered: float
    place: dict[Any, Any]
    key: Any
    value: Any


class RunHistory:
    """One run as its journal tells it, without what was taken back.

    `state` is what the journal says: preparing, running, paused, then how the run ended. `whole_validations`: keep them
    as they are, which takes megabytes each where there are a thousand classes.
    """

    def __init__(self, *, whole_validations: bool = False) -> None:
        self.records = 0
        """All that were read, whether they count or not."""
        self.info: ev.RunStarted | None = None
        self.ended: ev.RunEnded | None = None
        self.state: str = "preparing"
        self.stopping = False
        self.progress: ev.Preparing | ev.Working | None = None
        self.attempts: dict[int, AttemptHistory] = {}
        self.epoch = self.step = 0
        self.seconds = 0.0
        """Training time so far, over all attempts."""
        self.batches = RecordTable(BATCH_COLUMNS)
        self.epochs = RecordTable(EPOCH_COLUMNS)
        self.nan_steps: list[int] = []
        """Steps after which the reported loss was not finite."""
        self.messages: list[Message] = []
        self.answers: dict[str, ev.RequestHandled] = {}
        """By request. They are never taken back: each was given to someone."""
        self.verdicts: dict[int, CompactMetrics] = {}
        """By epoch."""
        self.evaluations: dict[str, ev.EvaluationDone] = {}
        """By split."""
        self.evaluated: dict[str, CompactMetrics] = {}
        """Their metrics, by split."""
        self.checkpoints: dict[str, ev.CheckpointSaved] = {}
        """By kind."""
        self.paces: dict[int, ev.ProcessesReported] = {}
        """By epoch, of a run of several processes."""
        self.predictions: dict[int, str] = {}
        self.weights: dict[int, str] = {}
        """Files by epoch."""
        self.scalars: dict[str, RecordTable] = {}
        self.pictures: dict[tuple[str, int], ev.PictureReported] = {}
        """What callbacks have reported: numbers by name (SCALAR_COLUMNS), pictures by name and epoch."""
        self._whole_validations = whole_validations
        self._validations: dict[int, ev.ValidationDone] = {}
        self._ended_epochs: dict[int, tuple[int, float, ev.EpochEnded]] = {}  # with their seq and t
        self._images: dict[str, str] = {}
        self._noted: list[_Noted] = []

    # -- views ---------------------------------------------------------------------------------------------------

    @property
    def attempt(self) -> AttemptHistory | None:
        """The latest one."""
        return next(reversed(self.attempts.values()), None)

    @property
    def began(self) -> int:
        """When this attempt began: UTC milliseconds; 0 where nothing is known of any."""
        return self.attempt.began if self.attempt else 0

    @property
    def classes(self) -> tuple[str, ...]:
        """Names in the order of the metrics; empty before the run has started."""
        return self.info.classes if self.info else ()

    @property
    def finished(self) -> list[ev.EpochEnded]:
        """All finished epochs, in order."""
        return [event for _, _, event in _in_order(self._ended_epochs)]

    @property
    def validations(self) -> list[ev.ValidationDone]:
        """All of them, in the order of their epochs; empty without `whole_validations`."""
        return _in_order(self._validations)

    @property
    def valid_f1(self) -> dict[int, tuple[float, ...]]:
        """F1 of each class on the validation images, of the finished epochs."""
        found = {epoch: self.verdicts[epoch] for epoch in sorted(self._ended_epochs) if epoch in self.verdicts}
        return {epoch: tuple(one.f1.tolist()) for epoch, one in found.items() if len(one.f1) == len(self.classes)}

    @property
    def images(self) -> str | None:
        """The folder of the images that were published last."""
        return self._images.get("images")

    @property
    def monitor(self) -> Monitor:
        """What decides which epoch is the best."""
        return Monitor.of(self.info)

    @property
    def best_epoch(self) -> int | None:
        """That with the best finite value of the monitored metric, by default the validation loss."""
        row = self._best_row()
        return None if row is None else int(self.epochs.column("epoch")[row])

    @property
    def best_loss(self) -> float | None:
        """Its validation loss."""
        row = self._best_row()
        return None if row is None else float(self.epochs.column("valid_loss")[row])

    def _best_row(self) -> int | None:
        column, table = self.monitor.column, self.epochs
        return self.monitor.best_row(table.column(column)) if column in table else None

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the custom metrics; in `epochs` their columns are called `valid_NAME`."""
        return tuple(name.removeprefix("valid_") for name in self.epochs.columns[len(EPOCH_COLUMNS) :])

    # -- reading -------------------------------------------------------------------------------------------------

    def follow(self, reader: JournalReader) -> None:
        """Take in some of what the reader has next. Raises DiskError."""
        self.take(reader.read_some(), reader)

    def take(self, found: Iterable[Record | BatchColumns], reader: JournalReader) -> None:
        """Take in what this reader has read; what no run can have written is reported to it as damaged."""
        for one in found:
            try:
                if isinstance(one, BatchColumns):
                    self.add_reports(one)
                else:
                    self.add(one)
            except ImpossibleError as error:
                reader.report(str(error), error.count)

    def add(self, record: Record) -> None:
        """Take in the next record of the journal. Raises ImpossibleError, and leaves the record out, if it
        contradicts itself or earlier ones."""
        try:
            self._add(record)
        except (ValueError, ArithmeticError) as error:
            raise ImpossibleError(str(error)) from error

    def _add(self, record: Record) -> None:
        event = record.event
        if isinstance(event, ev.BatchesReported):
            self.add_reports(batch_columns.one(event, record.seq, record.attempt, record.t, record.wall))
            return
        check(record, event)
        self._reach(record.attempt, record.seq, record.wall, record.t)
        if not isinstance(event, ev.Preparing | ev.UnknownEvent):
            self._advance(event.epoch, event.step)
        if isinstance(event, ev.Event) and (handler := self._HANDLERS.get(type(event))) is not None:
            handler(self, event, record)
        self.records += 1

    def add_reports(self, found: BatchColumns) -> None:
        """Take in the next records of the journal, which are BatchesReported. Raises ImpossibleError for those that
        were left out."""
        good = possible(found)
        if not good.all():
            if good.any():
                self.add_reports(found.only(good))
            raise ImpossibleError("a report contradicts itself", int((~good).sum()))
        last = found.column("last_step")
        begins = np.flatnonzero(np.diff(found.column("attempt"), prepend=np.nan))
        for begin, end in zip(begins, [*begins[1:], len(found)], strict=True):
            attempt, seq, wall = (int(found.column(name)[begin]) for name in ("attempt", "seq", "wall"))
            self._reach(attempt, seq, wall, float(found.column("t")[end - 1]))
            self._advance(int(found.column("epoch")[end - 1]), int(last[end - 1]))
        self.batches.extend(found.column("seq"), batch_values(found))
        self.nan_steps.extend(not_finite(last, found.column("loss_mean")))
        self.progress = None
        self.records += len(found)

    def _reach(self, attempt: int, seq: int, wall: int, seconds: float) -> None:
        """This is the latest record so far."""
        if self.attempt is None or attempt != self.attempt.number:
            self.attempts.pop(attempt, None)
            self.attempts[attempt] = AttemptHistory(attempt, seq, wall)
            self.state, self.stopping, self.ended = "preparing", False, None
        self.seconds = self.attempts[attempt].seconds = seconds

    def _advance(self, epoch: int, step: int) -> None:
        self.epoch, self.step = epoch, step
        if (attempt := self.attempt) is not None:
            attempt.epoch, attempt.step = epoch, step

    def _note(self, record: Record, place: dict[K, V], key: K, value: V) -> None:
        self._noted.append(_Noted(record.seq, covered_step(record.event), place, key, value))
        place[key] = value

    # -- one method per event ------------------------------------------------------------------------------------

    def _run_started(self, event: ev.RunStarted, record: Record) -> None:
        self.attempts[record.attempt].started = event
        self._rewind(event, self.attempts[record.attempt])
        self.info, self.state, self.ended, self.stopping, self.progress = event, "running", None, False, None

    def _rewind(self, started: ev.RunStarted, attempt: AttemptHistory) -> None:
        """Forget what the attempt takes back."""
        self.batches.cut(int(np.searchsorted(self.batches.seq, started.resumed_seq, side="right")))
        self.nan_steps = list(not_finite(self.batches.column("step"), self.batches.column("loss")))
        rewind_scalars(self.scalars, started)
        self.messages = [one for one in self.messages if not attempt.takes_back(one.seq)]
        for noted in self._noted:
            noted.place.clear()
        self._noted = [one for one in self._noted if not attempt.takes_back(one.seq, one.covered)]
        for noted in self._noted:
            noted.place[noted.key] = noted.value
        self._lay_out_epochs()

    def _validation(self, event: ev.ValidationDone, record: Record) -> None:
        self._note(record, self.verdicts, event.epoch, CompactMetrics.of(Metrics.of(event)))
        if self._whole_validations:
            self._note(record, self._validations, event.epoch, event)
        self.progress = None

    def _epoch_ended(self, event: ev.EpochEnded, record: Record) -> None:
        if event.epoch < 1:
            raise ValueError("an epoch ends before the first one began")
        self._note(record, self._ended_epochs, event.epoch, (record.seq, record.t, event))
        rows = self.epochs.rows
        if rows and event.epoch <= self.epochs.column("epoch")[-1]:  # the record that it was resumed is damaged
            self._lay_out_epochs()
        else:
            self.epochs.append(record.seq, epoch_values(event, record.t), own_values(event))

    def _lay_out_epochs(self) -> None:
        """Cut the table of epochs where it differs from those that count, and add what is missing."""
        wanted = _in_order(self._ended_epochs)
        pairs = zip(wanted, self.epochs.seq.tolist(), strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0][0] == pair[1], pairs))
        self.epochs.cut(same)
        for seq, time, event in wanted[same:]:
            self.epochs.append(seq, epoch_values(event, time), own_values(event))

    def _evaluation(self, event: ev.EvaluationDone, record: Record) -> None:
        found = CompactMetrics.of(Metrics.of(event))  # of a damaged one nothing is kept
        self._note(record, self.evaluations, event.split, event)
        self._note(record, self.evaluated, event.split, found)

    def _processes(self, event: ev.ProcessesReported, record: Record) -> None:
        self._note(record, self.paces, event.epoch, event)

    def _progress(self, event: ev.Preparing | ev.Working, record: Record) -> None:
        self.progress = event

    def _paused(self, event: ev.RunPaused, record: Record) -> None:
        self.state = "paused"

    def _unpaused(self, event: ev.RunUnpaused, record: Record) -> None:
        started = self.attempts[record.attempt].started
        self.state = "running" if started else "preparing"

    def _stop(self, event: ev.StopRequested, record: Record) -> None:
        self.stopping = True
        self._tell(event, record)

    def _run_ended(self, event: ev.RunEnded, record: Record) -> None:
        self.ended, self.state, self.stopping, self.progress = event, event.status, False, None
        self.attempts[record.attempt].ended = event
        self._tell(event, record)

    def _tell(self, event: ev.Event, record: Record) -> None:
        values = {name: shortened(getattr(event, name)) for name in event.__struct_fields__}
        if len(self.messages) >= MAX_MESSAGES:
            del self.messages[: MAX_MESSAGES // 10]
        self.messages.append(Message(record.seq, record.wall, type(event).__name__, values))

    def _checkpoint(self, event: ev.CheckpointSaved, record: Record) -> None:
        self._note(record, self.checkpoints, event.kind, event)

    def _snapshot(self, event: ev.SnapshotSaved, record: Record) -> None:
        if event.kind == "images":
            self._note(record, self._images, event.kind, event.path)
        else:
            files = self.predictions if event.kind == "predictions" else self.weights
            self._note(record, files, event.epoch, event.path)

    def _picture(self, event: ev.PictureReported, record: Record) -> None:
        check_name(event.name, {name for name, _ in self.pictures})
        self._note(record, self.pictures, (event.name, event.epoch), event)

    def _answer(self, event: ev.RequestHandled, record: Record) -> None:
        self.answers[event.id] = event

    _HANDLERS: ClassVar[dict[type[ev.Event], Any]] = {
        ev.RunStarted: _run_started,
        ev.ValidationDone: _validation,
        ev.EpochEnded: _epoch_ended,
        ev.EvaluationDone: _evaluation,
        ev.ProcessesReported: _processes,
        ev.Preparing: _progress,
        ev.Working: _progress,
        ev.RunPaused: _paused,
        ev.RunUnpaused: _unpaused,
        ev.StopRequested: _stop,
        ev.RunEnded: _run_ended,
        ev.NonFiniteLoss: _tell,
        ev.CallbackFailed: _tell,
        ev.CheckpointSaved: _checkpoint,
        ev.SnapshotSaved: _snapshot,
        ev.ScalarReported: lambda self, event, record: take_scalar(self.scalars, event, record),
        ev.PictureReported: _picture,
        ev.MetricFailed: _tell,
        ev.RequestHandled: _answer,
    }


def read_history(reader: JournalReader, *, last: int | None = None, whole_validations: bool = False) -> RunHistory:
    """The history up to the end of a journal, or as it was after record `last`. Raises DiskError where the journal
    cannot be read, NewerVersionError where a newer Epochscope wrote it."""
    for _ in range(_TRIES):
        try:
            return _read_history(reader, last, whole_validations)
        except JournalReplacedError:  # another run was put in its place meanwhile
            reader.restart()
    return _read_history(reader, last, whole_validations)


def _read_history(reader: JournalReader, last: int | None, whole_validations: bool) -> RunHistory:
    history = RunHistory(whole_validations=whole_validations)
    while not reader.at_end:
        found = reader.read_some(_AT_ONCE)
        history.take(found if last is None else _until(found, last), reader)
    return history


def _until(found: Iterable[Record | BatchColumns], last: int) -> Iterator[Record | BatchColumns]:
    for one in found:
        if isinstance(one, BatchColumns):
            covered = one.column("seq") <= last
            if covered.any():
                yield one.only(covered)
        elif one.seq <= last:
            yield one


def _in_order(found: dict[int, V]) -> list[V]:
    """By epoch."""
    return [found[epoch] for epoch in sorted(found)]
