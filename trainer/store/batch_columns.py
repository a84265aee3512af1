"""The reports of a journal as columns. [no torch]

Nine of ten lines of a long journal are BatchesReported. A viewer only draws them, so they need not become events: one
decoder call for many lines, straight into arrays, takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter

import msgspec
import numpy as np
from numpy.typing import NDArray

from trainer import events as ev

MARK = b'"type":"BatchesReported"'
"""Occurs in such lines only: within a JSON string, the quotes would be escaped."""

COLUMNS = (
    "seq",
    "attempt",
    "t",
    "wall",
    "epoch",
    "last_step",
    "samples",
    "correct",
    "loss_mean",
    "loss_min",
    "loss_max",
    "learning_rate",
    "data_seconds",
    "step_seconds",
)
_values = attrgetter(*COLUMNS)


class _Line(ev.BatchesReported, frozen=True, kw_only=True, tag="BatchesReported", gc=False):
    """All fields of a line, checked like the event."""

    seq: int
    attempt: int
    t: float
    wall: int
    v: int = 1


_decoder: msgspec.json.Decoder[list[_Line]] = msgspec.json.Decoder(list[_Line], strict=False)


class BatchColumns:
    """Consecutive BatchesReported, at least one; `column(name)` is float64 (n,), for each name in COLUMNS."""

    def __init__(self, rows: Iterable[tuple[float, ...]], count: int) -> None:
        values = np.fromiter(chain.from_iterable(rows), dtype=np.float64, count=count * len(COLUMNS))
        self._values = values.reshape(count, len(COLUMNS)).T

    def __len__(self) -> int:
        return self._values.shape[1]

    def only(self, which: NDArray[np.bool_]) -> BatchColumns:
        """A selection of rows: (n,)."""
        return BatchColumns(map(tuple, self._values.T[which].tolist()), int(which.sum()))

    def column(self, name: str) -> NDArray[np.float64]:
        """Values (N,) float64 of one of COLUMNS, a view."""
        values: NDArray[np.float64] = self._values[COLUMNS.index(name)]
        return values


def decode(texts: list[bytes]) -> BatchColumns:
    """From the JSON texts of lines that hold MARK. Raises `msgspec.MsgspecError` or OverflowError if one of them is not
    such an event."""
    lines = _decoder.decode(b"[%b]" % b",".join(texts))
    if len(lines) != len(texts):
        raise msgspec.DecodeError("a line holds more than one object")
    return BatchColumns(map(_values, lines), len(lines))


def one(event: ev.BatchesReported, seq: int, attempt: int, t: float, wall: int) -> BatchColumns:
    """A single event as columns."""
    places = {"seq": seq, "attempt": attempt, "t": t, "wall": wall}
    return BatchColumns([tuple(places[name] if name in places else getattr(event, name) for name in COLUMNS)], 1)
