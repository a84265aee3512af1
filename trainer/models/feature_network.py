"""A pretrained network as a source of features, and a small model on top of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.backbones import TIMM, TORCHVISION
from trainer.models.efficientnet_lite import EfficientNetLite0
from trainer.models.linear import NarrowLinear

LITE0 = "efficientnet_lite0"
LAYERS = (11, 15, 16, 17)
"""Blocks of EfficientNet-Lite0 whose feature maps are used: the last of its 112, 192 and 320 channels, and the final
one. On 50 CIFAR-10 images per class (3,000 tested, five draws) a linear layer on all four reaches macro-F1 0.70, on the
final one alone 0.68: what ImageNet does not distinguish is there in the middle and gone at the end."""


ROUNDING = 1e-5
"""Standard deviation, as a part of the mean, up to which a feature counts as constant."""


class Resize(nn.Module):
    """Resizes images (N, C, height, width) to (N, C, to, to), bicubic with antialiasing as Pillow does it.

    That is linear in the rows and in the columns: two matrix products, which every exporter supports, unlike the
    operation.

    Args:
        from_size: (height, width) of the images, in pixels.
        to: Side of the result, in pixels.

    Attributes:
        rows: Weights of the rows, float32 (to, height).
        columns: Weights of the columns, float32 (width, to).
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, from_size: tuple[int, int], to: int) -> None:
        super().__init__()
        self.register_buffer("rows", _weights(from_size[0], to), persistent=False)
        self.register_buffer("columns", _weights(from_size[1], to).T.contiguous(), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Resize a batch.

        Args:
            images: Float32 (N, C, height, width).

        Returns:
            Float32 (N, C, to, to).
        """
        return self.rows @ (images @ self.columns)


def _weights(size: int, to: int) -> Tensor:
    """(to, size): how much each old pixel of a line counts in each new one."""
    return functional.interpolate(torch.eye(size)[None, None], (to, size), mode="bicubic", antialias=True)[0, 0]


class FeatureNetwork(nn.Module):
    """A pretrained network without its last layer, from normalised images (N, C, H, W), 1 or 3 channels, to features
    (N, width).

    Args:
        name: Name of the network (`trainer.backbones`).
        image_shape: (channels, height, width) of the images.
        size: Side of the square images that the network gets, in pixels.

    Attributes:
        resize: Brings images to that size.
        body: The network without its last linear layer, with random weights.
        width: Number of features.
    """

    def __init__(self, name: str, image_shape: tuple[int, int, int], size: int) -> None:
        super().__init__()
        same = image_shape[1:] == (size, size)
        self.resize = nn.Identity() if same else Resize(image_shape[1:], size)
        self.body, self.width = make_body(name)

    def forward(self, images: Tensor) -> Tensor:
        """Compute features.

        Args:
            images: Normalised images float32 (N, C, H, W); grey ones are repeated to three channels.

        Returns:
            Features float32 (N, width).
        """
        if images.shape[1] == 1:
            images = images.expand(-1, 3, -1, -1)
        features: Tensor = self.body(self.resize(images))
        return features


class LayerMeans(nn.Module):
    """Spatial means of the feature maps of some blocks, concatenated.

    Args:
        blocks: The blocks of a network, in order.
        layers: Numbers of the blocks whose maps are used, from 0.
    """

    def __init__(self, blocks: nn.Sequential, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.blocks, self.layers = blocks, layers

    def forward(self, images: Tensor) -> Tensor:
        """Compute the means.

        Args:
            images: Float32 (N, 3, H, W).

        Returns:
            Float32 (N, sum of the channels of the blocks used).
        """
        found = []
        for number, block in enumerate(self.blocks):
            images = block(images)
            if number in self.layers:
                found.append(images.mean((2, 3)))
        return torch.cat(found, 1)


def make_body(name: str) -> tuple[nn.Module, int]:
    """Build a network without its last layer, with random weights.

    Args:
        name: `efficientnet_lite0`, or a network of torchvision or timm by its prefixed name (`trainer.backbones`).

    Returns:
        The network and its number of features.
    """
    if name == LITE0:
        return LayerMeans(EfficientNetLite0().blocks, LAYERS), 112 + 192 + 320 + 1280
    if name.startswith(TIMM):
        import timm  # slow to import, and needed here only

        body: Any = timm.create_model(name.removeprefix(TIMM), pretrained=False, num_classes=0)
        return body, int(getattr(body, "head_hidden_size", None) or body.num_features)
    from torchvision.models import get_model  # likewise

    network = get_model(name.removeprefix(TORCHVISION), weights=None)
    last, layer = next((n, m) for n, m in reversed(list(network.named_modules())) if isinstance(m, nn.Linear))
    network.set_submodule(last, nn.Identity())
    return network, layer.in_features


class Standardize(nn.Module):
    """Features (N, F) less a mean, divided by a standard deviation. A deviation no larger than rounding counts as 1: a
    feature that is constant in all training images must not count a thousandfold in another.

    Args:
        width: Number of features F.

    Attributes:
        mean: What is subtracted, float32 (F,); 0 before `fit`.
        scale: What is multiplied by, float32 (F,); 1 before `fit`.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def fit(self, mean: Tensor, std: Tensor) -> None:
        """Set mean and scale.

        Args:
            mean: Mean of each feature (F,).
            std: Standard deviation of each feature (F,).
        """
        self.mean.copy_(mean)
        self.scale.copy_(1 / torch.where(std > ROUNDING * mean.abs(), std, torch.ones_like(std)))

    def forward(self, features: Tensor) -> Tensor:
        """Standardise features.

        Args:
            features: Float32 (N, F).

        Returns:
            Float32 (N, F).
        """
        return (features - self.mean) * self.scale


def make_head(
    width: int, classes: int, kind: str = "softmax", hidden: int = 256, dropout: float = 0.0
) -> nn.Sequential:
    """Build a classifier on features: a `Standardize`, not yet fitted, then softmax regression or an MLP.

    The initial weights are drawn from the global generator.

    Args:
        width: Number of features.
        classes: Number of classes.
        kind: "softmax": a linear layer; "mlp": a hidden layer before it. Default: "softmax".
        hidden: Width of the hidden layer. Default: 256.
        dropout: Dropout probability after the hidden layer, in [0, 1). Default: 0.

    Returns:
        A module from features (N, width) to logits (N, classes).
    """
    if kind == "softmax":
        return nn.Sequential(Standardize(width), NarrowLinear(width, classes))
    layers: list[nn.Module] = [nn.Linear(width, hidden), nn.ReLU(), *([nn.Dropout(dropout)] if dropout else [])]
    return nn.Sequential(Standardize(width), *layers, nn.Linear(hidden, classes))


class PretrainedClassifier(nn.Module):
    """A pretrained network with a head of its own, from normalised images (N, C, H, W) to logits (N, classes).

    Args:
        network: Gives features.
        head: Gives logits from features.

    Attributes:
        network: Gives features.
        head: Gives logits from features.
    """

    def __init__(self, network: FeatureNetwork, head: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        """Compute logits.

        Args:
            images: Normalised images float32 (N, C, H, W).

        Returns:
            Logits float32 (N, classes).
        """
        logits: Tensor = self.head(self.network(images))
        return logits
