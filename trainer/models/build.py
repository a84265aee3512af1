"""From a name and options to a module, and what must hold before the first step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

import torch
from torch import nn

from trainer.backbones import BACKBONES, find_backbone, is_pretrained
from trainer.errors import UsageError
from trainer.models.cnn import make_cnn
from trainer.models.feature_network import FeatureNetwork, PretrainedClassifier, make_head
from trainer.models.linear import NarrowLinear
from trainer.plugins import MODELS, load_model, model_options, options_as_settings
from trainer.settings import merge

Shape = tuple[int, int, int]
"""Channels, height, width."""
SMALL = 64
"""Side in pixels up to which images are enlarged to a pretrained network's `small_size` only: there is no more in
them."""


def build_model(
    name: str, input_shape: Shape, classes: int, options: Mapping[str, Any] | None = None, seed: int = 1234
) -> nn.Module:
    """Build a model by name, from images (N, C, H, W) float32 to logits (N, classes).

    A pretrained network is built with random weights; `trainer.pretrained` loads the trained ones.

    Args:
        name: "softmax", "mlp", "cnn", "resnet18", a pretrained network or a plugin's model (`epochscope describe`).
        input_shape: (channels, height, width) of an image.
        classes: Number of classes, 2 or more.
        options: Options of the model's settings table; those left out have their defaults. None: all defaults.
        seed: Seed of the first weights, which depend on nothing else; the global generator is left as it was.

    Returns:
        The model, on the CPU.

    Raises:
        UsageError: `model.unknown`, `settings.invalid`, `model.options` or `model.shape`.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        if name in MODELS or is_pretrained(name):
            checked = merge(options_as_settings(name, options or {}))
            make = _BUILDERS[name] if name in _BUILDERS else partial(_pretrained, name)
            model = make(input_shape, classes, **model_options(checked))
        else:
            model = _from_plugin(name, input_shape, classes, options or {})
    check_model(model, input_shape, classes)
    # a run of a script notes how its model was built, so that it can be built again
    model.built_as = {"model": name, "options": dict(options or {})}  # type: ignore[assignment]
    return model


def count_parameters(model: nn.Module) -> int:
    """Trainable parameters; one used in two places counts once."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def move_model(model: nn.Module, device: torch.device) -> nn.Module:
    """Put a model on its device, on the CPU with convolutions in the layout that is a third quicker there.

    Not on MPS, where batch normalisation gives wrong gradients in that layout (pytorch/pytorch#175189). Images may come
    in either layout: the weights' decides.
    """
    model = model.to(device)
    return model.to(memory_format=torch.channels_last) if device.type == "cpu" else model


def floating_type(model: nn.Module) -> torch.dtype:
    """The floating-point type of the model's weights, of most of them where they differ; float32 where it has none."""
    sizes: Counter[torch.dtype] = Counter()
    for value in model.parameters():
        if value.is_floating_point():
            sizes[value.dtype] += value.numel()
    return max(sizes, key=sizes.__getitem__, default=torch.float32)


def check_model(
    model: nn.Module,
    input_shape: Sequence[int],
    classes: int | None,
    dtype: torch.dtype | None = None,
    example: Any = None,
) -> int:
    """Send two empty images through the model and look at the shape of what comes out; the number of its outputs.

    `classes` None: any number will do. `dtype`: of the images; None: that of the weights. `example`: the
    `Inputs` of a few images, for a model of several inputs, sent in place of empty images. The model is left as it was:
    modes, buffers and the global generators. Raises UsageError `model.shape`.
    """
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    modes = [(module, module.training) for module in model.modules()]
    images: Any = torch.zeros(2, *input_shape, device=device, dtype=dtype or floating_type(model))
    if example is not None:
        images = example.to(device).to(floating_type(model))
    expected = f"logits of shape ({len(images)}, {classes or 'C'}) for images of shape {tuple(images.shape)}"
    if not images.is_floating_point():
        kind = str(images.dtype).removeprefix("torch.")
        expected += f", {kind} as the loader gives them; most models need floats: images.float() / 255"
    try:
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []), torch.no_grad():
            logits = model.eval()(images) if example is None else images.given_to(model.eval())
    except Exception as error:  # a module of one's own may raise anything
        raise _misfit(f"the model raised {type(error).__name__}: {error}", expected) from error
    finally:
        for module, training in modes:
            module.training = training
    if not isinstance(logits, torch.Tensor):
        raise _misfit(f"the model gave a {type(logits).__name__}", expected)
    if logits.ndim != 2 or len(logits) != len(images) or (classes is not None and logits.shape[1] != classes):
        raise _misfit(f"the model gave {tuple(logits.shape)}", expected)
    return int(logits.shape[1])


