"""One batch shared by several processes: each computes its part, and all get the gradients of the whole.

The gradient of the mean loss over a batch of amount A (its images, or the sum of their weights) is the sum over the
processes of (a / A) times the gradient of the mean over the part of amount a. So parts may be of any size, empty too.
Gradients are summed after `backward` and before anyone looks at them: clipping, the check for non-finite values,
accumulation, an optimiser with a closure, a training step of the caller's own and frozen layers work as in one process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from trainer.distributed.process_group import ProcessGroup
from trainer.errors import DataError
from trainer.optim.parameter_groups import parameters_of

Backward = Callable[..., tuple[Tensor, Tensor]]


class SharedBackward:
    """Stands for `backward`: adds gradients and gives outputs and mean loss, those of the whole batch.

    It is given the images of this process, but the labels (B,) and weights (B,) of all: position p of the batch
    belongs to process p % size. In place of logits it gives the predicted classes (B,) int64.
    """

    def __init__(
        self, backward: Backward, group: ProcessGroup, optimizer: Optimizer, amounts: Callable[..., Tensor]
    ) -> None:
        self._backward = backward
        self._group = group
        self._optimizer = optimizer
        self._amounts = amounts
        self._mine = slice(group.rank, None, group.size)

    def __call__(self, loss_of: Backward, images: Any, labels: Tensor, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """Raises DataError `distributed.batches` where the processes got different batches."""
        amounts = self._amounts(labels, *weights).double()
        whole = amounts.sum()
        share = amounts[self._mine].sum() / torch.where(whole > 0, whole, 1)
        loss = torch.zeros((), dtype=torch.float64, device=labels.device)
        predicted = torch.zeros(0, dtype=torch.int64, device=labels.device)
        if len(images):
            of_images = (part[self._mine] for part in (labels, *weights))
            loss, predicted = self._own_part(loss_of, share, images, *of_images)
        else:
            self._no_part(loss_of, images, labels, *weights)
        self._group.images += len(images)
        self._sum()
        return self._exchanged(loss, predicted, labels)

    def _own_part(self, loss_of: Backward, share: Tensor, *part: Any) -> tuple[Tensor, Tensor]:
        """Adds this process's gradients; its part of the loss, and the predictions for its images."""

        def part_of(*batch: Any) -> tuple[Tensor, Tensor]:
            outputs, mean = loss_of(*batch)
            return outputs, mean * share.to(mean.dtype)

        outputs, loss = self._backward(part_of, *part)
        return loss.detach().double(), outputs.argmax(1)

    def _no_part(self, loss_of: Backward, images: Any, labels: Tensor, *weights: Tensor) -> None:
        """Of an uneven batch there is no image for this process."""

    def _sum(self) -> None:
        """Gradients of this process become those of all."""
        self._group.sum_gradients([one for one in parameters_of(self._optimizer) if one.requires_grad])

    def _exchanged(self, loss: Tensor, predicted: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Predictions and loss of the whole batch: the same bits in every process."""
        size, count = self._group.size, len(labels)
        facts = torch.zeros(2 + -(-count // size), dtype=torch.float64, device=labels.device)
        facts[0] = loss
        facts[1] = _checksum(labels)
        facts[2 : 2 + len(predicted)] = predicted
        found = self._group.exchange(facts)
        # on a device this would wait for it
        if facts.device.type == "cpu" and any(one[1] != facts[1] for one in found):
            raise _other_batches()
        table = torch.stack(found)
        return table[:, 2:].T.reshape(-1)[:count].long(), table[:, 0].sum()


def _checksum(labels: Tensor) -> Tensor:
    """Another number for other labels, or another order of them; exact."""
    numbers = labels if labels.ndim == 1 else labels.argmax(1)
    return ((numbers + 1) * torch.arange(1, len(labels) + 1, device=labels.device)).sum()


def _other_batches() -> DataError:
    return DataError(
        "distributed.batches",
        "The processes got different batches.",
        expected="a loader that yields the same batches, in the same order, in every process",
        fix="remove DistributedSampler and any other sharding, since each process takes its own share of every batch; "
        "and seed all shuffling",
    )
