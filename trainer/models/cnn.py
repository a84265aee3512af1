"""The small convolutional network."""

from __future__ import annotations

from torch import nn

_STAGES = ((1, 1), (2, 1), (4, 2), (4, 2))
"""Channels, in multiples of the width, and number of convolutions of each stage."""


def make_cnn(input_shape: tuple[int, int, int], classes: int, width: int = 32, dropout: float = 0.0) -> nn.Module:
    """Build the small convolutional network: six 3x3 convolutions in four stages, global average pooling and a linear
    layer.

    Each stage halves the image; images below 32 pixels are halved less often. About 0.54 M parameters at width 32.

    Args:
        input_shape: (channels, height, width) of an image, of any size.
        classes: Number of classes.
        width: Channels of the first stage; later ones have two and four times as many. Default: 32.
        dropout: Dropout probability before the linear layer, in [0, 1). Default: 0.

    Returns:
        A module from images float32 (N, C, H, W) to logits (N, classes).
    """
    channels, side = input_shape[0], min(input_shape[1:])
    parts: list[nn.Module] = []
    for factor, convolutions in _STAGES:
        for number in range(convolutions):
            parts.append(nn.Conv2d(channels, factor * width, kernel_size=3, padding=1, bias=False))
            channels = factor * width
            if number == 0 and side >= 4:
                # before the normalisation: a quarter of the elements to go through it (a fifth of a step on a CPU)
                parts.append(nn.MaxPool2d(2))
                side //= 2
            parts += [nn.BatchNorm2d(channels), nn.ReLU()]
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    parts += [nn.Dropout(dropout)] if dropout else []
    parts.append(nn.Linear(channels, classes))
    return nn.Sequential(*parts)
