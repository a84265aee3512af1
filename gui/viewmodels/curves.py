"""What the curves of one run are made of: which lines there are, their values, thinned for the screen. No Qt."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.ema import Ema
from gui.viewmodels.growable import Floats
from gui.viewmodels.minmax_pyramid import Pyramid, finite
from gui.viewmodels.run import RunModel
from trainer.csv_text import BOM, safe_text
from trainer.number_format import no_number
from trainer.store.journal_limits import LARGEST
from trainer.store.record_table import RecordTable

Axis = Literal["step", "epoch", "time"]
Source = Literal["batches", "epochs"]
Role = Literal["raw", "smooth", "train", "valid"]
"""raw: as reported; smooth: the same smoothed; train and valid: a point an epoch, never smoothed."""

CHARTS = ("loss", "accuracy", "macro_f1", "learning_rate", "speed", "wait")


@dataclass(frozen=True)
class Curve:
    """One line of a chart, from one column of a run model's table."""

    chart: str
    role: Role
    source: Source
    column: str


LINES = (
    Curve("loss", "raw", "batches", "loss"),
    Curve("loss", "smooth", "batches", "loss"),
    Curve("loss", "train", "epochs", "train_loss"),
    Curve("loss", "valid", "epochs", "valid_loss"),
    Curve("accuracy", "raw", "batches", "accuracy"),
    Curve("accuracy", "smooth", "batches", "accuracy"),
    Curve("accuracy", "train", "epochs", "train_accuracy"),
    Curve("accuracy", "valid", "epochs", "valid_accuracy"),
    Curve("macro_f1", "train", "epochs", "train_macro_f1"),
    Curve("macro_f1", "valid", "epochs", "valid_macro_f1"),
    Curve("learning_rate", "raw", "batches", "learning_rate"),
    Curve("speed", "raw", "batches", "samples_per_second"),
    Curve("speed", "smooth", "batches", "samples_per_second"),
    Curve("wait", "raw", "batches", "data_share"),
    Curve("wait", "smooth", "batches", "data_share"),
)
SMOOTHED = frozenset(line.column for line in LINES if line.role == "smooth")


