"""The curves of a run: lines and their values, thinned for the screen. No Qt."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gui.viewmodels.ema import Ema
from gui.viewmodels.growable import Floats
from gui.viewmodels.minmax_pyramid import Pyramid, finite
from gui.viewmodels.run import RunModel
from gui.viewmodels.short_reports import MERGED, ShortReports
from trainer.store.journal_limits import LARGEST
from trainer.store.record_table import RecordTable
from trainer.text.number_format import no_number

Axis = Literal["step", "epoch", "time"]
Source = Literal["batches", "epochs"]
Role = Literal["raw", "smooth", "train", "valid", "own"]
"""raw: as reported, short reports merged; smooth: the same, smoothed; train and valid: one point per epoch, unchanged;
own: a point for each number that a callback has reported."""

CHARTS = ("loss", "accuracy", "macro_f1", "learning_rate", "speed", "wait")


@dataclass(frozen=True)
class Curve:
    """One line of a chart, from one column of a run model's table.

    Attributes:
        chart: The chart it belongs to.
        role: What it shows.
        source: "batches", "epochs", or the chart of a scalar.
        column: Column of the table.
    """

    chart: str
    role: Role
    source: str
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
METRIC, SCALAR = "metric ", "scalar "
"""Prefixes of the charts of custom metrics and of scalars that callbacks report; their name follows."""
SMOOTHED = frozenset(line.column for line in LINES if line.role == "smooth")


class RunSeries:
    """The lines of one run. `update` reads new rows of the run model; everything else only reads.

    Args:
        name: Name of the run.
        model: Its run model.
        span: Smoothing in steps, 0 or more; 0: no smoothed lines.

    Attributes:
        name: As above.
        model: As above.
    """

    def __init__(self, name: str, model: RunModel, span: float) -> None:
        self.name = name
        self.model = model
        self._span = span
        self._pyramids: dict[tuple[str, Role, str], Pyramid] = {}
        self._smoothers: dict[str, Ema] = {}
        self._reports = ShortReports()
        self._lines: tuple[Curve, ...] = LINES
        self._cuts: dict[str, int] = {"batches": 0, "epochs": 0}
        self._taken: dict[str, int] = {"batches": 0, "epochs": 0}
        """Rows that `update` has read: the model may have more by the time they are drawn."""
        self._bad: Floats = np.empty(0)
        self._bad_of: tuple[int, ...] = ()
        self.bad_signs: tuple[str, ...] = ()
        """The kinds of non-finite losses: "NaN", "∞" or both; absurdly large ones count as infinite."""
        self.set_span(span)

    def set_span(self, span: float) -> None:
        """Smooth over another number of steps; takes effect at the next `update`.

        Args:
            span: Steps, 0 or more; 0: no smoothed lines.
        """
        self._span = span
        self._smoothers = {column: Ema(span) for column in SMOOTHED} if span else {}
        self._pyramids = {key: found for key, found in self._pyramids.items() if key[1] != "smooth"}

    @property
    def lines(self) -> tuple[Curve, ...]:
        """`LINES`, then those of custom metrics and of scalars, as of the last `update`."""
        return self._lines

    def table(self, source: str) -> RecordTable:
        """Return the table behind a line.

        Args:
            source: Source of the line, see `Curve`.

        Returns:
            The table of the run model.
        """
        if source.startswith(SCALAR):
            return self.model.scalars[source.removeprefix(SCALAR)]
        return self.model.batches if source == "batches" else self.model.epochs

    def _own_lines(self) -> Iterator[Curve]:
        for name in self.model.metrics:
            yield Curve(METRIC + name, "valid", "epochs", f"valid_{name}")
        for name, table in self.model.scalars.items():
            if table.rows or SCALAR + name in self._cuts:
                yield Curve(SCALAR + name, "own", SCALAR + name, "value")

    def update(self) -> None:
        """Read new rows, and drop those that a resumed attempt has discarded."""
        self._lines = (*LINES, *self._own_lines())
        for line in self._lines[len(LINES) :]:
            self._cuts.setdefault(line.source, 0)
        for source in self._cuts:
            table = self.table(source)
            if new := table.cuts[self._cuts[source] :]:
                self._cuts[source] = len(table.cuts)
                self._cut(source, min(new))
            self._taken[source] = table.rows
        self._reports.update(self.model.batches)
        steps = self.model.batches.column("step")
        for column, smoother in self._smoothers.items():
            smoother.extend(steps, self._reports.values(column, self.model.batches))
        for line in self._lines:
            if line.role != "smooth" or self._span:
                self._pyramids.setdefault(self._key(line), Pyramid()).extend(self.values(line))
        model = self.model
        seen = (len(model.nan_steps), len(model.messages), model.epochs.rows, *self._cuts.values())
        if seen != self._bad_of:
            self._bad, self._bad_of = _bad_steps(model), seen
            self.bad_signs = _bad_signs(model) if len(self._bad) else ()

    def _cut(self, source: str, rows: int) -> None:
        if source == "batches":
            self._reports.cut(rows)
            for smoother in self._smoothers.values():
                smoother.cut(rows)
        for key, pyramid in self._pyramids.items():
            if key[0] == source:
                pyramid.cut(rows)

    @staticmethod
    def _key(line: Curve) -> tuple[str, Role, str]:
        return line.source, "smooth" if line.role == "smooth" else "raw", line.column

    @property
    def span(self) -> float:
        """Steps that smoothed lines are smoothed over; 0: there are none."""
        return self._span

    def values(self, line: Curve) -> Floats:
        """Return the values of a line, short reports merged.

        Args:
            line: One of `lines`.

        Returns:
            (rows,), float.
        """
        if line.role == "smooth" and self._span:
            return self._smoothers[line.column].values
        if line.source == "batches" and line.column in MERGED:
            return self._reports.values(line.column, self.model.batches)
        return self.table(line.source).column(line.column)

    def _x(self, source: str, axis: Axis) -> tuple[Floats, float]:
        """A column up to the last update, and its divisor."""
        table, taken = self.table(source), slice(self._taken[source])
        if axis == "time":
            return table.column("time")[taken], 1.0
        return table.column("step")[taken], self._steps_per_epoch if axis == "epoch" else 1.0

    @property
    def _steps_per_epoch(self) -> float:
        return float(max(1, self.model.info.steps_per_epoch)) if self.model.info else 1.0

    def piece(
        self, line: Curve, axis: Axis, view: tuple[float, float], pairs: int, whole: int = 0
    ) -> tuple[Floats, Floats, int]:
        """Return the visible part of a line, and one point beyond on either side.

        With more than `pairs` values, y alternates between minimum and maximum of each block; if `pairs` is the number
        of screen columns, the picture is the same to the pixel.

        Args:
            line: One of `lines`.
            axis: Unit of the x axis.
            view: Left and right edge, in that unit.
            pairs: Largest number of blocks, 1 or more.
            whole: Number of values up to which all are returned, even if there are more than `pairs`. Default: 0.

        Returns:
            x (n,), y (n,) with NaN for non-finite values, and the number of values per block.
        """
        column, scale = self._x(line.source, axis)
        start = max(0, int(np.searchsorted(column, view[0] * scale, side="left")) - 1)
        stop = min(len(column), int(np.searchsorted(column, view[1] * scale, side="right")) + 1)
        if stop <= start:
            return np.empty(0), np.empty(0), 1
        pairs = stop - start if stop - start <= whole else max(1, pairs)
        places, low, high = self._pyramids[self._key(line)].envelope(self.values(line), start, stop, pairs)
        x = column[places] / scale
        size = int(places[1] - places[0]) if len(places) > 1 else 1
        if size == 1:
            return x, finite(low), 1
        return np.repeat(x, 2), np.stack([low, high], axis=1).reshape(-1), size

    def end(self, axis: Axis) -> float:
        """Return the last x of all lines.

        Args:
            axis: Unit of the x axis.

        Returns:
            x; 0 without any row.
        """
        if axis == "time":
            return max([float(self.table(source).column("time")[-1]) for source in self._filled()], default=0.0)
        steps = [float(self.table(source).column("step")[-1]) for source in self._filled()]
        return max([*steps, *self._bad[-1:].tolist()], default=0.0) / (
            self._steps_per_epoch if axis == "epoch" else 1.0
        )

    def _filled(self) -> list[str]:
        return [source for source in self._cuts if self.table(source).rows]

    def planned(self, axis: Axis) -> float:
        """Return x of the planned end.

        Args:
            axis: Unit of the x axis.

        Returns:
            x; 0 if unknown.
        """
        info = self.model.info
        if info is None or axis == "time":
            return 0.0
        return float(info.epochs) if axis == "epoch" else float(info.epochs * info.steps_per_epoch)

    def at(self, line: Curve, axis: Axis, x: float) -> float | None:
        """Return the value at a position.

        Args:
            line: One of `lines`.
            axis: Unit of the x axis.
            x: The position.

        Returns:
            Value of the nearest row; None if there is none.
        """
        column, scale = self._x(line.source, axis)
        row = nearest(column, x * scale)
        if row is None or (line.role == "valid" and not self.model.verdicts):
            return None
        return float(self.values(line)[row])

    def step_at(self, axis: Axis, x: float) -> int:
        """Convert a position to an optimiser step.

        Args:
            axis: Unit of the x axis.
            x: The position.

        Returns:
            The step, 0 or more.
        """
        if axis == "time":
            row = nearest(self.model.batches.column("time"), x)
            return 0 if row is None else int(self.model.batches.column("step")[row])
        return max(0, round(x * (self._steps_per_epoch if axis == "epoch" else 1.0)))

    def epoch_of(self, step: int) -> int:
        """Find the epoch that a step belongs to.

        Args:
            step: Optimiser steps completed.

        Returns:
            Number of the epoch, from 1.
        """
        return max(1, math.ceil(step / self._steps_per_epoch))

    def epoch_near(self, axis: Axis, x: float) -> int | None:
        """Find the finished epoch whose end is nearest to a position.

        Args:
            axis: Unit of the x axis.
            x: The position.

        Returns:
            Number of the epoch; None if no epoch is finished.
        """
        column, scale = self._x("epochs", axis)
        row = nearest(column, x * scale)
        return None if row is None else int(self.model.epochs.column("epoch")[row])

    def epoch_place(self, axis: Axis, epoch: int) -> tuple[int, float] | None:
        """Find the end of an epoch.

        Args:
            axis: Unit of the x axis.
            epoch: Number of the epoch.

        Returns:
            Its row and x; None if it is not finished.
        """
        column, scale = self._x("epochs", axis)
        epochs = self.model.epochs.column("epoch")[: len(column)]
        row = bisect_left(epochs, epoch)
        if row == len(column) or epochs[row] != epoch:
            return None
        return row, float(column[row]) / scale

    @property
    def bad(self) -> bool:
        """Whether a loss was not finite."""
        return len(self._bad) > 0

    def bad_places(self, axis: Axis) -> Floats:
        """Return the positions where a training or validation loss was not finite.

        Args:
            axis: Unit of the x axis.

        Returns:
            x (n,), increasing.
        """
        if axis != "time":
            return self._bad / (self._steps_per_epoch if axis == "epoch" else 1.0)
        times = self.model.batches.column("time")
        return np.interp(self._bad, self.model.batches.column("step"), times) if len(times) else 0 * self._bad


def _bad_steps(model: RunModel) -> Floats:
    """Steps at which a loss was not finite."""
    stopped = [message.values["step"] for message in model.messages if message.kind == "NonFiniteLoss"]
    epochs = model.epochs.column("epoch")
    rows = np.flatnonzero(~(np.abs(model.epochs.column("valid_loss")) <= LARGEST))
    # no validation took place, and nothing is wrong
    rows = rows[np.isin(epochs[rows], list(model.verdicts))]
    found = (np.array(model.nan_steps, dtype=float), np.array(stopped, dtype=float), model.epochs.column("step")[rows])
    return np.unique(np.concatenate(found))


def _bad_signs(model: RunModel) -> tuple[str, ...]:
    epochs = model.epochs.column("epoch")
    validated = model.epochs.column("valid_loss")[np.isin(epochs, list(model.verdicts))]
    values = np.concatenate([model.batches.column("loss"), validated])
    infinite = bool((np.abs(values) > LARGEST).any())
    # a run stopped by a loss or gradient did not record which of the two
    unknown = not infinite and any(message.kind == "NonFiniteLoss" for message in model.messages)
    return (*(("NaN",) if unknown or np.isnan(values).any() else ()), *((no_number(math.inf),) if infinite else ()))


def nearest(column: Floats, value: float) -> int | None:
    """Find the row of an increasing column that is closest to a value.

    Args:
        column: (n,), increasing.
        value: The value.

    Returns:
        Index of the row; None for an empty column.
    """
    if not len(column):
        return None
    row = min(int(np.searchsorted(column, value)), len(column) - 1)
    if row and abs(column[row - 1] - value) <= abs(column[row] - value):
        row -= 1
    return row
