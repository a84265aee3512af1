"""Networks that come trained, by name: what each expects. [no torch]"""

from __future__ import annotations

from dataclasses import dataclass

TORCHVISION = "torchvision/"
"""Before the names that torchvision's models have there."""


@dataclass(frozen=True)
class Backbone:
    """`size`: side of the square images it was trained on, in pixels; `small_size`: side to which images of up to 64
    pixels are enlarged. `mean`, `std`: of each channel, of values in [0, 1], as its training normalised them."""

    name: str
    title: str
    size: int = 224
    small_size: int = 128
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)


def _torchvision(name: str, title: str, small_size: int = 128) -> Backbone:
    return Backbone(TORCHVISION + name, f"{title}, pretrained on ImageNet, from torchvision", small_size=small_size)


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        # its original takes (pixel - 127) / 128
        Backbone(
            name="efficientnet_lite0",
            title="EfficientNet-Lite0, pretrained on ImageNet",
            mean=(127 / 255,) * 3,
            std=(128 / 255,) * 3,
        ),
        _torchvision("mobilenet_v3_small", "MobileNetV3 small"),
        _torchvision("mobilenet_v3_large", "MobileNetV3 large"),
        _torchvision("efficientnet_b0", "EfficientNet-B0"),
        _torchvision("resnet18", "ResNet-18"),
        _torchvision("resnet50", "ResNet-50"),
        _torchvision("convnext_tiny", "ConvNeXt tiny"),
        _torchvision("swin_t", "Swin transformer tiny"),
        _torchvision("vit_b_16", "Vision transformer B/16", small_size=224),  # it takes no other size
    )
}
"""Those of torchvision are downloaded, by torchvision's own addresses and digests, when one is used first."""
