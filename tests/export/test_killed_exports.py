"""Exports of several files, killed at every call to the disk and to the tool: nothing half-made under their names, and
what was left goes with the next export."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.callbacks.trackers.conftest import NotedRun, NotingTracker
from tests.crash_counts import Count
from tests.export.conftest import Train
from tests.reliability.disks import CrashDisk, Dead
from tests.reliability.model_files import parts
from trainer.export import export_run, trackers
from trainer.export.weights import REPOSITORY
from trainer.store import durable
from trainer.store.folder import RunFolder


@pytest.fixture(scope="module")
def digits(train: Train) -> RunFolder:
    return train("run", "digits", "--epochs", 1)


@pytest.fixture(scope="module")
def dead() -> int:
    """Number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


class FileTool(NotedRun):
    """A tool that writes a file at each call; the process dies at the `at`-th."""

    def __init__(self, folder: Path, at: int) -> None:
        super().__init__()
        self.folder, self.at = folder, at

    def scalars(self, values: Any, step: int, wall: float) -> None:
        self.at -= 1
        if not self.at:
            durable.seam.die()  # type: ignore[attr-defined]
        (self.folder / f"{step}-{len(list(self.folder.iterdir()))}").write_text("values")


def content(folder: Path) -> dict[str, Any]:
    """By name; the entries of a safetensors header come in any order."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
    return {name: parts(data) if name == REPOSITORY else data for name, data in found.items()}


Kill = Callable[[int, Path], CrashDisk]
"""Prepares the kill of this number, in a new folder."""


def after_each_kill(
    form: str, run: RunFolder, root: Path, dead: int, monkeypatch: pytest.MonkeyPatch, kill: Kill
) -> Iterator[dict[str, Any]]:
    """What the export holds after each; after it the next export begins, and nothing of the killed one is left."""
    for at in range(1, 500):
        folder = root / str(at)
        folder.mkdir()
        disk = kill(at, folder / "out")
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: dead)
            patch.setattr(durable, "seam", disk)
            try:
                export_run(run, form, folder / "out", force=True)
            except Dead:
                pass
            else:
                return
        yield content(folder / "out")
        export_run(run, "json", folder / "next.json")
        names = {path.name for path in folder.iterdir()}
        assert not any(name.startswith(".epochscope") for name in names), "a temporary file of a dead process"


@pytest.fixture
def tool_dies_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """At which call the tool of a tracker ends the process: the last of this list."""
    at = [0]

    def load(name: str) -> Callable[..., NotingTracker]:
        return lambda folder: NotingTracker(lambda: FileTool(folder, at[-1]))

    monkeypatch.setattr(trackers, "load_callback", load)
    return at


@pytest.mark.parametrize(
    ("form", "where"), [("huggingface", "disk"), ("tensorboard", "disk"), ("tensorboard", "tool"), ("mlflow", "tool")]
)
def test_a_folder_is_there_when_it_is_whole(
    form: str,
    where: str,
    digits: RunFolder,
    tmp_path: Path,
    dead: int,
    monkeypatch: pytest.MonkeyPatch,
    tool_dies_at: list[int],
    count: Count,
) -> None:
    whole = content(export_run(digits, form, tmp_path / "whole").path)
    assert len(whole) >= 3

    def kill(at: int, out: Path) -> CrashDisk:
        tool_dies_at.append(at if where == "tool" else 0)
        return CrashDisk(at if where == "disk" else 0)

    kills = 0
    for found in after_each_kill(form, digits, tmp_path, dead, monkeypatch, kill):
        assert found in ({}, whole)
        kills += 1
    count("kills", kills)
    assert kills >= 3


def test_over_an_earlier_export_each_file_is_old_or_new(
    digits: RunFolder, train: Train, tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    other = train("other", "digits", "--epochs", 1, "--seed", 7)
    earlier, later = (export_run(run, "huggingface", tmp_path / run.name).path for run in (other, digits))
    old, new = content(earlier), content(later)

    def kill(at: int, out: Path) -> CrashDisk:
        shutil.copytree(earlier, out)
        (out / "mine.txt").write_bytes(b"stays")
        return CrashDisk(at)

    kills = 0
    for found in after_each_kill("huggingface", digits, tmp_path, dead, monkeypatch, kill):
        assert found.pop("mine.txt") == b"stays"
        assert found.keys() == new.keys()
        assert all(data in (old[name], new[name]) for name, data in found.items())
        kills += 1
    count("kills", kills)
    assert kills > 10
