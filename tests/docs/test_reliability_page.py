"""The page of promises: every promise has tests, and every test that it names exists."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.docs.pages import DOCS, REPOSITORY

PAGE = (DOCS / "guides" / "reliability.md").read_text("utf-8")
PROMISES = re.findall(r"^\| (P\d+) \| ([^`].+) \|$", PAGE, re.MULTILINE)
TESTS = re.findall(r"^\| (P\d+) \| ()(`test_.+) \|$", PAGE, re.MULTILINE)
INCIDENTS = re.findall(r"^\| (.+?) \| (.+? #\d+.*?) \| (.+) \|$", PAGE, re.MULTILINE)


@cache
def known_tests() -> set[str]:
    texts = [path.read_text("utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py")]
    return {name for text in texts for name in re.findall(r"^ *(?:async )?def (test_\w+)", text, re.MULTILINE)}


def test_there_are_all_promises() -> None:
    for rows in (PROMISES, TESTS):
        assert [number for number, *_ in rows] == [f"P{number}" for number in range(1, 21)]
    assert len(INCIDENTS) == 22


@pytest.mark.parametrize("row", [*TESTS, *INCIDENTS], ids=lambda row: row[0][:40])
def test_each_has_tests_that_exist(row: tuple[str, str, str]) -> None:
    named = re.findall(r"`(test_\w+)`", row[2])
    assert named
    assert set(named) <= known_tests()


def test_no_test_is_named_that_is_not_there() -> None:
    assert set(re.findall(r"`(test_\w+)`", PAGE)) <= known_tests()
