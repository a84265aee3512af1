"""The curve of a learning-rate range test as the window draws it. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.viewmodels.growable import Floats

HEADROOM = 0.3
"""Of the height between the lowest loss and the first ones, above those: what is higher has exploded."""


@dataclass(frozen=True)
class RateCurveView:
    """`places`: logarithms to base ten of the rates (N,). `losses` and `smoothed` (N,), NaN where they have exploded.
    `proposals`: rates by the name of their rule, without those that have none."""

    places: Floats
    losses: Floats
    smoothed: Floats
    proposal: float | None
    proposals: dict[str, float]
    present: float
    stopped: str

    def nearest(self, place: float) -> int:
        """The step whose rate is nearest to the place of the mouse."""
        return int(np.abs(self.places - place).argmin())


def rate_curve(answer: Mapping[str, Any]) -> RateCurveView | None:
    """Of the helper's answer; None where there are too few steps for a curve."""
    rates, losses, smoothed = (np.asarray(answer[name], np.float64) for name in ("rates", "losses", "smoothed"))
    if len(rates) < 2:
        return None
    first = smoothed[: max(1, len(smoothed) // 2)]
    top = first.max() + HEADROOM * max(first.max() - smoothed.min(), 1e-9)
    return RateCurveView(
        np.log10(rates),
        np.where(losses <= top, losses, np.nan),
        np.where(smoothed <= top, smoothed, np.nan),
        answer["proposal"],
        {name: rate for name, rate in answer["proposals"].items() if rate is not None},
        answer["present"],
        answer["stopped"],
    )


def rate_text(rate: float) -> str:
    """As it is put into the form: two digits, for the curve does not know more."""
    return f"{rate:.2g}"