class RunSeries:
    """The lines of one run. `update` takes in what the model has learnt since; everything else only looks.

    `span` is the smoothing in steps; 0 is none.
    """

    def __init__(self, name: str, model: RunModel, span: float) -> None:
        self.name = name
        self.model = model
        self._span = span
        self._pyramids: dict[tuple[Source, Role, str], Pyramid] = {}
        self._smoothers: dict[str, Ema] = {}
        self._cuts: dict[Source, int] = {"batches": 0, "epochs": 0}
        self._bad: Floats = np.empty(0)
        self._bad_of: tuple[int, ...] = ()
        self.bad_signs: tuple[str, ...] = ()
        """What the losses that are not finite were: "NaN", "∞" or both; what is as good as infinite counts so."""
        self.set_span(span)

    def set_span(self, span: float) -> None:
        """Smooth over another number of steps; `update` does the work."""
        self._span = span
        self._smoothers = {column: Ema(span) for column in SMOOTHED} if span else {}
        self._pyramids = {key: found for key, found in self._pyramids.items() if key[1] != "smooth"}

    def table(self, source: Source) -> RecordTable:
        """The rows behind a line."""
        return self.model.batches if source == "batches" else self.model.epochs

    def update(self) -> None:
        """Take in what is new, and forget what a resumed attempt has taken back."""
        for source in self._cuts:
            table = self.table(source)
            if new := table.cuts[self._cuts[source] :]:
                self._cuts[source] = len(table.cuts)
                self._cut(source, min(new))
        steps = self.model.batches.column("step")
        for column, smoother in self._smoothers.items():
            smoother.extend(steps, self.model.batches.column(column))
        for line in LINES:
            if line.role != "smooth" or self._span:
                self._pyramids.setdefault(self._key(line), Pyramid()).extend(self.values(line))
        model = self.model
        seen = (len(model.nan_steps), len(model.messages), model.epochs.rows, *self._cuts.values())
        if seen != self._bad_of:
            self._bad, self._bad_of = _bad_steps(model), seen
            self.bad_signs = _bad_signs(model) if len(self._bad) else ()

    def _cut(self, source: Source, rows: int) -> None:
        if source == "batches":
            for smoother in self._smoothers.values():
                smoother.cut(rows)
        for key, pyramid in self._pyramids.items():
            if key[0] == source:
                pyramid.cut(rows)

    @staticmethod
    def _key(line: Curve) -> tuple[Source, Role, str]:
        return line.source, "smooth" if line.role == "smooth" else "raw", line.column

    @property
    def span(self) -> float:
        """Steps that smoothed lines are smoothed over; 0: there are none."""
        return self._span

    def values(self, line: Curve) -> Floats:
        """(rows,) as they are."""
        if line.role == "smooth" and self._span:
            return self._smoothers[line.column].values
        return self.table(line.source).column(line.column)

    def _x(self, source: Source, axis: Axis) -> tuple[Floats, float]:
        """A column, and by what to divide it."""
        table = self.table(source)
        if axis == "time":
            return table.column("time"), 1.0
        return table.column("step"), self._steps_per_epoch if axis == "epoch" else 1.0

    @property
    def _steps_per_epoch(self) -> float:
        return float(max(1, self.model.info.steps_per_epoch)) if self.model.info else 1.0

    def piece(self, line: Curve, axis: Axis, view: tuple[float, float], pairs: int) -> tuple[Floats, Floats, int]:
        """x and y of the line between the edges of `view` and one point beyond; how many values one pair stands for.

        y has smallest and largest value of each block in turn where there are more than `pairs` values, which must be
        as many as the screen has columns: then not a pixel differs. What is not finite is NaN.
        """
        column, scale = self._x(line.source, axis)
        start = max(0, int(np.searchsorted(column, view[0] * scale, side="left")) - 1)
        stop = min(len(column), int(np.searchsorted(column, view[1] * scale, side="right")) + 1)
        if stop <= start:
            return np.empty(0), np.empty(0), 1
        places, low, high = self._pyramids[self._key(line)].envelope(self.values(line), start, stop, max(1, pairs))
        x = column[places] / scale
        size = int(places[1] - places[0]) if len(places) > 1 else 1
        if size == 1:
            return x, finite(low), 1
        return np.repeat(x, 2), np.stack([low, high], axis=1).reshape(-1), size

    def end(self, axis: Axis) -> float:
        """The last x there is; 0 without any."""
        if axis == "time":
            return max([float(self.table(source).column("time")[-1]) for source in self._filled()], default=0.0)
        steps = [float(self.table(source).column("step")[-1]) for source in self._filled()]
        return max([*steps, *self._bad[-1:].tolist()], default=0.0) / (
            self._steps_per_epoch if axis == "epoch" else 1.0
        )

    def _filled(self) -> list[Source]:
        return [source for source in self._cuts if self.table(source).rows]

    def planned(self, axis: Axis) -> float:
        """Where the run will end if nothing ends it earlier; 0 where that is not known."""
        info = self.model.info
        if info is None or axis == "time":
            return 0.0
        return float(info.epochs) if axis == "epoch" else float(info.epochs * info.steps_per_epoch)

    def at(self, line: Curve, axis: Axis, x: float) -> float | None:
        """The value of the row nearest to `x`; None where there is none."""
        column, scale = self._x(line.source, axis)
        row = nearest(column, x * scale)
        if row is None or (line.role == "valid" and not self.model.verdicts):
            return None
        return float(self.values(line)[row])

    def step_at(self, axis: Axis, x: float) -> int:
        """The step a position on the axis means."""
        if axis == "time":
            row = nearest(self.model.batches.column("time"), x)
            return 0 if row is None else int(self.model.batches.column("step")[row])
        return max(0, round(x * (self._steps_per_epoch if axis == "epoch" else 1.0)))

    def epoch_of(self, step: int) -> int:
        """The epoch a step belongs to: 1-based."""
        return max(1, math.ceil(step / self._steps_per_epoch))

    def epoch_near(self, axis: Axis, x: float) -> int | None:
        """The finished epoch whose end is nearest to `x`."""
        column, scale = self._x("epochs", axis)
        row = nearest(column, x * scale)
        return None if row is None else int(self.model.epochs.column("epoch")[row])

    def epoch_place(self, axis: Axis, epoch: int) -> tuple[int, float] | None:
        """Row and x of the end of an epoch."""
        row = bisect_left(self.model.epochs.column("epoch"), epoch)
        if row == self.model.epochs.rows or self.model.epochs.column("epoch")[row] != epoch:
            return None
        column, scale = self._x("epochs", axis)
        return row, float(column[row]) / scale

    @property
    def bad(self) -> bool:
        """Whether a loss was not finite."""
        return len(self._bad) > 0

    def bad_places(self, axis: Axis) -> Floats:
        """x of where the loss, of training or validation, was not finite: increasing, (n,)."""
        if axis != "time":
            return self._bad / (self._steps_per_epoch if axis == "epoch" else 1.0)
        times = self.model.batches.column("time")
        return np.interp(self._bad, self.model.batches.column("step"), times) if len(times) else 0 * self._bad


