"""How fast each of several processes is, and whether they still have the same weights: once per epoch."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from trainer.distributed.process_group import ProcessGroup
from trainer.distributed.sharding import is_sharded
from trainer.errors import UsageError
from trainer.events import ProcessesReported


class ProcessPace:
    """Compares the processes of `group`, each of which has its own copy of `model`."""

    def __init__(self, group: ProcessGroup, model: nn.Module) -> None:
        self._group = group
        self._model = model
        self._before = (group.images, group.exchange_seconds)

    def report(self, position: Mapping[str, Any], *, train: float, data: float, **_: float) -> ProcessesReported:
        """Of an epoch that took `train` seconds, `data` of them waiting for data, in this process. Raises UsageError
        `distributed.diverged` where the weights of two processes differ."""
        group, before = self._group, self._before
        self._before = (group.images, group.exchange_seconds)
        images, exchange = (now - then for now, then in zip(self._before, before, strict=True))
        found = group.gather((weights_digest(self._model), images, train, data, exchange))
        digests, *columns = zip(*found, strict=True)
        check_same_weights(digests)
        samples, trained, waited, exchanged = columns
        return ProcessesReported(
            **position, samples=samples, train_seconds=trained, data_seconds=waited, exchange_seconds=exchanged
        )


def weights_digest(model: nn.Module) -> int:
    """A number that is another one for other weights; sharded ones, of which each process has others, are left out."""
    digest = 0
    for value in model.parameters():
        if is_sharded(value):
            continue
        bits = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        digest = zlib.crc32(bits.numpy().tobytes(), digest)
    return digest


def check_same_weights(digests: Sequence[int]) -> None:
    """Raises UsageError `distributed.diverged` where processes have come to other weights."""
    other = [rank for rank, digest in enumerate(digests) if digest != digests[0]]
    if other:
        raise UsageError(
            "distributed.diverged",
            f"The weights of process {other[0]} differ from those of process 0.",
            expected="the same weights in every process after every step",
            fix="anything that changes weights, gradients or learning rates must do so in every process: a callback "
            "with phase = Phase.DECIDE is called in all of them; and use processors of the same type",
            process=other[0],
        )
