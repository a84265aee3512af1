"""What "best" means: one definition for checkpoint, early stopping and window."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass
class Best:
    """The smallest finite validation loss so far; the earlier epoch on a tie. None until there is one."""

    epoch: int | None = None
    loss: float | None = None

    def update(self, epoch: int, loss: float, min_delta: float = 0.0) -> bool:
        """Take in an epoch's loss; whether it is the best so far, by more than `min_delta`. NaN and infinities never
        win, 0.0 and negative losses are values."""
        if not isfinite(loss) or (self.loss is not None and not loss < self.loss - min_delta):
            return False
        self.epoch, self.loss = epoch, loss
        return True
