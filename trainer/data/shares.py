"""The share of one process in every batch: positions r, r + size, ... for process r of `size`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from trainer.data.batch import Batch
from trainer.data.inputs import stand_in
from trainer.data.loaders import close_batches


@runtime_checkable
class SharesBatches(Protocol):
    """Data that can make the share of one process without making the rest."""

    def train_shares(self, epoch: int, first_batch: int, rank: int, size: int) -> Iterator[Batch]:
        """As `train_batches`; images are those of process `rank`, labels those of the whole batch.

        Args:
            epoch: Number of the epoch, from 1.
            first_batch: Batches to leave out at the start, 0 or more.
            rank: Number of the process, from 0.
            size: Number of processes.

        Yields:
            Images of this process, and labels int64 (B,) of the whole batch.
        """

    def eval_shares(self, split: str, batch: int, rank: int, size: int) -> Iterator[Batch | None]:
        """Of every `size` batches of `eval_batches`, the one of process `rank`.

        Args:
            split: "train", "valid" or "test".
            batch: Images per batch.
            rank: Number of the process, from 0.
            size: Number of processes.

        Yields:
            A batch; None if the last batches are fewer than the processes.
        """


def train_shares(batches: Iterator[Batch], rank: int, size: int) -> Iterator[Batch]:
    """Take the share of one process from batches that every process draws.

    Args:
        batches: The training batches.
        rank: Number of the process, from 0.
        size: Number of processes.

    Yields:
        Images of this process, and labels (and weights) of the whole batch.
    """
    try:
        for images, *of_images in batches:
            yield (images[rank::size], *of_images)  # type: ignore[misc]  # a pair or a triple, as it came
    finally:
        close_batches(batches)


def eval_shares(batches: Iterator[Batch], rank: int, size: int) -> Iterator[Batch | None]:
    """Take, of every `size` batches, the one of process `rank`.

    Args:
        batches: The batches of a split.
        rank: Number of the process, from 0.
        size: Number of processes.

    Yields:
        A batch; None if the last batches are fewer than the processes.
    """
    while together := list(islice(batches, size)):
        yield together[rank] if rank < len(together) else None


def with_stand_ins(batches: Iterator[Batch | None], whole: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """The same with an image without a label where there is no batch for this process, so that it makes as many forward
    passes as the others. `whole`: batches of the same kind."""
    for batch in batches:
        if batch is None:
            there = whole()
            images, *of_images = next(there)
            close_batches(there)
            batch = (stand_in(images), *(one[:0] for one in of_images))  # type: ignore[assignment]
        yield batch  # type: ignore[misc]


def batch_places(images: int, batch: int, batches: int) -> list[range]:
    """Divide the order of an epoch into batches; a last batch of one image joins the one before.

    Args:
        images: Number of images.
        batch: Images per batch.
        batches: Number of batches.

    Returns:
        Places of each batch in the order of the epoch.
    """
    ends = [number * batch for number in range(1, batches)]
    return [range(start, end) for start, end in pairwise([0, *ends, images])]


def regrouped(pieces: Iterable[Tensor], counts: Iterable[int]) -> Iterator[Tensor]:
    """Regroup rows, without a copy if they are in one piece.

    Args:
        pieces: Tensors (n, ...).
        counts: Rows in each group.

    Yields:
        The groups.
    """
    waiting, held = iter(pieces), torch.empty(0)
    for count in counts:
        while len(held) < count:
            piece = next(waiting)
            held = torch.cat([held, piece]) if len(held) else piece
        yield held[:count]
        held = held[count:]
