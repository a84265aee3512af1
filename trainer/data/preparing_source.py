"""What a checkpoint knows about the data a run was trained on: enough to use its model without the images."""

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
    """A data source without images of its own: it only prepares new images for the model.

    Args:
        classes: Class names (C,).
        shape: (channels, height, width) of an image.
        mean: Mean of each channel that images are normalised with, for values in [0, 1].
        std: Standard deviation of each channel.
        fingerprint: That of the data the model was trained on.
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
        """Resize and normalise new images.

        Args:
            images: One of, or a sequence of, paths, Pillow images and uint8 arrays.

        Returns:
            Float32 (N, C, H, W).

        Raises:
            DataError: Images cannot be read; it names every one.
        """
        decoded = decode_new(images, self.image_shape)
        out = torch.empty(len(decoded), *self.image_shape, dtype=torch.float32, device=self._device)
        if not len(decoded):
            return out
        return Normaliser(self.mean, self.std)(packed(decoded).to(self._device), out, Workspace())

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """There are none."""
        return iter(())

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        """There are none."""
        return iter(())
