"""What several processes must have in common before the first step."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from trainer.data.loaders import DataSource
from trainer.distributed.process_group import ProcessGroup
from trainer.distributed.sharding import device_of, is_sharded, shard_model
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import name_of
from trainer.engine.sharded_start import check_shardable
from trainer.engine.step_options import StepOptions
from trainer.errors import DataError, UsageError
from trainer.torch_internals import BatchNorm


def check_shareable(group: ProcessGroup, feed: DataSource, loss: Loss, options: StepOptions) -> list[str]:
    """Raises UsageError or DataError where several processes cannot train this together; what else to know of it."""
    if options.mixes:
        raise UsageError(
            "distributed.mixup",
            "Mixup and CutMix mix the images of a whole batch, of which each process has only a part.",
            expected="mixup 0 and cutmix 0 in a run of several processes",
            fix="turn off mixup and cutmix, or train in one process",
        )
    if feed.single_pass:
        raise UsageError(
            "distributed.single_pass",
            "The training data is an iterator: the processes would not get the same batches from it.",
            fix="pass the loader itself instead of iter(loader)",
        )
    facts = (feed.fingerprint, dict(feed.sizes), feed.batch)
    for rank, other in enumerate(group.gather(facts)):
        if other != facts:
            raise DataError(
                "distributed.data",
                f"Process {rank} has other data than process {group.rank}.",
                where=f"{other} in place of {facts}",
                expected="the same images, split, seed and batch size in every process",
                fix="give every machine the same images",
                process=rank,
            )
    if loss.splits:
        return []
    text = f"The loss {name_of(loss.criterion)} is computed for each process's part of a batch, and averaged over them."
    return [text]


def synchronized(model: nn.Module, device: torch.device, world: int, feed: DataSource) -> nn.Module:
    """The model, its BatchNorm layers with the statistics of the whole batch. Raises UsageError
    `distributed.batch_norm` where that cannot be had, `distributed.batch` where a batch has too few images for it."""
    layers = [part for part in model.modules() if isinstance(part, BatchNorm) and part.training]
    if not layers:
        return model
    if device.type != "cuda":
        raise UsageError(
            "distributed.batch_norm",
            "BatchNorm cannot be trained by several CPU processes: each would see only its part of a batch.",
            expected="GPUs, for torch.nn.SyncBatchNorm; or a model without BatchNorm in training",
            fix="leave out torchrun: one process uses all cores as well (--threads); or choose a model without "
            "BatchNorm, such as --model mlp, your own with GroupNorm, or a pretrained one whose BatchNorm is frozen "
            "(--backbone.freeze-batchnorm)",
        )
    last = feed.sizes["train"] % feed.batch if feed.sizes["train"] else 0
    if feed.batch < world or 0 < last < world:
        raise UsageError(
            "distributed.batch",
            f"A batch of {min(feed.batch, last or feed.batch)} is too small for BatchNorm in {world} processes.",
            where=f"{feed.sizes['train']:,} training images in batches of {feed.batch}",
            expected="at least one image of every batch for each process, of the last batch too",
            fix=f"use another batch size (--batch), or at most {min(feed.batch, last or feed.batch)} processes",
            processes=world,
        )
    converted: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    return converted


def shared_state(*modules: object) -> list[Tensor]:
    """Parameters and buffers that all processes begin with; sharded ones, which are others in each, are left out, and
    so are those that have no values yet."""
    parts = [part for part in modules if isinstance(part, nn.Module)]
    found = (value for part in parts for value in (*part.parameters(), *part.buffers()))
    return [value for value in found if not is_sharded(value) and not value.is_meta]


def begin_together(
    group: ProcessGroup, model: nn.Module, feed: DataSource, loss: Loss, options: StepOptions, optimizer: Optimizer
) -> tuple[nn.Module, list[str]]:
    """The model for all processes, sharded where that is asked for, and what there is to know of their run. Raises as
    `check_shareable`, `synchronized` and `check_shardable`."""
    device = device_of(model)
    group.use(device)
    notes = check_shareable(group, feed, loss, options)
    model = synchronized(model, device, group.size, feed)
    group.copy_from_first(shared_state(model, loss.criterion))  # before there are averages of it
    if options.shard and not any(map(is_sharded, model.parameters())):  # it is, where it goes on in the same script
        check_shardable(model, optimizer, options)
        shard_model(model, optimizer, group)
    return model, notes
