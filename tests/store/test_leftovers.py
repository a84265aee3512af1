"""What killed writers have left goes with the next start, and nothing that somebody is writing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.fakes import make
from trainer.store import durable, pictures, rate_curves, search_folder
from trainer.store.folder import SUBFOLDERS, RunFolder, acquire
from trainer.store.leftovers import sweep
from trainer.store.run_creation import create_run
from trainer.store.temporary_names import temporary_name

SHARED = (
    *(".data", ".data/0123456789abcdef", ".data/weights", ".data/features/0", ".data/labels/0", ".data/edits"),
    *(rate_curves.FOLDER, f"{search_folder.FOLDER}/widths"),
)


def name_of_a_dead_process(monkeypatch: pytest.MonkeyPatch) -> str:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: process.pid)
        return temporary_name()


def temporary_files(root: Path) -> list[Path]:
    return list(root.rglob(f"*{durable.TEMP_SUFFIX}"))


def test_a_start_removes_what_dead_processes_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, place in enumerate(SHARED):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / name_of_a_dead_process(monkeypatch)).write_bytes(b"half")
        (tmp_path / place / f"{number}.json").write_bytes(b"whole")
    make(run_dir=tmp_path / "run").fit()
    assert temporary_files(tmp_path) == []
    assert all((tmp_path / place / f"{number}.json").read_bytes() == b"whole" for number, place in enumerate(SHARED))


def test_what_another_process_is_writing_stays_where_runs_share(tmp_path: Path) -> None:
    (tmp_path / ".data" / "weights").mkdir(parents=True)
    written = tmp_path / ".data" / "weights" / temporary_name()
    written.write_bytes(b"half")
    make(run_dir=tmp_path / "run").fit()
    assert temporary_files(tmp_path) == [written]


def test_in_the_run_the_lock_says_that_nobody_is_writing(tmp_path: Path) -> None:
    """Even by the name of this process: it may be a number that was given again."""
    folder = create_run(tmp_path, "run")
    places = [folder.path / part for part in ("", *SUBFOLDERS, pictures.FOLDER)]
    for place in places:
        place.mkdir(exist_ok=True)
        (place / temporary_name()).write_bytes(b"half")
    assert len(temporary_files(folder.path)) == len(places)
    lock = acquire(folder)
    sweep(RunFolder(folder.path))
    lock.release()
    assert temporary_files(tmp_path) == []


def test_a_link_out_of_the_shared_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs = elsewhere / name_of_a_dead_process(monkeypatch)
    theirs.write_bytes(b"half")
    folder = create_run(tmp_path / "runs", "run")
    (tmp_path / "runs" / ".data").mkdir()
    try:
        (tmp_path / "runs" / ".data" / "weights").symlink_to(elsewhere, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    sweep(folder)
    assert theirs.exists()
