"""Softmax regression by others, to compare ours with: numpy, scikit-learn, and the table of all of them.

from trainer.baselines import compare

table = compare("digits")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainer.baselines.comparison import BaselineComparison, Comparison, compare

__all__ = ["BaselineComparison", "Comparison", "compare"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("trainer.baselines.comparison"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
