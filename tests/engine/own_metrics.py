"""Metrics as a caller might write them, and data of a few batches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tests.engine.fakes import batches

VALID = batches(7, size=5, seed=1)
DATA = {"train": batches(2), "valid": VALID, "test": batches(3, seed=2)}


class Scripted:
    """A metric that gives what a list says, one after another; then the last one."""

    def __init__(self, values: list[Any]) -> None:
        self.values, self.at = values, 0

    def __call__(self, probabilities: Any, labels: Any) -> Any:
        value = self.values[min(self.at, len(self.values) - 1)]
        self.at += 1
        if isinstance(value, Exception):
            raise value
        return value


class Right:
    """Counts what is right, batch by batch, as torchmetrics' objects do."""

    higher_is_better = True

    def __init__(self) -> None:
        self.resets = 0
        self.reset()

    def reset(self) -> None:
        self.resets += 1
        self.right = self.count = 0

    def update(self, probabilities: Tensor, labels: Tensor) -> None:
        assert probabilities.dtype == torch.float32
        assert labels.dtype == torch.int64
        self.right += int((probabilities.argmax(1) == labels).sum())
        self.count += len(labels)

    def compute(self) -> Tensor:
        return torch.tensor(self.right / self.count)
