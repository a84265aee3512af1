"""The curve of a learning-rate range test as the window draws it. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.viewmodels.growable import Floats

HEADROOM = 0.3
"""Margin above the first losses, as a fraction of the height down to the lowest one; higher losses are off the
chart."""


@dataclass(frozen=True)
class RateCurveView:
    """The curve of a range test.

    Attributes:
        places: Logarithms to base 10 of the rates (N,).
        losses: Loss at each (N,); NaN where it is off the chart.
        smoothed: Smoothed loss at each (N,); NaN where it is off the chart.
        proposal: The proposed rate; None if there is none.
        proposals: Proposed rates by name of the rule.
        present: The current rate.
        stopped: Why the test ended.
    """

    places: Floats
    losses: Floats
    smoothed: Floats
    proposal: float | None
    proposals: dict[str, float]
    present: float
    stopped: str

    def nearest(self, place: float) -> int:
        """Find the step whose rate is nearest to a position.

        Args:
            place: Logarithm to base 10 of a rate.

        Returns:
            Index of the step.
        """
        return int(np.abs(self.places - place).argmin())


def rate_curve(answer: Mapping[str, Any]) -> RateCurveView | None:
    """Read the curve from the helper's answer.

    Args:
        answer: The answer.

    Returns:
        The curve; None if there are too few steps.
    """
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
    """Format a rate for the form: two digits, since the curve is no more exact.

    Args:
        rate: The rate.

    Returns:
        The text.
    """
    return f"{rate:.2g}"
