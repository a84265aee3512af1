"""A clock that only moves when told to."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_SECOND = 1_000_000_000
"""In nanoseconds."""


class FakeClock:
    """The time that callbacks see while events are replayed: it moves by what the events say they took.

    It replaces `time.time`, `time.monotonic`, `time.perf_counter`, their `_ns` forms and `time.sleep`, on the thread
    that replays and for calls through the module (`time.monotonic()`). Names imported from it (`from time import
    monotonic`) and `datetime.now` return the real time.

    Args:
        start: Seconds that it starts with. Default: 1,000,000,000.

    Attributes:
        now: Its current time in seconds.
    """

    def __init__(self, start: float = 1_000_000_000.0) -> None:
        self.now = start

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: How long, 0 or more.

        Raises:
            ValueError: It is negative, infinite or not a number, as `time.sleep` would have it.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"seconds: got {seconds}, expected a finite number of at least 0")
        self.now += seconds

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the functions of `time` on this thread, within a `with` block.

        Returns:
            The context manager.
        """
        real = {name: getattr(time, name) for name in _FUNCTIONS}
        here = threading.get_ident()

        def stand_in(name: str) -> Callable[..., Any]:
            def function(*arguments: float) -> Any:
                if threading.get_ident() != here:
                    return real[name](*arguments)
                return _FUNCTIONS[name](self, *arguments)

            return function

        try:
            for name in _FUNCTIONS:
                setattr(time, name, stand_in(name))
            yield
        finally:
            for name, function in real.items():
                setattr(time, name, function)


def _seconds(clock: FakeClock) -> float:
    return clock.now


def _nanoseconds(clock: FakeClock) -> int:
    return int(clock.now * _SECOND)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("time", "monotonic", "perf_counter"), _seconds),
    **dict.fromkeys(("time_ns", "monotonic_ns", "perf_counter_ns"), _nanoseconds),
    "sleep": FakeClock.advance,
}
