"""Passes through a model that leave no trace in it, as before a run starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from trainer.engine.checkpoint_state import capture_generators, restore_generators
from trainer.engine.module_modes import modes_of, put_back


@contextmanager
def untouched(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Leave a model as it was: modes, buffers (running statistics) and global generators are restored at the end.

    Args:
        model: The model.
        device: Where it computes.
    """
    modes = modes_of(model)
    buffers = [
        (module, name, buffer, buffer.detach().clone())
        for module in model.modules()
        for name, buffer in module.named_buffers(recurse=False)
    ]
    generators = capture_generators(device)
    try:
        yield
    finally:
        restore_generators(generators, device)
        for module, name, buffer, value in buffers:
            setattr(module, name, buffer)  # some modules put a new tensor there
            with torch.no_grad():
                buffer.copy_(value)
        put_back(modes)
