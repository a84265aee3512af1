"""Every command that the README, CONTRIBUTING and the help pages show."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from trainer.cli.app import build
from trainer.store.folder import is_run

ROOT = Path(__file__).parents[2]


def blocks(name: str) -> list[str]:
    """The lines of a page's blocks of code that are for a shell."""
    found: list[str] = []
    language: str | None = None
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if line.startswith("```"):
            language = line.removeprefix("```") if language is None else None
        elif language == "":
            found.append(line)
    return found


def command_lines(lines: list[str]) -> Iterator[list[str]]:
    """The words after `epochscope`, of each line that is one."""
    for line in lines:
        if not line.startswith("epochscope "):
            continue
        words = shlex.split(line, comments=True)
        if not re.fullmatch("[A-Z]+", words[1]):
            yield words[1:]


README = list(command_lines(blocks("README.md")))
COMMANDS = build()
EXAMPLES = [
    words
    for name in COMMANDS
    if not name.startswith("-") and COMMANDS[name].help_epilogue
    for words in command_lines([line.strip() for line in COMMANDS[name].help_epilogue.splitlines()])
]


def test_there_are_commands_to_check() -> None:
    assert len(README) >= 2  # the pages of docs/ have the others: tests/docs
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize("words", [*README, *EXAMPLES], ids=" ".join)
def test_the_command_line_understands_it(words: list[str]) -> None:
    """A command that exists, with flags and arguments that it has."""
    words = words[: words.index(">")] if ">" in words else words
    names, _, _ = COMMANDS.parse_commands(words)
    _, _, unused, _ = COMMANDS.parse_known_args(words)
    assert names[0] == words[0]
    assert unused == []


def test_the_readmes_first_words_are_its_install_and_test_commands() -> None:
    """What a fresh machine is told to run, and what CI takes out of the README to run it."""
    lines = blocks("README.md")
    assert "epochscope demo" in lines[0]
    tested = [line for line in lines if "-m pytest" in line and not line.startswith("py ")]
    assert len(tested) == 1
    words = shlex.split(tested[0])
    assert (ROOT / words[words.index("-c") + 1]).is_file()


BENCHMARKS = sorted(
    set(re.findall(r"`(?:python -m )?tests\.benchmarks\.(\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    | {path.stem for path in (ROOT / "tests/benchmarks").glob("*.py") if "__main__" in path.read_text("utf-8")}
)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_is_a_command(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit, match=r"^0$"):
        importlib.import_module(f"tests.benchmarks.{name}").main()
    assert f"tests.benchmarks.{name}".removesuffix(".__main__") in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_readmes_commands_work_one_after_the_other(
    cli: Cli, runs: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, with a small folder for every data set and one epoch for every training."""
    monkeypatch.chdir(tmp_path)
    next(photos.rglob("cut*")).unlink()
    some = next(photos.rglob("*.png"))
    places = dict.fromkeys(("path/to/photos", "path/to/new-photos", "cifar10", "FOLDER"), photos) | {"photo.jpg": some}
    for words in README:
        if words[0] == "gui":
            continue
        if words[:2] == ["runs", "diff"]:
            for run, name in zip(sorted(path for path in runs.iterdir() if is_run(path)), words[2:], strict=False):
                run.rename(runs / name)
        given = [places.get(word, word) for word in words]
        if words[0] == "train":
            given = [word for word in given if word not in ("--epochs", "10")] + ["--epochs", "1"]
            given += ["--backbone.size", "32"] if words[-1].startswith("photos") else []
        answer = cli(*given)
        assert answer.code == 0, (words, answer.err)


FOREIGN = {
    *("--dereference", "--hard-dereference", "--sparse"),  # of tar
    *("--force-reinstall", "--install", "--upgrade"),  # of pip
    "--max-restarts",  # of torchrun
    "--pid",  # of py-spy
}


def flags_in(*pages: str) -> set[str]:
    texts = [(ROOT / "docs" / "reference" / page).read_text("utf-8") for page in pages]
    return {flag for text in texts for flag in re.findall(r"--[a-z][a-z0-9.-]*[a-z0-9]", text)}


def test_every_flag_that_an_error_names_exists() -> None:
    named = flags_in("errors.md") - FOREIGN
    assert "--batch" in named
    assert named <= flags_in("command-line.md", "settings.md")
