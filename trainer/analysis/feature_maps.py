"""What the layers of a network give on the way from one image to its logits."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from trainer.models.feature_network import LayerMeans, Standardize

CLOSE = 1e-4
"""How far features may be from the means of maps, as part of the largest, to count as these."""
FINE = 4
"""Places of the last map in each direction, at least. Fewer say where in the image as good as nothing: of our small
network on CIFAR-10, whose last map has 2x2, the tenth of the image that was brightest cost the class 3 points of
probability, a random tenth 7; by Grad-CAM on an earlier map of 4x4 8 to 12, by occlusion 38."""
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_POOLS = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)


class Call(NamedTuple):
    """One layer at work: the first tensor that it got and the tensor that it gave."""

    module: nn.Module
    inputs: Tensor
    output: Tensor


class LastLinear(NamedTuple):
    """The linear layer whose output the logits are: `inputs` (1, F), `weight` (classes, F), `bias` (classes,)."""

    inputs: Tensor
    weight: Tensor
    bias: Tensor


class AveragedMaps(NamedTuple):
    """Feature maps (C, h, w) whose means, side by side, less `mean` (F,) and times `scale` (F,) are what the last
    layer gets."""

    maps: list[Tensor]
    mean: Tensor
    scale: Tensor


class Trace:
    """One pass of `images` (1, C, H, W) through a model, with what each layer got and gave. Gradients can be asked for
    where the images have one."""

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
    """None where the last layer does not get the means of maps, or none of these is fine enough."""
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
    """What a `LayerMeans` gave: `features` (1, F), and the maps (C, h, w) that they are the means of."""

    features: Tensor
    maps: list[Tensor]


def layer_features(trace: Trace) -> LayerFeatures | None:
    """Of a network whose features come from several layers; None of any other."""
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
    """The last feature map (1, C, h, w) with more than one place that a convolution has a part in; None where there is
    none, where it is not fine enough, or where what follows it is no longer a map: the patches of transformers and
    mixers."""
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
