"""Exponential moving average of a growing series, by step. No Qt.

The weight of a value falls by 1/e every `span` steps, however many rows of the journal are in between, so the curve
does not depend on how batches were merged. It is computed on the full data before thinning, and debiased (divided by
the sum of weights), so it starts at the data and not at zero.
"""

from __future__ import annotations

import numpy as np

from gui.viewmodels.growable import Floats, GrowableArray
from trainer.store.journal_limits import LARGEST

_CHUNK = 1 << 15
"""Rows processed at once: the working set stays in the cache, and little memory is used."""


class Ema:
    """Exponential moving average. A row that is not finite gives NaN, and has no weight in later rows.

    Args:
        span: Steps after which the weight of a value has fallen by 1/e, above 0.
    """

    def __init__(self, span: float) -> None:
        self._span = span
        self._out = GrowableArray()
        self._step = 0.0
        self._sum = 0.0
        self._weight = 0.0

    @property
    def values(self) -> Floats:
        """The average after each row (rows,), float32; do not keep it over `extend`."""
        return self._out.values

    def extend(self, steps: Floats, values: Floats) -> None:
        """Add the new rows of the series.

        Args:
            steps: Optimiser step of each row (n,), increasing; the whole series so far.
            values: Its values (n,); the whole series so far.
        """
        for start in range(self._out.rows, len(values), _CHUNK):
            self._take(steps[start : start + _CHUNK], values[start : start + _CHUNK])

    def cut(self, rows: int) -> None:
        """Drop rows; if there are any to drop, the next `extend` starts from the beginning.

        Args:
            rows: Number of rows to keep.
        """
        if rows < self._out.rows:
            self._out.cut(0)
            self._step = self._sum = self._weight = 0.0

    def _take(self, steps: Floats, values: Floats) -> None:
        keep = np.exp(-np.maximum(np.diff(steps, prepend=self._step), 1.0) / self._span)
        finite = np.abs(values) <= LARGEST
        weight = np.where(finite, 1.0 - keep, 0.0)
        total = np.where(finite, weight * np.where(finite, values, 0.0), 0.0)
        total[0] += keep[0] * self._sum
        weight[0] += keep[0] * self._weight
        # x[i] += keep[i] * x[i-1] for all i at once: a scan by doubling, which ends early once nothing is kept so far
        reach = 1
        while reach < len(keep) and keep[reach:].max() > 0.0:
            total[reach:] += keep[reach:] * total[:-reach]
            weight[reach:] += keep[reach:] * weight[:-reach]
            keep[reach:] = keep[reach:] * keep[:-reach]
            reach *= 2
        self._step, self._sum, self._weight = float(steps[-1]), float(total[-1]), float(weight[-1])
        with np.errstate(invalid="ignore", divide="ignore"):
            self._out.extend(np.where(finite, total / weight, np.nan))
