"""Flags that are named in a sentence are flags of some command."""

from __future__ import annotations

import ast
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


_OF_OTHERS = {
    *("--dereference", "--force-reinstall", "--hard-dereference", "--install", "--max-restarts", "--pid", "--sparse"),
    "--upgrade",
}
"""Flags of pip, tar, torchrun and other programs."""


@pytest.fixture
def known(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The flags on the pages of help, wide enough for all of them to be whole."""
    monkeypatch.setenv("COLUMNS", "300")
    commands = [[name] for name in build() if not name.startswith("-")]
    found = {"--debug", "--help", "--version"}
    for command in [*commands, ["runs", "show"], ["runs", "diff"]]:
        found |= set(_FLAG.findall(cli(*command, "--help").out))
    return found


def test_each_flag_that_an_error_names_exists(known: set[str]) -> None:
    root = Path(tests.__file__).parents[1]
    named = {
        (path.name, flag)
        for path in (root / "trainer").rglob("*.py")
        if path.name != "svg.py"  # it has variables of CSS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != "--no-"
        for flag in _FLAG.findall(node.value)
    }
    assert len(named) > 100
    assert {one for one in named if one[1] not in known | _OF_OTHERS} == set()


def test_each_flag_that_is_named_exists(known: set[str]) -> None:
    known |= set(re.findall(r'addoption\(\s*"(.+?)"', Path(tests.__file__).with_name("conftest.py").read_text("utf-8")))
    named = {
        (page_name(path), flag)
        for path in pages()
        for flag in _IN_A_SENTENCE.findall(re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL))
    }
    assert len(named) > 20
    assert {one for one in named if one[1] not in known} == set()
