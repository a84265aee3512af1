"""Parameters in groups: a learning rate by depth, weight decay on weights alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn
from torch.optim import Optimizer

Group = dict[str, Any]


def parameters_of(optimizer: Optimizer) -> list[nn.Parameter]:
    """List the parameters of all groups, in the order of `Optimizer.state_dict`.

    Args:
        optimizer: The optimiser. Groups may be added and frozen later: what is listed is what it has now.

    Returns:
        Its parameters.
    """
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def groups_by_depth(
    head: Iterable[nn.Parameter],
    blocks: Sequence[Sequence[nn.Parameter]],
    *,
    lr: float,
    factor: float,
    weight_decay: float,
    head_decay: float,
) -> list[Group]:
    """Group parameters with a learning rate by depth, and weight decay on weights alone.

    The head gets `lr`, each block `factor` times the rate of the one above it (discriminative fine-tuning: Howard and
    Ruder 2018, "Universal Language Model Fine-tuning for Text Classification"). Parameters that are not trained and
    empty groups are left out.

    Args:
        head: Parameters of the head.
        blocks: Parameters of each block, the last block next to the head.
        lr: Learning rate of the head.
        factor: In (0, 1].
        weight_decay: Of the blocks' weights. Vectors (norms, biases) have none.
        head_decay: Of the head's weights.

    Returns:
        Groups for an optimiser, with `params`, `lr` and `weight_decay`; the head first, then the blocks from the top.
    """
    groups = _by_decay(head, lr, head_decay)
    for depth, block in enumerate(reversed(blocks), 1):
        groups += _by_decay(block, lr * factor**depth, weight_decay)
    return groups


def _by_decay(parameters: Iterable[nn.Parameter], lr: float, decay: float) -> list[Group]:
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    weights = [parameter for parameter in trained if parameter.ndim > 1]
    vectors = [parameter for parameter in trained if parameter.ndim <= 1]
    found = [
        {"params": weights, "lr": lr, "weight_decay": decay},
        {"params": vectors, "lr": lr, "weight_decay": 0.0},
    ]
    return [group for group in found if group["params"]]
