"""The folder of a new run: whoever is killed while it is made occupies no name, and nobody takes another's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.reliability.disks import CrashDisk, Dead
from trainer.errors import UsageError
from trainer.store import durable
from trainer.store.folder import SUBFOLDERS, RunFolder, list_runs
from trainer.store.lock import RunLock
from trainer.store.run_creation import create_run, is_free

SETTINGS = {"model": "softmax"}


def whole(run: RunFolder) -> bool:
    return run.run_toml.is_file() and all((run.path / part).is_dir() for part in SUBFOLDERS)


@pytest.fixture
def dead() -> int:
    """Number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def test_a_process_killed_at_any_call_occupies_no_name(
    tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 200):
        root = tmp_path / str(at)
        with monkeypatch.context() as patched:
            patched.setattr(os, "getpid", lambda: dead)
            patched.setattr(durable, "seam", CrashDisk(at))
            try:
                run = create_run(root, "a", settings=SETTINGS)
            except Dead:
                run = None
        there = RunFolder(root / "a")
        if there.path.exists():
            assert whole(there), "a name stands for a whole run"
            assert [entry.folder for entry in list_runs(root)] == [there]
        else:
            assert whole(create_run(root, "a", settings=SETTINGS))
        create_run(root, "b", settings=SETTINGS)
        assert sorted(path.name for path in root.iterdir()) == ["a", "b"], "nothing is left of the dead"
        if run is not None:
            return
    raise AssertionError("it never came to its end")


def _empty(folder: Path) -> None:
    folder.mkdir()


def _begun(folder: Path) -> None:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "predictions").mkdir()


def _with_lock_and_temporary_file(folder: Path) -> None:
    for part in SUBFOLDERS:
        (folder / part).mkdir(parents=True)
    (folder / "lock").write_bytes(b"")
    (folder / ".0123456789abcdef.tmp").write_bytes(b"[tr")


@pytest.mark.parametrize("leave", [_empty, _begun, _with_lock_and_temporary_file])
@pytest.mark.skipif(sys.platform == "win32", reason="folders are emptied by their descriptor")
def test_what_an_earlier_version_left_is_taken_over(tmp_path: Path, leave: Callable[[Path], None]) -> None:
    leave(tmp_path / "a")
    assert list_runs(tmp_path) == []
    assert is_free(tmp_path / "a")
    run = create_run(tmp_path, "a", settings=SETTINGS)
    assert whole(run)
    assert {path.name for path in run.path.iterdir()} == {*SUBFOLDERS, "run.toml"}
    assert not is_free(run.path)


@pytest.mark.parametrize("name", [*SUBFOLDERS, "lock"])
@pytest.mark.skipif(sys.platform == "win32", reason="folders are emptied by their descriptor")
def test_two_may_remove_it_at_once(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_lock_and_temporary_file(tmp_path / "a")
    listed = os.listdir

    def and_another_removes(of: str | int) -> list[str]:
        names = listed(of)
        if isinstance(of, int):
            (os.unlink if name == "lock" else os.rmdir)(name, dir_fd=of)
        return names

    monkeypatch.setattr(os, "listdir", and_another_removes)
    assert whole(create_run(tmp_path, "a", settings=SETTINGS))


def _notes(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_bytes(b"mine")


def _checkpoint(folder: Path) -> None:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "mine").write_bytes(b"mine")


def _other_folder(folder: Path) -> None:
    (folder / "photos").mkdir(parents=True)


def _other_temporary_file(folder: Path) -> None:
    folder.mkdir()
    (folder / ".mine.tmp").write_bytes(b"mine")


def _file(folder: Path) -> None:
    folder.write_bytes(b"mine")


def _run_without_settings(folder: Path) -> None:
    folder.mkdir()
    (folder / "journal.jsonl").write_bytes(b"")


def _content(path: Path) -> list[tuple[str, bytes | None]]:
    found = [path, *path.rglob("*")]
    return sorted((str(one), one.read_bytes() if one.is_file() else None) for one in found)


@pytest.mark.parametrize(
    "leave", [_notes, _checkpoint, _other_folder, _other_temporary_file, _file, _run_without_settings]
)
def test_a_folder_of_somebody_else_is_never_touched(tmp_path: Path, leave: Callable[[Path], None]) -> None:
    leave(tmp_path / "a")
    before = _content(tmp_path)
    with pytest.raises(UsageError) as caught:
        create_run(tmp_path, "a", settings=SETTINGS)
    assert caught.value.code == "run.exists"
    assert _content(tmp_path) == before


def test_a_folder_that_a_process_holds_is_not_free(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    lock = RunLock(tmp_path / "a" / "lock")
    assert not is_free(tmp_path / "a")
    lock.release()
    assert is_free(tmp_path / "a")


@pytest.mark.parametrize("leave", [None, _empty, _with_lock_and_temporary_file])
def test_of_several_at_once_one_has_the_name(tmp_path: Path, leave: Callable[[Path], None] | None) -> None:
    if leave is _with_lock_and_temporary_file and sys.platform == "win32":
        pytest.skip("folders are emptied by their descriptor")
    count = 8

    def make(number: int, root: Path, barrier: Barrier) -> str:
        barrier.wait()
        try:
            create_run(root, "a", settings={"number": number})
        except UsageError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(count) as pool:
        for turn in range(20):
            root = tmp_path / str(turn)
            root.mkdir()
            if leave is not None:
                leave(root / "a")
            barrier = Barrier(count)
            made = [pool.submit(make, number, root, barrier) for number in range(count)]
            said = [one.result() for one in made]
            assert sorted(said) == ["", *["run.exists"] * (count - 1)]
            winner = said.index("")
            assert whole(RunFolder(root / "a"))
            assert (root / "a" / "run.toml").read_text("utf-8") == f"number = {winner}\n"
            assert [path.name for path in root.iterdir()] == ["a"]
