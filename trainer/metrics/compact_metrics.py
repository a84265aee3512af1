"""The metrics of a validation as a viewer keeps them: arrays, and of the confusion matrix what is not 0. [no torch]"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.classification import Metrics


@dataclass(frozen=True)
class CompactMetrics:
    """The per-class part of a `Metrics`, (C,) each. One is kept for every epoch: of a thousand classes, nearly all
    cells of the confusion matrix are 0."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.int64]
    matrix: ConfusionMatrix
    macro_f1: float
    """As it was recorded."""
    macro_classes: int
    """Of how many classes it is the mean."""

    @classmethod
    def of(cls, metrics: Metrics) -> CompactMetrics:
        """Smaller, without what the window shows from elsewhere."""
        return cls(
            np.array(metrics.precision, np.float64),
            np.array(metrics.recall, np.float64),
            np.array(metrics.f1, np.float64),
            np.array(metrics.support, np.int64),
            metrics.confusion,
            metrics.macro_f1,
            metrics.macro_classes,
        )

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (C, C), true class as row; made again each time."""
        return self.matrix.dense()
