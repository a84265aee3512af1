"""The speed of a task, and the time it still needs. [no torch]"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

LEAST_SECONDS = 1.0
"""Below this, a speed would be a guess."""


class Speed(NamedTuple):
    """Items per second, above 0, and the seconds until all are done."""

    per_second: float
    seconds_left: float


class Pace:
    """Mean speed of the current phase since its first report. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._phase = ("", 0)
        self._first = self._last = (0.0, 0)

    def follow(self, phase: str, done: int, total: int) -> Speed | None:
        """Report `done` of `total` items; None while there is too little to go by."""
        now = self._clock()
        if self._phase != (phase, total) or done < self._last[1]:
            self._phase, self._first, self._last = (phase, total), (now, done), (now, done)
        elif done > self._last[1]:
            self._last = (now, done)
        seconds, pieces = self._last[0] - self._first[0], self._last[1] - self._first[1]
        if total < 2 or not pieces or seconds < LEAST_SECONDS:
            return None
        # measured up to the last report, so that the estimate does not grow between two of them
        left = (total - done) * seconds / pieces - (now - self._last[0])
        return Speed(pieces / seconds, max(0.0, left))
