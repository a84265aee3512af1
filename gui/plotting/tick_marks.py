"""How many marks an axis has room for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QFontMetricsF

from trainer.plotting.ticks import Kind, ticks

MOST = 9
"""More lines than that are a grid to look through."""
LINES, GAP = 1.9, 10
"""How far apart marks are at least: in lines of text upwards, in pixels between their texts along the bottom."""


def most_upwards(height: float, metrics: QFontMetricsF) -> int:
    """Marks of an axis that is so many pixels high."""
    return max(2, min(MOST, int(height / (LINES * metrics.height()))))


def marks_along(
    low: float, high: float, kind: Kind, write: Callable[[float, float], str], metrics: QFontMetricsF, width: float
) -> list[tuple[float, str]]:
    """Places from `low` to `high` with their texts, as many as fit into so many pixels. `write`: the text of a place,
    where marks are so far apart."""
    found: list[tuple[float, str]] = []
    for most in range(2, MOST + 1):
        places, step = ticks(low, high, most, kind)
        marks = [(place, write(place, step)) for place in places]
        needed = sum(metrics.horizontalAdvance(text) + GAP for _, text in marks)
        if most > 2 and needed > width:
            break
        found = marks
    return found
