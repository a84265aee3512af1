"""What a loop is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.optim import Optimizer

from trainer.data.batch import Batch
from trainer.data.batch_groups import BatchGroups, first_batches
from trainer.data.loaders import DataSource
from trainer.data.mixup import MixedBatches
from trainer.engine.compilation import Compiled
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import Criterion
from trainer.engine.precision import Forward
from trainer.engine.step_options import PLAIN, StepOptions
from trainer.engine.training_step import BatchLoss, OwnTrainingStep, model_loss


@dataclass
class Parts:
    """What is trained, with what, for how long.

    `forward`: how images become logits; None: by the model. `deferred`: whether steps leave their loss on the device;
    None: where there is a device and the optimiser allows it. `bfloat16`: whether `forward` computes under autocast.
    """

    model: nn.Module
    feed: DataSource
    optimizer: Optimizer
    loss: Loss
    classes: int
    epochs: int
    eval_batch: int
    device: torch.device
    forward: Forward | None = None
    deferred: bool | None = None
    options: StepOptions = PLAIN
    bfloat16: bool = False

    @property
    def criterion(self) -> Criterion:
        """What the caller gave as the loss."""
        return self.loss.criterion

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in an epoch; 0 where the number is not known."""
        known, limit = -(-self.feed.steps_per_epoch // self.options.accumulate), self.options.steps_per_epoch
        return min(known or limit, limit) if limit else known

    def train_batches(self, epoch: int, first_step: int) -> Iterator[Batch]:
        """What each optimiser step of an epoch is given, from `first_step` (0-based) on."""
        options = self.options
        batches = self.feed.train_batches(epoch, first_step * options.accumulate)
        if options.accumulate > 1:
            batches = BatchGroups(batches, options.accumulate)
        if options.steps_per_epoch:
            batches = first_batches(batches, options.steps_per_epoch - first_step)
        if options.mixes:
            alphas = {"mixup": options.mixup, "cutmix": options.cutmix}
            batches = MixedBatches(batches, self.classes, **alphas, ignored=self.loss.ignored)
        return batches

    @property
    def computes(self) -> dict[str, bool]:
        """What the bits of a step depend on, beside the state."""
        return {"compiled": isinstance(self.forward, Compiled), "bfloat16": self.bfloat16}

    def loss_of(self) -> BatchLoss:
        """How a batch becomes logits and loss."""
        if self.options.training_step is None:
            return model_loss(self.forward or self.model, self.loss, in_parts=self.options.accumulate > 1)
        return OwnTrainingStep(self.options.training_step, self.model, bfloat16=self.bfloat16, device=self.device)
