"""Requests to a running engine: stop, pause, unpause, checkpoint, from any thread or another process.

    preparing -> running <-> paused
        |           |          |
        +-----------+----------+--> ended

A request is honoured at the next boundary of the engine (between two optimiser steps, two batches of a validation, two
pieces of preparation) and always answered, as a ticket here and as a RequestHandled event.
"""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable
from typing import Literal

Do = Literal["pause", "unpause", "stop", "checkpoint"]
When = Literal["step", "epoch"]
Answer = Literal["done", "already", "refused", "stale"]


class Command:
    """One request and, once the engine has dealt with it, its answer.

    `result` is None until then, afterwards done, already, refused or stale; `reason` says why.
    """

    def __init__(self, do: Do, when: When = "step", source: str = "api", ident: str = "") -> None:
        self.id = ident or uuid.uuid4().hex
        self.do = do
        self.when = when
        self.source = source
        self.result: Answer | None = None
        self.reason = ""
        self.on_answer: Callable[[], None] | None = None
        self._answered = threading.Event()
        self._engine: int | None = None

    def wait(self, timeout: float | None = None) -> Answer | None:
        """Block until the engine has answered, at most `timeout` seconds; the answer, or None.

        On the engine's own thread, in a hook, it cannot wait for itself and returns at once.
        """
        if threading.get_ident() != self._engine:
            self._answered.wait(timeout)
        return self.result

    def answer(self, result: Answer, reason: str = "") -> None:
        """Called by the engine, once."""
        self.result, self.reason = result, reason
        if self.on_answer is not None:
            self.on_answer()
        self._answered.set()


class CommandQueue:
    """The mailbox between whoever steers and the engine's thread.

    `waiting` is read by the engine at every step without a lock; it is True while something needs its attention.
    `interrupted` is the name of the signal that came, if one did.
    """

    def __init__(self) -> None:
        self.waiting = False
        self.interrupted = ""
        self._told = False
        self._box: deque[Command] = deque()
        self._condition = threading.Condition()
        self._open = False
        self._thread: int | None = None

    def open(self) -> None:
        """Requests are taken from now on."""
        with self._condition:
            self._open = True
            self._thread = threading.get_ident()
            self.interrupted, self._told = "", False

    def interrupt(self, name: str) -> None:
        """Ask for a stop from a signal handler: no lock is taken, because the engine may hold it right now."""
        self.interrupted = name
        self.waiting = True

    def submit(self, ticket: Command) -> Command:
        """Put a request into the box; where no run is under way it is refused at once."""
        with self._condition:
            if self._open:
                ticket._engine = self._thread
                self._box.append(ticket)
                self.waiting = True
                self._condition.notify_all()
                return ticket
        ticket.answer("refused", "no run is under way")
        return ticket

    def take(self, timeout: float = 0.0) -> list[Command]:
        """All requests in the box, a stop first; waits up to `timeout` seconds for one. Engine's thread only."""
        with self._condition:
            if not self._box and timeout:
                self._condition.wait(timeout)
            self.waiting = False
            tickets = sorted(self._box, key=lambda ticket: ticket.do != "stop")
            self._box.clear()
        if self.interrupted and not self._told:
            self._told = True
            tickets.insert(0, Command("stop", source=self.interrupted))
        return tickets

    def close(self) -> list[Command]:
        """No more requests; those still in the box."""
        with self._condition:
            self._open = False
        return self.take()
