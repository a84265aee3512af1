"""The loss of a run: one number to train on, one per image, and a mean over a split that does not depend on batches."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from trainer.engine.loss_averaging import Criterion, averaging, name_of
from trainer.errors import UsageError


class BatchLosses(NamedTuple):
    """What a batch adds to the loss of its split: `total` / `amount`, each summed over all batches, is the mean loss.

    `images`: the loss of each image, (B,).
    """

    total: float
    amount: float
    images: Tensor


class Loss:
    """A criterion and how it averages, determined once before the first step.

    The mean over a split is what the criterion with `reduction="mean"` gives for the whole split as one batch. So with
    class weights it is the sum of the weighted losses over the sum of the weights, and images with the label `ignored`
    (None: there is none) do not count. A criterion that sums, or does not reduce, is averaged the same way in training.
    If the value of a criterion cannot be split into images, the mean is taken over batches, weighted by their number of
    images, and the losses of images are cross-entropy. `notes` says so, and lists other differences from the criterion
    itself.

    `like`: a tensor of the type and on the device of the logits; None: float32 on the CPU. Raises UsageError
    `loss.labels` where a loss of torch's own does not take logits and class numbers, `loss.class_weights` where its
    weights do not fit the classes.
    """

    def __init__(self, criterion: Criterion, classes: int, like: Tensor | None = None) -> None:
        self.criterion = criterion
        self._found = averaging(criterion, classes, torch.zeros((), dtype=torch.float32) if like is None else like)
        self.ignored = self._found.ignored
        self.notes = list(self._found.notes)
        self.splits = self._found.splits
        if not self.splits:
            self.notes.append(
                f"The loss {name_of(criterion)} cannot be split into images: the loss of a split is the mean over its "
                "batches and depends on their size; the losses of single images are cross-entropy."
            )
        table = self._found.class_weights()
        self.even = table is None
        """Whether all images that count weigh the same, apart from weights that the loader gives."""
        # a batch whose weights are all 0 has no mean
        of_nothing = self._found.takes_ignored and self.ignored in range(classes)
        self._divides = of_nothing or (table is not None and bool((table == 0).any()))
        self.may_be_empty = self.splits and self._found.images is not None and self.ignored is not None
        """Whether a batch may hold ignored images only."""
        self.step: Criterion = self.mean if self._divides else self._found.mean
        """logits (B, C), labels (B,) -> mean loss: the criterion itself where possible"""

    def mean(self, outputs: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
        """Mean loss of a batch, 0 where nothing in it counts: outputs (B, C), labels (B,) or shares of classes (B, C),
        weights of the images (B,). Raises UsageError `loss.weights` where weights of images cannot be applied."""
        if labels.ndim == 2 and weights is None:
            return self._found.mean(outputs, labels)
        if self.ignored is not None and not self._found.takes_ignored:
            counted = labels != self.ignored
            outputs, labels, weights = outputs[counted], labels[counted], None if weights is None else weights[counted]
        losses = self._weighted(self.images(outputs, labels), weights)
        amount = self.amounts(labels, weights).sum()
        return losses.sum() / torch.where(amount > 0, amount, torch.ones_like(amount)).to(losses)

    def amounts(self, labels: Tensor, weights: Tensor | None = None) -> Tensor:
        """How much each image counts in the mean: (B,) float, 0 where its label is ignored."""
        if labels.ndim == 2:
            found = torch.ones(len(labels), dtype=torch.float32, device=labels.device)
        else:
            table = self._found.class_weights()
            counted = torch.ones_like(labels, dtype=torch.bool) if self.ignored is None else labels != self.ignored
            places = torch.where(counted, labels, 0)
            found = counted.float() if table is None else table.detach().to(labels.device)[places] * counted
        return found if weights is None else found * weights

    def images(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Loss of each image, (B,)."""
        if self._found.images is None:
            return functional.cross_entropy(outputs, labels, reduction="none")
        return self._found.images(outputs, labels)

    def of_batch(self, outputs: Tensor, labels: Tensor, weights: Tensor | None = None) -> BatchLosses:
        """Losses of a batch of images that count: outputs (B, C), labels (B,), weights of the images (B,)."""
        losses = self.images(outputs, labels).detach()
        precise = torch.finfo(outputs.dtype).bits >= 32  # a mean in half precision is rounded to three digits
        if weights is None and self.even and (precise or not self.splits):
            return BatchLosses(float(self._found.mean(outputs, labels)) * len(labels), float(len(labels)), losses)
        total = self._weighted(losses, weights).cpu().double().sum()
        return BatchLosses(float(total), float(self.amounts(labels, weights).cpu().double().sum()), losses)

    def _weighted(self, losses: Tensor, weights: Tensor | None) -> Tensor:
        if weights is None:
            return losses
        if self._found.images is None or not self.splits:
            raise UsageError(
                "loss.weights",
                f"The loss {name_of(self.criterion)} cannot be computed per image, "
                "which the image weights from the loader require.",
                expected="a loss that is a mean over images",
                fix="have the loader yield (images, labels) only, or use a loss with reduction='none'",
            )
        return losses * weights.to(losses)
