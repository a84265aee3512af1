"""The documentation is followed from top to bottom: each command, program and file of a page, in its order."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Answer, Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from tests.docs.pages import REPOSITORY, Block, blocks, command_lines, page_name, pages
from trainer.backbones import WEIGHTS_PACKAGE
from trainer.cli.app import build
from trainer.search.search_space import read_space
from trainer.settings import merge

QUICK = {"start/script", "guides/run-folder"}
"""Pages that take a second or two."""
NOT_RUN = {
    "source",
    "pip",
    "python3",
    "py",
    "git",
    "pytest",
    "mkdocs",
    ".venv/bin/python",
    ".venv/bin/epochscope",
    ".ci/run",
}
"""Commands that install something, or run all tests."""
OF_THE_WINDOW = {"gui", "demo"}

NEEDS = {
    "--format onnx": ("onnx", "onnxscript", "onnxruntime"),
    "--recipe photos": (WEIGHTS_PACKAGE, "onnxruntime"),
}
"""Packages by words that ask for them: extras that may not be installed."""
COMMANDS = build()


def paint(path: Path, colour: tuple[int, int, int], seed: int) -> None:
    """A photograph of 40x30 pixels: noise about a colour."""
    noise = np.random.default_rng(seed).normal(0, 40, (30, 40, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8)).save(path)


@pytest.fixture
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What every page takes for granted: photographs of two classes, others to judge by, and a single one."""
    home = tmp_path / "home"
    for kind, colour in (("cats", (170, 110, 80)), ("dogs", (80, 110, 170))):
        for number in range(220):  # a slice of the tenth that is for the test needs twenty
            paint(home / "photos" / kind / f"{number:03}.jpg", colour, number)
            if number < 6:
                paint(home / "new-photos" / kind / f"{number:03}.jpg", colour, 1000 + number)
    for name in ("photo.jpg", "photo.png"):
        paint(home / name, (80, 110, 170), 2000)
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(str(home))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    return home


class Follower:
    """Does what a page says, in the working folder."""

    def __init__(self, cli: Cli) -> None:
        self._cli = cli
        self._names: dict[int, dict[str, Any]] = {}
        self._examples: set[str] = set()
        self._do: dict[str, Callable[[Block], None]] = {
            "sh": self._commands,
            "python": self._python,
            "toml": self._toml,
        }

    def follow(self, path: Path) -> None:
        """All blocks of a page but the examples; one with a title is a file, and is written."""
        for block in blocks(path):
            if block.example:
                self._examples.add(block.title)
                continue
            if block.title:
                Path(block.title).parent.mkdir(parents=True, exist_ok=True)
                Path(block.title).write_text(block.code, "utf-8")
            if block.language == "toml" or not block.title:
                self._do.get(block.language, self._text)(block)

    def _text(self, block: Block) -> None:
        assert block.language in ("text", "csv", "json", "powershell"), f"nobody knows how to check {block}"

    def _toml(self, block: Block) -> None:
        """Settings, unless they are those of a package, or what a search tries."""
        values = tomllib.loads(block.code)
        if "space" in values:
            assert read_space(Path(block.title))
        elif "project" not in values:
            merge(values)

    def _python(self, block: Block) -> None:
        names = self._names.setdefault(block.section, {"__name__": "__main__"})
        exec(compile(block.code, f"section {block.section}", "exec"), names)

    def _commands(self, block: Block) -> None:
        for words in command_lines(block.code):
            if words[0] == "epochscope":
                if words[1] not in OF_THE_WINDOW:
                    answer = self._command(words[1:])
                    assert answer.code == 0, (words, answer.out, answer.err)
            elif words[0] == "export":
                name, _, value = words[1].partition("=")
                os.environ[name] = value  # put back by the fixture `runs`, which has set it
            elif words[0] in ("python", "node"):
                program = sys.executable if words[0] == "python" else shutil.which("node")
                if program and words[1] != "-m" and words[1] not in self._examples:
                    done = subprocess.run([program, *words[1:]], capture_output=True, text=True, timeout=200)
                    assert done.returncode == 0, (words, done.stderr)
            else:
                assert words[0] in NOT_RUN, words

    def _command(self, words: list[str]) -> Answer:
        """With photographs for a data set that would be downloaded, and one epoch for every training."""
        given = ["photos" if word == "cifar10" else word for word in words]
        if given[0] == "train":
            if "--epochs" in given:
                at = given.index("--epochs")
                del given[at : at + 2]
            given += ["--epochs", "1"]
            given += ["--backbone.size", "32"] if any("photos" in word for word in given[2:]) else []
        if "--seeds" in given:
            given[given.index("--seeds") + 1] = "2"
        if given[0] == "compare":
            given += ["--epochs", "1", "--seconds", "2"]
        return self._cli(*given)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=page_name(path), marks=[] if page_name(path) in QUICK else pytest.mark.slow)
        for path in pages()
    ],
)
def test_a_page_does_what_it_says(path: Path, working_folder: Path, cli: Cli) -> None:
    text = path.read_text("utf-8")
    for words, packages in NEEDS.items():
        for package in packages if words in text else ():
            pytest.importorskip(package)
    Follower(cli).follow(path)


@pytest.mark.parametrize("path", pages(), ids=page_name)
def test_the_command_line_understands_each_command(path: Path) -> None:
    """It exists, with the flags and arguments that are shown, on pages whose commands are not run, too."""
    for block in blocks(path):
        for words in command_lines(block.code) if block.language == "sh" else ():
            if words[0] == "epochscope":
                words = words[1 : words.index(">")] if ">" in words else words[1:]
                _, _, unused, _ = COMMANDS.parse_known_args(words)
                assert unused == [], words
