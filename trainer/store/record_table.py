"""The numbers of a run as columns that grow by a row per journal record. [no torch]"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.store.batch_columns import BatchColumns
from trainer.store.journal_limits import known_metrics

SCALAR_COLUMNS = ("step", "epoch", "time", "value")
BATCH_COLUMNS = (
    "step",
    "loss",
    "loss_min",
    "loss_max",
    "accuracy",
    "learning_rate",
    "samples_per_second",
    "data_share",
    "samples",
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
_OWN_PAGES = 1 << 20
"""Bytes."""


def room(shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
    """An array to be filled. A large one has its own pages: unfilled parts cost no memory, and all of it is returned to
    the system once a larger one replaces it, while the heap would keep the holes."""
    count = math.prod(shape)
    size = count * np.dtype(kind).itemsize
    if size < _OWN_PAGES:
        return np.empty(shape, dtype=kind)
    return np.frombuffer(mmap.mmap(-1, size), dtype=kind, count=count).reshape(shape)


class RecordTable:
    """Growing columns of float64, one row per record, each with the record's number in the journal.

    `column(name)` is a view of the filled part: do not keep it over an append. NaN stands for what is not there. A row
    may bring columns of its own: in the rows before they are NaN.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.rows = 0
        self._place = {name: number for number, name in enumerate(columns)}
        self._values = np.empty((len(columns), 256))
        self._seq = np.empty(256, dtype=np.int64)
        self.cuts: list[int] = []
        """The number of rows left by each cut: a reader that has read more must read again from there."""

    @property
    def seq(self) -> NDArray[np.int64]:
        """(rows,): the number of each row's record."""
        return self._seq[: self.rows]

    def append(self, seq: int, values: tuple[float | None, ...], more: Mapping[str, float] | None = None) -> None:
        """Add a row; None becomes NaN. `more`: columns that not every row has."""
        row = self.rows
        self.extend(np.array([seq]), [np.array([value], dtype=np.float64) for value in values])
        for name, value in (more or {}).items():
            self._add_column(name)
            self._values[self._place[name], row] = value

    def _add_column(self, name: str) -> None:
        if name not in self._place:
            self._place[name] = len(self.columns)
            self.columns = (*self.columns, name)
            self._values = np.concatenate([self._values, np.full((1, self._values.shape[1]), np.nan)])

    def extend(self, seq: NDArray[Any], columns: Sequence[NDArray[np.float64]]) -> None:
        """Add rows: (n,) record numbers, and (n,) values for each of the first columns."""
        end = self.rows + len(seq)
        if end > len(self._seq):
            larger, longer = room((len(self.columns), 2 * end), np.float64), room((2 * end,), np.int64)
            larger[:, : self.rows] = self._values[:, : self.rows]
            longer[: self.rows] = self._seq[: self.rows]
            self._values, self._seq = larger, longer
        for place, values in enumerate(columns):
            self._values[place, self.rows : end] = values
        self._values[len(columns) :, self.rows : end] = np.nan
        self._seq[self.rows : end] = seq
        self.rows = end

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def column(self, name: str) -> NDArray[np.float64]:
        """(rows,) float64."""
        return self._values[self._place[name], : self.rows]

    def cut(self, rows: int) -> None:
        """Keep the first `rows`."""
        self.rows = min(self.rows, rows)
        self.cuts.append(self.rows)


def batch_values(found: BatchColumns) -> list[NDArray[np.float64]]:
    """(n,) for each of BATCH_COLUMNS."""
    seconds = found.column("data_seconds") + found.column("step_seconds")
    samples = found.column("samples")
    columns = {
        "step": found.column("last_step"),
        "loss": found.column("loss_mean"),
        "accuracy": _ratio(found.column("correct"), samples),
        "samples_per_second": _ratio(samples, seconds),
        "data_share": _ratio(found.column("data_seconds"), seconds),
        "time": found.column("t"),
    }
    return [columns[name] if name in columns else found.column(name) for name in BATCH_COLUMNS]


def epoch_values(event: ev.EpochEnded, time: float) -> tuple[float | None, ...]:
    """For each of EPOCH_COLUMNS."""
    share = event.data_seconds / event.train_seconds if event.train_seconds else None
    values = {"data_share": share, "time": time}
    return tuple(values[name] if name in values else getattr(event, name) for name in EPOCH_COLUMNS)


def own_values(event: ev.EpochEnded) -> dict[str, float]:
    """By column: the custom metrics of an epoch that a run can have."""
    found = {f"valid_{name}": value for name, value in known_metrics(event.valid_metrics).items()}
    return {name: value for name, value in found.items() if name not in EPOCH_COLUMNS}


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """NaN for a division by zero."""
    out = np.full(len(part), np.nan)
    np.divide(part, whole, out=out, where=whole != 0)
    return out
