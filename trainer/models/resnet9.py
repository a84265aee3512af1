"""A small residual network in the manner of the CIFAR-10 speed records.

After David Page, "How to train your ResNet", 2018-2019 (nine layers, whitening of the first, evaluation of mirror
images), and Keller Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv:2404.00498 (filters of 2x2 pixels,
each also negated; convolutions that pass their input on at first; normalisation without a trained scale; GELU; maxima
over what is left of the image; scaled logits).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_SIDE = 2
"""Side of the whitening filters, in pixels."""
_SCALE = 1 / 8
"""Of the logits: what the maxima over the image are too large by at the start."""
_EPSILON = 5e-4
"""Added to the variances before they are divided by: directions that hardly occur are noise."""
_MOMENTUM = 0.4
"""Share of a batch in BatchNorm's statistics: they follow the weights of a run of few steps."""


def _convolution(channels: int, wide: int) -> nn.Conv2d:
    """3x3; the first of its outputs are its inputs, until it has learned something."""
    made = nn.Conv2d(channels, wide, kernel_size=3, padding=1, bias=False)
    with torch.no_grad():
        nn.init.dirac_(made.weight[: min(channels, wide)])
    return made


def _normalized(channels: int) -> nn.Sequential:
    norm = nn.BatchNorm2d(channels, momentum=_MOMENTUM)
    norm.weight.requires_grad_(False)
    return nn.Sequential(norm, nn.GELU())


class _Stage(nn.Module):
    """Halves the image, unless it is below 4 pixels, and adds a convolution of the result to the result."""

    def __init__(self, channels: int, wide: int, *, halve: bool) -> None:
        super().__init__()
        pool = [nn.MaxPool2d(2)] if halve else []
        self.enter = nn.Sequential(_convolution(channels, wide), *pool, *_normalized(wide))
        self.inner = nn.Sequential(_convolution(wide, wide), *_normalized(wide))

    def forward(self, images: Tensor) -> Tensor:
        entered: Tensor = self.enter(images)
        inner: Tensor = self.inner(entered)
        return entered + inner


class ResNet9(nn.Module):
    """A whitening convolution, three stages of two convolutions, and a linear layer.

    The filters of the first layer are not trained: random ones, until `whiten` computes them. Its bias is.

    Args:
        input_shape: (channels, height, width) of an image.
        classes: Number of classes.
        width: Channels of the first stage; the others have two and four times as many.
        mirror: Whether evaluation takes the mean of the logits of an image and of its mirror image.
    """

    def __init__(self, input_shape: tuple[int, int, int], classes: int, width: int, mirror: bool) -> None:
        super().__init__()
        channels, side = input_shape[0], min(input_shape[1:]) - 1
        filters = 2 * channels * _SIDE**2
        self.mirror = mirror
        self.whitening = nn.Conv2d(channels, filters, kernel_size=_SIDE)
        self.whitening.weight.requires_grad_(False)
        nn.init.zeros_(self.whitening.bias)  # type: ignore[arg-type]  # it has one
        stages: list[nn.Module] = []
        before = filters
        for factor in (1, 2, 4):
            stages.append(_Stage(before, factor * width, halve=side >= 4))
            before, side = factor * width, side // 2 if side >= 4 else side
        self.stages = nn.Sequential(nn.GELU(), *stages)
        self.head = nn.Linear(before, classes, bias=False)

    def extra_repr(self) -> str:
        """What `repr` says beside the layers."""
        return f"mirror={self.mirror}"

    @torch.no_grad()
    def whiten(self, images: Tensor) -> None:
        """Compute the filters of the first layer: the principal components of patches, each divided by its standard
        deviation, and their negatives.

        Args:
            images: Training images (N, C, H, W) as the network gets them, some thousands.
        """
        patches = images.unfold(2, _SIDE, 1).unfold(3, _SIDE, 1).permute(0, 2, 3, 1, 4, 5)
        flat = patches.reshape(-1, images.shape[1] * _SIDE**2)
        moments = torch.zeros(flat.shape[1], flat.shape[1], dtype=torch.float64)
        for part in flat.split(1 << 18):
            moments += (part.T.double() @ part.double()).cpu()
        variances, components = torch.linalg.eigh(moments / len(flat))
        found = (components / (variances + _EPSILON).sqrt()).T.reshape(-1, images.shape[1], _SIDE, _SIDE)
        self.whitening.weight.copy_(torch.cat([found, -found]))

    def forward(self, images: Tensor) -> Tensor:
        """Images float32 (N, C, H, W) to logits (N, classes)."""
        logits = self._logits(images)
        if self.mirror and not self.training:
            logits = (logits + self._logits(images.flip(3))) / 2
        return logits

    def _logits(self, images: Tensor) -> Tensor:
        seen: Tensor = self.stages(self.whitening(images))
        logits: Tensor = self.head(seen.amax((2, 3)))
        return logits * _SCALE
