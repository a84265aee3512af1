"""Several machines on one disk, and a machine that is renamed: a run has one writer, and a dead one blocks nobody."""

from __future__ import annotations

import os
import platform
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.reliability.harness import assert_same
from tests.reliability.supervisor import child
from trainer.errors import UsageError
from trainer.launch import resume
from trainer.store import folder as folders
from trainer.store import heartbeat, lock
from trainer.store.folder import RunFolder, is_alive, list_runs, state, write_owner
from trainer.store.run_creation import create_run
from trainer.store.run_owner import Owner

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forkserver, locks of POSIX")
GATE = {"at": "step", "number": 40}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = RunFolder(tmp_path_factory.mktemp("whole") / "run")
    with child(run) as process:
        assert process.wait() == 0
    return run


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watches others for half a second: their heart is known to be still."""
    monkeypatch.setattr(heartbeat, "WATCH_SECONDS", 0.5)
    monkeypatch.setattr(heartbeat.watch, "__defaults__", (0.5,))
    real = heartbeat.works_elsewhere
    monkeypatch.setattr("trainer.engine.run_guard.works_elsewhere", partial(real, seconds=0.5))


def rename_host(patch: pytest.MonkeyPatch, name: str = "renamed") -> None:
    patch.setattr(platform, "node", lambda: name)


@pytest.mark.usefixtures("_impatient")
def test_a_host_that_was_renamed_between_start_and_resume(
    tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, gate=GATE) as process:
        process.until_gate()
    rename_host(monkeypatch)
    assert state(run) == "lost"
    assert resume(run).status == "completed"
    owner = folders.read_owner(run)
    assert owner is not None
    assert owner.host == "renamed"
    assert_same(run, whole)


def test_a_host_that_is_renamed_while_a_run_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, gate=GATE) as process:
        process.until_gate()
        rename_host(monkeypatch)
        assert state(run) == "running"
        assert [entry.state for entry in list_runs(tmp_path)] == ["running"]
        with pytest.raises(UsageError, match="being written by process") as caught:
            resume(run)
        assert caught.value.code == "run.busy"


@pytest.mark.slow
def test_two_hosts_on_one_disk(tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of one is not seen by the other, as on some network disks."""
    run = RunFolder(tmp_path / "run")
    with child(run, gate=GATE) as process, monkeypatch.context() as patch:
        process.until_gate()
        rename_host(patch, "bob")
        patch.setattr(lock, "is_locked", lambda path: None)
        patch.setattr(lock, "_lock", lambda fd: None)
        before = run.owner.read_bytes()
        assert is_alive(run)
        assert [entry.state for entry in list_runs(tmp_path)] == ["running"]
        with pytest.raises(UsageError, match="being written by process") as caught:
            resume(run)
        assert caught.value.code == "run.busy"
        assert run.owner.read_bytes() == before
        process.process.kill()
        process.process.join()
        assert state(run) == "lost"
        assert resume(run).status == "completed"
    assert_same(run, whole)


@pytest.mark.usefixtures("_impatient")
def test_a_process_here_with_the_number_of_a_dead_one_elsewhere(tmp_path: Path) -> None:
    run = create_run(tmp_path, "far")
    write_owner(run, Owner(pid=os.getpid(), host="another", started=None, attempt=1))
    assert not is_alive(run), "the number is one of another machine"
    write_owner(run, Owner(pid=os.getpid(), host=platform.node(), started=1.0, attempt=1))
    assert not is_alive(run), "it is another process by now"
