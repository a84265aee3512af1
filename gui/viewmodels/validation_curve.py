"""A run's validation macro-F1 over the epochs, small enough for a list of runs. No Qt; the journal is not read."""

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
"""Largest metrics.csv: some 20,000 epochs. A list of runs must stay fast."""


def validation_curve(path: str | Path) -> tuple[float, ...]:
    """Read the validation macro-F1 from a metrics.csv.

    Args:
        path: The file.

    Returns:
        At most 40 values in [0, 1], from the first validated epoch to the last; empty if there are none or the file
        cannot be read.
    """
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
    """Thin out values evenly; the first and the last are kept.

    Args:
        values: The values.
        most: Largest number to keep, 2 or more. Default: 40.

    Returns:
        The values that are kept.
    """
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
