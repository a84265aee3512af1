"""How much of what the page of promises names was run: a table for `pytest --promises`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.crash_counts import tried

PAGE = Path(__file__).parents[1] / "docs" / "guides" / "reliability.md"
_ROW = re.compile(r"^\| (P\d+) \| (`test_.+) \|$", re.MULTILINE)


def promises(page: str) -> dict[str, set[str]]:
    """Names of the tests of each promise."""
    return {number: set(re.findall(r"`(test_\w+)`", tests)) for number, tests in _ROW.findall(page)}


def table(reports: Iterable[Any], page: str) -> list[str]:
    """A row for each promise: how many of its tests were run, with how many cases; what they tried, as the table of
    crashes counts it; and how many cases failed."""
    everything = [(report.nodeid.partition("[")[0].rpartition("::")[2], report) for report in reports]
    rows = [f"{'promise':<8}{'tests':>9}{'cases':>8}{'tried':>10}{'failed':>8}"]
    for number, tests in promises(page).items():
        mine = [(name, report) for name, report in everything if name in tests]
        ran = f"{len({name for name, _ in mine})} of {len(tests)}"
        attempts = sum(tried(report) for _, report in mine)
        failed = sum(report.failed for _, report in mine)
        rows.append(f"{number:<8}{ran:>9}{len(mine):>8,}{f'{attempts:,}' if attempts else '':>10}{failed:>8}")
    return rows
