"""Random erasing: a rectangle of some images becomes the mean, as `torchvision.transforms.RandomErasing` chooses it."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.data.augment import generator_for
from trainer.data.rectangles import Rectangles, draw_rectangles

AREA = (0.02, 0.33)
"""Range of the part of the image's area that is erased."""
ASPECT = (1 / 3.3, 1 / 0.3)
"""Range of width / height."""


def draw_erased(count: int, height: int, width: int, *, probability: float, seed: int, epoch: int) -> Rectangles:
    """What is erased of samples 0 ... count-1 in one epoch: a pure function of its arguments. Empty where nothing is,
    for an image is not chosen or no rectangle is smaller than it in both directions."""
    generator = generator_for("erasing", seed, epoch)
    chosen = torch.rand(count, generator=generator) < probability
    drawn = draw_rectangles(
        Rectangles(*torch.zeros(4, count, dtype=torch.int64)),
        (height, width),
        area=AREA,
        aspect=ASPECT,
        largest=(height - 1, width - 1),
        smallest=0,
        generator=generator,
    )
    return Rectangles(*(part * chosen for part in drawn))


def erase(images: Tensor, erased: Rectangles) -> Tensor:
    """Sets what is `erased` (on the CPU) of normalised images (n, C, H, W) to 0, in place."""
    height, width = images.shape[2:]
    some = ((erased.height > 0) & (erased.width > 0)).nonzero().squeeze(1)
    chosen = erased.pick(some).to(images.device)
    some = some.to(images.device)
    rows = _within(chosen.top, chosen.height, height)
    columns = _within(chosen.left, chosen.width, width)
    within = rows[:, :, None] & columns[:, None, :]
    return images.index_copy_(0, some, images.index_select(0, some).masked_fill_(within[:, None], 0))


def _within(begin: Tensor, length: Tensor, size: int) -> Tensor:
    """(n, size) bool: which places lie in begin ... begin + length - 1."""
    places = torch.arange(size, device=begin.device)
    return (places >= begin[:, None]) & (places < (begin + length)[:, None])
