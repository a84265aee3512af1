"""Where a model looked: how much each place of an image speaks for a class, by the method that its network allows.

| network | method | what a place counts |
|---|---|---|
| a linear layer on pixels | `linear` | weight times pixel, over the channels; exact |
| a linear layer on the means of feature maps | `cam` | class activation map (Zhou et al. 2016); exact |
| another convolutional one | `gradcam` | Grad-CAM (Selvaraju et al. 2017) on its last map |
| a transformer, a perceptron, few places | `occlusion` | what it costs to cover it (Zeiler and Fergus 2014) |

The two exact methods divide the logit less the bias among the places. Their sum is checked for each image; if it
differs, because something comes between maps and logit, the next method is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from trainer.analysis.feature_maps import Trace, averaged_maps, last_map, layer_features
from trainer.plotting.heat_overlay import Method

Progress = Callable[[int, int], None]
"""Called as `progress(done, total)`, in covered images."""

CLOSE = 1e-3
"""Largest difference of an exact map's sum from the logit less the bias, relative to the largest logit."""
QUICK = 10_000_000
"""Parameters up to which a network is fast enough to cover an image in fine steps."""
FINE, COARSE = 16, 9
"""Steps in each direction. A patch is two steps wide, so that every place is covered four times."""
BATCH = 32
"""Covered images in a batch."""


@dataclass(frozen=True)
class Saliency:
    """How much each place of an image speaks for a class."""

    values: NDArray[np.float32]
    """(H, W) float32, of the image's size; those of an exact method add up to the logit less the bias."""
    method: Method
    """How they were computed."""
    label: int
    """The class."""
    probabilities: NDArray[np.float32]
    """(classes,): calibrated probabilities of the whole image."""

    @property
    def predicted(self) -> int:
        """The most likely class."""
        return int(self.probabilities.argmax())


def explain(
    model: nn.Module,
    image: Tensor,
    label: int | None = None,
    temperature: float = 1.0,
    progress: Progress = lambda done, total: None,
) -> Saliency:
    """Find out where a model looked. Its parameters and their gradients are not changed.

    Args:
        model: The model, in evaluation mode.
        image: Normalised image float32 (C, H, W).
        label: Class to explain. None: the most likely one.
        temperature: What logits are divided by for probabilities. Default: 1.0.
        progress: Called as `progress(done, total)` during occlusion.

    Returns:
        The heat map.
    """
    images = image[None].to(next((one.device for one in model.parameters()), image.device))
    with torch.enable_grad():
        trace = Trace(model, images.detach().clone().requires_grad_(True))
    logits = trace.logits.detach()[0]
    label = int(logits.argmax()) if label is None else label
    probabilities = (logits.double() / temperature).softmax(0).float().cpu().numpy()
    found, method = _linear(trace, label), Method.LINEAR
    if found is None:
        found, method = _class_activations(trace, label), Method.CAM
    if found is None:
        found, method = _grad_cam(trace, label), Method.GRADCAM
    if found is None:
        found, method = _occlusion(model, images, label, temperature, progress), Method.OCCLUSION
    return Saliency(np.ascontiguousarray(found.detach().float().cpu().numpy()), method, label, probabilities)


def _linear(trace: Trace, label: int) -> Tensor | None:
    """(H, W); None where the last layer does not get the pixels."""
    last = trace.last_linear
    if last is None or last.inputs.shape[1] != trace.images[0].numel():
        return None
    if not torch.equal(last.inputs, trace.images.flatten(1)):
        return None
    values = (last.weight[label].reshape(trace.images.shape[1:]) * trace.images[0]).sum(0)
    return values if _complete(values, trace, label) else None


