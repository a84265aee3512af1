"""Which device and how many threads: decided once per run, then recorded."""

from __future__ import annotations

import torch

from trainer.errors import UsageError
from trainer.store.process import usable_cores

SMALL_MODELS = frozenset({"softmax", "mlp"})
"""Their steps are shorter than waking a second thread takes."""


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA where there is one, else the CPU. Raises UsageError where the named device is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(
            "device.missing",
            f"The device {name!r} cannot be used here: {str(error).splitlines()[0]}",
            expected="auto, cpu, cuda, cuda:N or mps",
            mend="use --device auto",
            device=name,
        ) from error
    return device


def choose_threads(wanted: int | None, model: str) -> int:
    """Intra-op threads for a model by name: as asked; else 1 for tiny ones, the number of cores for others."""
    if wanted:
        return wanted
    if model in SMALL_MODELS:
        return 1
    return usable_cores()
