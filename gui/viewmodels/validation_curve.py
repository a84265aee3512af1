"""The course of a run's validation macro-F1, small enough for a list of runs. No Qt, and no journal is read."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from trainer.store import durable

COLUMN = "valid_macro_f1"
POINTS = 40
"""As many as a sparkline has pixels."""
MAX_BYTES = 4 << 20
"""Of metrics.csv: some 20,000 epochs. A list of runs must stay quick."""


def validation_curve(path: str | Path) -> tuple[float, ...]:
    """At most 40 values of 0 ... 1 from a metrics.csv, from the first validated epoch to the last; () where it has
    none, or cannot be read."""
    try:
        lines = durable.read_bytes(path, MAX_BYTES).decode("utf-8").splitlines()
    except (OSError, ValueError):
        return ()
    try:
        found = [_value(row.get(COLUMN)) for row in csv.DictReader(lines)]
    except csv.Error:
        return ()
    return thinned([value for value in found if value is not None])


def thinned(values: Sequence[float], most: int = POINTS) -> tuple[float, ...]:
    """Some of the values, evenly spaced, the first and the last among them."""
    if len(values) <= most:
        return tuple(values)
    step = (len(values) - 1) / (most - 1)
    return tuple(values[round(place * step)] for place in range(most))


def _value(text: object) -> float | None:
    try:
        value = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
