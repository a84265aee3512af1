"""Making, naming, finding and judging run folders; nothing in them can lead outside."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trainer.errors import DataError, DiskError, UsageError
from trainer.store import durable, folder, summary
from trainer.store.folder import RunFolder, confined, find_run, list_runs, state
from trainer.store.run_creation import check_name, create_run
from trainer.store.run_owner import Owner
from trainer.store.summary import Summary

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_files_are_named_as_the_design_says(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "r")
    files = {getattr(run, part).name for part in vars(RunFolder) if not part.startswith("_")}
    assert files == {
        "run.toml", "environment.json", "journal.jsonl", "metrics.csv", "checkpoints", "predictions", "snapshots",
        "evaluation", "summary.json", "requests", "owner.json", "lock", "log.txt", "viewer.json",
    }  # fmt: skip
    assert run == RunFolder(str(tmp_path / "r"))
    assert len({run, RunFolder(tmp_path / "r"), RunFolder(tmp_path / "s")}) == 2


def test_the_root_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path))
    assert folder.default_root() == tmp_path
    monkeypatch.setenv("EPOCHSCOPE_RUNS", "")
    assert folder.default_root() == Path.home() / "epochscope" / "runs"


def test_runs_without_a_name_never_share_a_folder(tmp_path: Path) -> None:
    runs = [create_run(tmp_path / "new" / "root", stem="linear on cifar/10") for _ in range(5)]
    assert len({run.path for run in runs}) == 5
    assert all(run.name.partition("-")[0].isdigit() and "linear-on-cifar-10" in run.name for run in runs)
    assert all(check_name(run.name) for run in runs)
    assert all(run.checkpoints.is_dir() and run.requests.is_dir() for run in runs)
    assert create_run(tmp_path, stem="ÄÖ").name.endswith("run")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "a/b", "a\\b", "../x", "/abs", "C:x", "con", "NUL.txt", "Com1", "lpt9.a.b", "a" * 65,
     "ü", "a b", "a\n", "a\0", "end.", "last", "<img>", "$(x)", "%2e%2e"],
)  # fmt: skip
def test_names_that_some_platform_cannot_bear_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        create_run(tmp_path, name)
    assert caught.value.code == "run.name"
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["a", "A-1_b.c", "console", "0" * 64, "com", "-x", "_"])
def test_names_that_are_fine_everywhere(tmp_path: Path, name: str) -> None:
    assert create_run(tmp_path, name, settings={}).path == tmp_path / name
    with pytest.raises(UsageError) as caught:
        create_run(tmp_path, name)
    assert caught.value.code == "run.exists"
    assert f"epochscope resume {name}" in caught.value.fix


def test_a_root_that_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError):
        create_run(tmp_path / "file", "a")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_link_is_never_taken_for_a_new_run(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "runs" / "b").symlink_to(tmp_path / "nowhere")
    for name in "ab":
        with pytest.raises(UsageError):
            create_run(tmp_path / "runs", name)
    assert names(tmp_path / "elsewhere") == []
    (tmp_path / "link").symlink_to(tmp_path / "runs")
    assert create_run(tmp_path / "link", "c").path == tmp_path / "link" / "c"


def make(root: Path, name: str, started: str = "", **fields: Any) -> RunFolder:
    run = create_run(root, name)
    summary.write(run.summary, Summary(started_at=started, **fields))
    return run


def test_runs_are_found_by_name_beginning_path_and_last(tmp_path: Path) -> None:
    first = make(tmp_path, "apple-1", "2026-01-02")
    second = make(tmp_path, "apple-10", "2026-01-03")
    third = make(tmp_path, "berry", "2026-01-01")
    assert find_run(tmp_path, "apple-1") == first, "the whole name wins over a longer one"
    assert find_run(tmp_path, "b") == third
    assert find_run(tmp_path, "last") == second
    assert find_run(tmp_path / "other", str(third.path)).path == third.path
    for text, code, fix in [
        ("app", "run.ambiguous", "apple-1, apple-10"),
        ("appel-1", "run.unknown", "apple-1"),
        ("zzz", "run.unknown", "epochscope runs"),
        ("", "run.unknown", "epochscope runs"),
        ("..", "run.unknown", "epochscope runs"),
    ]:
        with pytest.raises(UsageError) as caught:
            find_run(tmp_path, text)
        assert caught.value.code == code or text == ""
        assert fix in caught.value.fix
    with pytest.raises(UsageError):
        find_run(tmp_path / "missing", "last")


def test_lists_show_the_latest_first_and_damaged_runs_as_such(tmp_path: Path) -> None:
    make(tmp_path, "a", "2026-01-01", status="completed", best_loss=0.5)
    make(tmp_path, "b", "2026-01-02", status="running")
    create_run(tmp_path, "c").summary.write_bytes(b"\0\0\0")
    create_run(tmp_path, "d").journal.write_bytes(b"")
    create_run(tmp_path, "e").summary.write_bytes(b'{"status":' + b"[" * 100_000)
    create_run(tmp_path, "empty")
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "summary.json").write_bytes(b"{}")
    (tmp_path / "note.txt").write_bytes(b"")
    entries = list_runs(tmp_path)
    assert [entry.folder.name for entry in entries] == ["b", "a", "e", "d", "c"]
    assert [entry.state for entry in entries] == ["lost", "completed", "lost", "lost", "lost"]
    assert [bool(entry.problem) for entry in entries] == [False, False, True, True, True]
    assert entries[1].summary is not None
    assert entries[1].summary.best_loss == 0.5
    assert list_runs(tmp_path / "missing") == []


def test_the_summary_is_read_back_and_tolerates_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    assert summary.read(path) is None
    whole = Summary(status="paused", attempt=2, data="digits", model="mlp", best_epoch=1, best_loss=0.0, epoch=3)
    summary.write(path, whole)
    assert summary.read(path) == whole
    path.write_bytes(b'{"status":"stopped","novelty":[1]}')
    assert summary.read(path) == Summary(status="stopped")
    path.write_bytes(b'{"status":"dancing"}')
    with pytest.raises(ValueError, match=r"summary\.json.*dancing"):
        summary.read(path)


def test_the_state_follows_summary_and_owner(tmp_path: Path) -> None:
    run = create_run(tmp_path, "a")
    assert state(run) == "lost"
    folder.write_owner(run, folder.current_owner(1))
    assert state(run) == "preparing"
    for status in ("running", "paused", "completed"):
        summary.write(run.summary, Summary(status=status))
        assert state(run) == status
    summary.write(run.summary, Summary(status="running"))
    os.utime(run.owner, (time.time() - 60, time.time() - 60))
    assert state(run) == "lost"
    durable.touch(run.owner)
    assert state(run) == "running"
    os.utime(run.owner, (0, 0))
    held = folder.acquire(run)
    assert state(run) == "running", "a stopped process touches nothing, but holds its lock"
    held.release()


def test_a_killed_owner_of_this_machine_is_dead_at_once(tmp_path: Path) -> None:
    run = create_run(tmp_path, "a")
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pid = child.pid
    folder.write_owner(run, Owner(pid=pid, host=platform.node(), started=1.0, attempt=1))
    assert not folder.is_alive(run)
    folder.write_owner(run, Owner(pid=os.getpid(), host=platform.node(), started=-100.0, attempt=1))
    assert not folder.is_alive(run), "the number now belongs to another process"


def test_the_owner_is_named_when_the_run_is_busy(tmp_path: Path) -> None:
    run = create_run(tmp_path, "a")
    owner = folder.current_owner(3)
    folder.write_owner(run, owner)
    assert folder.read_owner(run) == owner
    held = folder.acquire(run)
    with pytest.raises(UsageError) as caught:
        folder.acquire(run)
    held.release()
    for part in (str(os.getpid()), platform.node(), owner.since):
        assert part in caught.value.what
    for damage in (b"", b"{}", b"[" * 100_000, b"\xff", msgspec.json.encode({"pid": "x"})):
        run.owner.write_bytes(damage)
        assert folder.read_owner(run) is None
        assert not folder.is_alive(run)


def test_paths_in_run_files_stay_inside(tmp_path: Path) -> None:
    run = create_run(tmp_path, "a")
    assert confined(run, "checkpoints/last-000000001.safetensors").parent == run.checkpoints
    assert confined(run, "./log.txt") == run.log
    hostile = [
        "",
        ".",
        "/etc/passwd",
        "../b",
        "checkpoints/../../b",
        "C:/x",
        "C:x",
        "\\\\host\\share",
        "a\\..\\b",
        "a\0b",
    ]
    if sys.platform != "win32":
        (run.path / "out").symlink_to("/etc")
        (run.path / "in").symlink_to(run.checkpoints)
        assert confined(run, "in/x") == run.path / "in" / "x"
        hostile += ["out/passwd", "out"]
    for path in hostile:
        with pytest.raises(DataError) as caught:
            confined(run, path)
        assert caught.value.code == "run.outside"


def test_a_list_needs_no_file_but_the_summary_of_each_run(tmp_path: Path) -> None:
    text = msgspec.json.encode(Summary(status="completed", started_at="2026"))
    for number in range(500):
        run = RunFolder(tmp_path / f"r{number}")
        run.path.mkdir()
        run.summary.write_bytes(text)
        run.metrics.mkdir()  # reading it would fail
        run.checkpoints.write_bytes(b"")
    assert [entry.state for entry in list_runs(tmp_path)] == ["completed"] * 500
