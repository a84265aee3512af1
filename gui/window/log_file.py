"""The window's own log: errors and Qt's warnings, in a rotating file of the user's cache folder."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from trainer.data.cache import cache_folder

MAX_BYTES = 512 * 1024
KEPT = 2
log = logging.getLogger("epochscope.window")

# Qt's harmless messages about platforms
_KNOWN = ("does not support", "propagateSizeHints")


def log_file() -> Path:
    """Path of the log file."""
    return cache_folder() / "window.log"


class LogFile:
    """Captures uncaught errors and Qt's messages until `close`. `faults` counts the errors; `on_fault` is called with
    the last line of each, on the thread where it happened."""

    def __init__(self) -> None:
        self.faults = 0
        self.on_fault: Callable[[str], None] | None = None
        self._handler = _handler()
        log.addHandler(self._handler)
        log.setLevel(logging.INFO)
        log.propagate = False
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._uncaught
        threading.excepthook = lambda caught: self._thread_failed(caught)
        qInstallMessageHandler(_qt_message)

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        self.faults += 1
        log.error("uncaught", exc_info=(kind, error, trace))
        if self.on_fault is not None:
            self.on_fault(f"{kind.__name__}: {error}")

    def _thread_failed(self, caught: threading.ExceptHookArgs) -> None:
        self.faults += 1
        if caught.exc_value is not None:
            log.error("uncaught in a thread", exc_info=(caught.exc_type, caught.exc_value, caught.exc_traceback))

    def close(self) -> None:
        """Restore the previous handlers."""
        qInstallMessageHandler(None)
        sys.excepthook, threading.excepthook = self._before
        log.removeHandler(self._handler)
        self._handler.close()


def _handler() -> logging.Handler:
    """Open the file; without one if it cannot be written."""
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            log_file(), maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler


_LEVELS = {QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR}


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if not any(known in message for known in _KNOWN):
        log.log(_LEVELS.get(kind, logging.INFO), "Qt: %s", message)
