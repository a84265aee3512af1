"""The arguments of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.optim import Optimizer

from trainer.data import shares
from trainer.data.batch import Batch
from trainer.data.batch_groups import BatchGroups, first_batches
from trainer.data.loaders import DataSource, close_batches
from trainer.data.mixup import MixedBatches
from trainer.data.seeding import seed_generators
from trainer.distributed.process_group import ALONE, ProcessGroup
from trainer.engine.compilation import Compiled
from trainer.engine.custom_metrics import CustomMetrics
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import Criterion
from trainer.engine.precision import Forward
from trainer.engine.softmax_loss import softmax_loss
from trainer.engine.step_options import PLAIN, StepOptions
from trainer.engine.training_step import BatchLoss, OwnTrainingStep, model_loss
from trainer.metrics.monitor import Monitor


@dataclass
class Parts:
    """The model, how it is trained, and for how long.

    `forward`: how images become logits; None: by the model. `deferred`: whether steps leave their loss on the device;
    None: if there is one and the optimiser allows it. `bfloat16`: whether `forward` computes under autocast.
    `metrics`: the caller's own. `monitor`: what decides which epoch is the best. `group`: the processes that share each
    batch; `seed`: of what each of them draws by itself.
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
    metrics: CustomMetrics = field(default_factory=CustomMetrics)
    monitor: Monitor = field(default_factory=Monitor)
    group: ProcessGroup = ALONE
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sharded:
            from trainer.distributed.sharding import ShardedForward

            self.forward = ShardedForward(self.forward or self.model, self.model)
            self.deferred = False  # a step that is not finite in one process must be left out in all

    @property
    def sharded(self) -> bool:
        """Whether each process has only a part of every parameter."""
        return self.options.shard and self.group.size > 1

    @property
    def criterion(self) -> Criterion:
        """The loss as the caller passed it."""
        return self.loss.criterion

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in an epoch; 0 where the number is not known."""
        known, limit = -(-self.feed.steps_per_epoch // self.options.accumulate), self.options.steps_per_epoch
        return min(known or limit, limit) if limit else known

    def train_batches(self, epoch: int, first_step: int) -> Iterator[Batch]:
        """What each optimiser step of an epoch is given, from `first_step` (0-based) on. One of several processes: its
        own images, and the labels of all."""
        if self.group.size == 1:
            return self._whole_batches(epoch, first_step)
        return self._shares(epoch, first_step)

    def _shares(self, epoch: int, first_step: int) -> Iterator[Batch]:
        own, (rank, size) = self.feed, (self.group.rank, self.group.size)
        if not isinstance(own, shares.SharesBatches) or self.options.accumulate > 1:
            return shares.train_shares(self._whole_batches(epoch, first_step), rank, size)
        batches = own.train_shares(epoch, first_step, rank, size)
        if self.options.steps_per_epoch:
            batches = first_batches(batches, self.options.steps_per_epoch - first_step)
        return self._own_draws(batches, epoch)

    def _own_draws(self, batches: Iterator[Batch], epoch: int) -> Iterator[Batch]:
        """What a model draws, as for dropout, differs from process to process: a pure function of seed and epoch."""
        if self.group.rank:
            seed_generators(self.seed, epoch, self.group.rank)
        try:
            yield from batches
        finally:
            close_batches(batches)

    def eval_batches(self, split: str) -> Iterator[Batch | None]:
        """All images of a split, in stored order. One of several processes: its share of the batches."""
        if self.group.size == 1:
            return self.feed.eval_batches(split, self.eval_batch)
        own = self._eval_shares(split)
        if not self.sharded:
            return own
        return shares.with_stand_ins(own, lambda: self.feed.eval_batches(split, self.eval_batch))

    def _eval_shares(self, split: str) -> Iterator[Batch | None]:
        feed, group = self.feed, self.group
        if isinstance(feed, shares.SharesBatches):
            return feed.eval_shares(split, self.eval_batch, group.rank, group.size)
        return shares.eval_shares(feed.eval_batches(split, self.eval_batch), group.rank, group.size)

    def _whole_batches(self, epoch: int, first_step: int) -> Iterator[Batch]:
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
        """Everything besides the state that affects the bits of a step."""
        return {"compiled": isinstance(self.forward, Compiled), "bfloat16": self.bfloat16}

    def loss_of(self) -> BatchLoss:
        """How a batch becomes logits and loss."""
        if self.options.training_step is None:
            in_parts = self.options.accumulate > 1
            found = model_loss(self.forward or self.model, self.loss, in_parts=in_parts)
            alone = self.forward in (None, self.model) and self.group.size == 1 and not in_parts
            return softmax_loss(found, self.model, self.loss) if alone else found
        return OwnTrainingStep(self.options.training_step, self.model, bfloat16=self.bfloat16, device=self.device)
