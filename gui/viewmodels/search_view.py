"""A search as the window draws it: its trials over time, on parallel axes, and as a table. No Qt.

Read from the small file that the search keeps up to date; Optuna is not needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gui.viewmodels.growable import Floats
from trainer.errors import NewerVersionError, UsageError
from trainer.settings.fields import as_typed
from trainer.store import summary as summaries
from trainer.store.change_stamp import Stamp, change_stamp
from trainer.store.folder import RunFolder
from trainer.store.search_folder import (
    DimensionRecord,
    SearchFolder,
    SearchRecord,
    TrialRecord,
    objective,
    ranked,
    read_plan,
    read_record,
)
from trainer.text.nested_tables import nested, overlaid

FAR = 10.0
ENDED = ("completed", "pruned")
"""States of trials that have a value worth drawing."""


@dataclass(frozen=True)
class Axis:
    """One of several vertical axes.

    Attributes:
        name: Its name.
        marks: Position, from 0 (bottom) to 1, and text of each mark.
    """

    name: str
    marks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class TrialLine:
    """A trial across all axes.

    Attributes:
        trial: The trial.
        places: Position on each axis, in [0, 1].
        share: Its rank: 0 the worst, 1 the best.
    """

    trial: TrialRecord
    places: tuple[float, ...]
    share: float


@dataclass(frozen=True)
class TrialProgress:
    """How far the trial under way is.

    Attributes:
        number: Number of the trial, from 1.
        epoch: The epoch that is trained, from 1; 0 while the run is being prepared.
        epochs: Number of epochs it may train; 0 while the run is being prepared.
    """

    number: int
    epoch: int = 0
    epochs: int = 0


class SearchFollower:
    """Reads the record of a search when it has changed.

    Args:
        folder: Folder of the search.

    Attributes:
        folder: As above.
        record: The record; None if it cannot be read.
    """

    def __init__(self, folder: SearchFolder) -> None:
        self.folder = folder
        self.record: SearchRecord | None = None
        self.newer = False
        """Whether a newer Epochscope wrote it."""
        self._seen: Stamp = ()

    def read(self) -> bool:
        """Read the record if it may have changed.

        Returns:
            Whether there is something new.
        """
        changed = change_stamp(self.folder.record)
        running = self.record is not None and self.record.state == "running"
        if changed == self._seen and not running:
            return False
        before, self._seen = (self.record, self.newer), changed
        try:
            self.record, self.newer = read_record(self.folder), False
        except NewerVersionError:
            self.record, self.newer = None, True
        return (self.record, self.newer) != before

    def run_path(self, trial: TrialRecord) -> Path:
        """Return the folder of a trial's run.

        Args:
            trial: The trial.

        Returns:
            The folder; it may not exist.
        """
        return self.folder.path.parent.parent / Path(trial.run).name  # a file names no place outside

    def progress(self) -> TrialProgress | None:
        """Read how far the trial under way is, from the summary of its run.

        Returns:
            The progress; None if no trial is under way.
        """
        if self.record is None or self.record.state != "running":
            return None
        trial = next((one for one in reversed(self.record.trials) if one.state == "running"), None)
        if trial is None:
            return None
        found = summaries.find(RunFolder(self.run_path(trial)).summary)
        if found is None or not found.epochs:
            return TrialProgress(trial.number)
        return TrialProgress(trial.number, min(found.epoch + 1, found.epochs), found.epochs)

    def best_settings(self) -> dict[str, Any] | None:
        """Return what to train next: the plan's settings with the values of the best trial. Epochs are those of the
        plan, not the fewer that trials may have had.

        Returns:
            Settings by table, not checked; None if there is no best trial yet or the plan cannot be read.
        """
        best = self.record.best_trial if self.record is not None else None
        if best is None:
            return None
        try:
            plan = read_plan(self.folder) or {}
        except UsageError:
            return None
        return with_dotted(plan["settings"], best.values) if isinstance(plan.get("settings"), Mapping) else None


def with_dotted(tables: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Set values in nested tables.

    Args:
        tables: Settings by table; left as they are.
        values: By dotted name, such as `train.lr`.

    Returns:
        New tables.
    """
    return overlaid(tables, nested({tuple(name.split(".")): value for name, value in values.items()}))


