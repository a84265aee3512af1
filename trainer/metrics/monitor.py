"""What decides which epoch is the best: one value of each validation, and which way it gets better. [no torch]"""

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
"""Values that every validation has, and which way they get better."""


class Validated(Protocol):
    """Metrics of a validation: `Metrics`, or a ValidationDone."""

    @property
    def loss(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def macro_f1(self) -> float: ...


@dataclass(frozen=True)
class Monitor:
    """`name` is one of BUILT_IN or a custom metric; `mode` says whether a smaller or a larger value is better."""

    name: str = "loss"
    mode: Mode = "min"

    @classmethod
    def of(cls, started: RunStarted | None) -> Monitor:
        """That of a run; the validation loss where nothing is known of it."""
        return cls() if started is None else cls(started.monitor, started.monitor_mode)

    @property
    def column(self) -> str:
        """Its column in the history of a run."""
        return f"valid_{self.name}"

    def value(self, found: Validated, metrics: Mapping[str, float]) -> float:
        """Its value in a validation with these custom metrics; NaN where there is none."""
        return float(getattr(found, self.name)) if self.name in BUILT_IN else metrics.get(self.name, math.nan)

    def value_of(self, event: EpochEnded) -> float | None:
        """The same at the end of an epoch; None without validation."""
        if event.valid_loss is None:
            return None
        found = getattr(event, self.column) if self.name in BUILT_IN else event.valid_metrics.get(self.name)
        return math.nan if found is None else float(found)

    def cost(self, value: float) -> float:
        """The value, turned around where larger is better: the smaller the cost, the better."""
        return value if self.mode == "min" else -value

    def best_row(self, values: NDArray[np.float64]) -> int | None:
        """The row of the best finite value, the first on a tie; None without any."""
        finite = np.isfinite(values)
        if not finite.any():
            return None
        return int(np.argmin(np.where(finite, values if self.mode == "min" else -values, np.inf)))


def make_monitor(name: str, mode: Mode | None, directions: Mapping[str, Mode | None]) -> Monitor:
    """The monitor of a run with these custom metrics, and which way each gets better, as far as that is known. `name`
    may be that of the column, too: `valid_loss`. `mode` None: as it is known.

    Raises UsageError `metrics.monitor` where there is no such metric, `metrics.mode` where its direction is not known,
    or is the other one.
    """
    known: dict[str, Mode | None] = {**directions, **BUILT_IN}
    short = name.removeprefix("valid_") if isinstance(name, str) and name not in known else name
    if short not in known:
        raise UsageError(
            "metrics.monitor",
            f"monitor: there is no metric {name!r}.",
            expected="one of " + ", ".join([*BUILT_IN, *directions]),
            mend="give the metric a place in metrics, or monitor one of those that are there",
            name=str(name),
            known=", ".join([*BUILT_IN, *directions]),
        )
    usual, given = known[short], mode in (None, "min", "max")
    if not given or (mode or usual) is None or (short in BUILT_IN and mode not in (None, usual)):
        raise UsageError(
            "metrics.mode",
            f"mode: got {mode!r} for the metric {short!r}.",
            expected=f"{usual!r} or None" if short in BUILT_IN else "'min' or 'max': which way the metric gets better",
            mend="pass mode='max' if larger is better, else mode='min' (--monitor-mode)",
            name=short,
            mode=str(mode),
        )
    return Monitor(short, mode or usual or "min")


def directions_of(metrics: Mapping[str, object]) -> dict[str, Mode | None]:
    """Which way each metric gets better, where it says so as torchmetrics' do: by `higher_is_better`."""
    ways: dict[object, Mode] = {True: "max", False: "min"}
    return {name: ways.get(getattr(metric, "higher_is_better", None)) for name, metric in metrics.items()}
