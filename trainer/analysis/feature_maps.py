"""What the layers of a network compute between one image and its logits."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from trainer.models.feature_network import LayerMeans, Standardize

CLOSE = 1e-4
"""Largest difference between features and the means of maps, relative to the largest feature, for them to count as
equal."""
FINE = 4
"""Smallest number of places of the last map in each direction. Coarser maps say next to nothing about where in the
image: for our small network on CIFAR-10, whose last map is 2x2, covering the brightest tenth of the image cost the
class 3 points of probability, a random tenth 7; with Grad-CAM on an earlier 4x4 map it was 8 to 12, with occlusion 38.
"""
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_POOLS = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)


class Call(NamedTuple):
    """One call of a layer."""

    module: nn.Module
    """The layer."""
    inputs: Tensor
    """Its first input tensor."""
    output: Tensor
    """Its output tensor."""


class LastLinear(NamedTuple):
    """The linear layer whose output is the logits."""

    inputs: Tensor
    """Its input (1, F)."""
    weight: Tensor
    """(classes, F)."""
    bias: Tensor
    """(classes,); zeros if it has none."""


class AveragedMaps(NamedTuple):
    """Feature maps whose spatial means, concatenated and standardised, are the input of the last layer."""

    maps: list[Tensor]
    """Maps (C, h, w), F channels in all."""
    mean: Tensor
    """What is subtracted from each mean (F,)."""
    scale: Tensor
    """What each difference is multiplied by (F,)."""


class Trace:
    """One forward pass of an image, with the input and output of every layer. Gradients are available if the image
    requires them.

    Args:
        model: The model, in evaluation mode.
        images: One normalised image (1, C, H, W).

    Attributes:
        model: The model.
        images: The image (1, C, H, W).
        calls: Calls of all layers, in order.
        logits: Output of the model (1, classes).
        last_linear: The linear layer that gives the logits; None if another layer does.
        attends: Whether the network has attention: a token then knows about all others, and does not stand for a place.
    """

    def __init__(self, model: nn.Module, images: Tensor) -> None:
        self.model, self.images = model, images
        self.calls: list[Call] = []
        hooks = [module.register_forward_hook(self._note) for module in model.modules()]
        try:
            self.logits: Tensor = model(images)
        finally:
            for hook in hooks:
                hook.remove()
        self.last_linear = self._last_linear()
        self.attends = any("Attention" in type(module).__name__ for module in model.modules())
        """A token of such a network knows of all others: what it holds stands for no place."""

    def _note(self, module: nn.Module, given: tuple[object, ...], output: object) -> None:
        if given and isinstance(given[0], Tensor) and isinstance(output, Tensor):
            self.calls.append(Call(module, given[0], output))

    def _last_linear(self) -> LastLinear | None:
        for module, inputs, output in reversed(self.calls):
            if isinstance(module, nn.Linear):
                if output.shape != self.logits.shape or not torch.equal(output, self.logits) or inputs.ndim != 2:
                    return None
                weight = module.weight.detach()
                bias = torch.zeros_like(weight[:, 0]) if module.bias is None else module.bias.detach()
                return LastLinear(inputs.detach(), weight, bias)
        return None


def averaged_maps(trace: Trace) -> AveragedMaps | None:
    """Find the feature maps whose means are the input of the last layer.

    Args:
        trace: A forward pass.

    Returns:
        The maps; None if the last layer gets something else, or no map is fine enough.
    """
    last = trace.last_linear
    if last is None or trace.attends:
        return None
    features, mean, scale = last.inputs, torch.zeros_like(last.inputs[0]), torch.ones_like(last.inputs[0])
    for module, inputs, output in trace.calls:
        if isinstance(module, Standardize) and torch.equal(output, last.inputs):
            features, mean, scale = inputs.detach(), module.mean, module.scale
    for maps in _candidates(trace):
        means = torch.cat([one.mean((2, 3)) for one in maps], 1)
        if any(map(_fine, maps)) and means.shape == features.shape and _close(means, features):
            return AveragedMaps([one[0] for one in maps], mean, scale)
    return None


class LayerFeatures(NamedTuple):
    """What a `LayerMeans` computed."""

    features: Tensor
    """The features (1, F)."""
    maps: list[Tensor]
    """Maps (C, h, w) whose means the features are."""


def layer_features(trace: Trace) -> LayerFeatures | None:
    """Find the features of a network that takes them from several layers.

    Args:
        trace: A forward pass.

    Returns:
        The features; None for any other network.
    """
    given = {id(call.module): call.output for call in trace.calls}
    for layers in trace.model.modules():
        if isinstance(layers, LayerMeans) and id(layers) in given:
            maps = [given[id(layers.blocks[number])].detach() for number in layers.layers]
            if any(map(_fine, maps)):
                return LayerFeatures(given[id(layers)], [one[0] for one in maps])
    return None


def _candidates(trace: Trace) -> list[list[Tensor]]:
    """Sets of maps (1, C, h, w) that may stand behind the features, the likeliest first."""
    layers = layer_features(trace)
    found = [[one[None] for one in layers.maps]] if layers is not None else []
    single = [[call.output.detach()] for call in reversed(trace.calls) if call.output.ndim == 4]
    return found + single


def _close(found: Tensor, wanted: Tensor) -> bool:
    return bool((found - wanted).abs().max() <= CLOSE * wanted.abs().max())


def _fine(output: Tensor) -> bool:
    return output.ndim == 4 and min(output.shape[2:]) >= FINE


def last_map(trace: Trace) -> Tensor | None:
    """Find the last feature map that a convolution contributed to.

    Args:
        trace: A forward pass.

    Returns:
        The map (1, C, h, w); None if there is none, it is not fine enough, or what follows is no longer a map, as with
        the patches of transformers and mixers.
    """
    if trace.attends:
        return None
    convolved, found = False, None
    for module, _, output in trace.calls:
        convolved = convolved or isinstance(module, _CONVOLUTIONS)
        if not convolved:
            continue
        if output.ndim == 3:
            return None
        if output.ndim == 4 and output[0, 0].numel() > 1 and not isinstance(module, _POOLS):
            found = output
    return found if found is not None and _fine(found) else None
