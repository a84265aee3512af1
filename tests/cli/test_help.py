"""Help: for everything, with an example, in 80 columns, and without torch."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from trainer.cli.app import build
from trainer.settings import flags
from trainer.version import __version__

COMMANDS = [name for name in build() if not name.startswith("-")]
PAGES = [[], *([name] for name in COMMANDS), ["runs", "list"], ["runs", "show"], ["runs", "diff"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: " ".join(page) or "epochscope")
def test_every_command_has_help_with_an_example_that_fits(cli: Cli, page: list[str]) -> None:
    answer = cli(*page, "--help")
    assert answer.code == 0
    assert "Example" in answer.out
    assert f"epochscope {' '.join(page)}".strip() in answer.out.split("Example", 1)[1]
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "\x1b" not in answer.out


@pytest.mark.parametrize("page", [[], ["runs"], ["runs", "diff"], ["train"]], ids=" ".join)
def test_help_is_as_wide_as_the_terminal_is_now(cli: Cli, monkeypatch: pytest.MonkeyPatch, page: list[str]) -> None:
    for width in (100, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        assert max(map(len, cli(*page, "--help").out.splitlines())) == width


def test_the_list_of_commands_is_that_of_the_design(cli: Cli) -> None:
    used = "demo train lr-find search resume pause stop checkpoint evaluate predict explain export"
    known = "runs slices data describe compare cache new-callback gui assist"
    assert [*used.split(), *known.split()] == COMMANDS
    shown = [name for name in COMMANDS if f"│ {name} " in cli("--help").out]
    assert shown == [name for name in COMMANDS if name != "assist"]  # it answers programs


@pytest.mark.parametrize("name", COMMANDS)
def test_a_flag_means_one_thing(name: str) -> None:
    found = build()[name].assemble_argument_collection(parse_docstring=False)
    names = Counter(one for argument in found for one in argument.names)
    assert max(names.values(), default=1) == 1, names.most_common(3)


def test_train_shows_a_flag_with_range_and_default_for_every_setting(cli: Cli) -> None:
    page = " ".join(cli("train", "--help").out.replace("│", " ").split())
    assert all(flag.name in page for flag in flags())
    assert "a number from 0 to 180) [default: 0]" in page
    assert "--skip-bad" in page
    assert "--no-skip-bad" in page


def test_the_help_of_the_window_names_its_flags(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("PySide6", reason="the window comes with epochscope[gui]")
    from gui.app import main

    shown = cli("gui", "--help").out
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--root"}
    assert len(known) > 1
    assert known <= set(re.findall(r"--[a-z-]+", shown))


def test_nothing_at_all_shows_the_help(cli: Cli) -> None:
    assert cli().out == cli("--help").out


def test_version(cli: Cli) -> None:
    assert cli("--version").out.strip() == __version__


LIGHT = [
    *([*page, "--help"] for page in PAGES),
    ["describe", "--json"],
    ["runs"],
    ["runs", "show", "last"],
    ["export", "last", "--format", "nosuch"],
    ["runs", "diff", "last", "last"],
    ["pause", "last"],
    ["stop", "last"],
    ["resume", "last"],
    ["data", "digits"],
    ["train", "--lr", "-1", "--model", "no"],
    ["train", "nosuch"],
    ["compare", "nosuch"],
    ["compare", "digits", "--only", "nosuch"],
    ["assist"],
]


def test_torch_is_not_imported_before_it_is_needed(done: str, tmp_path: Path) -> None:
    code = """if True:
        import json, sys
        from trainer.cli import main
        heavy = {"torch", "torchvision", "sklearn", "pandas", "PySide6"}
        for line in json.loads(sys.argv[1]):
            main(line)
            if found := heavy & set(sys.modules):
                sys.exit(f"{line} imports {found}")
    """
    tables = [["export", done, "--out", str(tmp_path / f"a{end}")] for end in (".csv", ".classes.csv", ".json")]
    ended = subprocess.run(
        [sys.executable, "-c", code, json.dumps([*LIGHT, *tables])],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, ended.stderr[-500:]
    assert "bug" not in ended.stderr
