"""Optimiser and loss, made from the settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.optim.parameter_groups import Group
from trainer.settings import Train


def make_optimizer(model: nn.Module, train: Train, groups: list[Group] | None = None) -> torch.optim.Optimizer:
    """Make the optimiser that `train.optimizer` names.

    It is fused where torch can: the whole update is one kernel, several times faster for small models.

    Args:
        model: The model, on its device already.
        train: Optimiser, learning rate, weight decay and momentum.
        groups: Parameter groups. None: all trainable parameters in one group.

    Returns:
        The optimiser.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    parameters: Any = groups or trained
    common: dict[str, Any] = {"lr": train.lr, "weight_decay": train.weight_decay}
    # on the meta device are only weights that several processes will have on CPUs or CUDA GPUs
    fused = all(parameter.device.type in ("cpu", "cuda", "meta") for parameter in trained)
    match train.optimizer:
        case "adam":
            return torch.optim.Adam(parameters, fused=fused, **common)
        case "adamw":
            return torch.optim.AdamW(parameters, fused=fused, **common)
        case "sgd":
            return torch.optim.SGD(parameters, fused=fused, momentum=train.momentum, **common)
        case "nadam":
            return torch.optim.NAdam(parameters, **common)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, **common)


def make_loss(train: Train, counts: NDArray[np.int64] | None = None) -> nn.CrossEntropyLoss:
    """Make the loss: mean cross-entropy over samples, in nats.

    Args:
        train: Label smoothing and class weights.
        counts: Training images per class (C,), needed for balanced class weights. None: equal weights.

    Returns:
        From logits (N, C) and labels (N,) to the loss; it is on the CPU.
    """
    weight = balanced_weights(counts) if train.class_weights == "balanced" and counts is not None else None
    return nn.CrossEntropyLoss(weight=weight, label_smoothing=train.label_smoothing)


def balanced_weights(counts: NDArray[np.int64]) -> Tensor:
    """Compute class weights: images / (classes x images of the class), as scikit-learn's `class_weight="balanced"`.

    Args:
        counts: Images per class (C,), int64. Classes without an image are not counted and weigh 1.

    Returns:
        (C,), float32.
    """
    there = counts > 0
    weights = np.ones(len(counts))
    weights[there] = counts.sum() / (there.sum() * counts[there])
    return torch.tensor(weights, dtype=torch.float32)
