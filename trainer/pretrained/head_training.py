"""Training a head on features, without events: the starting point for fine-tuning the whole network."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from trainer.data.image_set import Progress
from trainer.models.torch_threads import torch_threads
from trainer.pretrained.feature_data import FeatureData

EPOCHS = 30
STEPS = 10_000
"""Upper limit: with many images fewer epochs are enough."""
LR, MOMENTUM = 1e-3, 0.9
"""Those of the recipe for photos."""


def train_head(head: nn.Module, data: FeatureData, penalty: float, progress: Progress) -> None:
    """Train a head with cross-entropy, SGD with momentum and a rate that falls to zero (cosine).

    The result depends on the data's seed and the initial weights; with dropout, also on torch's generators.

    Args:
        head: The head; changed in place.
        data: Features of the training images.
        penalty: L2 penalty, divided by the number of training images; 0 or more.
        progress: Called with "head", the epochs done and all epochs.
    """
    epochs = max(1, min(EPOCHS, STEPS // data.steps_per_epoch))
    optimizer = torch.optim.SGD(head.parameters(), LR, momentum=MOMENTUM, weight_decay=penalty / data.sizes["train"])
    total = epochs * data.steps_per_epoch
    step = 0
    head.train()
    # the steps are shorter than waking a second thread takes, and give the same bits however many there are
    with torch_threads(1):
        for epoch in range(1, epochs + 1):
            progress("head", epoch - 1, epochs)
            for features, labels in data.train_batches(epoch):
                optimizer.param_groups[0]["lr"] = LR * 0.5 * (1 + math.cos(math.pi * step / total))
                optimizer.zero_grad()
                cross_entropy(head(features), labels).backward()
                optimizer.step()
                step += 1
    progress("head", epochs, epochs)
