"""How much the tests of crashes have tried: one table at the end of a run of pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

Kind = Literal["kills", "power cuts", "faults", "fuzzed inputs"]
Count = Callable[[Kind, int], None]
"""Adds to a row: the number of kills, of disks after a power cut, of failing calls, of inputs."""
_PROPERTY = "crash count"


def counter(properties: list[tuple[str, object]]) -> Count:
    """For a test with these `user_properties`, which also come from other processes."""

    def count(kind: Kind, number: int) -> None:
        properties.append((_PROPERTY, [kind, number]))

    return count


def table(reports: Iterable[Any]) -> list[str]:
    """A row for each kind that was counted; nothing where none was. A test that failed has lost something."""
    rows: dict[str, list[int]] = {}
    for report in reports:
        for name, value in report.user_properties:
            if name == _PROPERTY:
                kind, number = value
                row = rows.setdefault(kind, [0, 0])
                row[0] += number
        for kind in {value[0] for name, value in report.user_properties if name == _PROPERTY}:
            rows[kind][1] += report.failed
    if not rows:
        return []
    lines = [f"{'':<14}{'tried':>10}{'failed tests':>14}"]
    lines += [f"{kind:<14}{rows[kind][0]:>10,}{rows[kind][1]:>14}" for kind in get_args(Kind) if kind in rows]
    return lines
