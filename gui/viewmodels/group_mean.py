"""The mean of a group of runs, and their range, epoch by epoch. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gui.viewmodels.curves import Axis, Curve, RunSeries
from gui.viewmodels.growable import Floats

_EVERYTHING = 1 << 30


@dataclass(frozen=True)
class GroupMean:
    """Mean and range at each epoch that all runs of a group have finished: beyond, a mean would jump where one ends.

    Attributes:
        x: Mean position of the ends of the epochs, (epochs,).
        mean: Mean of the values; NaN where one is not finite.
        low: The smallest value.
        high: The largest value.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats


def group_mean(group: Sequence[RunSeries], line: Curve, axis: Axis) -> GroupMean:
    """Average a line of values per epoch over runs.

    Args:
        group: One or more runs.
        line: A line with the source "epochs".
        axis: Unit of the x axis.

    Returns:
        Mean and range.
    """
    pieces = [one.piece(line, axis, (-np.inf, np.inf), 1, _EVERYTHING) for one in group if line in one.lines]
    count = min((len(x) for x, _, _ in pieces), default=0)
    if not count:
        return GroupMean(*(np.empty(0) for _ in range(4)))
    values = np.stack([y[:count] for _, y, _ in pieces])
    x = np.stack([x[:count] for x, _, _ in pieces]).mean(axis=0)
    return GroupMean(x, values.mean(axis=0), values.min(axis=0), values.max(axis=0))
