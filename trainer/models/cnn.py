"""The small convolutional network."""

from __future__ import annotations

from torch import nn


def make_cnn(input_shape: tuple[int, int, int], classes: int, width: int = 32, dropout: float = 0.0) -> nn.Module:
    """Four 3x3 convolutions of `width` to 8 x `width` channels, each halving the image, then a mean and a linear layer.

    Takes images of 8x8 pixels and more.
    """
    channels, height, across = input_shape
    side = min(height, across)
    parts: list[nn.Module] = []
    for factor in (1, 2, 4, 8):
        parts += [
            nn.Conv2d(channels, factor * width, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(factor * width),
            nn.ReLU(),
        ]
        channels = factor * width
        if side >= 4:  # small images keep a few places to tell apart
            parts.append(nn.MaxPool2d(2))
            side //= 2
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    parts += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*parts, nn.Linear(channels, classes))
