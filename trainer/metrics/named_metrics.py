"""Metrics that can be chosen by name, in addition to those of plugins. No torch; scikit-learn where it is used."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.metrics.monitor import Mode

Probabilities = NDArray[np.float32]
Labels = NDArray[np.int64]

NAMED: dict[str, tuple[str, Mode]] = {
    "balanced_accuracy": ("mean recall over the classes that occur", "max"),
    "kappa": ("Cohen's kappa: agreement beyond chance", "max"),
    "mcc": ("Matthews correlation coefficient", "max"),
    "top2": ("share of images whose class is among the two most probable", "max"),
    "top3": ("share of images whose class is among the three most probable", "max"),
    "top5": ("share of images whose class is among the five most probable", "max"),
    "brier": ("Brier score: mean squared error of the probabilities, summed over classes", "min"),
}
"""What each metric is, and which direction is better."""


class NamedMetric:
    """One of `NAMED`, called as the function behind it is: with probabilities float32 (N, C) and labels int64 (N,), or,
    like scikit-learn's metrics, with `y_true` (N,) and `y_pred` (N,).

    Args:
        name: Key of `NAMED`.

    Attributes:
        higher_is_better: Whether larger values are better.
    """

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.higher_is_better = NAMED[name][1] == "max"
        self._compute = _FUNCTIONS[name]
        self.__signature__ = inspect.signature(self._compute)

    def __call__(self, *given: Any, **by_name: Any) -> float:
        return float(self._compute(*given, **by_name))


def _balanced_accuracy(y_true: Labels, y_pred: Labels) -> float:
    count, right = np.bincount(y_true), np.bincount(y_true, weights=y_true == y_pred)
    return float((right[count > 0] / count[count > 0]).mean()) if len(y_true) else math.nan


def _kappa(y_true: Labels, y_pred: Labels) -> float:
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score(y_true, y_pred))


def _mcc(y_true: Labels, y_pred: Labels) -> float:
    from sklearn.metrics import matthews_corrcoef

    return float(matthews_corrcoef(y_true, y_pred))


def _top(count: int, probabilities: Probabilities, labels: Labels) -> float:
    """As scikit-learn's: of equal probabilities the later class counts first."""
    best = np.argsort(probabilities, axis=1, kind="stable")[:, -count:]
    return float((best == labels[:, None]).any(1).mean()) if len(labels) else math.nan


def _brier(probabilities: Probabilities, labels: Labels) -> float:
    wrong = probabilities.astype(np.float64)
    wrong[np.arange(len(labels)), labels] -= 1
    return float((wrong**2).sum(1).mean()) if len(labels) else math.nan


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "balanced_accuracy": _balanced_accuracy,
    "kappa": _kappa,
    "mcc": _mcc,
    **{f"top{count}": partial(_top, count) for count in (2, 3, 5)},
    "brier": _brier,
}
OF_CLASSES = tuple(name for name in NAMED if "y_true" in inspect.signature(_FUNCTIONS[name]).parameters)
"""Those that need no probabilities, only true and predicted classes."""
