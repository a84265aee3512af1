"""Asks `python -m trainer assist` what needs torch: data, preview, predict and so on. No Qt; nothing here blocks a
window.

The helper answers one request after the other, so one thread speaks with it: it starts the process, writes a request,
reads lines until the answer, and puts all it hears into a queue. `poll` empties that queue on the window's timer.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

Answer = dict[str, Any]
"""{"ok": true, ...}, or {"ok": false, "code", "parameters", "what", "where", "expected", "fix"}."""
Progress = Callable[[str, int, int], None]

CLOSE_SECONDS = 0.5
TOLD_LINES = 20
"""Of what a helper that died had printed."""
MAX_LINE = 256 << 20


@dataclass(frozen=True)
class _Request:
    number: int
    do: str
    fields: dict[str, Any]
    callback: Callable[[Answer], None]
    progress: Progress | None


class RpcClient:
    """Client of one helper, which is started with the first request and again after it died.

    `python` runs the engine, `command` replaces the whole command line. Of two requests of one kind the newer counts:
    the older one's callback is never called.
    """

    def __init__(self, python: str = sys.executable, command: Sequence[str] = ()) -> None:
        self._command = list(command) or [python, "-P", "-m", "trainer", "assist"]
        self._waiting: dict[str, _Request] = {}
        self._current: _Request | None = None
        self._number = 0
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[tuple[int, Answer]] = queue.SimpleQueue()
        self._helper = _Helper(self._command)
        self._thread: threading.Thread | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._unwanted = 0
        self._closed = False

    def use(self, python: str) -> None:
        """Ask this interpreter from the next request on."""
        self._command[:1] = [python]

    @property
    def folder(self) -> Path:
        """A folder for the files that requests name; removed by `close`."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="epochscope-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    @property
    def asking(self) -> set[str]:
        """Kinds of requests whose answers are still to come."""
        return {*self._waiting, *([self._current.do] if self._current else [])}

    def ask(
        self, do: str, callback: Callable[[Answer], None], *, progress: Progress | None = None, **fields: Any
    ) -> None:
        """Ask; `callback` gets the answer from a later `poll`, `progress` (stage, done, total) on the way there."""
        if self._closed:
            return
        self._number += 1
        self._waiting.pop(do, None)
        self._waiting[do] = _Request(self._number, do, fields, callback, progress)
        self._next()

    def cancel(self, do: str) -> None:
        """No one wants the answer any more; a helper that works on it is ended and later started again."""
        self._waiting.pop(do, None)
        if self._current is not None and self._current.do == do:
            self._unwanted = self._current.number
            self._helper.cancel(self._current.number)

    def poll(self) -> None:
        """Call back for what was heard since the last call. On the window's timer."""
        while True:
            try:
                number, answer = self._heard.get_nowait()
            except queue.Empty:
                return
            request = self._current
            if request is None or request.number != number:
                continue
            wanted = request.do not in self._waiting and number != self._unwanted and not self._closed
            if "progress" in answer:
                self._tell_progress(request, answer["progress"], wanted)
                continue
            self._current = None
            self._next()
            if wanted:
                request.callback(answer)

    @staticmethod
    def _tell_progress(request: _Request, told: Any, wanted: bool) -> None:
        if wanted and request.progress is not None and isinstance(told, dict):
            request.progress(str(told.get("stage", "")), int(told.get("done", 0)), int(told.get("total", 0)))

    def _next(self) -> None:
        """Hand the next request to the thread; one at a time, so that a newer one can still take its place."""
        if self._current is not None or not self._waiting:
            return
        self._current = self._waiting.pop(next(iter(self._waiting)))
        if self._thread is None:
            self._thread = threading.Thread(target=self._converse, name="assist", daemon=True)
            self._thread.start()
        self._requests.put(self._current)

    def _converse(self) -> None:
        """The thread: one request after the other, until None."""
        while (request := self._requests.get()) is not None:
            ask = {"id": request.number, "do": request.do, **request.fields}
            self._helper.answer(ask, partial(self._hear, request.number))
        self._helper.close()

    def _hear(self, number: int, answer: Answer) -> None:
        self._heard.put((number, answer))

    def retire(self) -> None:
        """End the helper and call no one any more, as `close`, without waiting until it has ended."""
        self._closed = True
        self._waiting.clear()
        if self._thread is not None:
            if self._current is not None:
                self._helper.cancel(self._current.number)
            self._requests.put(None)

    def close(self) -> None:
        """End the helper, within two seconds, and call no one any more."""
        self.retire()
        if self._thread is not None:
            self._thread.join(3 * CLOSE_SECONDS)
        if self._folder is not None:
            self._folder.cleanup()


class _Helper:
    """The process. All but `cancel` belong to one thread."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._told: IO[bytes] | None = None
        self._guard = threading.Lock()
        self._busy = self._cancelled = 0

    def answer(self, ask: Answer, hear: Callable[[Answer], None]) -> None:
        """Send a request and hand all lines that come for it to `hear`, the answer last."""
        try:
            with self._guard:
                if self._cancelled == ask["id"]:
                    hear(_failure("assist.cancelled", "Cancelled."))
                    return
                process = self._running()
                self._busy = ask["id"]
        except OSError as error:
            what = f"The helper cannot be started: {error}"
            hear(_failure("assist.start", what, " ".join(self._command), reason=str(error)))
            return
        hear(self._conversation(process, ask, hear))
        with self._guard:
            self._busy = 0
            if self._cancelled == ask["id"]:
                self._drop()

    def _conversation(self, process: subprocess.Popen[bytes], ask: Answer, hear: Callable[[Answer], None]) -> Answer:
        """The answer; progress goes to `hear` meanwhile."""
        assert process.stdin is not None
        assert process.stdout is not None
        # a helper that has died shows at the end of its output
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(ask, default=str).encode() + b"\n")
            process.stdin.flush()
        while line := process.stdout.readline(MAX_LINE):
            found = _understood(line)
            if found.get("id") == ask["id"]:
                if "progress" not in found:
                    return found
                hear(found)
        return self._died(process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            if self._process.args == self._command:
                return self._process
            self.close()
        self._drop()
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process runs
        self._process = subprocess.Popen(
            list(self._command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            env={**os.environ, "PYTHONUTF8": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return self._process

    def _died(self, process: subprocess.Popen[bytes]) -> Answer:
        code = process.wait()
        told = ""
        if self._told is not None:
            self._told.seek(0)
            lines = deque(self._told, maxlen=TOLD_LINES)
            told = b"".join(lines).decode("utf-8", "replace").strip()
        what = f"The helper ended unexpectedly (exit code {code})."
        return _failure("assist.died", what, " ".join(self._command), exit_code=code, output=told)

    def cancel(self, number: int) -> None:
        """Give up a request, also one that is being answered: that ends the process. From any thread."""
        with self._guard:
            self._cancelled = number
            if self._busy == number and self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the process: by the end of its input, else by force."""
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            try:
                process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._drop()

    def _drop(self) -> None:
        """Wait for a process that is ending, and close its files."""
        process, told = self._process, self._told
        self._process = self._told = None
        if told is not None:
            told.close()
        if process is not None:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            process.wait()


def _understood(line: bytes) -> Answer:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _failure(code: str, what: str, where: str = "", **parameters: Any) -> Answer:
    return {
        "ok": False,
        "code": code,
        "parameters": parameters,
        "what": what,
        "where": where,
        "expected": "",
        "fix": "",
    }
