"""Batches made ready on a thread of their own while the step before them is taken.

torch lets go of Python's lock in every operation, so the two really run side by side. What is made is the same to the
bit: the thread only runs the iterator, in its order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Generic, TypeVar

from trainer.store.process import usable_cores

Item = TypeVar("Item")


def worthwhile() -> bool:
    """Whether there is a second core to run it on."""
    return usable_cores() > 1


class Prefetch(Generic[Item]):
    """An iterator over `source`, whose items are made up to `ahead` in advance. `close()` ends the thread; what
    `source` raises is raised where its item would have come."""

    def __init__(self, source: Iterator[Item], ahead: int) -> None:
        self._source = source
        self._ready: Queue[tuple[Item | None, BaseException | None]] = Queue(ahead)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="epochscope-prefetch", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        error: BaseException = StopIteration()
        try:
            for item in self._source:
                self._ready.put((item, None))
                if self._closed.is_set():
                    return
        except BaseException as raised:  # it belongs to whoever iterates
            error = raised
        self._ready.put((None, error))

    def __iter__(self) -> Iterator[Item]:
        while True:
            item, error = self._ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]  # without an error there is an item

    def close(self) -> None:
        """End the thread; calling it twice does no harm."""
        self._closed.set()
        while self._thread.is_alive():
            try:
                self._ready.get_nowait()  # a full queue would hold it up
            except Empty:
                self._thread.join(0.001)
