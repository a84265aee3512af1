"""One writer; a dead one never blocks; asking never harms."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from trainer.errors import DiskError, UsageError
from trainer.store import lock, process
from trainer.store.lock import RunLock, is_locked

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="record locks are POSIX")

HOLDER = """
import os, sys, time
from trainer.store.lock import RunLock
held = RunLock(sys.argv[1])
if sys.argv[2] == "fork" and os.fork() == 0:
    print(os.getpid(), flush=True)
    time.sleep(20)
    os._exit(0)
if sys.argv[2] != "fork":
    print("held", flush=True)
time.sleep(20)
"""


def holder(path: Path, how: str = "plain") -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", HOLDER, str(path), how], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    child.stdout.close()
    return line


def test_one_process_holds_it_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert is_locked(path) in (False, None)
    held = RunLock(path)
    assert is_locked(path)
    with pytest.raises(UsageError) as caught:
        RunLock(tmp_path / "." / "lock", holder="process 7 on ada since noon")
    assert caught.value.code == "run.busy"
    assert "process 7 on ada since noon" in str(caught.value)
    held.release()
    held.release()
    assert not is_locked(path)
    RunLock(path).release()


@posix
def test_a_second_process_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as child:
        first_line(child)
        assert is_locked(path)
        with pytest.raises(UsageError, match="being written by"):
            RunLock(path)
        assert is_locked(path), "a refused try leaves no trace"
        child.kill()
    assert is_locked(path) is False
    RunLock(path).release()


@posix
def test_asking_does_not_release_our_own(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = RunLock(path)
    query = f"from trainer.store.lock import is_locked; print(is_locked({str(path)!r}))"
    for _ in range(2):
        assert is_locked(path)
        answer = subprocess.run([sys.executable, "-c", query], capture_output=True, text=True, cwd=ROOT, check=True)
        assert answer.stdout == "True\n"
    held.release()


@posix
def test_a_forked_worker_does_not_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path, "fork") as child:
        worker = int(first_line(child))
        try:
            assert is_locked(path)
            child.kill()
            child.wait()
            assert process.process_started(worker) is not None
            RunLock(path).release()
        finally:
            os.kill(worker, signal.SIGKILL)


@posix
def test_a_lock_that_cannot_be_opened_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DiskError):
        RunLock(tmp_path / "lock")
    assert is_locked(tmp_path / "lock") is None
    with pytest.raises(DiskError):
        RunLock(tmp_path / "missing" / "lock")
    with pytest.raises(DiskError):
        RunLock(tmp_path / "missing" / "lock")  # the failed try is not remembered as held


def test_other_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    layout, at = lock._flock_layout("darwin")
    assert struct.calcsize(layout) == 24
    assert struct.unpack(layout, struct.pack(layout, 0, 0, 0, 3, 0))[at] == 3
    monkeypatch.setattr(sys, "platform", "win32")
    (tmp_path / "lock").write_bytes(b"")
    assert is_locked(tmp_path / "lock") is None

    class Msvcrt:
        LK_NBLCK = 2
        refused = False

        def locking(self, fd: int, mode: int, count: int) -> None:
            assert (mode, count) == (2, 1)
            if self.refused:
                raise PermissionError(13, "Permission denied")

    fake = Msvcrt()
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    RunLock(tmp_path / "lock").release()
    fake.refused = True
    with pytest.raises(UsageError, match="being written by"):
        RunLock(tmp_path / "lock")


def test_a_process_is_known_by_number_and_start() -> None:
    mine = process.process_started(os.getpid())
    assert mine is not None
    assert process.alive(os.getpid(), mine)
    assert process.alive(os.getpid(), None)
    assert not process.alive(os.getpid(), mine - 100), "the number was given to another process"
    assert process.process_started(0) is None
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pid = child.pid
    assert process.process_started(pid) is None


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="needs waitid")
def test_a_dead_child_that_nobody_waited_for_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process.process_started(child.pid) is None
    child.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere psutil asks the system")
def test_a_clock_that_is_set_does_not_change_who_a_process_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    fields = ["S", *map(str, range(4, 22)), "12300", *map(str, range(23, 53))]
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "stat").write_text(f"5 (a) Z (b) {' '.join(fields)}\n", encoding="utf-8")
    for booted in (1_000_000_000, 1_000_003_600):
        (tmp_path / "stat").write_text(f"cpu 1 2 3\nbtime {booted}\n", encoding="utf-8")
        assert process.process_started(5) == pytest.approx(12300 / os.sysconf("SC_CLK_TCK"))


def test_a_process_that_may_not_be_looked_at_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int) -> None:
        raise psutil.AccessDenied(pid)

    monkeypatch.setattr(psutil, "Process", refuse)
    assert process.process_started(os.getpid()) is None
