"""Settings of the augmentation, and the changes of an epoch other than rotation, flip and crop."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from trainer.data.buffers import Workspace
from trainer.data.color_jitter import ColorFactors, draw_factors, jitter_colors
from trainer.data.rand_augment import Operations, apply_operations, draw_operations
from trainer.data.random_erasing import draw_erased, erase
from trainer.data.rectangles import Rectangles
from trainer.data.resized_crop import draw_crops, resize_crops


class Augmentation(NamedTuple):
    """Which random changes are made of training images; 0 is off. Order: resized crop; rotation, flip and crop;
    RandAugment; colour jitter; and, after normalisation, erasing."""

    rotation: float = 0.0
    """Largest angle to either side, in degrees."""
    flip: float = 0.0
    """Probability of mirroring an image, in [0, 1]."""
    crop: int = 0
    """Zero padding before the crop, in pixels on each side."""
    resized_crop: float = 0.0
    """Smallest part of the area that is cut out and scaled back to the image's size, in (0, 1]."""
    jitter: float = 0.0
    """Brightness, contrast and saturation are each multiplied by a factor in 1 - jitter ... 1 + jitter."""
    erasing: float = 0.0
    """Probability of erasing a rectangle, in [0, 1]."""
    randaugment: int = 0
    """Magnitude of RandAugment, up to 30."""

    @property
    def moves(self) -> bool:
        """Whether rotation, flip or crop is on: what `augment` does in one lookup."""
        return any(self[:3])

    @property
    def more(self) -> bool:
        """Whether any other change is on."""
        return any(self[3:])


class ImageChanges:
    """The changes of one epoch other than rotation, flip and crop: a pure function of the arguments.

    Images are named by a slice of places in the epoch; they are changed in place and returned.

    Args:
        wanted: Which changes are on.
        shape: (channels, height, width) of an image.
        count: Number of training images.
        order: The image at each place of the epoch, int64 (count,), on the CPU. None: changes go with the place, not
            with the image.
        device: Where batches are made.
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.
    """

    def __init__(
        self,
        wanted: Augmentation,
        shape: tuple[int, int, int],
        count: int,
        order: Tensor | None,
        device: torch.device,
        *,
        seed: int,
        epoch: int,
    ) -> None:
        _, height, width = shape
        which: Tensor | slice = slice(None) if order is None else order
        self._magnitude = wanted.randaugment
        self._workspace = Workspace()
        self._crops: Rectangles | None = None
        self._operations: Operations | None = None
        self._factors: ColorFactors | None = None
        self._erased: Rectangles | None = None
        if wanted.resized_crop:
            crops = draw_crops(count, height, width, least=wanted.resized_crop, seed=seed, epoch=epoch)
            self._crops = crops.pick(which)
        if wanted.jitter:
            self._factors = draw_factors(count, strength=wanted.jitter, seed=seed, epoch=epoch).pick(which).to(device)
        if wanted.randaugment:
            self._operations = draw_operations(count, seed=seed, epoch=epoch).pick(which)
        if wanted.erasing:
            erased = draw_erased(count, height, width, probability=wanted.erasing, seed=seed, epoch=epoch)
            self._erased = erased.pick(which)

    def take_part(self, pixels: Tensor, places: slice) -> Tensor:
        """Apply resized crops.

        Args:
            pixels: Packed pixels (n, H, W).
            places: The n places in the epoch.

        Returns:
            The same tensor.
        """
        return pixels if self._crops is None else resize_crops(pixels, self._crops.pick(places), self._workspace)

    def recolor(self, pixels: Tensor, places: slice) -> Tensor:
        """Apply RandAugment and colour jitter.

        Args:
            pixels: Packed pixels (n, H, W).
            places: The n places in the epoch.

        Returns:
            The same tensor.
        """
        if self._operations is not None:
            apply_operations(pixels, self._operations.pick(places), self._magnitude, self._workspace)
        if self._factors is not None:
            jitter_colors(pixels, self._factors.pick(places), self._workspace)
        return pixels

    def erase(self, images: Tensor, places: slice) -> Tensor:
        """Apply random erasing.

        Args:
            images: Normalised images float32 (n, C, H, W).
            places: The n places in the epoch.

        Returns:
            The same tensor.
        """
        return images if self._erased is None else erase(images, self._erased.pick(places))