def _misfit(got: str, expected: str) -> UsageError:
    return UsageError(
        "model.shape",
        f"The model does not fit the data: {got}",
        where="the first forward pass, before training",
        expected=expected,
        mend="build the model for this input shape and number of classes, or change --data.size",
        got=got,
    )


def _from_plugin(name: str, input_shape: Shape, classes: int, options: Mapping[str, Any]) -> nn.Module:
    factory = load_model(name)
    try:
        model = factory(input_shape, classes, **options)
    except Exception as error:  # a plugin may raise anything
        raise UsageError(
            "model.options",
            f"The model {name!r} cannot be built: {type(error).__name__}: {error}",
            where=f"[plugins.{name}]",
            expected=f"options that the plugin's factory takes; given: {', '.join(options) or 'none'}",
            name=name,
        ) from error
    if not isinstance(model, nn.Module):
        raise UsageError(
            "model.options", f"The model {name!r} is a {type(model).__name__}", expected="a torch.nn.Module", name=name
        )
    return model


def _softmax(input_shape: Shape, classes: int, bias: bool = True) -> nn.Module:
    return nn.Sequential(nn.Flatten(), NarrowLinear(prod(input_shape), classes, bias=bias))


def _mlp(input_shape: Shape, classes: int, hidden: int, layers: int, dropout: float) -> nn.Module:
    parts: list[nn.Module] = [nn.Flatten()]
    width = prod(input_shape)
    for _ in range(layers):
        parts += [nn.Linear(width, hidden), nn.ReLU()]
        parts += [nn.Dropout(dropout)] if dropout else []
        width = hidden
    return nn.Sequential(*parts, nn.Linear(width, classes))


def _resnet18(input_shape: Shape, classes: int) -> nn.Module:
    """ResNet-18 with the first layers of its authors' CIFAR variant (He et al. 2016): 3x3, stride 1, no pooling."""
    from torchvision.models import resnet18  # slow to import, and needed here only

    model: nn.Module = resnet18(weights=None, num_classes=classes)
    model.conv1 = nn.Conv2d(input_shape[0], 64, kernel_size=3, padding=1, bias=False)
    nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
    model.maxpool = nn.Identity()
    return model


def network_size(name: str, image_shape: Shape, wanted: int | None) -> int:
    """Side in pixels of the square images that a pretrained network looks at: as `wanted`, else that of the images, or
    the network's own for small ones."""
    small = max(image_shape[1:]) <= SMALL
    return wanted or (find_backbone(name).small_size if small else max(image_shape[1:]))


def _pretrained(
    name: str, input_shape: Shape, classes: int, size: int | None, head: Mapping[str, Any], **of_the_training: Any
) -> nn.Module:
    network = FeatureNetwork(name, input_shape, network_size(name, input_shape, size))
    return PretrainedClassifier(network, make_head(network.width, classes, **head))


_BUILDERS: dict[str, Callable[..., nn.Module]] = {
    "softmax": _softmax,
    "mlp": _mlp,
    "cnn": make_cnn,
    "resnet18": _resnet18,
    **{name: partial(_pretrained, name) for name in BACKBONES},
}
