"""Batches joined or counted: for gradient accumulation, and for epochs of a fixed number of steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from trainer.data.batch import Batch, joined
from trainer.data.loaders import close_batches


class BatchGroups:
    """Joins batches in groups; the last group of an epoch holds what is left.

    The step splits such a group again (`trainer.engine.step`): the model gets only one of its batches at a time.

    Args:
        batches: The batches of an epoch.
        count: Batches in a group, 1 or more.
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
        """Close the underlying batches: they may hold a thread."""
        close_batches(self._batches)


def first_batches(batches: Iterator[Batch], count: int) -> Iterator[Batch]:
    """Take the first batches and close the rest; no further batch is drawn.

    Args:
        batches: The batches of an epoch.
        count: Largest number to take.

    Yields:
        The batches.
    """
    try:
        yield from islice(batches, count)
    finally:
        close_batches(batches)
