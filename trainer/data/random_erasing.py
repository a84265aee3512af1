"""Random erasing (Zhong et al., AAAI 2020): a rectangle of some images is set to the mean, chosen as
`torchvision.transforms.RandomErasing` does."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.data.augment import generator_for
from trainer.data.rectangles import Rectangles, draw_rectangles

AREA = (0.02, 0.33)
"""Range of the erased part of the image's area."""
ASPECT = (1 / 3.3, 1 / 0.3)
"""Range of width / height."""


def draw_erased(count: int, height: int, width: int, *, probability: float, seed: int, epoch: int) -> Rectangles:
    """Draw the erased rectangles of an epoch: a pure function of its arguments.

    Args:
        count: Number of images n.
        height: Height of an image in pixels.
        width: Width of an image in pixels.
        probability: Probability of erasing, in [0, 1].
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        Rectangles of images 0 ... n - 1; empty for images that are not chosen, or too small for any.
    """
    generator = generator_for("erasing", seed, epoch)
    chosen = torch.rand(count, generator=generator, dtype=torch.float32) < probability
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
    """Set rectangles to 0 in place, the mean of normalised images.

    Args:
        images: Normalised images float32 (n, C, H, W).
        erased: Rectangles of the n images, on the CPU.

    Returns:
        The same tensor.
    """
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
