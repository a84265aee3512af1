"""What a run's checkpoint knows of the data it was trained on: enough to use its model, without the images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from trainer.data.augment import Normaliser
from trainer.data.batch import Batch
from trainer.data.buffers import Workspace
from trainer.data.new_images import decode_new
from trainer.data.pixel_block import packed


class PreparingSource:
    """A data source without a split: it brings new images to what the model takes, and has none of its own.

    `shape`: (C, H, W) of an image. `mean`, `std`: of each channel of values in [0, 1], by which images are normalised.
    `fingerprint`: of the data that the model was trained on.
    """

    single_pass = False
    exact_resume: Literal["exact"] = "exact"
    batch = steps_per_epoch = 0

    def __init__(
        self,
        classes: tuple[str, ...],
        shape: tuple[int, int, int],
        mean: tuple[float, ...],
        std: tuple[float, ...],
        fingerprint: str = "",
    ) -> None:
        self.classes, self.fingerprint = classes, fingerprint
        self.input_shape: tuple[int, ...] = shape
        self.image_shape = shape
        self.mean, self.std = mean, std
        self.sizes: Mapping[str, int] = {"train": 0}
        self._device = torch.device("cpu")

    def to(self, device: torch.device) -> None:
        """Prepare images on `device` from now on."""
        self._device = device

    def prepare(self, images: Any) -> Tensor:
        """New images (paths, Pillow images, arrays), normalised, float32 (N, C, H, W). Raises DataError naming every
        image that cannot be read."""
        decoded = decode_new(images, self.image_shape)
        out = torch.empty(len(decoded), *self.image_shape, device=self._device)
        if not len(decoded):
            return out
        return Normaliser(self.mean, self.std)(packed(decoded).to(self._device), out, Workspace())

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """None."""
        return iter(())

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        """None."""
        return iter(())
