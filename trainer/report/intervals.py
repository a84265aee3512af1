"""How far accuracy and macro-F1 can be trusted: bootstrap intervals of a split. [no torch]"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np

from trainer.report.read import Evaluation


class Interval(NamedTuple):
    """Bounds of a 95 % interval."""

    low: float
    high: float


class Intervals(NamedTuple):
    """Of one split."""

    accuracy: Interval
    macro_f1: Interval


def intervals(found: Evaluation) -> Intervals | None:
    """95 % bootstrap intervals over the images of a split; None where there are too few images to draw from.

    The confusion matrix holds every pair of true and predicted class, and their order does not matter to a bootstrap.
    """
    # HOOK: `trainer.statistics` comes with another part of this issue; until it is there, figures have no interval
    try:
        statistics: Any = importlib.import_module("trainer.statistics")
    except ModuleNotFoundError:
        return None
    if found.samples < 2:
        return None
    counts = found.counts
    true, predicted = (np.repeat(places.ravel(), counts.ravel()) for places in np.indices(counts.shape))
    told = statistics.bootstrap(true, predicted, len(counts))
    return Intervals(Interval(*told.accuracy), Interval(*told.macro_f1))
