"""Metrics of a validation as a viewer keeps them: arrays, and the non-zero cells of the confusion matrix. [no torch]"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.classification import Metrics


@dataclass(frozen=True)
class CompactMetrics:
    """Metrics of a validation per class, small enough to keep for every epoch: with a thousand classes, nearly all
    cells of the confusion matrix are 0."""

    precision: NDArray[np.float64]
    """Precision of each class (C,), in [0, 1]."""
    recall: NDArray[np.float64]
    """Recall of each class (C,), in [0, 1]."""
    f1: NDArray[np.float64]
    """F1 of each class (C,), in [0, 1]."""
    support: NDArray[np.int64]
    """Images of each true class (C,)."""
    matrix: ConfusionMatrix
    """Confusion matrix (C, C), the true class as row; only cells above 0 are stored."""
    macro_f1: float
    """Macro-F1 as recorded, in [0, 1]."""
    macro_classes: int
    """Number of classes that `macro_f1` is the mean of."""

    @classmethod
    def of(cls, metrics: Metrics) -> CompactMetrics:
        """Take what is kept from the metrics of a validation.

        Args:
            metrics: Metrics of one split.

        Returns:
            Their per-class part, as arrays.
        """
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
        """Counts (C, C) int64, the true class as row; a new array on every access."""
        return self.matrix.dense()
