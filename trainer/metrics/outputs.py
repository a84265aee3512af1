"""What a model answered, image by image. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Outputs:
    """Per image, in stored order, those left out that the loss ignores: `labels` int64, `predicted` uint16,
    `confidence` float16 (softmax of the predicted class), `loss` float32 (the criterion without reduction, trailing
    dimensions averaged; cross-entropy in nats where it cannot be split into images)."""

    labels: NDArray[np.int64]
    predicted: NDArray[np.uint16]
    confidence: NDArray[np.float16]
    loss: NDArray[np.float32]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in predictions/ and evaluation/ files."""
        return {"predicted": self.predicted, "confidence": self.confidence, "loss": self.loss}
