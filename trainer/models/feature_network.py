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
"""Parts of EfficientNet-Lite0 whose maps become features: the last of its 112, 192 and 320 channels, and the end. On 50
CIFAR-10 images a class (3,000 tested, five draws) a linear layer on all four reaches macro-F1 0.70, on the end alone
0.68: what ImageNet does not tell apart is there in the middle and gone at the end."""


ROUNDING = 1e-5
"""Part of a mean."""


class Resize(nn.Module):
    """Images (N, C, *`from_size`) to (N, C, `to`, `to`), bicubic with antialiasing as Pillow does it.

    That is linear in the rows and in the columns: two products, which every exporter knows, unlike the operation.
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, from_size: tuple[int, int], to: int) -> None:
        super().__init__()
        self.register_buffer("rows", _weights(from_size[0], to), persistent=False)
        self.register_buffer("columns", _weights(from_size[1], to).T.contiguous(), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Float32."""
        return self.rows @ (images @ self.columns)


def _weights(size: int, to: int) -> Tensor:
    """(to, size): how much each old pixel of a line counts in each new one."""
    return functional.interpolate(torch.eye(size)[None, None], (to, size), mode="bicubic", antialias=True)[0, 0]


class FeatureNetwork(nn.Module):
    """Normalised images (N, *`image_shape`), 1 or 3 channels, to features (N, `width`): brought to `size` pixels, then
    what the network of this name gives before its last linear layer. `body` is the network without that layer."""

    def __init__(self, name: str, image_shape: tuple[int, int, int], size: int) -> None:
        super().__init__()
        same = image_shape[1:] == (size, size)
        self.resize = nn.Identity() if same else Resize(image_shape[1:], size)
        self.body, self.width = make_body(name)

    def forward(self, images: Tensor) -> Tensor:
        """Float32 (N, width)."""
        if images.shape[1] == 1:
            images = images.expand(-1, 3, -1, -1)
        features: Tensor = self.body(self.resize(images))
        return features


class LayerMeans(nn.Module):
    """Images to the means over the maps that some of the `blocks` give, side by side."""

    def __init__(self, blocks: nn.Sequential, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.blocks, self.layers = blocks, layers

    def forward(self, images: Tensor) -> Tensor:
        """(N, sum of the channels)."""
        found = []
        for number, block in enumerate(self.blocks):
            images = block(images)
            if number in self.layers:
                found.append(images.mean((2, 3)))
        return torch.cat(found, 1)


def make_body(name: str) -> tuple[nn.Module, int]:
    """A network without its last layer, with random weights, and how many features it gives."""
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
    """Features (N, F) less a mean, divided by a standard deviation. One that is no more than rounding counts as 1: a
    feature that was the same in all training images must not count a thousandfold in another."""

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def fit(self, mean: Tensor, std: Tensor) -> None:
        """Both (F,)."""
        self.mean.copy_(mean)
        self.scale.copy_(1 / torch.where(std > ROUNDING * mean.abs(), std, torch.ones_like(std)))

    def forward(self, features: Tensor) -> Tensor:
        """The same shape."""
        return (features - self.mean) * self.scale


def make_head(
    width: int, classes: int, kind: str = "softmax", hidden: int = 256, dropout: float = 0.0
) -> nn.Sequential:
    """A `Standardize`, not yet fitted, and softmax regression on features of this width; with `kind` mlp a hidden layer
    before it. The first weights come from the global generator."""
    if kind == "softmax":
        return nn.Sequential(Standardize(width), NarrowLinear(width, classes))
    layers: list[nn.Module] = [nn.Linear(width, hidden), nn.ReLU(), *([nn.Dropout(dropout)] if dropout else [])]
    return nn.Sequential(Standardize(width), *layers, nn.Linear(hidden, classes))


class PretrainedClassifier(nn.Module):
    """Normalised images (N, C, H, W) to logits (N, classes): the network, then the head."""

    def __init__(self, network: FeatureNetwork, head: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        """Logits."""
        logits: Tensor = self.head(self.network(images))
        return logits
