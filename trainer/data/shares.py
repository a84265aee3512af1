"""The share of one process in every batch: positions r, r + size, ... for process r of `size`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from trainer.data.batch import Batch
from trainer.data.inputs import stand_in
from trainer.data.loaders import Closeable


@runtime_checkable
class SharesBatches(Protocol):
    """Data that can make the share of a process without making the rest."""

    def train_shares(self, epoch: int, first_batch: int, rank: int, size: int) -> Iterator[Batch]:
        """As `train_batches`; images are those of process `rank`, labels those of the whole batch."""

    def eval_shares(self, split: str, batch: int, rank: int, size: int) -> Iterator[Batch | None]:
        """As `eval_batches`, of every `size` batches the one of process `rank`; None where there is none for it."""


def train_shares(batches: Iterator[Batch], rank: int, size: int) -> Iterator[Batch]:
    """Of batches that every process draws: its own images, and the labels (and weights) of all."""
    try:
        for images, *of_images in batches:
            yield (images[rank::size], *of_images)  # type: ignore[misc]  # a pair or a triple, as it came
    finally:
        if isinstance(batches, Closeable):
            batches.close()


def eval_shares(batches: Iterator[Batch], rank: int, size: int) -> Iterator[Batch | None]:
    """Of every `size` batches the one of process `rank`; None where the last of them are fewer."""
    while together := list(islice(batches, size)):
        yield together[rank] if rank < len(together) else None


def with_stand_ins(batches: Iterator[Batch | None], whole: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """The same with an image without a label where there is no batch for this process, so that it makes as many forward
    passes as the others. `whole`: batches of the same kind."""
    for batch in batches:
        if batch is None:
            there = whole()
            images, *of_images = next(there)
            if isinstance(there, Closeable):
                there.close()
            batch = (stand_in(images), *(one[:0] for one in of_images))  # type: ignore[assignment]
        yield batch  # type: ignore[misc]


def batch_places(images: int, batch: int, batches: int) -> list[range]:
    """Which places of an epoch's order each of its `batches` takes; a last image of its own joins the batch before."""
    ends = [number * batch for number in range(1, batches)]
    return [range(start, end) for start, end in pairwise([0, *ends, images])]


def regrouped(pieces: Iterable[Tensor], counts: Iterable[int]) -> Iterator[Tensor]:
    """The rows of all pieces (n, ...), so many at a time; without a copy where they lie in one piece."""
    waiting, held = iter(pieces), torch.empty(0)
    for count in counts:
        while len(held) < count:
            piece = next(waiting)
            held = torch.cat([held, piece]) if len(held) else piece
        yield held[:count]
        held = held[count:]
