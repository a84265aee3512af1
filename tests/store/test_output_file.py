"""Files in a folder of the user's: what a killed writer has left goes with the next one, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.disks import CrashDisk, Dead
from trainer.store import durable, temporary_names
from trainer.store.file_set import write_files
from trainer.store.output_file import remove_stale, write_output
from trainer.store.temporary_names import LONGEST_PAUSE, anonymous_name, is_temporary, temporary_name

FOREIGN = (
    "model.onnx.tmp",
    ".model.tmp",
    ".0123456789abcdef.tmp",
    ".epochscope-12345678-1-0123456789abcdef.tmp.bak",
    "x.epochscope-12345678-1-0123456789abcdef.tmp",
    ".epochscope-notes.tmp",
)


@pytest.fixture
def dead() -> int:
    """Number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_names_are_told_from_all_others() -> None:
    assert is_temporary(temporary_name())
    assert is_temporary(anonymous_name())
    assert not any(is_temporary(name) for name in FOREIGN if name != ".0123456789abcdef.tmp")


def test_what_a_killed_writer_left_goes_with_the_next(
    tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.bin").write_bytes(b"old")
    left = 0
    for at in range(1, 50):
        with monkeypatch.context() as patched:
            patched.setattr(os, "getpid", lambda: dead)
            patched.setattr(durable, "seam", CrashDisk(at))
            try:
                write_output(tmp_path / "model.bin", b"new" * 1000)
            except Dead:
                pass
            else:
                break
        left += len(names(tmp_path)) - 1
        write_output(tmp_path / "model.bin", b"next")
        assert names(tmp_path) == {"model.bin"}
    assert left > 0


def test_a_folder_that_a_killed_writer_left_goes_too(
    tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: dead)
        (tmp_path / temporary_name()).mkdir()
    write_files(tmp_path / "figures", {"a.svg": b"a"})
    assert names(tmp_path) == {"figures"}


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    for name in FOREIGN:
        (tmp_path / name).write_bytes(b"mine")
    alive = tmp_path / temporary_name()
    alive.write_bytes(b"being written")
    remove_stale(tmp_path)
    assert names(tmp_path) == {*FOREIGN, alive.name}


def test_another_machine_has_a_day(tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(temporary_names, "_here", lambda: "0" * 8)
        patched.setattr(os, "getpid", lambda: dead)
        fresh, old = (tmp_path / temporary_name() for _ in range(2))
    for path in (fresh, old):
        path.write_bytes(b"")
    before = old.stat().st_mtime - LONGEST_PAUSE - 60
    os.utime(old, (before, before))
    remove_stale(tmp_path)
    assert names(tmp_path) == {fresh.name}


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_stale(tmp_path / "none")