def history(record: SearchRecord) -> tuple[Floats, Floats, Floats]:
    """Return the values of the trials over time.

    Args:
        record: The search.

    Returns:
        Numbers of the trials (N,), their values (N,), and the best completed value so far (N,), NaN before there is
        one.
    """
    drawn = [one for one in record.trials if one.state in ENDED and one.value is not None]
    numbers = np.array([one.number for one in drawn], np.float64)
    values = np.array([one.value for one in drawn], np.float64)
    whole = np.array([one.value if one.state == "completed" else np.nan for one in drawn], np.float64)
    better = np.fmin if objective(record.monitor).mode == "min" else np.fmax
    best = better.accumulate(whole)
    return numbers, values, best if len(drawn) else whole


def axes(record: SearchRecord, monitored: str, titles: Sequence[str], written: Callable[[float], str]) -> list[Axis]:
    """Make an axis for each setting, and one for the monitored metric at the right.

    Args:
        record: The search.
        monitored: Name of the metric.
        titles: Titles of the settings that are varied, in the order of the record.
        written: Formats a number.

    Returns:
        The axes, from left to right.
    """
    found = [Axis(title, _marks(one, written)) for title, one in zip(titles, record.space, strict=True)]
    values = _values(record)
    marks = ((0.0, written(min(values))), (1.0, written(max(values)))) if values else ()
    return [*found, Axis(monitored, marks)]


def lines(record: SearchRecord) -> list[TrialLine]:
    """Make a line for each trial with a value; the best comes last, to be drawn over the others.

    Args:
        record: The search.

    Returns:
        The lines.
    """
    values = _values(record)
    if not values:
        return []
    monitored = DimensionRecord(name="", low=min(values), high=max(values), log=far_apart(values))
    worst_first = reversed(ranked(record.trials, record.monitor))
    drawn = [one for one in worst_first if one.state in ENDED and one.value is not None]
    found = []
    for rank, trial in enumerate(drawn):
        if all(one.name in trial.values for one in record.space):
            places = [place_on(one, trial.values[one.name]) for one in record.space]
            found.append(TrialLine(trial, (*places, place_on(monitored, trial.value)), rank / max(1, len(drawn) - 1)))
    return found


def far_apart(values: Iterable[float]) -> bool:
    """Check whether a logarithmic axis is better: losses of failed trials dwarf the others.

    Args:
        values: The values.

    Returns:
        Whether all are above 0 and the largest is more than `FAR` times the smallest.
    """
    values = list(values)
    return bool(values) and 0 < FAR * min(values) < max(values)


def _values(record: SearchRecord) -> list[float]:
    return [one.value for one in record.trials if one.state in ENDED and one.value is not None]


def place_on(dimension: DimensionRecord, value: Any) -> float:
    """Find the position of a value on its axis.

    Args:
        dimension: The axis.
        value: The value.

    Returns:
        Position in [0, 1].
    """
    if dimension.choices:
        last = max(1, len(dimension.choices) - 1)
        return dimension.choices.index(value) / last if value in dimension.choices else 0.0
    low, high = dimension.low or 0.0, dimension.high or 0.0
    if not isinstance(value, int | float):
        return 0.0
    if dimension.log and min(low, high, value) > 0:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return float(min(max((value - low) / (high - low), 0.0), 1.0)) if high > low else 0.5


def _marks(dimension: DimensionRecord, written: Callable[[float], str]) -> tuple[tuple[float, str], ...]:
    if dimension.choices:
        return tuple((place_on(dimension, one), as_typed(one)) for one in dimension.choices)
    ends: Sequence[float] = (dimension.low or 0.0, dimension.high or 0.0)
    return tuple((float(place), written(end)) for place, end in enumerate(ends))
