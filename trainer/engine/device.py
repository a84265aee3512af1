"""Device and number of threads, decided once per run and then recorded."""

from __future__ import annotations

import torch

from trainer.distributed.placement import placement
from trainer.errors import UsageError
from trainer.store.process import usable_cores
from trainer.text.text_shortening import first_line

SMALL_MODELS = frozenset({"softmax", "mlp"})
"""Models whose steps are shorter than waking a second thread."""


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA if available, else the CPU; of several processes each has a GPU of its own. Raises UsageError if
    the named device is not available."""
    own = f"cuda:{placement().local_rank}" if placement().size > 1 else "cuda"
    if name == "auto":
        return torch.device(own if torch.cuda.is_available() else "cpu")
    name = own if name == "cuda" else name
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(
            "device.missing",
            f"The device {name!r} cannot be used here: {first_line(error)}",
            expected="auto, cpu, cuda, cuda:N or mps",
            fix="use --device auto",
            device=name,
        ) from error
    return device


def choose_threads(wanted: int | None, model: str) -> int:
    """Intra-op threads for a model by name: as requested, else 1 for tiny models and the number of cores for others,
    divided among the processes of a run."""
    if wanted:
        return wanted
    if model in SMALL_MODELS:
        return 1
    return max(1, usable_cores() // placement().local_size)
