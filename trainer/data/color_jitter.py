"""Colour jitter: brightness, contrast and saturation of each image, changed by random factors, in this order.

The range of all three is one number, as usual for ImageNet (0.4 in fb.resnet.torch and timm). torchvision's
`ColorJitter` draws the order for each image as well; hue is not changed, as there by default.
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
    """Factors of n images; 1 is no change."""

    brightness: Tensor
    """(n,) float32."""
    contrast: Tensor
    """(n,) float32."""
    saturation: Tensor
    """(n,) float32."""

    def pick(self, which: Tensor | slice) -> ColorFactors:
        """Select images.

        Args:
            which: Indices int64 (k,), a bool mask (n,), or a slice.

        Returns:
            Their factors.
        """
        return ColorFactors(*(part[which] for part in self))

    def to(self, device: torch.device) -> ColorFactors:
        """Move to a device.

        Args:
            device: The device.

        Returns:
            The factors there.
        """
        return ColorFactors(*(part.to(device) for part in self))


def draw_factors(count: int, *, strength: float, seed: int, epoch: int) -> ColorFactors:
    """Draw the factors of an epoch: a pure function of its arguments.

    Args:
        count: Number of images n.
        strength: Largest relative change, in [0, 1].
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        Factors of images 0 ... n - 1, uniform in 1 - strength ... 1 + strength, on the CPU.
    """
    drawn = torch.rand(3, count, generator=generator_for("jitter", seed, epoch), dtype=torch.float32)
    return ColorFactors(*(1 + (2 * drawn - 1) * strength))


def jitter_colors(pixels: Tensor, factors: ColorFactors, workspace: Workspace) -> Tensor:
    """Change brightness, contrast and saturation of images in place.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        factors: Factors of the n images, on the same device.
        workspace: Memory for what is computed in between.

    Returns:
        The same tensor.
    """
    for some in pieces(pixels):
        these = factors.pick(some)
        planes = split_planes(pixels[some], workspace)
        planes = contrast(brighten(planes, these.brightness), these.contrast)
        join_planes(saturate(planes, these.saturation), pixels[some])
    return pixels
