"""Builds models by name and options, and checks them before the first step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

import torch
from torch import nn

from trainer.backbones import find_backbone, is_pretrained
from trainer.errors import UsageError
from trainer.models.cnn import make_cnn
from trainer.models.feature_network import FeatureNetwork, PretrainedClassifier, make_head
from trainer.models.linear import NarrowLinear
from trainer.models.resnet9 import ResNet9
from trainer.plugins import MODELS, load_model, model_options, options_as_settings
from trainer.settings import merge
from trainer.settings.constructor_options import check_options
from trainer.torch_modes import own_modes

Shape = tuple[int, int, int]
"""Channels, height, width."""
SMALL = 64
"""Side in pixels up to which images are only enlarged to a pretrained network's `small_size`: there is no more detail
in them."""

WITHOUT_VALUES = (
    "build the model for this input shape and number of classes; if its forward pass depends on values, pass the model "
    "itself in place of the function that builds it"
)


@own_modes()
def build_model(
    name: str, input_shape: Shape, classes: int, options: Mapping[str, Any] | None = None, seed: int = 1234
) -> nn.Module:
    """Build a model by name, from images (N, C, H, W) float32 to logits (N, classes).

    A pretrained network is built with random weights; `trainer.pretrained` loads the trained ones.

    Args:
        name: "softmax", "mlp", "cnn", "resnet9", "resnet18", a pretrained network or a plugin's model
            (`epochscope describe`).
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
            make = _BUILDERS.get(name) or partial(_pretrained, name)
            model = make(input_shape, classes, **model_options(checked))
        else:
            model = _from_plugin(name, input_shape, classes, options or {})
    trial_logits(model, input_shape, classes)  # raises where they do not fit
    # a run of a script notes how its model was built, so that it can be built again
    model.built_as = {"model": name, "options": dict(options or {})}  # type: ignore[assignment]
    return model


def count_parameters(model: nn.Module) -> int:
    """Count trainable parameters; a shared one counts once.

    Args:
        model: Any module.

    Returns:
        Numbers in all parameters with `requires_grad`.
    """
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def move_model(model: nn.Module, device: torch.device) -> nn.Module:
    """Move a model to its device, on the CPU in the memory layout in which convolutions are a third faster.

    Not on MPS, where batch normalisation gives wrong gradients in that layout (pytorch/pytorch#175189). Images may come
    in either layout: that of the weights decides.

    Args:
        model: The model, changed in place.
        device: Where it goes.

    Returns:
        The same model.
    """
    model = model.to(device)
    return model.to(memory_format=torch.channels_last) if device.type == "cpu" else model


def floating_type(model: nn.Module) -> torch.dtype:
    """Get the floating-point type of a model's weights.

    Args:
        model: Any module.

    Returns:
        The type of most of the weights; float32 if there are none.
    """
    sizes: Counter[torch.dtype] = Counter()
    for value in model.parameters():
        if value.is_floating_point():
            sizes[value.dtype] += value.numel()
    return max(sizes, key=sizes.__getitem__, default=torch.float32)


def trial_logits(
    model: nn.Module,
    input_shape: Sequence[int],
    classes: int | None,
    dtype: torch.dtype | None = None,
    example: Any = None,
) -> torch.Tensor:
    """Check a model by sending two empty images through it.

    The model is left as it was: modes, buffers and the global generators.

    Args:
        model: The model, on any device.
        input_shape: Shape of an image, without the batch.
        classes: Number of classes that the model must have as outputs. None: any number.
        dtype: Type of the images. None: that of the weights.
        example: `Inputs` of a few images, sent instead of empty ones, for a model with several inputs.

    Returns:
        What the model gives, (B, C).

    Raises:
        UsageError: `model.shape`: the model fails on such images, or does not give logits (B, classes).
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
        got = f"the model raised {type(error).__name__}: {error}"
        raise _misfit(got, expected, *([WITHOUT_VALUES] if device.type == "meta" else [])) from error
    finally:
        for module, training in modes:
            module.training = training
    if not isinstance(logits, torch.Tensor):
        fix = "have forward return the logits alone, or wrap the model in a module that picks them out"
        raise _misfit(f"the model gave a {type(logits).__name__}", expected, fix)
    if logits.ndim != 2 or len(logits) != len(images) or (classes is not None and logits.shape[1] != classes):
        raise _misfit(f"the model gave {tuple(logits.shape)}", expected)
    return logits


def _misfit(
    got: str,
    expected: str,
    fix: str = "build the model for this input shape and number of classes, or change --data.size",
) -> UsageError:
    return UsageError(
        "model.shape",
        f"The model does not fit the data: {got}",
        where="the first forward pass, before training",
        expected=expected,
        fix=fix,
        got=got,
    )


def _from_plugin(name: str, input_shape: Shape, classes: int, options: Mapping[str, Any]) -> nn.Module:
    factory = load_model(name)
    check_options(name, factory, options, positional=2)  # after shape and number of classes
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
    """Choose the side of the square images that a pretrained network gets.

    Args:
        name: Name of the network.
        image_shape: (channels, height, width) of the images.
        wanted: Side in pixels that was asked for. None: the longer side of the images, or the network's `small_size`
            for images of up to 64 pixels.

    Returns:
        The side in pixels.
    """
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
    "resnet9": ResNet9,
    "resnet18": _resnet18,
}
