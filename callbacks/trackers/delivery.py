"""How calls reach a tool: on a thread of its own through a bounded queue, or at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

CAPACITY = 1_000
"""Calls that may wait: a few minutes of curves, a few megabytes."""


class Delivery(Protocol[T_co]):
    """Where a tracker puts its calls."""

    @property
    def error(self) -> BaseException | None:
        """What a call raised; all calls after it are dropped. None if none did."""

    @property
    def given(self) -> int:
        """Number of calls so far."""

    @property
    def dropped(self) -> int:
        """How many of them were not made."""

    def put(self, call: Callable[[T_co], None], *, minor: bool = False) -> None:
        """Have a call made.

        Args:
            call: What to do with the tool.
            minor: Whether it is among the first to be dropped. Default: False.
        """

    def close(self, seconds: float) -> None:
        """Accept no more calls, and wait for those that are pending.

        Args:
            seconds: Longest wait, 0 or more.
        """


class ThreadDelivery(Generic[T]):
    """Makes calls one after another on a thread of its own; only the end of a run waits for it.

    A slow tool fills the queue: minor calls are dropped once it is half full, others once it is full. After an
    exception no more calls are made. A tool that hangs is left behind when the run ends: the thread is a daemon.

    Args:
        name: Name of the thread.
        connect: Opens what is called; the first thing that is done on the thread.
        capacity: Calls that may wait, 2 or more. Default: 1,000.

    Attributes:
        error: What a call raised; None if none did.
        given: Number of calls so far.
        dropped: How many of them were not made.
    """

    def __init__(self, name: str, connect: Callable[[], T], capacity: int = CAPACITY) -> None:
        self.error: BaseException | None = None
        self.given = 0
        self.dropped = 0
        self._capacity = capacity
        self._calls: deque[Callable[[T], None]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, args=(connect,), name=name, daemon=True)
        self._thread.start()

    def put(self, call: Callable[[T], None], *, minor: bool = False) -> None:
        """Queue a call, or count it as dropped; never waits for the tool.

        Args:
            call: What to do with the tool.
            minor: Whether it is dropped once the queue is half full. Default: False.
        """
        room = self._capacity // 2 if minor else self._capacity
        with self._changed:
            self.given += 1
            if self._closed or self.error is not None or len(self._calls) >= room:
                self.dropped += 1
            else:
                self._calls.append(call)
                self._changed.notify()

    def close(self, seconds: float) -> None:
        """Wait until all calls are made; those that are not by then are dropped. A second call does nothing.

        Args:
            seconds: Longest wait, 0 or more.
        """
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify()
        self._thread.join(seconds)
        with self._changed:
            self.dropped += len(self._calls)
            self._calls.clear()

    def _work(self, connect: Callable[[], T]) -> None:
        try:
            target = connect()
            while (call := self._next()) is not None:
                call(target)
                with self._changed:
                    if self._calls:  # else the run has ended without waiting for this one
                        self._calls.popleft()
        except BaseException as error:  # tools raise anything, SystemExit too; it is told of on the engine's thread
            with self._changed:
                self.error = error
                self.dropped += len(self._calls)
                self._calls.clear()

    def _next(self) -> Callable[[T], None] | None:
        """The oldest call, which stays in the queue until it is made; None when all are made and no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._closed)
            return self._calls[0] if self._calls else None


class DirectDelivery(Generic[T]):
    """Makes each call at once, on the caller's thread, and lets it raise: for runs that are over.

    Args:
        target: What is called.

    Attributes:
        error: Always None: exceptions are raised.
        given: Number of calls so far.
        dropped: Always 0.
    """

    def __init__(self, target: T) -> None:
        self.error: BaseException | None = None
        self.given = 0
        self.dropped = 0
        self._target = target

    def put(self, call: Callable[[T], None], *, minor: bool = False) -> None:
        """Make a call.

        Args:
            call: What to do with the tool.
            minor: No effect here.
        """
        self.given += 1
        call(self._target)

    def close(self, seconds: float) -> None:
        """Do nothing: no call is pending.

        Args:
            seconds: No effect here.
        """
