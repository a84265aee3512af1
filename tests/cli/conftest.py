"""Runs command lines, in this process or in one of their own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from trainer.cli import main


class Answer(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document; NaN and such are no JSON."""
        return json.loads(self.out, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))


Cli = Callable[..., Answer]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of all runs."""
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "runs"


@pytest.fixture
def cli(runs: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Call `main` with some arguments."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture
def done(cli: Cli) -> str:
    """The name of a run of two epochs that completed."""
    assert cli("train", "digits", "--epochs", 2, "--name", "done").code == 0
    return "done"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two classes with thirty images each, and one that is cut off; a name has markup in it."""
    rng = np.random.default_rng(0)
    for name in ("cats", "dögs"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(30):
            Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    whole = (tmp_path / "photos" / "cats" / "0.png").read_bytes()
    (tmp_path / "photos" / "cats" / "cut[bold].png").write_bytes(whole[:60])
    return tmp_path / "photos"


@pytest.fixture
def ask(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A whole session: requests (texts as they are) to answers, progress left out."""

    def session(*requests: Any) -> list[dict[str, Any]]:
        lines = [request if isinstance(request, str) else json.dumps(request) for request in requests]
        stdin = io.TextIOWrapper(io.BytesIO("\n".join(lines).encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        answer = cli("assist")
        assert answer.code == 0
        found = [json.loads(line) for line in answer.out.splitlines()]
        assert all(set(one) == {"id", "progress"} for one in found if "progress" in one)
        return [one for one in found if "progress" not in one]

    return session


def start(*arguments: object, **more: Any) -> subprocess.Popen[str]:
    """`epochscope` in a process of its own, its output as text."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "trainer", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, text=True, encoding="utf-8", **{**pipes, **more})
