"""The order of runs: sorted by a value, grouped, and which of a group is the best. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from gui.viewmodels.run_row import Group, Row
from trainer.text.natural_order import natural_key


def best_of(rows: Iterable[Row], by: Group = "") -> frozenset[str]:
    """Of all runs on the same data, and in the same group, those with the highest macro-F1, unless all have the same
    one. A mean over some of the classes only is not compared."""
    compared: dict[tuple[str, str | None], list[tuple[float, str]]] = {}
    for row in rows:
        summary = row.summary
        if summary is not None and summary.best_macro_f1 is not None and not summary.best_macro_f1_of:
            compared.setdefault((summary.data, row.group(by)), []).append((summary.best_macro_f1, row.name))
    found = set()
    for scores in compared.values():
        top = max(scores)[0]
        if min(scores)[0] < top:
            found |= {name for score, name in scores if score == top}
    return frozenset(found)


def ordered(rows: Iterable[Row], value: Callable[[Row], Any], descending: bool) -> list[Row]:
    """By a value; runs without one last, either way. What is equal stays in order."""
    keyed = [(value(row), row) for row in rows]
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=lambda pair: _order(pair[0]), reverse=descending)
    return [row for _, row in present] + [row for found, row in keyed if found is None]


def group_order(row: Row, by: Group) -> Any:
    """What groups are sorted by: their names, or numbers where a setting is one."""
    found = row.group(by)
    if found is None or "." not in by:
        return found
    try:
        number = float(found)
    except ValueError:
        number = math.inf
    return (number if math.isfinite(number) else math.inf), natural_key(found)


def group_sizes(groups: Iterable[str | None]) -> dict[int, int]:
    """The number of rows in each group, by the place of its first one."""
    sizes: dict[int, int] = {}
    first = 0
    for _, members in groupby(groups):
        sizes[first] = sum(1 for _ in members)
        first += sizes[first]
    return sizes


def _order(value: Any) -> Any:
    return natural_key(value) if isinstance(value, str) else value
