"""The loss of a batch: from the model and the criterion, or from a custom training step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from trainer.data.inputs import Inputs, call
from trainer.engine.loss import Loss
from trainer.engine.module_modes import evaluating
from trainer.engine.precision import Forward
from trainer.engine.step_options import TrainingStep
from trainer.errors import UsageError

BatchLoss = Callable[..., tuple[Tensor, Tensor]]
"""images, labels, and weights of the images where there are any -> logits (B, C), loss (a scalar with a gradient)"""


def model_loss(forward: Forward, loss: Loss, *, in_parts: bool = False) -> BatchLoss:
    """The default: the mean loss of the model's output. `in_parts`: whether batches may be parts of a batch, in which
    possibly no image counts."""
    criterion = loss.mean if in_parts and loss.may_be_empty else loss.step

    def loss_of(images: Tensor, labels: Tensor, weights: Tensor | None = None) -> tuple[Tensor, Tensor]:
        outputs = forward(images)
        return outputs, criterion(outputs, labels) if weights is None else loss.mean(outputs, labels, weights)

    return loss_of


class OwnTrainingStep:
    """Calls `function(model, batch)`, which returns the loss, or the pair (loss, logits). `batch`: (images, labels),
    with image weights as a third item if the loader yields them; if the loader yields mappings or several inputs, its
    batch as it is, on the model's device.

    Training accuracy and F1 come from the logits. If only a loss is returned, the batch goes through the model a second
    time, in evaluation mode and without gradients. `bfloat16`: the function runs under autocast.
    """

    def __init__(self, function: TrainingStep, model: nn.Module, *, bfloat16: bool, device: torch.device) -> None:
        self._function = function
        self._model = model
        self._bfloat16 = bfloat16
        self._device = device

    def __call__(self, images: Any, labels: Tensor, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C) and the loss. Raises UsageError `train.step_result` if the function returns anything else."""
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._bfloat16):
            batch = images.batch if isinstance(images, Inputs) else (images, labels, *weights)
            found = self._function(self._model, batch)
        loss, logits = found if isinstance(found, tuple | list) and len(found) == 2 else (found, None)
        if not (isinstance(loss, Tensor) and loss.numel() == 1 and loss.requires_grad):
            raise _wrong_result("loss", _words(found))
        if logits is None:
            logits = self._logits(images)
        if not (isinstance(logits, Tensor) and logits.ndim == 2 and len(logits) == len(labels)):
            raise _wrong_result("logits", _words(logits))
        return logits.float(), loss.reshape(()).float()

    def _logits(self, images: Any) -> Tensor:
        autocast = torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._bfloat16)
        with evaluating(self._model), torch.no_grad(), autocast:
            logits: Tensor = call(self._model, images)
        return logits


def _wrong_result(what: str, got: str) -> UsageError:
    return UsageError(
        "train.step_result",
        f"The training step returned {got} instead of its {what}.",
        expected="the loss, a tensor of one number with a gradient; or the pair (loss, logits), logits (B, C)",
        fix="end training_step(model, batch) with `return loss` or `return loss, logits`",
    )


def _words(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor {tuple(value.shape)}" + ("" if value.requires_grad else " without a gradient")
    return f"{type(value).__name__}"
