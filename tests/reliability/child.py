"""A run in a process of its own, steered by its supervisor through a pipe.

`gate` says where the process stops once, says so, and waits: `{"at": "go" | "preparing" | "started" | "validated"}`,
`{"at": "step", "number": n}` or `{"at": "save", "call": name of a call to the disk below checkpoints/, "number": n}`;
with `"echo": true` it says so again when SIGINT was taken there; with `"reports": "all"` no two steps are merged into
one report. `pace`: seconds a step takes. Ends with the exit codes of the command line.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from trainer.callback import Callback
from trainer.engine import loop
from trainer.errors import EpochscopeError
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store import durable
from trainer.store.folder import RunFolder


class Gate:
    """Opens once."""

    def __init__(self, where: dict[str, Any], pipe: Connection) -> None:
        self.where = where
        self.pipe = pipe
        self.count = 0
        self.open = False

    def reached(self, at: str, **facts: Any) -> None:
        if self.open or at != self.where.get("at"):
            return
        if at == "save":
            if facts["call"] != self.where["call"]:
                return
            self.count += 1
            facts["number"] = self.count
        if "number" in self.where and facts["number"] != self.where["number"]:
            return
        self.open = True
        if self.where.get("echo"):
            self._echo()
        self.pipe.send("here")
        self.pipe.recv()

    def _echo(self) -> None:
        handler: Any = signal.getsignal(signal.SIGINT)

        def taken(*args: Any) -> None:
            handler(*args)
            self.pipe.send("taken")

        signal.signal(signal.SIGINT, taken)


class Gates(Callback):
    """The last to hear of each event: all others have dealt with it."""

    on_error = "stop"

    def __init__(self, gate: Gate, pace: float) -> None:
        self.gate = gate
        self.pace = pace

    def on_preparing(self, event: Any, run: Any) -> None:
        self.gate.reached("preparing")

    def on_run_started(self, event: Any, run: Any) -> None:
        self.gate.reached("started")

    def on_batch_ended(self, event: Any, run: Any) -> None:
        time.sleep(self.pace)
        self.gate.reached("step", number=event.step)

    def on_validation_done(self, event: Any, run: Any) -> None:
        self.gate.reached("validated")


class GatedDisk(durable.Seam):
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.paths: dict[int, str] = {}

    def _reached(self, call: str, path: Any) -> None:
        if "checkpoints" in Path(path).parts:
            self.gate.reached("save", call=call)

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        self.paths[fd] = str(path)
        if flags & os.O_EXCL:
            self._reached("open", path)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        # half of it is there when the gate is reached
        done = super().write(fd, memoryview(data)[: max(1, len(data) // 2)])
        self._reached("write", self.paths[fd])
        return done

    def fsync(self, fd: int) -> None:
        self._reached("fsync", self.paths[fd])

    def replace(self, source: Path, target: Path) -> None:
        self._reached("before replace", target)
        super().replace(source, target)
        self._reached("replace", target)


def run(
    folder: RunFolder,
    settings: dict[str, Any] | None,
    where: dict[str, Any],
    pace: float,
    pipe: Connection,
    errors: Path,
) -> None:
    """What the process does; `settings` None resumes."""
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    gate = Gate(where, pipe)
    durable.seam = GatedDisk(gate)
    gates = Gates(gate, pace)
    if where.get("reports") == "all":
        loop.REPORT_SECONDS = 0.0
    gate.reached("go")
    try:
        if settings is None:
            result = resume(folder, callbacks=[gates], signals=True)
        else:
            result = start(merge(settings), folder.path.parent, name=folder.name, callbacks=[gates], signals=True)
    except EpochscopeError as error:
        os.write(2, f"{error.code}\n{error}\n".encode())
        sys.exit(error.exit_code)
    sys.exit(3 if result.status == "stopped" else 0)
