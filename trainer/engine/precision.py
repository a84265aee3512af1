"""The precision a model computes in: float32, or bfloat16 where autocast considers it safe.

Weights, gradients, optimiser and loss are float32 either way: a checkpoint is the same for both. bfloat16 has the range
of float32, so no gradient has to be scaled.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from trainer.data.inputs import call
from trainer.errors import UsageError
from trainer.models import floating_type
from trainer.text.text_shortening import first_line

Forward = Callable[[Tensor], Tensor]
"""Images to logits (B, C) float32."""


class Adapted:
    """Wraps a model that is not ours: images are cast to the dtype of its weights, and logits are extracted from its
    output."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._dtype = floating_type(model)

    def __call__(self, images: Tensor) -> Tensor:
        """Images to logits (B, C): float64 for float64 weights, else float32."""
        if images.dtype != self._dtype and images.is_floating_point():
            images = images.to(self._dtype)
        outputs = call(self._model, images)
        if not isinstance(outputs, Tensor):
            outputs = logits_of(outputs)
        return outputs.float() if outputs.dtype in (torch.float16, torch.bfloat16) else outputs


def logits_of(outputs: Any) -> Tensor:
    """The logits among several outputs, as from models with auxiliary heads in training: the attribute or key `logits`,
    the key `out`, or the first. Raises UsageError `model.outputs` where there are none."""
    found = getattr(outputs, "logits", None)
    if found is None and isinstance(outputs, Mapping):
        found = next((outputs[key] for key in ("logits", "out") if key in outputs), None)
    if found is None and isinstance(outputs, tuple | list) and outputs:
        found = outputs[0]
    if not isinstance(found, Tensor):
        raise UsageError(
            "model.outputs",
            f"The model gives a {type(outputs).__name__} in training mode, without logits.",
            expected="a tensor of logits (B, C), or a tuple that begins with it, or `logits` among named outputs",
            fix="return the logits, or the logits first",
        )
    _tell_of_others(type(outputs).__name__)
    return found


@functools.cache
def _tell_of_others(kind: str) -> None:
    logging.getLogger("epochscope").warning(
        "The model gives a %s in training mode: its logits are trained, its auxiliary outputs are not used.", kind
    )


class Mixed:
    """Wraps `model`: computes under autocast, returns float32 logits."""

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self._model = model
        self._device = device.type

    def __call__(self, images: Tensor) -> Tensor:
        """Images float32 to logits (B, C) float32; the criterion comes after, outside of autocast."""
        if images.dtype == torch.float64:
            images = images.float()  # autocast leaves float64 as it is
        with torch.autocast(self._device, dtype=torch.bfloat16):
            outputs = call(self._model, images)
        return (outputs if isinstance(outputs, Tensor) else logits_of(outputs)).float()


def forward_in(precision: str, model: nn.Module, device: torch.device, *, several: bool = False) -> Forward:
    """The function from images to logits: `model` itself for float32, which costs nothing. `several`: whether it has
    several inputs, given as `Inputs`. "auto" that is not decided yet is float32.

    Raises UsageError `precision.unknown`, or `precision.unsupported` where the device does not compute in bfloat16, or
    `precision.weights` where the weights are float64.
    """
    if precision in ("float32", "auto"):
        return model if _is_ours(model) and not several else Adapted(model)
    if precision != "bfloat16":
        raise UsageError(
            "precision.unknown",
            f"There is no precision {precision!r}.",
            expected="float32, bfloat16 or auto",
            precision=precision,
        )
    reason = bfloat16_refusal(device)
    if reason:
        raise UsageError(
            "precision.unsupported",
            f"The device {str(device)!r} cannot compute in bfloat16 here: {reason}",
            expected="a device that supports bfloat16",
            fix="use --precision float32 (the default)",
            device=str(device),
        )
    if floating_type(model) == torch.float64:
        raise UsageError(
            "precision.weights",
            "The weights are float64, which bfloat16 computation would leave as they are.",
            expected="float32 weights",
            fix="call model.float() first, or use precision='float32', which computes in the type of the weights",
        )
    return Mixed(model, device)


def _is_ours(model: nn.Module) -> bool:
    """Whether every layer is torch's or ours, and float32: such a model takes our images and returns plain logits."""
    layers = {type(module).__module__ for module in model.modules()}
    return floating_type(model) == torch.float32 and all(one.startswith(("torch.nn.", "trainer.")) for one in layers)


def bfloat16_refusal(device: torch.device) -> str:
    """Why autocast does not give bfloat16 on a device; empty if it does, as a small matrix product shows."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # on some devices torch only warns, and then computes in float32
        try:
            with torch.autocast(device.type, dtype=torch.bfloat16):
                one = torch.ones(1, 1, dtype=torch.float32, device=device)
                found = torch.mm(one, one).dtype
        except (RuntimeError, TypeError, UserWarning) as error:
            return first_line(error)
    return "" if found == torch.bfloat16 else f"autocast gives {str(found).removeprefix('torch.')}"
