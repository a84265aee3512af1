"""What the caller may have set torch to, and the engine does not follow: gradients off, autocast, another device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import nn

from trainer.errors import UsageError


@contextmanager
def own_modes() -> Iterator[None]:
    """Work as if the caller had entered neither `no_grad` nor `inference_mode` nor `autocast`: training needs
    gradients, and the precision is the one that the run records."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda", "mps"):
            if torch.is_autocast_enabled(kind):
                # no cache: it is emptied only where the caller's autocast ends, and would keep the first step's weights
                stack.enter_context(torch.autocast(kind, enabled=False, cache_enabled=False))
        yield


def check_default_device() -> None:
    """Raises UsageError `train.default_device` where new tensors are not made on the CPU, as data and files need it."""
    made_on = torch.empty(0).device  # torch 2.6's `get_default_device` overlooks `with torch.device(...)`
    if made_on.type != "cpu":
        raise UsageError(
            "train.default_device",
            f"torch's default device is {made_on}: images and checkpoints cannot be read there.",
            expected="cpu",
            fix="leave out torch.set_default_device(...) or `with torch.device(...)`, and pass device=... to Trainer",
            device=str(made_on),
        )


def check_not_inference(model: nn.Module) -> None:
    """Raises UsageError `model.inference` for weights made in inference mode: they can never be trained."""
    if any(one.is_inference() for one in (*model.parameters(), *model.buffers())):
        raise UsageError(
            "model.inference",
            "The model was made in torch.inference_mode(): its weights cannot be trained.",
            expected="a model made outside of it",
            fix="make the model before `with torch.inference_mode()`",
        )
