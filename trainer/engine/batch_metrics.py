"""Training metrics of the current epoch and the current report, at little cost.

Outputs are kept detached and reduced every 64 steps: one argmax and one count over 64 batches cost far less than 64 of
each. On the CPU the loss of each step is a float at once; on a device losses and counts stay there and are read once
per report, so that no step waits for the device.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.engine.loss import Loss
from trainer.errors import DataError
from trainer.metrics.classification import Metrics

REDUCE_STEPS = 64


class BatchMetrics:
    """`classes` is the number of classes; `deferred` says that losses arrive as device tensors.

    `loss`: what gave the losses, which says how much each image counts; None: all equally. `ignored`: the label of
    images that do not count. `confusion` (C, C) int64, true class as row, `loss_sum` (sum of the losses, as far as each
    image counts) and `loss_amount` (how much that is in all) cover the current epoch; they are complete after
    `reduce()`.
    """

    def __init__(self, classes: int, *, deferred: bool, loss: Loss | None = None, ignored: int | None = None) -> None:
        self.classes = classes
        self.deferred = deferred
        self.loss = loss
        self.ignored = ignored
        self.new_epoch()

    def new_epoch(self) -> None:
        """Set all sums to zero."""
        self.loss_sum = 0.0
        self.loss_amount = 0.0
        self.samples = 0
        self.confusion = np.zeros((self.classes, self.classes), dtype=np.int64)
        self._outputs: list[Tensor] = []
        self._labels: list[Tensor] = []
        self._device_counts: Tensor | None = None
        self._losses: list[float] = []
        self._device_losses: list[Tensor] = []
        self._sizes: list[int] = []
        self._weights: list[Tensor] = []
        self._amounts: list[float] = []
        self._counted: list[tuple[Tensor, Tensor | None, list[int]]] = []
        """Labels, weights and sizes of steps whose amounts are not computed yet."""
        self._left_out = 0
        self._device_left_out: list[Tensor] = []
        self._reported_correct = 0

    # -- per step ------------------------------------------------------------------------------------------------

    def add(
        self, outputs: Tensor, labels: Tensor, loss: float | Tensor, samples: int, weights: Tensor | None = None
    ) -> None:
        """Add one step: outputs (B, C) or predicted classes (B,) int64, labels (B,) int64 or shares (B, C), the
        step's mean loss, and weights (B,) of the images where there are any."""
        self._outputs.append(outputs)
        self._labels.append(labels)
        self._sizes.append(samples)
        if weights is not None:
            self._weights.append(weights)
        if isinstance(loss, float):
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
        sizes = [len(labels) for labels in self._labels]
        labels = torch.cat([labels.argmax(1) if labels.ndim == 2 else labels for labels in self._labels])
        outputs = torch.cat(self._outputs)
        pairs = labels * self.classes + (outputs.argmax(1) if outputs.ndim == 2 else outputs)
        left_out = None if self.ignored is None else labels == self.ignored
        if left_out is not None:
            pairs = torch.where(left_out, 0, pairs)
        counts = torch.bincount(pairs, minlength=self.classes * self.classes)
        if left_out is not None:
            number = left_out.sum()
            counts[0] -= number
            self._device_left_out.append(number)
        self._counted.append((labels, torch.cat(self._weights) if self._weights else None, sizes))
        for kept in (self._outputs, self._labels, self._weights):
            kept.clear()
        if self.deferred:
            self._device_counts = counts if self._device_counts is None else self._device_counts + counts
        else:
            self._add_counts(counts)

    def _add_counts(self, counts: Tensor) -> None:
        table = counts.cpu().numpy()
        if table.size != self.confusion.size:
            raise DataError(
                "data.labels",
                f"A label is outside 0 ... {self.classes - 1}.",
                expected=f"int64 labels from 0 to {self.classes - 1}: the model gives {self.classes} outputs",
                fix="check the labels of the training data, or the number of the model's outputs",
                classes=self.classes,
            )
        self.confusion += table.reshape(self.classes, self.classes)

    # -- per report ----------------------------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """Steps added since the last report."""
        return len(self._sizes)

    def reduce(self) -> None:
        """Complete `confusion` and `loss_sum`; on a device this is the one place that waits for it."""
        self._count()
        if self._device_counts is not None:
            self._add_counts(self._device_counts)
            self._device_counts = None
        if self._device_losses:
            self._losses += torch.stack(self._device_losses).double().cpu().tolist()
            self._device_losses.clear()
        known = len(self._amounts)
        self._find_amounts()
        for loss, amount in zip(self._losses[known:], self._amounts[known:], strict=True):
            self.loss_sum += loss * amount
            self.loss_amount += amount

    def _find_amounts(self) -> None:
        """How much each step counts in the mean: its images, unless they weigh differently or are ignored."""
        left_out = int(torch.stack(self._device_left_out).sum()) if self._device_left_out else 0
        self._device_left_out.clear()
        self._left_out += left_out
        for labels, weights, sizes in self._counted:
            if self.loss is None or (weights is None and self.loss.even and not left_out):
                self._amounts += sizes
            else:
                amounts = self.loss.amounts(labels, weights).cpu().double()
                self._amounts += [float(part.sum()) for part in amounts.split(sizes)]
        self._counted.clear()

    def report(self) -> dict[str, Any]:
        """Fields of BatchesReported for the steps since the last report; starts the next report."""
        self.reduce()
        losses, amounts = self._losses, self._amounts
        samples, correct = sum(self._sizes) - self._left_out, int(np.trace(self.confusion))
        figures = {
            "count": len(losses),
            "samples": samples,
            "correct": correct - self._reported_correct,
            "loss_mean": math.fsum(loss * much for loss, much in zip(losses, amounts, strict=True))
            / (sum(amounts) or 1),
            "loss_min": min(losses),
            "loss_max": max(losses),
            "loss_last": losses[-1],
        }
        self._reported_correct = correct
        self._losses, self._sizes, self._amounts, self._left_out = [], [], [], 0
        return figures

    def metrics(self) -> Metrics:
        """Metrics of the current epoch, after `reduce()`."""
        found = Metrics.from_confusion(self.confusion, self.loss_sum)
        if self.loss_amount == found.samples:
            return found
        return replace(found, loss=self.loss_sum / self.loss_amount if self.loss_amount else math.nan)

    # -- checkpoint ----------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The current epoch's sums; call `report()` first."""
        sums = {"loss_sum": self.loss_sum, "loss_amount": self.loss_amount, "samples": self.samples}
        return {**sums, "confusion": self.confusion.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from the sums of an earlier attempt."""
        self.loss_sum = float(state["loss_sum"])
        self.samples = int(state["samples"])
        self.loss_amount = float(state.get("loss_amount", self.samples))  # older checkpoints have none
        self.confusion = np.array(state["confusion"], dtype=np.int64).reshape(self.classes, self.classes)
        self._reported_correct = int(np.trace(self.confusion))
