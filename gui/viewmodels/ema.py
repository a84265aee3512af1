"""Exponential moving average of a growing series, by step. No Qt.

The weight of a value falls by 1/e every `span` steps, whatever is between two rows of the journal, so the curve does
not depend on how batches were merged. It is computed on the full data before anything is thinned, and it is debiased
(divided by the sum of weights), so it starts at the data and not at zero.
"""

from __future__ import annotations

import numpy as np

from gui.viewmodels.growable import Floats, GrowableArray
from trainer.store.journal_limits import LARGEST

_CHUNK = 1 << 15
"""Rows done at once: the working set stays in the cache, and little memory is used."""


class Ema:
    """`values` is the average after each row. A row whose value is not finite has NaN, and no weight in later ones."""

    def __init__(self, span: float) -> None:
        self._span = span
        self._out = GrowableArray()
        self._step = 0.0
        self._sum = 0.0
        self._weight = 0.0

    @property
    def values(self) -> Floats:
        """(rows,): do not keep it over `extend`."""
        return self._out.values

    def extend(self, steps: Floats, values: Floats) -> None:
        """Both (n,): the whole series so far, of which what is new is taken in. Steps increase."""
        for start in range(self._out.rows, len(values), _CHUNK):
            self._take(steps[start : start + _CHUNK], values[start : start + _CHUNK])

    def cut(self, rows: int) -> None:
        """Forget the rows from number `rows` on; the next `extend` starts over if there are any."""
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
