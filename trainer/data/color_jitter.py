"""Colour jitter: brightness, contrast and saturation of each image changed by factors of its own, in this order.

The range of the three is one number, as usual for ImageNet (0.4 in fb.resnet.torch and timm). torchvision's
`ColorJitter` draws the order again for each image; hue is left alone, as there by default.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from trainer.data.augment import generator_for
from trainer.data.buffers import Workspace
from trainer.data.color_operations import brighten, contrast, saturate
from trainer.data.pixel_planes import join_planes, pieces, split_planes


class ColorFactors(NamedTuple):
    """Of n images, (n,) float32 each; 1 is no change."""

    brightness: Tensor
    contrast: Tensor
    saturation: Tensor

    def pick(self, which: Tensor | slice) -> ColorFactors:
        """Those of some images."""
        return ColorFactors(*(part[which] for part in self))

    def to(self, device: torch.device) -> ColorFactors:
        """Moved to a device."""
        return ColorFactors(*(part.to(device) for part in self))


def draw_factors(count: int, *, strength: float, seed: int, epoch: int) -> ColorFactors:
    """Factors of samples 0 ... count-1 in one epoch, uniform in 1 - strength ... 1 + strength; `strength` in [0, 1]."""
    drawn = torch.rand(3, count, generator=generator_for("jitter", seed, epoch))
    return ColorFactors(*(1 + (2 * drawn - 1) * strength))


def jitter_colors(pixels: Tensor, factors: ColorFactors, workspace: Workspace) -> Tensor:
    """Changes packed pixels (n, H, W) in place; `factors` on the same device."""
    for some in pieces(pixels):
        these = factors.pick(some)
        planes = split_planes(pixels[some], workspace)
        planes = contrast(brighten(planes, these.brightness), these.contrast)
        join_planes(saturate(planes, these.saturation), pixels[some])
    return pixels
