"""Epochscope's engine: train an image classifier and tell whoever listens what happens.

    from trainer import Trainer, open_data

Importing this package imports neither torch nor anything else that is slow: names are looked up when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from trainer.version import __version__

if TYPE_CHECKING:
    from trainer import events
    from trainer.callback import Callback, Phase
    from trainer.data import open_data
    from trainer.engine.context import Run, RunContext
    from trainer.errors import EpochscopeError
    from trainer.models import build_model
    from trainer.result import Evaluation, Result
    from trainer.trainer import Trainer

__all__ = [
    "Callback",
    "EpochscopeError",
    "Evaluation",
    "Phase",
    "Result",
    "Run",
    "RunContext",
    "Trainer",
    "__version__",
    "build_model",
    "events",
    "open_data",
]

_HOMES = {
    "Callback": "trainer.callback",
    "EpochscopeError": "trainer.errors",
    "Evaluation": "trainer.result",
    "Phase": "trainer.callback",
    "Result": "trainer.result",
    "Run": "trainer.engine.context",
    "RunContext": "trainer.engine.context",
    "Trainer": "trainer.trainer",
    "build_model": "trainer.models",
    "open_data": "trainer.data",
}


def __getattr__(name: str) -> Any:
    if name == "events":
        return import_module("trainer.events")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
