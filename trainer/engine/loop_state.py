"""Where a training loop stands, and what it has spent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cursor:
    """Where training stands: the open epoch (1-based) and the batches done in it; `epochs + 1` once all are done."""

    epoch: int = 1
    batch: int = 0


@dataclass
class Spent:
    """Seconds of the open epoch, over all attempts."""

    train: float = 0.0
    valid: float = 0.0
    data: float = 0.0
