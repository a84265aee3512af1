"""Predictions of a model, image by image. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALLEST = 4096
"""Images that a column has room for at the start."""


@dataclass(frozen=True)
class Outputs:
    """Per-image predictions of a split, in the order of its images; images that the loss ignores are left out."""

    labels: NDArray[np.int64]
    """True classes (N,), in 0 ... C - 1."""
    predicted: NDArray[np.uint16]
    """Predicted classes (N,), in 0 ... C - 1."""
    confidence: NDArray[np.float16]
    """Softmax of the predicted class (N,), in [0, 1]."""
    loss: NDArray[np.float32]
    """Loss of each image (N,): the criterion without reduction, averaged over trailing dimensions; cross-entropy in
    nats if the criterion cannot be split into images."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the files in predictions/ and evaluation/ hold.

        Returns:
            `predicted`, `confidence` and `loss`, by name.
        """
        return {"predicted": self.predicted, "confidence": self.confidence, "loss": self.loss}


class OutputColumns:
    """Collects the predictions of a split, batch by batch, in columns that double when they are full.

    A list of small arrays would be simpler, but each of them would lie between the large blocks of two batches: the
    allocator could not reuse those, and an evaluation of 60,000 images with 1,280 features would grow by 800 MB.
    """

    def __init__(self) -> None:
        self._size = 0
        self._columns: tuple[NDArray[Any], ...] = tuple(
            np.empty(SMALLEST, dtype) for dtype in (np.int64, np.uint16, np.float16, np.float32)
        )

    def append(
        self, labels: NDArray[Any], predicted: NDArray[Any], confidence: NDArray[Any], loss: NDArray[Any]
    ) -> None:
        """Add the predictions of a batch.

        Args:
            labels: True classes (B,).
            predicted: Predicted classes (B,), below 65,536.
            confidence: Softmax of the predicted class (B,), in [0, 1]; stored as float16.
            loss: Loss of each image (B,).
        """
        end = self._size + len(labels)
        if end > len(self._columns[0]):
            capacity = max(end, 2 * len(self._columns[0]))
            self._columns = tuple(
                np.concatenate([one, np.empty(capacity - len(one), one.dtype)]) for one in self._columns
            )
        for column, part in zip(self._columns, (labels, predicted, confidence, loss), strict=True):
            column[self._size : end] = part
        self._size = end

    def outputs(self) -> Outputs:
        """Return everything added so far.

        Returns:
            A copy, in the order of the images.
        """
        return Outputs(*(one[: self._size].copy() for one in self._columns))
