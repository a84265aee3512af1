"""Engines are processes of their own: started, found, asked, ended. No Qt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gui.engine import processes
from trainer.errors import UsageError
from trainer.store import summary as summaries
from trainer.store.folder import RunFolder, current_owner, is_alive, state, write_owner
from trainer.store.process import process_started
from trainer.store.run_creation import create_run
from trainer.store.run_owner import Owner

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def until(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return value


@pytest.fixture
def child() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """A Python process in a group of its own; ended with the test."""
    made: list[subprocess.Popen[bytes]] = []

    def start(code: str) -> subprocess.Popen[bytes]:
        made.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True))
        out = made[-1].stdout
        assert out is not None
        assert out.readline().strip() == b"ready"
        return made[-1]

    yield start
    for process in made:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def owned(root: Path, pid: int, name: str = "hangs", **more: Any) -> RunFolder:
    folder = create_run(root, name)
    values: dict[str, Any] = {"pid": pid, "host": current_owner(1).host, "started": process_started(pid), "attempt": 1}
    write_owner(folder, Owner(**(values | more)))
    return folder


@pytest.mark.slow
def test_an_engine_trains_by_itself_and_prints_to_a_file(root: Path) -> None:
    arguments = ["train", "digits", "--epochs", "2", "--name", "mine", "--runs", str(root)]
    engine = processes.start(sys.executable, arguments, root, "mine")
    assert engine.folder == RunFolder(root / "mine")
    if sys.platform != "win32":
        assert os.getsid(engine.pid) == engine.pid != os.getsid(0)
    until(lambda: engine.exit_code is not None, 90)
    assert engine.exit_code == 0
    assert state(engine.folder) == "completed"
    assert "macro-F1" in engine.output()
    assert engine.log.parent == root / processes.LOGS


def test_what_an_engine_refuses_can_be_read(root: Path) -> None:
    engine = processes.start(sys.executable, ["train", "digits", "--nonsense", "1"], root, "mine")
    until(lambda: engine.exit_code is not None)
    assert engine.exit_code == 4
    assert "--nonsense" in engine.output()
    assert not engine.folder.path.exists()


def test_a_python_that_is_none_is_told(root: Path) -> None:
    with pytest.raises(UsageError) as caught:
        processes.start(str(root / "python"), [], root, "mine")
    assert caught.value.code == "engine.start"


def test_old_logs_are_dropped(root: Path) -> None:
    logs = root / processes.LOGS
    logs.mkdir()
    for number in range(30):
        (logs / f"2020{number:04}.txt").touch()
    engine = processes.start(sys.executable, ["--version"], root, "mine")
    until(lambda: engine.exit_code is not None)
    assert len(list(logs.iterdir())) == processes.KEPT_LOGS


def test_live_runs_are_found_by_their_owner(root: Path) -> None:
    for name in ("b", "a", "stale", "elsewhere", ".hidden"):
        (root / name).mkdir()
    write_owner(RunFolder(root / "a"), current_owner(1))
    write_owner(RunFolder(root / "b"), current_owner(1))
    write_owner(RunFolder(root / "stale"), current_owner(1))
    os.utime(root / "stale" / "owner.json", (1, 1))
    assert [folder.name for folder in processes.LiveRuns(root).look()] == ["a", "b"]
    assert processes.LiveRuns(root / "none").look() == []


@POSIX
def test_a_process_that_obeys_is_only_asked(root: Path, child: Any) -> None:
    code = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print('ready', flush=True);"
    process = child(code + "signal.pause()")
    ending = processes.Ending(owned(root, process.pid))
    until(lambda: process.poll() is not None)
    assert process.returncode == 7
    assert ending.done()


@POSIX
def test_a_process_that_hangs_is_ended_with_its_helpers(
    root: Path, child: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.2)
    code = (
        "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "open('helper.pid', 'w').write(str(helper.pid));"
        "print('ready', flush=True); helper.wait()"
    )
    monkeypatch.chdir(root)
    process = child(code)
    helper = int((root / "helper.pid").read_text())
    ending = processes.Ending(owned(root, process.pid))
    assert not ending.done()
    until(lambda: ending.done() or process.poll() is not None)
    assert process.wait() == -signal.SIGKILL
    until(lambda: process_started(helper) is None)
    assert ending.done()


@POSIX
def test_a_stopped_process_is_ended(root: Path, child: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.2)
    process = child("import time; print('ready', flush=True); time.sleep(60)")
    os.kill(process.pid, signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # it has stopped, and not only been told to
    ending = processes.Ending(owned(root, process.pid))
    until(lambda: ending.done() or process.poll() is not None)
    assert process.wait() == -signal.SIGKILL


def test_another_machine_s_process_is_left_alone(root: Path) -> None:
    with pytest.raises(UsageError) as caught:
        processes.Ending(owned(root, os.getpid(), host="elsewhere"))
    assert caught.value.code == "engine.elsewhere"


@pytest.mark.parametrize("started", [None, 1.0])
def test_a_number_that_was_given_anew_is_left_alone(root: Path, child: Any, started: float | None) -> None:
    process = child("import time; print('ready', flush=True); time.sleep(60)")
    folder = owned(root, process.pid, started=started)
    if started is None:
        with pytest.raises(UsageError) as caught:
            processes.Ending(folder)
        assert caught.value.code == "engine.unknown"
    else:
        assert processes.Ending(folder).done()
    assert process.poll() is None


def test_no_process_is_known_of_a_run_without_owner(root: Path) -> None:
    with pytest.raises(UsageError):
        processes.Ending(create_run(root, "empty"))


def test_the_end_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    assert processes.tail(path) == ""
    path.write_bytes(b"one\r\ntwo\xff\n")
    assert processes.tail(path) == "one\ntwo\ufffd\n"
    assert processes.tail(path, 7) == "two\ufffd\n"
    path.write_text("line\n" * 10_000)
    assert set(processes.tail(path).splitlines()) == {"line"}
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        assert processes.tail(tmp_path / "pipe") == ""


def test_a_python_is_asked_whether_it_can_train() -> None:
    check = processes.PythonCheck(sys.executable)
    found = until(check.result)
    check.close()
    assert isinstance(found, str)
    assert "torch" in found
    assert check.devices == []


@pytest.mark.parametrize(
    ("script_text", "code"),
    [
        ("raise SystemExit(3)", "engine.exit_code"),
        ("raise SystemExit(1)", "engine.not_installed"),
        ("print('hello')", "engine.not_installed"),
        ("print('{}')", "engine.not_installed"),
        ('print(\'{"versions": {"python": "3"}, "devices": null}\')', "engine.no_torch"),
    ],
)
def test_a_python_that_cannot(tmp_path: Path, script_text: str, code: str) -> None:
    if sys.platform == "win32":
        pytest.skip("a script as interpreter")
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\n{script_text}\n")
    script.chmod(0o755)
    check = processes.PythonCheck(str(script))
    found = until(check.result)
    check.close()
    assert isinstance(found, UsageError)
    assert found.code == code
    assert found.parameters == ({"exit_code": 3} if code == "engine.exit_code" else {})


def test_a_python_that_is_not_there(tmp_path: Path) -> None:
    check = processes.PythonCheck(str(tmp_path / "none"))
    found = check.result()
    assert isinstance(found, UsageError)
    assert (found.code, found.parameters["errno"]) == ("engine.start", "ENOENT")
    check.close()


def test_a_check_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("a script as interpreter")
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\nimport time; time.sleep(60)\n")
    script.chmod(0o755)
    monkeypatch.setattr(processes, "CHECK_SECONDS", 0.0)
    check = processes.PythonCheck(str(script))
    found = check.result()
    assert isinstance(found, UsageError)
    assert found.code == "engine.no_answer"
    check.close()


def test_alive_agrees(root: Path) -> None:
    assert is_alive(owned(root, os.getpid()))


def test_it_imports_no_qt_and_no_torch() -> None:
    code = (
        "import sys, gui.engine.processes, gui.viewmodels.run_state;"
        "sys.exit(any(name.split('.')[0] in ('PySide6', 'torch', 'sklearn', 'pandas') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_live_runs_of_other_machines_are_found_by_their_beats(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("far", "still"):
        (root / name).mkdir()
        write_owner(RunFolder(root / name), Owner(pid=7, host="another", started=1.0, attempt=1))
        os.utime(root / name / "owner.json", (1, 1))
    runs = processes.LiveRuns(root)
    assert runs.look() == []
    for beat in (2, 3, 4):
        os.utime(root / "far" / "owner.json", (beat, beat))
        assert [folder.name for folder in runs.look()] == ["far"]


def test_a_run_that_said_its_end_is_not_live_while_its_process_trains_the_next(root: Path) -> None:
    runs = processes.LiveRuns(root)
    for name in ("trial-1", "trial-2"):
        owned(root, os.getpid(), name)
    assert [folder.name for folder in runs.look()] == ["trial-1", "trial-2"]
    summaries.write(root / "trial-1" / "summary.json", summaries.Summary(status="completed"))
    assert [folder.name for folder in runs.look()] == ["trial-2"]
