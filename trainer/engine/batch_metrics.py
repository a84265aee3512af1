"""Training figures of the open epoch and of the open report, kept cheaply.

Outputs are kept detached and reduced every 64 steps: one argmax and one count over 64 batches cost far less than 64 of
each. On the CPU the loss of each step is a float at once; on a device losses and counts stay there and are read once
per report, so that no step waits for the device.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.errors import DataError

REDUCE_STEPS = 64


class BatchMetrics:
    """`classes` is the number of classes; `deferred` says that losses arrive as device tensors.

    `confusion` (C, C) int64, true class as row, and `loss_sum` (sum over samples) cover the open epoch; they are
    complete after `reduce()`.
    """

    def __init__(self, classes: int, *, deferred: bool) -> None:
        self.classes = classes
        self.deferred = deferred
        self.loss_sum = 0.0
        self.samples = 0
        self.confusion = np.zeros((classes, classes), dtype=np.int64)
        self._outputs: list[Tensor] = []
        self._labels: list[Tensor] = []
        self._device_counts: Tensor | None = None
        self._losses: list[float] = []
        self._device_losses: list[Tensor] = []
        self._sizes: list[int] = []
        self._reported_correct = 0

    # -- per step ------------------------------------------------------------------------------------------------

    def add(self, outputs: Tensor, labels: Tensor, loss: float | Tensor, samples: int) -> None:
        """Take in one step: outputs (B, C), labels (B,) int64 or shares (B, C), the step's mean loss."""
        self._outputs.append(outputs)
        self._labels.append(labels)
        self._sizes.append(samples)
        if isinstance(loss, float):
            self.loss_sum += loss * samples
            self._losses.append(loss)
        else:
            self._device_losses.append(loss)
        self.samples += samples
        if len(self._outputs) == REDUCE_STEPS:
            self._count()

    def _count(self) -> None:
        """Turn the kept outputs into counts of (true, predicted) pairs."""
        if not self._outputs:
            return
        labels = torch.cat([labels.argmax(1) if labels.ndim == 2 else labels for labels in self._labels])
        pairs = labels * self.classes + torch.cat(self._outputs).argmax(1)
        counts = torch.bincount(pairs, minlength=self.classes * self.classes)
        self._outputs.clear()
        self._labels.clear()
        if self.deferred:
            self._device_counts = counts if self._device_counts is None else self._device_counts + counts
        else:
            self._add_counts(counts)

    def _add_counts(self, counts: Tensor) -> None:
        table = counts.cpu().numpy()
        if table.size != self.confusion.size:
            raise DataError(
                "data.labels",
                f"A label lies outside 0 ... {self.classes - 1}.",
                expected=f"int64 labels from 0 to {self.classes - 1}: the model gives {self.classes} outputs",
                mend="check the labels of the training data, or the number of the model's outputs",
                classes=self.classes,
            )
        self.confusion += table.reshape(self.classes, self.classes)

    # -- per report ----------------------------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """Steps taken in since the last report."""
        return len(self._sizes)

    def reduce(self) -> None:
        """Complete `confusion` and `loss_sum`; on a device this is the one place that waits for it."""
        self._count()
        if self._device_counts is not None:
            self._add_counts(self._device_counts)
            self._device_counts = None
        if self._device_losses:
            self._losses = torch.stack(self._device_losses).double().cpu().tolist()
            self._device_losses.clear()
            for loss, samples in zip(self._losses, self._sizes, strict=True):
                self.loss_sum += loss * samples

    def report(self) -> dict[str, Any]:
        """The figures of BatchesReported for the steps since the last report, which they close."""
        self.reduce()
        losses, sizes = self._losses, self._sizes
        samples, correct = sum(sizes), int(np.trace(self.confusion))
        figures = {
            "count": len(sizes),
            "samples": samples,
            "correct": correct - self._reported_correct,
            "loss_mean": math.fsum(loss * size for loss, size in zip(losses, sizes, strict=True)) / max(samples, 1),
            "loss_min": min(losses),
            "loss_max": max(losses),
            "loss_last": losses[-1],
        }
        self._reported_correct = correct
        self._losses, self._sizes = [], []
        return figures

    def new_epoch(self) -> None:
        """Start from nothing."""
        self.__init__(self.classes, deferred=self.deferred)  # type: ignore[misc]  # the constructor is the reset

    # -- checkpoint ----------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The open epoch's sums; call `report()` first."""
        return {"loss_sum": self.loss_sum, "samples": self.samples, "confusion": self.confusion.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from the sums of an earlier attempt."""
        self.loss_sum = float(state["loss_sum"])
        self.samples = int(state["samples"])
        self.confusion = np.array(state["confusion"], dtype=np.int64).reshape(self.classes, self.classes)
        self._reported_correct = int(np.trace(self.confusion))
