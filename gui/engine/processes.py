"""Engines: started in their own session, found, controlled, and killed if they hang. No Qt, no pipes.

A window may die at any moment; engines do not depend on it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from trainer.errors import UsageError
from trainer.store import durable
from trainer.store import summary as summaries
from trainer.store.disk_errors import disk_error
from trainer.store.folder import RunFolder, read_owner
from trainer.store.heartbeat import Heartbeat
from trainer.store.process import alive
from trainer.store.requests import Do, Request, When, post

SOURCE = "window"
DONE_CODES = (0, 3)
"""Completed; stopped and resumable."""
LOGS = ".engines"
KEPT_LOGS = 20
TAIL_BYTES = 16_384
PATIENCE_SECONDS = 10.0
"""Seconds for a process to finish its step and save before it is killed."""
CHECK_SECONDS = 60.0
FIRST_LOOKS = 100
START_SECONDS = 300.0
"""Seconds until an engine's first record: it imports PyTorch, possibly over a network."""
_STAMP, _STAMP_LENGTH = "%Y%m%d-%H%M%S-%f", 22


class EngineProcess:
    """A process that trains, started here. `folder` is the run it was started for, which it may yet have to make;
    `started_at`: seconds since 1970."""

    def __init__(self, process: subprocess.Popen[bytes], folder: RunFolder, log: Path) -> None:
        self._process = process
        self.folder = folder
        self.log = log
        self.started_at = time.time()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def output(self) -> str:
        """The end of its output, as plain text."""
        return tail(self.log)

    def stop(self) -> None:
        """Ask it to end after this step, and save. Raises UsageError and DiskError."""
        ask(self.folder, "stop")

    def release(self) -> None:
        """Let it continue on its own: subprocess would warn about a process that outlives us, which is intended."""
        if self._process.poll() is None:
            self._process.returncode = 0


def start(
    python: str, arguments: Sequence[str], root: Path, name: str, kind: type[EngineProcess] = EngineProcess
) -> EngineProcess:
    """Run `epochscope ARGUMENTS` with this interpreter, for the run `name` under `root`; `kind`: what stands for it.

    Input is empty; what it prints goes to a file under `root`. Raises UsageError `engine.start` where the interpreter
    cannot be run, and DiskError where `root` cannot be written.
    """
    logs = root / LOGS
    durable.ensure_folder(logs)
    _drop_old(logs)
    log = logs / f"{datetime.now():{_STAMP}}-{name}.txt"
    # -P: a file called torch.py in the current folder must not shadow torch
    command = [python, "-P", "-m", "trainer", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    try:
        output = durable.seam.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    except OSError as error:
        raise disk_error(error, log) from error
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=root, env=environment, **_apart()
        )
    except OSError as error:
        raise _cannot_run(python, error) from error
    finally:
        os.close(output)
    return kind(process, RunFolder(root / name), log)


def _apart() -> dict[str, Any]:
    """Its own session: neither Ctrl-C in our terminal nor our end affects it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _cannot_run(python: str, error: OSError) -> UsageError:
    reason = error.strerror or str(error)
    return UsageError(
        "engine.start",
        f"{python} cannot be run: {reason}.",
        expected="the Python in which epochscope is installed",
        fix="choose it in the settings",
        python=python,
        reason=reason,
        errno=errno.errorcode.get(error.errno or 0, ""),
    )


def _drop_old(logs: Path) -> None:
    old = sorted(path for path in logs.glob("*.txt"))[: -KEPT_LOGS + 1]
    for path in old:
        with contextlib.suppress(OSError):
            path.unlink()


def tail(path: Path, limit: int = TAIL_BYTES) -> str:
    """The end of a text file, whole lines; "" where it cannot be read. Links and devices are not followed."""
    try:
        descriptor = durable.open_regular(path)
    except OSError:
        return ""
    try:
        size = os.fstat(descriptor).st_size
        os.lseek(descriptor, max(0, size - limit), os.SEEK_SET)
        data = os.read(descriptor, limit)
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    text = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return text if size <= limit else text.partition("\n")[2]


def printed(folder: RunFolder, began: float) -> str:
    """The end of what the engine of a run has printed, its callbacks included, where a window started it; else "".

    `began`: when the run's attempt began, seconds since 1970, 0 where it has not. Output of an engine that was started
    long before is of another run of that name.
    """
    try:
        names = sorted(os.listdir(folder.path.parent / LOGS), reverse=True)  # noqa: PTH208 - names are all it needs
    except OSError:
        return ""
    for name in names:
        if name[_STAMP_LENGTH:] != f"-{folder.name}.txt":
            continue
        try:
            started = datetime.strptime(name[:_STAMP_LENGTH], _STAMP).timestamp()
        except ValueError:
            continue
        if not began or started - 1 <= began <= started + START_SECONDS:
            return tail(folder.path.parent / LOGS / name)
    return ""


def ask(folder: RunFolder, do: Do, when: When = "step") -> Request:
    """Post a request, whose id RequestHandled repeats. Raises UsageError and DiskError."""
    return post(folder, do, when=when, source=SOURCE)


class LiveRuns:
    """Runs under `root` on which an engine works. Quick: only those are looked at whose owner.json has changed since
    the look before, or is among the newest at the first one. Call `look` every two seconds or so."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._beats: dict[str, int] = {}
        self._hearts: dict[str, Heartbeat] = {}

    def look(self) -> list[RunFolder]:
        """Those that are live now, by name. A run of another machine counts once its heartbeat was seen to move."""
        first, beats = not self._beats, self._read_beats()
        newest = sorted(beats, key=lambda name: beats[name], reverse=True)[:FIRST_LOOKS] if first else []
        changed = [name for name, beat in beats.items() if not first and beat != self._beats.get(name)]
        for name in (*newest, *changed):
            self._hearts.setdefault(name, Heartbeat(self.root / name))
        self._beats = beats
        found = []
        for name, heart in list(self._hearts.items()):
            alive = name in beats and heart.look()
            if alive and not heart.undecided and not _ended(self.root / name):
                found.append(RunFolder(self.root / name))
            elif name not in beats or not heart.undecided:
                del self._hearts[name]
        return sorted(found, key=lambda folder: folder.name)

    def _read_beats(self) -> dict[str, int]:
        beats = {}
        with contextlib.suppress(OSError), os.scandir(self.root) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    with contextlib.suppress(OSError):
                        beats[entry.name] = os.stat(f"{entry.path}/owner.json").st_mtime_ns  # noqa: PTH116 - of thousands
        return beats