def _bad_steps(model: RunModel) -> Floats:
    """Steps at which a loss was not finite."""
    stopped = [message.values["step"] for message in model.messages if message.kind == "NonFiniteLoss"]
    epochs = model.epochs.column("epoch")
    rows = np.flatnonzero(~(np.abs(model.epochs.column("valid_loss")) <= LARGEST))
    # without a verdict there was no validation, and nothing is wrong
    rows = rows[np.isin(epochs[rows], list(model.verdicts))]
    found = (np.array(model.nan_steps, dtype=float), np.array(stopped, dtype=float), model.epochs.column("step")[rows])
    return np.unique(np.concatenate(found))


def _bad_signs(model: RunModel) -> tuple[str, ...]:
    epochs = model.epochs.column("epoch")
    validated = model.epochs.column("valid_loss")[np.isin(epochs, list(model.verdicts))]
    values = np.concatenate([model.batches.column("loss"), validated])
    infinite = bool((np.abs(values) > LARGEST).any())
    # a run that was stopped by a loss or gradient did not write which of the two it was
    unknown = not infinite and any(message.kind == "NonFiniteLoss" for message in model.messages)
    return (*(("NaN",) if unknown or np.isnan(values).any() else ()), *((no_number(math.inf),) if infinite else ()))


def nearest(column: Floats, value: float) -> int | None:
    """The row of an increasing column that comes nearest."""
    if not len(column):
        return None
    row = min(int(np.searchsorted(column, value)), len(column) - 1)
    if row and abs(column[row - 1] - value) <= abs(column[row] - value):
        row -= 1
    return row


CSV_HEAD = (
    "run,row,step,time_s,epoch,train_loss,train_loss_min,train_loss_max,train_accuracy,train_macro_f1,valid_loss,"
    "valid_accuracy,valid_macro_f1,learning_rate,samples_per_second,data_share"
)
_TAIL = ("learning_rate", "samples_per_second", "data_share")
_BATCH_CSV = ("step", "time", "", "loss", "loss_min", "loss_max", "accuracy", "", "", "", "", *_TAIL)
_EPOCH_CSV = (
    *("step", "time", "epoch", "train_loss", "", "", "train_accuracy", "train_macro_f1"),
    *("valid_loss", "valid_accuracy", "valid_macro_f1", *_TAIL),
)


def csv_chunks(runs: list[tuple[str, RunModel]]) -> Iterator[bytes]:
    """All rows of all runs, not thinned, not smoothed: UTF-8, commas, decimal points, CRLF. Cells of what is not there
    are empty; what was not a number is `nan`, `inf` or `-inf`. A byte order mark where a name is not ASCII."""
    names = [safe_text(name).encode("utf-8", "replace").decode() for name, _ in runs]
    if not "".join(names).isascii():
        yield BOM.encode()  # without it Excel reads another encoding
    yield (CSV_HEAD + "\r\n").encode()
    for name, (_, model) in zip(names, runs, strict=True):
        quoted = '"' + name.replace('"', '""') + '"'
        yield from _rows(f"{quoted},batches", model.batches, _BATCH_CSV)
        validated = np.isin(model.epochs.column("epoch"), list(model.verdicts))
        yield from _rows(f"{quoted},epoch", model.epochs, _EPOCH_CSV, validated)


def _rows(
    head: str, table: RecordTable, names: tuple[str, ...], validated: NDArray[np.bool_] | None = None
) -> Iterator[bytes]:
    columns = [table.column(name) if name else None for name in names]
    for start in range(0, table.rows, 4096):
        cells = []
        for name, column in zip(names, columns, strict=True):
            part = [] if column is None else column[start : start + 4096].tolist()
            if name in ("step", "epoch"):
                cells.append([str(int(value)) for value in part])
            elif column is None:
                cells.append([""] * min(4096, table.rows - start))
            elif name.startswith("valid") and validated is not None:
                there = validated[start : start + 4096]
                cells.append([repr(value) if has else "" for value, has in zip(part, there, strict=True)])
            else:
                cells.append([repr(value) for value in part])
        yield "".join(f"{head},{','.join(row)}\r\n" for row in zip(*cells, strict=True)).encode()
