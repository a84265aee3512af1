"""Requests on their way to the engine: stop, pause, unpause, checkpoint, from any thread or another process.

    preparing -> running <-> paused
        |           |          |
        +-----------+----------+--> ended

A request is handled at the engine's next boundary (between two optimiser steps, two validation batches, two stages of
preparation) and always answered by a RequestHandled event, which the request also keeps.
"""

from __future__ import annotations

import threading
from collections import deque

from trainer.events import RequestHandled
from trainer.reasons import REASONS
from trainer.store.requests import MalformedRequestError, Request


class CommandQueue:
    """The mailbox through which other threads control the engine's thread.

    `waiting` is read by the engine at every step without a lock; it is True while something needs its attention.
    `interrupted` is the name of the signal that came, if one did.
    """

    def __init__(self) -> None:
        self.waiting = False
        self.interrupted = ""
        self._told = False
        self._box: deque[Request | MalformedRequestError] = deque()
        self._condition = threading.Condition()
        self._open = False
        self._thread: int | None = None

    def open(self) -> None:
        """Accept requests from now on."""
        with self._condition:
            self._open = True
            self._thread = threading.get_ident()
            self.interrupted, self._told = "", False

    def interrupt(self, name: str) -> None:
        """Ask for a stop from a signal handler: no lock is taken, because the engine may hold it right now."""
        self.interrupted = name
        self.waiting = True

    def submit(self, request: Request) -> Request:
        """Post a request; if no run is in progress it is refused at once."""
        request.engine = self._thread
        if not self._put(request):
            code = "request.no_run"
            refusal = RequestHandled(epoch=0, step=0, id=request.id, result="refused", reason=REASONS[code], code=code)
            request.set_answer(refusal)
        return request

    def refuse(self, malformed: MalformedRequestError) -> None:
        """Have the engine answer a malformed request file. Once the run is over, the file stays for the next
        attempt."""
        self._put(malformed)

    def _put(self, item: Request | MalformedRequestError) -> bool:
        with self._condition:
            if self._open:
                self._box.append(item)
                self.waiting = True
                self._condition.notify_all()
            return self._open

    def take(self, timeout: float = 0.0) -> list[Request | MalformedRequestError]:
        """Take all pending requests, stops first; waits up to `timeout` seconds for one. Engine's thread only."""
        with self._condition:
            if not self._box and timeout:
                self._condition.wait(timeout)
            self.waiting = False
            taken = sorted(self._box, key=lambda item: not (isinstance(item, Request) and item.do == "stop"))
            self._box.clear()
        if self.interrupted and not self._told:
            self._told = True
            taken.insert(0, Request("stop", source=self.interrupted))
        return taken

    def close(self) -> list[Request | MalformedRequestError]:
        """Accept no more requests; returns those still pending."""
        with self._condition:
            self._open = False
        return self.take()
