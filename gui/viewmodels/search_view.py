"""A search as the window draws it: its trials over time, on parallel axes, in a table. No Qt.

Read from the small file that the search keeps up to date; Optuna is not asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gui.viewmodels.form_fields import as_text
from gui.viewmodels.growable import Floats
from trainer.errors import NewerVersionError
from trainer.store.search_folder import DimensionRecord, SearchFolder, SearchRecord, TrialRecord, read_record

FAR = 10.0
ENDED = ("completed", "pruned")
"""States of trials that have a value worth drawing."""


@dataclass(frozen=True)
class Axis:
    """One of several upright axes. `marks`: places from 0 (bottom) to 1 and their texts."""

    name: str
    marks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class TrialLine:
    """A trial over all axes: a place for each, from 0 to 1. `share`: its rank, 0 the worst and 1 the best."""

    trial: TrialRecord
    places: tuple[float, ...]
    share: float


class SearchFollower:
    """Reads the record of a search again when it has changed. `record` None: there is none that can be read."""

    def __init__(self, folder: SearchFolder) -> None:
        self.folder = folder
        self.record: SearchRecord | None = None
        self.newer = False
        """A newer Epochscope wrote it."""
        self._seen = 0

    def read(self) -> bool:
        """Whether there is something new."""
        try:
            changed = self.folder.record.stat().st_mtime_ns
        except OSError:
            changed = 0
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
        """The folder of the trial's run."""
        return self.folder.path.parent.parent / Path(trial.run).name  # a file names no place outside


def ranked(record: SearchRecord) -> list[TrialRecord]:
    """The best first; trials without a value last, in their order."""
    sign = -1.0 if record.rises else 1.0
    return sorted(
        record.trials,
        key=lambda one: (one.state != "completed", math.inf if one.value is None else sign * one.value, one.number),
    )


def history(record: SearchRecord) -> tuple[Floats, Floats, Floats]:
    """Numbers of the trials (N,), their values, and the best so far of those that were completed (NaN before there is
    one)."""
    drawn = [one for one in record.trials if one.state in ENDED and one.value is not None]
    numbers = np.array([one.number for one in drawn], np.float64)
    values = np.array([one.value for one in drawn], np.float64)
    whole = np.array([one.value if one.state == "completed" else np.nan for one in drawn], np.float64)
    best = np.fmax.accumulate(whole) if record.rises else np.fmin.accumulate(whole)
    return numbers, values, best if len(drawn) else whole


def axes(record: SearchRecord, monitored: str) -> list[Axis]:
    """One for each setting, and one for the monitored figure, called `monitored`, at the right."""
    found = [Axis(one.name, _marks(one)) for one in record.space]
    values = _values(record)
    marks = ((0.0, f"{min(values):.3g}"), (1.0, f"{max(values):.3g}")) if values else ()
    return [*found, Axis(monitored, marks)]


def lines(record: SearchRecord) -> list[TrialLine]:
    """Of the trials with a value, the best last: it is drawn over the others."""
    values = _values(record)
    if not values:
        return []
    monitored = DimensionRecord(name="", low=min(values), high=max(values), log=far_apart(values))
    drawn = [one for one in reversed(ranked(record)) if one.state in ENDED and one.value is not None]
    found = []
    for rank, trial in enumerate(drawn):
        if all(one.name in trial.values for one in record.space):
            places = [place_on(one, trial.values[one.name]) for one in record.space]
            found.append(TrialLine(trial, (*places, place_on(monitored, trial.value)), rank / max(1, len(drawn) - 1)))
    return found


def far_apart(values: Iterable[float]) -> bool:
    """Whether a logarithmic axis shows them better: losses of trials that went wrong dwarf the others."""
    values = list(values)
    return bool(values) and 0 < FAR * min(values) < max(values)


def _values(record: SearchRecord) -> list[float]:
    return [one.value for one in record.trials if one.state in ENDED and one.value is not None]


def place_on(dimension: DimensionRecord, value: Any) -> float:
    """From 0 to 1."""
    if dimension.choices:
        last = max(1, len(dimension.choices) - 1)
        return dimension.choices.index(value) / last if value in dimension.choices else 0.0
    low, high = dimension.low or 0.0, dimension.high or 0.0
    if not isinstance(value, int | float):
        return 0.0
    if dimension.log and min(low, high, value) > 0:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return float(min(max((value - low) / (high - low), 0.0), 1.0)) if high > low else 0.5


def _marks(dimension: DimensionRecord) -> tuple[tuple[float, str], ...]:
    if dimension.choices:
        return tuple((place_on(dimension, one), as_text(one)) for one in dimension.choices)
    ends: Sequence[float] = (dimension.low or 0.0, dimension.high or 0.0)
    return tuple((float(place), f"{end:.3g}") for place, end in enumerate(ends))


def value_text(value: Any) -> str:
    """Of a setting, as exact as it matters."""
    return f"{value:.3g}" if isinstance(value, float) else as_text(value)
