"""Models by name. Importing this package imports torch; names and options without torch are in `trainer.plugins`."""

from __future__ import annotations

from trainer.models.build import (
    build_model,
    count_parameters,
    floating_type,
    move_model,
    network_size,
    trial_logits,
)

__all__ = [
    "build_model",
    "count_parameters",
    "floating_type",
    "move_model",
    "network_size",
    "trial_logits",
]
