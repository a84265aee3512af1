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


def tried(report: Any) -> int:
    """What one test has counted, of all kinds."""
    return sum(value[1] for name, value in report.user_properties if name == _PROPERTY)


def table(reports: Iterable[Any]) -> list[str]:
    """A row for each kind, nothing where nothing was counted. `lost`: tests that counted and failed."""
    tried = dict.fromkeys(get_args(Kind), 0)
    lost = 0
    for report in reports:
        counted = [value for name, value in report.user_properties if name == _PROPERTY]
        for kind, number in counted:
            tried[kind] += number
        lost += bool(counted and report.failed)
    if not any(tried.values()):
        return []
    return [f"{kind:<14}{number:>10,}" for kind, number in {**tried, "lost": lost}.items()]
