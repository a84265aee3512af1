"""What an optimiser step does otherwise with a sharded model (`trainer.distributed.sharding`)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from trainer.data.inputs import stand_in
from trainer.distributed.process_group import ProcessGroup
from trainer.distributed.sharding import all_finite
from trainer.engine.shared_backward import Backward, SharedBackward
from trainer.optim.parameter_groups import parameters_of


class ShardedBackward(SharedBackward):
    """FSDP2 exchanges the gradients during `backward`, each process keeping those of its parameters."""

    def _own_part(self, loss_of: Backward, share: Tensor, *part: Any) -> tuple[Tensor, Tensor]:
        size = self._group.size  # FSDP2 takes the mean over the processes where the sum is meant
        loss, predicted = super()._own_part(loss_of, share * size, *part)
        return loss / size, predicted

    def _no_part(self, loss_of: Backward, images: Any, labels: Tensor, *weights: Tensor) -> None:
        """The others wait for this process in every exchange: it makes the same passes, for a gradient of zero."""
        outputs, _ = loss_of(stand_in(images), labels[:1], *(one[:1] for one in weights))
        (outputs.sum() * 0.0).backward()

    def _sum(self) -> None:
        """It is done."""


class ShardedFiniteCheck:
    """Whether all gradients are finite, in all processes: the same answer in each."""

    def __init__(self, optimizer: Optimizer, group: ProcessGroup) -> None:
        self._optimizer = optimizer
        self._group = group

    def __call__(self) -> bool:
        found = all_finite([one.grad for one in parameters_of(self._optimizer) if one.grad is not None])
        return all(one.item() for one in self._group.exchange(torch.tensor([float(found)])))
