"""Decides which epoch is the best: one value per validation, and whether smaller or larger is better. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.errors import UsageError
from trainer.events import EpochEnded, RunStarted

Mode = Literal["min", "max"]

BUILT_IN: dict[str, Mode] = {"loss": "min", "accuracy": "max", "macro_f1": "max"}
"""Values that every validation has, and which direction is better."""


class Validated(Protocol):
    """Metrics of a validation: `Metrics`, or a ValidationDone."""

    @property
    def loss(self) -> float:
        """Mean over images (cross-entropy: nats)."""

    @property
    def accuracy(self) -> float:
        """Share of images classified correctly, in [0, 1]."""

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that occur, in [0, 1]."""


@dataclass(frozen=True)
class Monitor:
    """The metric that decides which epoch is the best."""

    name: str = "loss"
    """One of `BUILT_IN`, or a custom metric. Default: the loss."""
    mode: Mode = "min"
    """"min": smaller is better; "max": larger is better."""

    @classmethod
    def of(cls, started: RunStarted | None) -> Monitor:
        """Get the monitor of a run.

        Args:
            started: First event of the run; None if it is not known.

        Returns:
            The run's monitor; the validation loss if the event is not known.
        """
        return cls() if started is None else cls(started.monitor, started.monitor_mode)

    @property
    def column(self) -> str:
        """Name of its column in the history of a run."""
        return f"valid_{self.name}"

    def value(self, found: Validated, metrics: Mapping[str, float]) -> float:
        """Get the monitored value of a validation.

        Args:
            found: Metrics of the validation.
            metrics: Custom metrics of the validation, by name.

        Returns:
            The value; NaN if the validation does not have it.
        """
        return float(getattr(found, self.name)) if self.name in BUILT_IN else metrics.get(self.name, math.nan)

    def value_of(self, event: EpochEnded) -> float | None:
        """Get the monitored value at the end of an epoch.

        Args:
            event: End of the epoch.

        Returns:
            The value, NaN if the validation does not have it; None if there was no validation.
        """
        if event.valid_loss is None:
            return None
        found = getattr(event, self.column) if self.name in BUILT_IN else event.valid_metrics.get(self.name)
        return math.nan if found is None else float(found)

    def cost(self, value: float) -> float:
        """Turn a value into a cost: the smaller, the better.

        Args:
            value: A value of the monitored metric.

        Returns:
            The value, negated if larger is better.
        """
        return value if self.mode == "min" else -value

    def best_row(self, values: NDArray[np.float64]) -> int | None:
        """Find the best value.

        Args:
            values: Values (E,), one per epoch; may hold NaN and infinities.

        Returns:
            Place of the best finite value, the first on a tie; None if no value is finite.
        """
        finite = np.isfinite(values)
        if not finite.any():
            return None
        return int(np.argmin(np.where(finite, values if self.mode == "min" else -values, np.inf)))


def make_monitor(name: str, mode: Mode | None, directions: Mapping[str, Mode | None]) -> Monitor:
    """Make the monitor of a run and check that its metric exists.

    Args:
        name: A built-in value, a custom metric, or its column in the history (`valid_loss`).
        mode: "min" or "max". None: the known direction of the metric.
        directions: Custom metrics of the run, and which direction is better; None if not known.

    Returns:
        The monitor, its name without `valid_`.

    Raises:
        UsageError: `metrics.monitor`: there is no such metric; `metrics.mode`: its direction is not known, or
            contradicts that of a built-in value.
    """
    known: dict[str, Mode | None] = {**directions, **BUILT_IN}
    short = name.removeprefix("valid_") if isinstance(name, str) and name not in known else name
    if short not in known:
        raise UsageError(
            "metrics.monitor",
            f"monitor: there is no metric {name!r}.",
            expected="one of " + ", ".join([*BUILT_IN, *directions]),
            fix="add the metric to metrics, or monitor one of those available",
            name=str(name),
            known=", ".join([*BUILT_IN, *directions]),
        )
    usual, given = known[short], mode in (None, "min", "max")
    if not given or (mode or usual) is None or (short in BUILT_IN and mode not in (None, usual)):
        raise UsageError(
            "metrics.mode",
            f"mode: got {mode!r} for the metric {short!r}.",
            expected=f"{usual!r} or None" if short in BUILT_IN else "'min' or 'max': which way the metric gets better",
            fix="pass mode='max' if larger is better, else mode='min' (--monitor-mode)",
            name=short,
            mode=str(mode),
        )
    return Monitor(short, mode or usual or "min")


def directions_of(metrics: Mapping[str, object]) -> dict[str, Mode | None]:
    """Read which direction of each metric is better from `higher_is_better`, as torchmetrics' objects have it.

    Args:
        metrics: Metrics by name.

    Returns:
        "min", "max" or, if the metric does not say, None, by name.
    """
    ways: dict[object, Mode] = {True: "max", False: "min"}
    return {name: ways.get(getattr(metric, "higher_is_better", None)) for name, metric in metrics.items()}
