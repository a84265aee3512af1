"""Batches of a loader, put together or counted off: for gradient accumulation, and for epochs of so many steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from trainer.data.batch import Batch, joined
from trainer.data.loaders import Closeable


class BatchGroups:
    """`count` batches at a time, put together; the last group of an epoch holds what is left.

    The step takes such a group apart again (`trainer.engine.step`): only one of its batches is in the model at a time.
    """

    def __init__(self, batches: Iterator[Batch], count: int) -> None:
        self._batches = batches
        self._count = count

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        group = [next(self._batches)]
        while len(group) < self._count and (batch := next(self._batches, None)) is not None:
            group.append(batch)
        return joined(group)

    def close(self) -> None:
        """Close the batches below: they may hold a thread."""
        if isinstance(self._batches, Closeable):
            self._batches.close()


def first_batches(batches: Iterator[Batch], count: int) -> Iterator[Batch]:
    """The first `count` batches; no further one is drawn, and what holds something is closed afterwards."""
    try:
        yield from islice(batches, count)
    finally:
        if isinstance(batches, Closeable):
            batches.close()
