"""Processes by the thousand: torch is imported once, and each is a fork that dies at a chosen microsecond."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from tests.reliability.supervisor import PATIENCE, context


class Ended(NamedTuple):
    """`killed`, or else its `code`. `seconds`: how long it lived."""

    killed: bool
    code: int
    seconds: float


class Nursery:
    """Runs `function(*arguments)` in a new process each time; functions are those of a module."""

    def __init__(self, pipe: Connection, errors: Path) -> None:
        self._pipe = pipe
        self._errors = errors

    def run(self, function: Callable[..., Any], *arguments: Any, kill_after: float = 0.0) -> Ended:
        """`kill_after`: seconds; 0: it may live."""
        self._pipe.send((function, arguments, kill_after))
        assert self._pipe.poll(PATIENCE), "the process hangs"
        ended = Ended(*self._pipe.recv())
        assert ended.killed or ended.code == 0, self._errors.read_text("utf-8", "replace")[-3000:]
        return ended


@contextlib.contextmanager
def nursery(errors: Path) -> Iterator[Nursery]:
    ours, theirs = context(False).Pipe()
    process = context(False).Process(target=_serve, args=(theirs, errors), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Nursery(ours, errors)
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def _serve(pipe: Connection, errors: Path) -> None:
    while True:
        function, arguments, kill_after = pipe.recv()
        begin = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            _work(function, arguments, kill_after, errors)
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        pipe.send((code == -signal.SIGALRM, code, time.perf_counter() - begin))


def _work(function: Callable[..., Any], arguments: tuple[Any, ...], kill_after: float, errors: Path) -> None:
    """Nothing handles SIGALRM, so the kernel ends the process, between any two of its instructions, as by SIGKILL."""
    code = 1
    try:
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, kill_after)
        function(*arguments)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
