"""Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019) of training batches, as torchvision has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from trainer.data.batch import Batch, counted
from trainer.data.loaders import close_batches
from trainer.errors import DataError, UsageError


class MixedBatches:
    """Batches whose images are mixed in pairs; labels become probabilities float32 (B, C).

    Draws come from PyTorch's global generator, which is part of every checkpoint.

    Args:
        batches: Images floating-point (B, C, H, W) and labels int64 (B,).
        classes: Number of classes.
        mixup: Parameter alpha of the Beta distribution that the share of the first image is drawn from; 0: off.
        cutmix: The same for CutMix. If both are on, each batch gets one of them, chosen at random.
        ignored: Label of images that are left out. None: none.
    """

    def __init__(
        self, batches: Iterator[Batch], classes: int, *, mixup: float, cutmix: float, ignored: int | None = None
    ) -> None:
        from torchvision.transforms import v2

        kinds: list[Any] = []
        if mixup:
            kinds.append(v2.MixUp(alpha=mixup, num_classes=classes))
        if cutmix:
            kinds.append(v2.CutMix(alpha=cutmix, num_classes=classes))
        self._mix = kinds[0] if len(kinds) == 1 else v2.RandomChoice(kinds)
        self._batches = batches
        self._ignored = ignored

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        images, labels, *weights = next(self._batches)
        if weights:
            raise DataError(
                "data.mixup",
                "Mixup and CutMix cannot mix images with individual weights.",
                expected="batches (images, labels)",
                fix="turn off mixup and cutmix, or have the loader yield no weights",
            )
        if images.ndim != 4 or not images.is_floating_point():
            raise DataError(
                "data.mixup",
                f"Mixup and CutMix cannot mix a batch of {tuple(images.shape)} {images.dtype}.",
                expected="images as floating-point (B, C, H, W)",
                fix="turn off mixup and cutmix, or have the loader yield such images",
            )
        if self._ignored is not None and labels.ndim == 1:
            images, labels = counted(self._ignored, images, labels)[:2]
        if labels.ndim == 2:  # the loader has mixed them already
            return images, labels
        mixed, shares = self._mix(images, labels)
        return mixed, shares

    def close(self) -> None:
        """Close the underlying batches: they may hold a thread."""
        close_batches(self._batches)


def check_soft_labels(criterion: Any, classes: int, device: torch.device) -> None:
    """Check that a loss accepts class probabilities as labels.

    Args:
        criterion: The loss.
        classes: Number of classes.
        device: Where the model is.

    Raises:
        UsageError: `train.soft_labels`: it does not.
    """
    outputs = torch.zeros(2, classes, dtype=torch.float32, device=device)
    shares = torch.full((2, classes), 1 / classes, dtype=torch.float32, device=device)
    try:
        criterion(outputs, shares)
    except Exception as error:  # whatever a loss of the caller's own raises
        raise UsageError(
            "train.soft_labels",
            f"This loss does not take mixed labels: {error}",
            expected="a loss of logits (B, C) and class probabilities (B, C), as torch.nn.CrossEntropyLoss is",
            fix="turn off mixup and cutmix, or use cross-entropy",
        ) from error
