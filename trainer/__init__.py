"""Epochscope's engine: trains image classifiers and reports every step of it as an event.

    from trainer import Trainer, open_data

Importing this package imports neither torch nor anything else that is slow: names are resolved on first use.
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
    from trainer.image_classifier import ImageClassifier
    from trainer.models import build_model
    from trainer.repetition import Repetition, cross_validate, repeat_seeds
    from trainer.result import Evaluation, Result
    from trainer.saved_run import SavedRun, load_run
    from trainer.search.rate_range import lr_range_test
    from trainer.trainer import Trainer

__all__ = [
    "Callback",
    "EpochscopeError",
    "Evaluation",
    "ImageClassifier",
    "Phase",
    "Repetition",
    "Result",
    "Run",
    "RunContext",
    "SavedRun",
    "Trainer",
    "__version__",
    "build_model",
    "cross_validate",
    "events",
    "load_run",
    "lr_range_test",
    "open_data",
    "repeat_seeds",
]

_HOMES = {
    "Callback": "trainer.callback",
    "EpochscopeError": "trainer.errors",
    "Evaluation": "trainer.result",
    "ImageClassifier": "trainer.image_classifier",
    "Phase": "trainer.callback",
    "Repetition": "trainer.repetition",
    "Result": "trainer.result",
    "Run": "trainer.engine.context",
    "RunContext": "trainer.engine.context",
    "SavedRun": "trainer.saved_run",
    "Trainer": "trainer.trainer",
    "build_model": "trainer.models",
    "cross_validate": "trainer.repetition",
    "load_run": "trainer.saved_run",
    "lr_range_test": "trainer.search.rate_range",
    "open_data": "trainer.data",
    "repeat_seeds": "trainer.repetition",
}


def __getattr__(name: str) -> Any:
    if name == "events":
        return import_module("trainer.events")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
