"""Networks that come trained, by name: what each expects and gives. [no torch]"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backbone:
    """`size`: side of the square images it was trained on, in pixels; `small_size`: side to which images of up to 64
    pixels are enlarged. `mean`, `std`: of each channel, of values in [0, 1], as its training normalised them."""

    name: str
    title: str
    size: int
    small_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        # its original takes (pixel - 127) / 128
        Backbone(
            name="efficientnet_lite0",
            title="EfficientNet-Lite0, pretrained on ImageNet",
            size=224,
            small_size=128,
            mean=(127 / 255,) * 3,
            std=(128 / 255,) * 3,
        ),
    )
}
