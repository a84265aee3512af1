"""What random changes are made of training images, and those of an epoch beside rotation, flip and crop."""

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
    """What is asked for; 0 is off. Applied in this order: part of the image, then rotation, flip and crop, then
    RandAugment, then colours, and, once normalised, erasing."""

    rotation: float = 0.0
    """Largest angle in degrees."""
    flip: float = 0.0
    """Probability."""
    crop: int = 0
    """Pixels of padding before the crop."""
    resized_crop: float = 0.0
    """Smallest part of the area that is scaled back to the image's size."""
    jitter: float = 0.0
    """Brightness, contrast and saturation are multiplied by up to 1 - jitter ... 1 + jitter."""
    erasing: float = 0.0
    """Probability."""
    randaugment: int = 0
    """Magnitude, up to 30."""

    @property
    def moves(self) -> bool:
        """Whether rotation, flip or crop is asked for: what `augment` does in one look-up."""
        return any(self[:3])

    @property
    def more(self) -> bool:
        """Whether anything else is."""
        return any(self[3:])


class ImageChanges:
    """One epoch of an `Augmentation` without rotation, flip and crop: a pure function of the arguments.

    `shape`: (C, H, W) of the `count` images. `order`: (count,) on the CPU, the sample at each place of the epoch; None
    where a change goes with the place and not with the sample. Images are named by a slice of places; they are changed
    in the memory they are in, and returned.
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
        """Resized crops of packed pixels (n, H, W)."""
        return pixels if self._crops is None else resize_crops(pixels, self._crops.pick(places), self._workspace)

    def recolor(self, pixels: Tensor, places: slice) -> Tensor:
        """RandAugment and colour jitter of packed pixels (n, H, W)."""
        if self._operations is not None:
            apply_operations(pixels, self._operations.pick(places), self._magnitude, self._workspace)
        if self._factors is not None:
            jitter_colors(pixels, self._factors.pick(places), self._workspace)
        return pixels

    def erase(self, images: Tensor, places: slice) -> Tensor:
        """Random erasing of normalised images (n, C, H, W)."""
        return images if self._erased is None else erase(images, self._erased.pick(places))
