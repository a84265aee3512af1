"""Runs whose validation loss falls, or falls and rises again."""

from __future__ import annotations

from pathlib import Path

import torch

from callbacks.checkpoint import Checkpoint
from callbacks.learning_rate import LearningRate
from tests.reliability.harness import dropout_net, lists
from trainer.trainer import Trainer


def build(folder: Path, *, epochs: int = 5, checkpoints: Checkpoint | None = None, rising: bool = False) -> Trainer:
    """`rising`: after epoch 2 the weights go back up the hill, so that epoch 2 stays the best."""
    schedule = LearningRate(
        lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda epoch: -1.0 if rising and epoch > 1 else 1.0),
        each="epoch",
    )
    return Trainer(
        dropout_net(),
        lists(),
        optimizer=lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9 if not rising else 0.0),
        callbacks=[schedule, checkpoints or Checkpoint()],
        epochs=epochs,
        run_dir=folder,
        device="cpu",
    )
