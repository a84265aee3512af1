"""Flags that are named in a sentence are flags of some command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tests
from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from tests.docs.pages import page_name, pages
from trainer.cli.app import build

_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z.-]*[a-z]")
_IN_A_SENTENCE = re.compile(rf"`({_FLAG.pattern})")


def test_each_flag_that_is_named_exists(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the pages of help, wide enough for all of them to be whole."""
    monkeypatch.setenv("COLUMNS", "300")
    commands = [[name] for name in build() if not name.startswith("-")]
    of_the_tests = set(
        re.findall(r'addoption\(\s*"(.+?)"', Path(tests.__file__).with_name("conftest.py").read_text("utf-8"))
    )
    known = {"--debug", "--help"} | of_the_tests
    for command in [*commands, ["runs", "show"], ["runs", "diff"]]:
        known |= set(_FLAG.findall(cli(*command, "--help").out))
    named = {
        (page_name(path), flag)
        for path in pages()
        for flag in _IN_A_SENTENCE.findall(re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL))
    }
    assert len(named) > 20
    assert {one for one in named if one[1] not in known} == set()
