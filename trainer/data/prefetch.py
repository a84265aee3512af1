"""Prepares batches on a thread of its own while the previous step runs.

PyTorch releases Python's lock in every operation, so the two really run in parallel. The result is the same to the bit:
the thread only runs the iterator, in its order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Generic, TypeVar

from trainer.store.process import usable_cores

Item = TypeVar("Item")


def worthwhile(threads: int) -> bool:
    """Check whether there are cores for the thread and those that its operations start.

    A step whose threads are more than the cores waits for the one that is not running. The kernels that compute the
    gradient of a convolution (oneDNN's, above all those for bfloat16) wait in a loop that keeps the core from it:
    steps then took ten times as long, at random.

    Args:
        threads: Threads that PyTorch computes with: the step, and what is prepared beside it.

    Returns:
        Whether there are.
    """
    return 2 * threads <= usable_cores()


class _End:
    """After the last item; `error` is what the source raised instead of another one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Prefetch(Generic[Item]):
    """An iterator whose items are prepared in advance. What the source raises is raised where its item would have come.

    Args:
        source: The iterator that makes the items.
        ahead: Items prepared in advance, at most.
    """

    def __init__(self, source: Iterator[Item], ahead: int) -> None:
        self._source = source
        self._ready: Queue[Item | _End] = Queue(ahead)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="epochscope-prefetch", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._source:
                self._ready.put(item)
                if self._closed.is_set():
                    return
        except BaseException as raised:  # it belongs to whoever iterates
            error = raised
        self._ready.put(_End(error))

    def __iter__(self) -> Iterator[Item]:
        while True:
            item = self._ready.get()
            if not isinstance(item, _End):
                yield item
            elif item.error is None:
                return
            else:
                raise item.error

    def close(self) -> None:
        """End the thread; may be called more than once."""
        self._closed.set()
        while self._thread.is_alive():
            try:
                self._ready.get_nowait()  # a full queue would hold it up
            except Empty:
                self._thread.join(0.001)
