"""What cannot be trained with a sharded model."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn
from torch.optim import Optimizer

from trainer.engine.step import needs_closure
from trainer.engine.step_options import StepOptions
from trainer.errors import UsageError
from trainer.optim.parameter_groups import parameters_of


def check_shardable(model: nn.Module, optimizer: Optimizer, options: StepOptions) -> None:
    """Raises UsageError `distributed.shard` where a sharded model cannot be trained like this."""
    for reason, fix in _obstacles(model, optimizer, options):
        raise UsageError(
            "distributed.shard",
            f"This cannot be trained with a sharded model: {reason}.",
            where="shard",
            fix=f"{fix}, or leave out shard",
            reason=reason,
        )


def _obstacles(model: nn.Module, optimizer: Optimizer, options: StepOptions) -> Iterator[tuple[str, str]]:
    """What stands in the way, and what to do instead."""
    if options.accumulate > 1:
        yield "its gradients are accumulated over parts of a batch", "use accumulate 1 and smaller batches"
    if options.training_step is not None:
        yield "it has a training step of its own", "give Trainer the loss in place of training_step"
    if needs_closure(optimizer):
        yield f"{type(optimizer).__name__} needs the loss more than once in a step", "use AdamW or SGD"
    if optimizer.state:
        yield f"{type(optimizer).__name__} has state before its first step", "use AdamW or SGD, not stepped yet"
    named = dict(model.named_parameters())
    own = {id(one) for one in named.values()}
    if any(id(one) not in own for one in parameters_of(optimizer)):
        yield "the loss has trainable parameters", "make them parameters of the model"
    if len(named) < sum(1 for _ in model.named_parameters(remove_duplicate=False)):
        yield "two layers of the model share their weights", "give each its own"
    for name, one in named.items():
        if not one.ndim:
            yield f"the parameter {name!r} is a single number, of shape ()", "give it the shape (1,)"
