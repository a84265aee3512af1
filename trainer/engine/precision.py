"""What a model computes in: float32, or bfloat16 wherever autocast holds that to be safe.

Weights, gradients, optimiser and loss are float32 either way: a checkpoint is the same for both. bfloat16 has the range
of float32, so no gradient has to be scaled.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn

from trainer.errors import UsageError

Forward = Callable[[Tensor], Tensor]
"""Images to logits (B, C) float32, as the model gives them."""


class Mixed:
    """Stands for `model` where images become logits: computed under autocast, handed on as float32."""

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self._model = model
        self._device = device.type

    def __call__(self, images: Tensor) -> Tensor:
        """Images float32 to logits (B, C) float32; the criterion comes after, outside of autocast."""
        with torch.autocast(self._device, dtype=torch.bfloat16):
            outputs: Tensor = self._model(images)
        return outputs.float()


def forward_in(precision: str, model: nn.Module, device: torch.device) -> Forward:
    """How images become logits: `model` itself for float32, so that nobody pays for what was not asked.

    Raises UsageError `precision.unknown`, or `precision.unsupported` where the device does not compute in bfloat16.
    """
    if precision == "float32":
        return model
    if precision != "bfloat16":
        raise UsageError(
            "precision.unknown",
            f"There is no precision {precision!r}.",
            expected="float32 or bfloat16",
            precision=precision,
        )
    reason = _refusal(device)
    if reason:
        raise UsageError(
            "precision.unsupported",
            f"The device {str(device)!r} cannot compute in bfloat16 here: {reason}",
            expected="a CPU, or a GPU that knows bfloat16",
            mend="use --precision float32 (the default), or --device cpu",
            device=str(device),
        )
    return Mixed(model, device)


def check_steady(precision: str, device: torch.device) -> None:
    """Raises UsageError `precision.processor` for bfloat16 on a processor: epochs of one and the same run took 12 s, or
    86 s, at random, on two cores with AVX512-BF16. Runs that were started with it can go on."""
    if precision == "bfloat16" and device.type == "cpu":
        raise UsageError(
            "precision.processor",
            "bfloat16 is not offered on a processor: its steps can become several times slower at random.",
            where="--precision",
            expected="float32, which is steady; bfloat16 is for GPUs",
            mend="leave out --precision",
        )


def _refusal(device: torch.device) -> str:
    """Why autocast does not give bfloat16 on a device; empty where it does. One small product tells."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # on some devices torch only warns, and then computes in float32
        try:
            with torch.autocast(device.type, dtype=torch.bfloat16):
                one = torch.ones(1, 1, device=device)
                found = torch.mm(one, one).dtype
        except (RuntimeError, TypeError, UserWarning) as error:
            return str(error).splitlines()[0]
    return "" if found == torch.bfloat16 else f"autocast gives {str(found).removeprefix('torch.')}"
