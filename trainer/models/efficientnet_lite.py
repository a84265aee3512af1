"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-and-excitation, with ReLU6, for phones (Tan and Le 2019; Liu
2020). The layers and the padding are those of its TensorFlow original, so that its ImageNet weights fit."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 1280
"""Features per image: channels of the last feature map."""
_STAGES = (
    # blocks, kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class EfficientNetLite0(nn.Module):
    """EfficientNet-Lite0, from images (N, 3, H, W), values (pixel - 127) / 128, to logits (N, 1000) of the
    classes of ImageNet.

    Attributes:
        blocks: The parts in order, from the stem to the last feature map (N, 1280, H/32, W/32).
        classifier: Linear layer on the mean of that map over H and W.
    """

    def __init__(self) -> None:
        super().__init__()
        parts: list[nn.Module] = [_convolution(3, 32, 3, 2)]
        channels = 32
        for repeats, kernel, stride, expansion, width in _STAGES:
            for number in range(repeats):
                parts.append(_Block(channels, width, kernel, stride if number == 0 else 1, expansion))
                channels = width
        parts.append(_convolution(channels, WIDTH, 1))
        self.blocks = nn.Sequential(*parts)
        self.classifier = nn.Linear(WIDTH, 1000)

    def forward(self, images: Tensor) -> Tensor:
        """Compute logits.

        Args:
            images: Normalised images float32 (N, 3, H, W).

        Returns:
            Logits float32 (N, 1000).
        """
        logits: Tensor = self.classifier(self.blocks(images).mean((2, 3)))
        return logits


class _Block(nn.Module):
    """Inverted residual (Sandler et al. 2018): widen, filter each channel, narrow again."""

    def __init__(self, channels: int, width: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = channels * expansion
        parts = [_convolution(channels, inner, 1)] if expansion > 1 else []
        parts.append(_convolution(inner, inner, kernel, stride, groups=inner))
        self.parts = nn.Sequential(*parts, _convolution(inner, width, 1, active=False))
        self.residual = stride == 1 and channels == width

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.parts(images)
        return found + images if self.residual else found


def _convolution(
    channels: int, width: int, kernel: int, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Sequential:
    parts = [
        SameConv2d(channels, width, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(width, eps=1e-3, momentum=0.01),
    ]
    return nn.Sequential(*parts, *([nn.ReLU6(inplace=True)] if active else []))


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: ceil(size / stride) outputs; if the padding is odd, the extra
    pixel is on the right and at the bottom. PyTorch's own pads both sides equally."""

    def forward(self, images: Tensor) -> Tensor:
        """Apply the convolution.

        Args:
            images: Float32 (N, C, H, W).

        Returns:
            Float32 (N, out_channels, ceil(H / stride), ceil(W / stride)).
        """
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        # plain numbers: a tracer would take the padding for something that differs from image to image
        sizes = [int(size) for size in images.shape[2:]]
        height, width = (max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in sizes)
        if height % 2 == width % 2 == 0:
            return functional.conv2d(
                images, self.weight, self.bias, self.stride, (height // 2, width // 2), self.dilation, self.groups
            )
        padded = functional.pad(images, (width // 2, width - width // 2, height // 2, height - height // 2))
        return functional.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def converted(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Convert the published checkpoint, which has the same tensors in the same order under other names.

    Args:
        published: Tensors of the published checkpoint, by name.

    Returns:
        State of an `EfficientNetLite0`.

    Raises:
        ValueError: The tensors are not those of EfficientNet-Lite0.
    """
    names = EfficientNetLite0().state_dict()
    if [tuple(tensor.shape) for tensor in published.values()] != [tuple(tensor.shape) for tensor in names.values()]:
        raise ValueError("these are not the weights of EfficientNet-Lite0")
    return {name: torch.as_tensor(tensor) for name, tensor in zip(names, published.values(), strict=True)}
