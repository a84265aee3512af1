"""Positions of the ticks of an axis."""

from __future__ import annotations

import math
from typing import Literal

Kind = Literal["number", "whole", "percent", "time", "log"]

_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_POWERS = 300.0
_LOG_SETS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0))
MAX_TICKS = 50
LEAST, MOST = 1e-300, 1e300
"""A range outside of these cannot be divided into steps: floats run out of digits. A smaller one counts as empty."""


def nice_step(span: float, most: int) -> float:
    """Find the smallest of 1, 2, 5 times a power of ten that divides a span into few enough parts.

    Args:
        span: Above 0.
        most: Largest number of parts, 1 or more.

    Returns:
        The step.
    """
    raw = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * (1 - 1e-9))


def ticks(low: float, high: float, most: int, kind: Kind) -> tuple[list[float], float]:
    """Choose the ticks of an axis. On a logarithmic axis, edges and positions are logarithms to base 10.

    Args:
        low: Lower edge.
        high: Upper edge.
        most: About how many ticks, 1 or more.
        kind: Kind of the axis.

    Returns:
        Increasing positions, and the distance between two (of values, not logarithms). No positions if the range is
        empty or not finite.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return [], 1.0
    if kind != "log" and not LEAST <= high - low <= MOST:
        return [], 1.0
    if kind == "log":
        return _log_ticks(low, high, most)
    step = nice_step(high - low, most)
    if kind == "whole":
        step = max(1.0, step)
    if kind == "time" and step >= 1:
        raw = (high - low) / max(1, most)
        step = next((float(time) for time in _TIMES if time >= raw), 86400.0 * nice_step((high - low) / 86400, most))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    places = [number * step for number in range(first, min(last, first + MAX_TICKS) + 1)]
    # a step may be wider than the range by far: of whole numbers, say
    room = 1e-6 * (high - low) + 4 * math.ulp(max(abs(low), abs(high)))
    return [place for place in places if low - room <= place <= high + room], step


def _log_ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    low, high = max(low, -_POWERS), min(high, _POWERS)  # beyond, a power of ten is 0 or infinite
    if high <= low:
        return [], 1.0
    first, last = math.floor(low), math.ceil(high)
    every = max(1, math.ceil((last - first) / max(1, most)))
    for factors in _LOG_SETS:
        powers = range(first, last + 1, every if factors == (1.0,) else 1)
        found = [power + math.log10(factor) for power in powers for factor in factors]
        found = [place for place in found if low <= place <= high]
        if 3 <= len(found) <= most + 2 or (len(factors) == 1 and len(found) > most):
            return found, 10.0**low
    values, step = ticks(10.0**low, 10.0**high, most, "number")
    return [place for value in values if value > 0 and low <= (place := math.log10(value)) <= high], step


def outward(low: float, high: float, kind: Kind, zero: bool) -> tuple[float, float]:
    """Choose the range of an axis: a little wider than the data, and round, so that it stays while data come in.

    Args:
        low: Smallest value; on a logarithmic axis its logarithm to base 10.
        high: Largest value, likewise.
        kind: Kind of the axis.
        zero: Whether 0 is included; not on a logarithmic axis.

    Returns:
        Lower and upper edge; (0, 1) if the data are not finite, (-1, 0) on a logarithmic axis.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return (-1.0, 0.0) if kind == "log" else (0.0, 1.0)
    low, high = max(low, -MOST), min(high, MOST)
    if low > high:
        low = high = math.copysign(MOST, low)
    if zero and kind != "log":
        low = min(low, 0.0)
    span = high - low
    if kind != "log" and max(abs(low), abs(high)) < LEAST:
        low = high = span = 0.0
    if span <= 0 or span < 1e-9 * max(abs(low), abs(high)):
        span = 0.5 if kind == "log" else 0.1 * abs(high) or 1.0
        low, high = (low, high) if zero and low == 0 else (low - span / 2, high)
        high += span / 2
    if not span <= MOST:
        return low, high
    grain = nice_step(span, 10) / 2
    bottom = math.floor((low - 0.03 * span) / grain) * grain
    return 0.0 if zero and kind != "log" and low >= 0 else bottom, math.ceil((high + 0.03 * span) / grain) * grain
