"""Ctrl-C and SIGTERM close the window like a click, at once: by itself, Python handles a signal only when it runs."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QSocketNotifier

HEARD = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class UnixSignals:
    """Calls `end` on Qt's loop after a signal, until `close`."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._before = {number: signal.signal(number, _nothing) for number in HEARD}
        self._fd = signal.set_wakeup_fd(self._write.fileno())
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._heard)

    def _heard(self) -> None:
        with contextlib.suppress(OSError):
            self._read.recv(64)
        self._end()

    def close(self) -> None:
        """Restore the previous handlers."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._fd)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._read.close()
        self._write.close()


def _nothing(number: int, frame: FrameType | None) -> None:
    """The wake-up file has it already."""
