"""A head trained on features at once, without events: where training of the whole network starts from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from trainer.data.image_set import Progress, no_progress
from trainer.pretrained.feature_data import FeatureData

EPOCHS = 30
STEPS = 10_000
"""At most: of many images fewer epochs are enough."""
LR, MOMENTUM = 1e-3, 0.9
"""Those of the recipe for photos."""


def train_head(head: nn.Module, data: FeatureData, penalty: float, progress: Progress = no_progress) -> None:
    """Train `head` on the training features in `data` by cross-entropy and an L2 `penalty` divided by the number of
    images, with momentum and a rate that falls to zero. Depends on the data's seed and the weights it starts with, and
    on the generators where the head has dropout."""
    epochs = max(1, min(EPOCHS, STEPS // data.steps_per_epoch))
    optimizer = torch.optim.SGD(head.parameters(), LR, momentum=MOMENTUM, weight_decay=penalty / data.sizes["train"])
    total = epochs * data.steps_per_epoch
    step = 0
    head.train()
    with _one_thread():
        for epoch in range(1, epochs + 1):
            progress("head", epoch - 1, epochs)
            for features, labels in data.train_batches(epoch):
                optimizer.param_groups[0]["lr"] = LR * 0.5 * (1 + math.cos(math.pi * step / total))
                optimizer.zero_grad()
                cross_entropy(head(features), labels).backward()
                optimizer.step()
                step += 1
    progress("head", epochs, epochs)


@contextmanager
def _one_thread() -> Iterator[None]:
    """The steps are shorter than waking a second thread takes, and give the same bits however many there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