def _ended(path: Path) -> bool:
    """Whether the run says so, as the list of runs shows it: a process that trains several in turn outlives each."""
    found = summaries.find(path / "summary.json")
    return found is not None and found.status in summaries.ENDED


class Ending:
    """Ends the process that works on a run and does not answer: asks it first, and after 10 seconds no longer asks.
    Call `done` again and again.

    Raises UsageError `engine.elsewhere` where it works on another machine, `engine.unknown` where it cannot be told
    whether the process of that number is still the one that was meant.
    """

    def __init__(self, folder: RunFolder) -> None:
        owner = read_owner(folder)
        if owner is None or owner.started is None:
            raise UsageError("engine.unknown", "It is not known which process is training this run.", where=folder.name)
        if owner.host != platform.node():
            raise UsageError("engine.elsewhere", f"This run belongs to {owner}; stop it there.", where=folder.name)
        self._pid, self._started = owner.pid, owner.started
        self._until = time.monotonic() + PATIENCE_SECONDS
        self._signal(signal.SIGTERM)

    def done(self) -> bool:
        """Whether the process is gone."""
        if not alive(self._pid, self._started):
            return True
        if time.monotonic() >= self._until:
            self._signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        return False

    def _signal(self, number: int) -> None:
        if not alive(self._pid, self._started):
            return
        with contextlib.suppress(OSError):
            # helpers of the engine are in its group, where it leads one of its own
            if sys.platform != "win32" and number == signal.SIGKILL and os.getpgid(self._pid) == self._pid:
                os.killpg(self._pid, number)
            else:
                os.kill(self._pid, number)


class PythonCheck:
    """Asks an interpreter whether it can train, with `describe --json`; `full` loads PyTorch, for `devices`.

    Call `result` again and again, then `close`.
    """

    def __init__(self, python: str, *, full: bool = False) -> None:
        self.python = python
        self.devices: list[str] = []
        """Names, once it has answered."""
        self._answer: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close
        self._until = time.monotonic() + CHECK_SECONDS
        self._problem: UsageError | None = None
        self._process: subprocess.Popen[bytes] | None = None
        command = [python, "-P", "-m", "trainer", "describe", "--json", *(["--full"] if full else [])]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=self._answer, stderr=subprocess.DEVNULL, **_apart()
            )
        except OSError as error:
            self._problem = _cannot_run(python, error)

    def result(self) -> str | UsageError | None:
        """Versions of an interpreter that can train, or why it cannot; None until it has answered."""
        if self._process is None:
            return self._problem
        code = self._process.poll()
        if code is None:
            return None if time.monotonic() < self._until else UsageError("engine.no_answer", "It does not respond.")
        if code == 1:  # Python has not found our module
            return UsageError("engine.not_installed", "Epochscope is not installed in it.")
        if code != 0:
            return UsageError("engine.exit_code", f"It ended with exit code {code}.", exit_code=code)
        self._answer.seek(0)
        try:
            document = json.loads(self._answer.read())
            versions = document["versions"]
            self.devices = [str(device["name"]) for device in document["devices"] or ()]
            if "torch" not in versions:
                return UsageError("engine.no_torch", "PyTorch is not installed in it.")
            return ", ".join(f"{name} {versions[name]}" for name in ("epochscope", "python", "torch"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return UsageError("engine.not_installed", "Epochscope is not installed in it.")

    def close(self) -> None:
        """Abandon the query."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._answer.close()