def _class_activations(trace: Trace, label: int) -> Tensor | None:
    """(H, W); None where the last layer does not get the means of feature maps, or their sum is not the logit.

    With several maps side by side each is enlarged on its own. A standardisation between means and layer is linear,
    too: a place counts by how far it is from what is usual in the training images.
    """
    last, found = trace.last_linear, averaged_maps(trace)
    if last is None or found is None:
        return None
    total = _weighted(found.maps, last.weight[label] * found.scale, found.mean, trace.images.shape[2:])
    return total if _complete(total, trace, label) else None


def _weighted(maps: list[Tensor], weights: Tensor, mean: Tensor, size: Sequence[int]) -> Tensor:
    """Maps (C, h, w), less the mean (F,) of each channel, times the weight (F,) of each, enlarged and added: `size`."""
    total, start = torch.zeros(*size, device=weights.device), 0
    for one in maps:
        some = slice(start, start + len(one))
        start = some.stop
        values = (weights[some, None, None] * (one - mean[some, None, None])).sum(0)
        total += _enlarged(values, size)
    return total / total.numel()


def _complete(values: Tensor, trace: Trace, label: int) -> bool:
    assert trace.last_linear is not None
    wanted = trace.logits[0, label] - trace.last_linear.bias[label]
    return bool((values.sum() - wanted).abs() <= CLOSE * trace.logits.abs().max().clamp_min(1))


def _enlarged(values: Tensor, size: Sequence[int]) -> Tensor:
    """(h, w) to `size`, smooth; the mean stays what it was."""
    large = functional.interpolate(values[None, None], tuple(size), mode="bilinear")[0, 0]
    return large + (values.mean() - large.mean())


def _grad_cam(trace: Trace, label: int) -> Tensor | None:
    """(H, W), nowhere below 0; None where there is no map that the class depends on. Of features from several layers,
    which are means of maps, each map has the gradient of its own means."""
    layers = layer_features(trace)
    if layers is not None:
        (weights,) = torch.autograd.grad(trace.logits[0, label], layers.features)
        return _weighted(layers.maps, weights[0], torch.zeros_like(weights[0]), trace.images.shape[2:]).relu()
    maps = last_map(trace)
    if maps is None:
        return None
    (gradient,) = torch.autograd.grad(trace.logits[0, label], maps, allow_unused=True)
    if gradient is None:
        return None
    values = (gradient.mean((2, 3), keepdim=True) * maps).sum(1)[0].relu()
    return functional.interpolate(values[None, None], trace.images.shape[2:], mode="bilinear")[0, 0]


def _occlusion(model: nn.Module, images: Tensor, label: int, temperature: float, progress: Progress) -> Tensor:
    """(H, W): the mean, over the patches that cover a place, of the probability that is lost with them. A patch has the
    mean colour of the training images, which is 0 once normalised."""
    height, width = images.shape[2:]
    steps = FINE if sum(one.numel() for one in model.parameters()) <= QUICK else COARSE
    patches = [(rows, columns) for rows in _bands(height, steps) for columns in _bands(width, steps)]
    total, covered = (torch.zeros(height, width, device=images.device) for _ in range(2))

    def probability(some: Tensor) -> Tensor:
        logits: Tensor = model(some)
        return (logits / temperature).softmax(1)[:, label]

    with torch.no_grad():
        whole = probability(images)[0]
        for start in range(0, len(patches), BATCH):
            progress(start, len(patches))
            some = patches[start : start + BATCH]
            copies = images.repeat(len(some), 1, 1, 1)
            for copy, (rows, columns) in zip(copies, some, strict=True):
                copy[:, rows, columns] = 0
            for lost, (rows, columns) in zip(whole - probability(copies), some, strict=True):
                total[rows, columns] += lost
                covered[rows, columns] += 1
    return total / covered


def _bands(length: int, steps: int) -> list[slice]:
    """Parts of a side, each two steps long, that together cover it evenly."""
    edges = np.linspace(0, length, min(steps, length) + 1).round().astype(int).tolist()
    if len(edges) < 3:
        return [slice(0, length)]
    return [slice(start, end) for start, end in zip(edges[:-2], edges[2:], strict=True)]
