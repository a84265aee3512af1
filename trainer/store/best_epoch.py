"""The best epoch of a run: by what it was chosen, and its custom metrics. [no torch]"""

from __future__ import annotations

from typing import Any, NamedTuple

from trainer.metrics.monitor import Monitor
from trainer.store.run_history import RunHistory


class BestEpoch(NamedTuple):
    """`value` is that of the monitored metric, `metrics` are the custom ones; all of the validation split."""

    epoch: int
    monitor: Monitor
    value: float
    metrics: dict[str, float]

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        monitor = {"monitor": self.monitor.name, "mode": self.monitor.mode}
        return {"epoch": self.epoch, **monitor, "value": self.value, "metrics": self.metrics}


def best_of(history: RunHistory) -> BestEpoch | None:
    """That of a run; None where no epoch has a finite value."""
    epoch, table = history.best_epoch, history.epochs
    if epoch is None:
        return None
    row = int((table.column("epoch") == epoch).nonzero()[0][-1])
    metrics = {name: float(table.column(f"valid_{name}")[row]) for name in history.metrics}
    return BestEpoch(epoch, history.monitor, float(table.column(history.monitor.column)[row]), metrics)
