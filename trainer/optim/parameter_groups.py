"""Parameters in groups: a learning rate by depth, weight decay on weights alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn

Group = dict[str, Any]


def groups_by_depth(
    head: Iterable[nn.Parameter],
    blocks: Sequence[Sequence[nn.Parameter]],
    *,
    lr: float,
    factor: float,
    weight_decay: float,
    head_decay: float,
) -> list[Group]:
    """Groups for an optimiser: the `head` at `lr`, each block at `factor` times the rate of the one above it, the last
    block first (discriminative rates: Howard and Ruder 2018, "Universal Language Model Fine-tuning").

    `weight_decay`, `head_decay`: of weights; vectors, which are norms and biases, have none. What is not trained is
    left out, empty groups are too.
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
