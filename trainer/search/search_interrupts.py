"""Ctrl-C during a search, remembered. [no torch]"""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any


class SearchInterrupts:
    """Remembers that Ctrl-C came, while it is entered in the main thread; a run has handlers of its own meanwhile.

    Python raises KeyboardInterrupt wherever it is, and loses one that comes in a finaliser, in a callback of a weak
    reference (importing makes thousands of these) or in the import of an extension.

    Args:
        listen: Whether to; else nothing is remembered.

    Attributes:
        came: Whether it came.
    """

    def __init__(self, listen: bool) -> None:
        self.came = False
        self._listen = listen
        self._before: Any = None

    def __enter__(self) -> SearchInterrupts:
        if self._listen:
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        if self._listen:
            signal.signal(signal.SIGINT, self._before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt

    def repeat(self) -> None:
        """Let a run hear what came before it had its handlers."""
        if self.came:
            signal.raise_signal(signal.SIGINT)
