"""Proposes a learning rate from the curve of a range test. [no torch]

Both rules are those of fastai's `lr_find` (https://docs.fast.ai/callback.schedule.html), on the smoothed loss without
its first tenth and its last five steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from trainer.store.rate_curves import Rule

SHARE = 0.02
"""Weight of a new loss in the smoothed one: 1 - 0.98, as in fastai."""
EXPLODED = 4.0
"""The test ends once the smoothed loss exceeds its lowest value by this factor."""
LEAST = 8
"""Points that a rule needs."""
_LAST = 5


class Smoothing:
    """Exponential moving average without bias towards zero at the start: divided by 1 - 0.98^n, as in Adam."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._count = 0

    def add(self, loss: float) -> float:
        """Add a loss.

        Args:
            loss: The next loss.

        Returns:
            The average, this loss included.
        """
        self._count += 1
        self._sum += SHARE * (loss - self._sum)
        return self._sum / (1 - (1 - SHARE) ** self._count)


def proposals(rates: Sequence[float], smoothed: Sequence[float], steps: int) -> dict[str, float | None]:
    """Propose a learning rate by each rule.

    Args:
        rates: Learning rates (n,), increasing.
        smoothed: Smoothed loss at each (n,).
        steps: Steps that the test was to have.

    Returns:
        Rate by name of the rule; None if the loss does not fall, or the test was too short.
    """
    first, last = steps // 10, len(rates) - _LAST
    rates, smoothed = rates[first:last], smoothed[first:last]
    usable = len(rates) >= LEAST
    return {name: rates[place] if usable and (place := rule(rates, smoothed)) is not None else None
            for name, rule in RULES.items()}  # fmt: skip


def valley(rates: Sequence[float], smoothed: Sequence[float]) -> int | None:
    """Find the middle of the longest valley: the longest subsequence of falling losses (ESRI's rule, fastai's default).

    Args:
        rates: Learning rates (n,), increasing.
        smoothed: Smoothed loss at each (n,).

    Returns:
        Index of the rate; None if the loss does not fall.
    """
    losses = np.asarray(smoothed, np.float64)
    lengths, before = np.ones(len(losses), np.int64), np.full(len(losses), -1)
    for place, loss in enumerate(losses):
        if len(higher := np.flatnonzero(losses[:place] > loss)):
            # of several the last one: a plateau before the valley is no part of it
            before[place] = higher[len(higher) - 1 - lengths[higher][::-1].argmax()]
            lengths[place] = lengths[before[place]] + 1
    start = end = int(lengths.argmax())
    while before[start] >= 0:
        start = int(before[start])
    return (start + end) // 2 if end > start else None


def steepest(rates: Sequence[float], smoothed: Sequence[float]) -> int | None:
    """Find where the loss falls fastest over the logarithm of the rate.

    fastai's rule `steep`; Smith 2017, "Cyclical Learning Rates for Training Neural Networks", reads it off the plot.

    Args:
        rates: Learning rates (n,), increasing.
        smoothed: Smoothed loss at each (n,).

    Returns:
        Index of the rate; None if the loss does not fall.
    """
    slopes = [
        (after - now) / (math.log(higher) - math.log(rate))
        for rate, higher, now, after in zip(rates, rates[1:], smoothed, smoothed[1:], strict=False)
    ]
    place = min(range(len(slopes)), key=lambda one: slopes[one])
    return place if slopes[place] < 0 else None


RULES: dict[Rule, Callable[[Sequence[float], Sequence[float]], int | None]] = {"steepest": steepest, "valley": valley}
"""Rules by name; the first one is the default."""
