"""One entry after another, each in a fresh interpreter: its memory and threads are its own. [no torch]

The run folder is the interface: it is followed for progress, and asked to stop on Ctrl-C.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

from trainer.baselines.entries import Contestant
from trainer.baselines.further_metrics import LabelMetric
from trainer.baselines.outcome import Outcome
from trainer.errors import EpochscopeError
from trainer.events import Event, UnknownEvent
from trainer.settings import Settings
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.requests import post
from trainer.store.run_creation import dated_name, numbered_names

WORKER = "trainer.baselines.worker"
LOOK_SECONDS = 0.1
Watcher = Callable[[Outcome, Event | UnknownEvent | None], None]
"""Called with each event of an entry, and with None at its end."""


class Interrupts:
    """Context manager that counts Ctrl-C and SIGTERM instead of ending; outside the main thread it does nothing.

    Attributes:
        count: How often one came.
    """

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._came)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _came(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


def hold(
    contestants: Sequence[Contestant],
    root: Path,
    stem: str,
    *,
    seconds: float | None = None,
    watch: Watcher = lambda outcome, event: None,
    interrupts: Interrupts | None = None,
    metrics: Mapping[str, LabelMetric] | None = None,
) -> list[Outcome]:
    """Train all entries, each in a run `stem`-NAME under `root`. If an entry fails, its outcome holds the error.

    The first interrupt stops the current run and starts no other; a second one kills its process.

    Args:
        contestants: The entries.
        root: Folder of all runs.
        stem: Beginning of the runs' names, see `started_at`.
        seconds: No epoch begins after this many seconds of training. None: no limit.
        watch: Called with each event of an entry, and with None at its end.
        interrupts: Counts Ctrl-C. None: it is not handled.
        metrics: Further columns by name. None: none.

    Returns:
        The outcomes, in the order of training.
    """
    interrupts = interrupts or Interrupts()
    outcomes: list[Outcome] = []
    for contestant in contestants:
        if interrupts.count:
            break
        outcome = Outcome(contestant, RunFolder(root / f"{stem}-{contestant.name}"), metrics=metrics or {})
        outcomes.append(outcome)
        _train(outcome, seconds, watch, interrupts)
    return outcomes


def prepare(settings: Settings, interrupts: Interrupts) -> list[str]:
    """Open the data once before training: problems show up now, and no entry has to decode images.

    Args:
        settings: Data and seed.
        interrupts: The first interrupt ends it.

    Returns:
        Notes about the data, such as files that are not used.

    Raises:
        EpochscopeError: The data cannot be opened.
    """
    spec = {"kind": "data", "settings": settings.model_dump()}
    report = _report(spec, lambda process: process.kill() if interrupts.count else None)
    if (found := report.get("error")) is not None and not interrupts.count:
        raise _as_error(found)
    return list(report.get("notes", ()))


def _train(outcome: Outcome, seconds: float | None, watch: Watcher, interrupts: Interrupts) -> None:
    reader = JournalReader(outcome.folder.journal)

    def follow(process: subprocess.Popen[bytes]) -> None:
        for record in reader.read():
            outcome.take_in([record])
            watch(outcome, record.event)
        if interrupts.count and not outcome.interrupted:
            outcome.interrupted = True
            _ask_to_stop(outcome.folder, process)
        if interrupts.count > 1:
            process.kill()

    outcome.report = _report(_spec(outcome, seconds), follow)
    if (found := outcome.report.get("error")) is not None and not outcome.interrupted:
        outcome.error = _as_error(found)
    outcome.compute_metrics()
    watch(outcome, None)


def _spec(outcome: Outcome, seconds: float | None) -> dict[str, Any]:
    contestant, folder = outcome.contestant, outcome.folder
    return {
        "kind": contestant.kind,
        "settings": contestant.settings.model_dump(),
        "options": dict(contestant.options),
        "root": str(folder.path.parent.absolute()),
        "name": folder.name,
        "seconds": seconds,
    }


def _report(spec: dict[str, Any], look: Callable[[subprocess.Popen[bytes]], None]) -> dict[str, Any]:
    """What a worker prints; `look` is called ten times a second, and once after its end."""
    # -P: a file called torch.py in the current folder must not be taken for torch
    command = [sys.executable, "-P", "-m", WORKER, json.dumps(spec)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=printed, stderr=complaints, env=environment, **_apart()
        )
        try:
            while process.poll() is None:
                look(process)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_SECONDS)
            look(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        return _printed(process.returncode, printed, complaints)


def _apart() -> dict[str, Any]:
    """A session of its own: Ctrl-C in our terminal reaches us alone, and we ask it to stop, once."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _ask_to_stop(folder: RunFolder, process: subprocess.Popen[bytes]) -> None:
    """By a request; where that is not possible (no engine works on the run yet, or the disk is full) by a signal."""
    try:
        post(folder, "stop", source="Ctrl-C")
    except EpochscopeError:
        process.terminate()


def _printed(code: int, printed: IO[bytes], complaints: IO[bytes]) -> dict[str, Any]:
    printed.seek(0)
    try:
        found: dict[str, Any] = json.loads(printed.read())
    except ValueError:
        complaints.seek(0)
        last = complaints.read().decode("utf-8", "replace").strip().splitlines()[-1:]
        return {"error": {"code": "compare.died", "what": _died(code, last)}}
    return found


def _died(code: int, last: Sequence[str]) -> str:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"The process ended without a result ({how})" + (f": {last[0]}" if last else "")


def _as_error(found: dict[str, Any]) -> EpochscopeError:
    """The error that the process had, for people."""
    known = {
        cls.exit_code: cls for cls in EpochscopeError.__subclasses__() if cls.__module__ == EpochscopeError.__module__
    }
    cls = known.get(int(found.get("exit_code", 1)), EpochscopeError)
    parts = {key: str(found.get(key, "")) for key in ("where", "expected", "fix")}
    return cls(str(found["code"]), str(found["what"]), **parts, **found.get("parameters", {}))


def started_at(stem: str, root: Path) -> str:
    """Make the beginning of the names of a comparison's runs: date, time and `stem`.

    Args:
        stem: What is compared.
        root: Folder of all runs.

    Returns:
        A name that no run under `root` begins with.
    """
    return next(name for name in numbered_names(dated_name(stem)) if not any(root.glob(f"{name}*")))
