"""The window's only timer: how often it looks for news, and when it rests.

Drawing 20 times a second all the time would take a quarter of a small computer from the training; so it is at most five
times a second while the window is idle, less if drawing is slow, and not at all while it is hidden.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

TOUCHED_MS = 50
IDLE_MS = 200
IDLE_SHARE = 1 / 160
"""The share of time an idle window may use, if that means fewer than five updates a second: on a computer that trains
on all cores, this is its cost to the training."""
IDLE_MOST_MS = 1500
SMOOTHING = 0.2
"""Weight of the latest tick in the average duration."""
TOUCHED_SECONDS = 1.0


class RefreshTimer(QObject):
    """Emits `ticked` with the monotonic time in seconds while `window` is visible; continuously while
    `catching_up()`."""

    ticked = Signal(float)

    def __init__(self, window: QWidget, catching_up: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window = window
        self._catching_up = catching_up
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.tick)
        self._mouse = QCursor.pos()
        self._spent = time.process_time()
        self._work = 0.0
        self._touched = float("-inf")

    def set(self) -> None:
        """Set the interval needed now."""
        if not self._window.isVisible() or self._window.isMinimized():
            self.timer.stop()
            return
        touched = time.monotonic() - self._touched < TOUCHED_SECONDS
        wanted = 0 if self._catching_up() else TOUCHED_MS if touched else self._idle_ms()
        if not self.timer.isActive() or self.timer.interval() != wanted:
            self.timer.start(wanted)

    def stop(self) -> None:
        """Stop the timer until it is set again."""
        self.timer.stop()

    def touch(self) -> None:
        """The user is active in the window."""
        self._touched = time.monotonic()
        self.set()

    def tick(self) -> None:
        """One tick."""
        before, self._spent = self._spent, time.process_time()
        if self.timer.interval() >= IDLE_MS:
            self._work += SMOOTHING * (self._spent - before - self._work)
        now = time.monotonic()
        if QCursor.pos() != self._mouse:
            self._mouse, self._touched = QCursor.pos(), now
        self.ticked.emit(now)
        self.set()

    def _idle_ms(self) -> int:
        """Interval while the window is idle, from the duration of a tick and the painting after it; rounded to steps,
        so that the timer is not reset every time."""
        wanted = 1000 * self._work / IDLE_SHARE
        return min(IDLE_MOST_MS, max(IDLE_MS, 100 * round(wanted / 100)))


class Every:
    """Something done only on some ticks: `due` once every `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = float("-inf")

    def due(self, now: float) -> bool:
        """Whether it is time; if so, it counts as done."""
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True
