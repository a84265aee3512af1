"""Files where folders should be, links to themselves and names that are too long: told, with no traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from trainer.store.folder import SUBFOLDERS

posix = pytest.mark.skipif(sys.platform == "win32", reason="links, and names that Windows refuses in its own way")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export without --out goes into the working folder."""
    monkeypatch.chdir(tmp_path)


USES = (
    ("runs", "show", "done"),
    ("evaluate", "done"),
    ("resume", "done", "--epochs", 3),
    ("export", "done", "--format", "csv"),
)


@posix
@pytest.mark.parametrize("part", SUBFOLDERS)
@pytest.mark.parametrize("what", ["file", "loop"])
def test_something_else_in_place_of_a_folder_of_a_run(cli: Cli, runs: Path, done: str, part: str, what: str) -> None:
    place = runs / done / part
    if place.is_dir():
        place.rename(runs / "elsewhere")
    if what == "file":
        place.write_bytes(b"")
    else:
        place.symlink_to(place.name)
    for line in USES:
        answer = cli(*line)
        assert answer.code in (0, 4, 6), line
        if answer.code == 6:
            assert str(place) in answer.err.replace("\n            ", ""), line
            assert "path" in answer.err, line


@posix
@pytest.mark.parametrize("name", ["x" * 300, "x/" * 3000, "é" * 200], ids=["long", "deep", "bytes"])
def test_a_place_whose_name_is_too_long(cli: Cli, done: str, name: str) -> None:
    for line in (("export", done, "--format", "csv", "--out", name), ("data", "digits", "--shards", name)):
        answer = cli(*line)
        assert answer.code == 6, answer.err
        assert "too long" in answer.err
        assert "fix:" in answer.err


def test_checkpoints_that_are_all_damaged_are_not_said_to_be_missing(cli: Cli, runs: Path, done: str) -> None:
    for path in (runs / done / "checkpoints").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    for line in (("evaluate", done), ("export", done, "--format", "pt"), ("predict", done, "it.png")):
        answer = cli(*line)
        assert answer.code == 6, line
        told = " ".join(answer.err.split())
        assert "No checkpoint of this run can be read" in told, line
        assert "epochscope train --settings" in told, line
