"""Gradients of softmax regression by their formula, with the bits that autograd gives.

For one linear layer and cross-entropy, recording a graph and going back through it takes longer than a tenth of a step.
The operations are those that autograd calls, in its order. In each step it is checked that nothing else would notice:
hooks can be registered, and layers frozen or replaced, at any time.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer.engine.loss import Loss
from trainer.engine.training_step import BatchLoss
from trainer.models.linear import NarrowLinear
from trainer.torch_internals import (
    gradient_has_hooks,
    log_softmax_backward,
    module_has_hooks,
    modules_have_hooks,
)


class SoftmaxLoss:
    """A `BatchLoss` that also adds the gradients, see `softmax_loss`."""

    def __init__(self, loss_of: BatchLoss, model: nn.Sequential, criterion: nn.CrossEntropyLoss) -> None:
        self._loss_of = loss_of
        self._model = model
        self._criterion = criterion
        self._layers = tuple(model)

    def __call__(self, images: Tensor, labels: Tensor, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C) and the loss, with their graph."""
        return self._loss_of(images, labels, *weights)

    def backward(self, images: Tensor, labels: Tensor, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """Add the gradients of a batch; its logits, detached, and mean loss."""
        if weights or not self._is_plain(images, labels):
            outputs, loss = self._loss_of(images, labels, *weights)
            loss.backward()
            return outputs.detach(), loss
        with torch.no_grad():
            return self._by_formula(images, labels)

    def _by_formula(self, features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        *before, last = self._layers
        for layer in before:
            features = layer(features)
        outputs, ignored = last.forward(features), self._criterion.ignore_index
        aten = torch.ops.aten
        logarithms = torch.log_softmax(outputs, 1)
        loss, amount = aten.nll_loss_forward(logarithms, labels, None, 1, ignored)
        one = torch.ones_like(loss)
        gradient = aten.nll_loss_backward(one, logarithms, labels, None, 1, ignored, amount)
        gradient = log_softmax_backward(gradient, logarithms, 1, outputs.dtype).t()
        last.weight.grad = torch.mm(gradient, features)
        if last.bias is not None:
            last.bias.grad = gradient.sum(1)
        return outputs, loss

    def _is_plain(self, images: Tensor, labels: Tensor) -> bool:
        """Whether the formula is all that autograd and the modules would do."""
        last, criterion = self._layers[-1], self._criterion
        modules = (self._model, *self._layers, criterion)
        return (
            type(images) is Tensor
            and images.dtype == last.weight.dtype == torch.float32
            and images.device.type == last.weight.device.type == "cpu"
            and not images.requires_grad
            and labels.ndim == 1
            and type(last) is NarrowLinear
            and tuple(self._model) == self._layers
            and _averages_cross_entropy(criterion)
            and all(_gets_plain_gradient(one) for one in (last.weight, last.bias) if one is not None)
            and not any("forward" in vars(module) for module in modules)
            and not any(module_has_hooks(module) for module in modules)
            and not modules_have_hooks()
            and not torch.is_anomaly_enabled()
            and not torch.is_autocast_enabled("cpu")
        )


def _gets_plain_gradient(parameter: Tensor) -> bool:
    return parameter.requires_grad and parameter.grad is None and not gradient_has_hooks(parameter)


def _averages_cross_entropy(criterion: nn.CrossEntropyLoss) -> bool:
    return criterion.weight is None and criterion.reduction == "mean" and criterion.label_smoothing == 0


def softmax_loss(loss_of: BatchLoss, model: nn.Module, loss: Loss) -> BatchLoss:
    """`loss_of` as a `SoftmaxLoss` if the model is one linear layer, after layers that have nothing to train, and the
    loss plain cross-entropy; otherwise as it is."""
    if type(model) is not nn.Sequential or type(loss.criterion) is not nn.CrossEntropyLoss:
        return loss_of
    *before, last = model
    fits = type(last) is NarrowLinear and not any(True for layer in before for _ in layer.parameters())
    return SoftmaxLoss(loss_of, model, loss.criterion) if fits and loss.step is loss.criterion else loss_of
