"""The table of promises counts the tests that the page names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests import crash_counts, promise_counts

PAGE = """
| | promise |
|---|---|
| P1 | Killed, a run goes on. |
| P2 | It ends as if nothing had happened. |

| | tests |
|---|---|
| P1 | `test_kill` `test_power_cut` |
| P2 | `test_same` |

`test_other` is of no promise.
"""


def report(nodeid: str, tried: int = 0, *, failed: bool = False) -> Any:
    made = SimpleNamespace(nodeid=nodeid, user_properties=[], failed=failed)
    if tried:
        crash_counts.counter(made.user_properties)("kills", tried)
    return made


def test_a_row_for_each_promise() -> None:
    reports = [
        report("tests/a.py::test_kill[1]", 600),
        report("tests/a.py::TestKills::test_kill[a::b]", 700, failed=True),
        report("tests/a.py::test_other", 5),
    ]
    assert promise_counts.table(reports, PAGE) == [
        "promise     tests   cases     tried  failed",
        "P1         1 of 2       2     1,300       1",
        "P2         0 of 1       0                 0",
    ]


def test_the_page_of_promises_can_be_read() -> None:
    found = promise_counts.promises(promise_counts.PAGE.read_text("utf-8"))
    assert list(found) == [f"P{number}" for number in range(1, 21)]
    assert all(found.values())
