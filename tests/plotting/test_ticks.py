"""Axes for any range that floats can have."""

from __future__ import annotations

import math
from typing import get_args

from hypothesis import example, given
from hypothesis import strategies as st

from trainer.plotting.ticks import MAX_TICKS, Kind, outward, ticks

KINDS = st.sampled_from(get_args(Kind))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS, NUMBERS, st.integers(1, 20), KINDS)
@example(0.0, 1e-310, 6, "number")
@example(0.0, 5e-324, 6, "percent")
@example(-1.7e308, 1.7e308, 6, "number")
@example(1e-310, 1e300, 6, "number")
@example(1.0, math.nextafter(1.0, 2.0), 6, "time")
@example(-323.0, 309.0, 6, "log")
@example(-1e-76, -9e-77, 1, "whole")
@example(0.0, 2.220446049250313e-16, 5, "log")
def test_marks_lie_on_the_axis(one: float, other: float, most: int, kind: Kind) -> None:
    low, high = min(one, other), max(one, other)
    found, step = ticks(low, high, most, kind)
    assert len(found) <= MAX_TICKS + 1 or kind == "log"
    assert math.isfinite(step)
    assert step >= 0
    room = 1e-6 * (high / 2 - low / 2) + 8 * math.ulp(max(abs(low), abs(high)))
    assert all(low - room <= place <= high + room for place in found)


@given(NUMBERS, NUMBERS, KINDS.filter(lambda kind: kind != "log"), st.booleans())
@example(1e-310, 3e-310, "number", False)
@example(0.0, 1e-310, "number", True)
@example(5e-324, 5e-324, "number", False)
@example(-1.7e308, 1.7e308, "number", False)
def test_a_range_can_be_divided(one: float, other: float, kind: Kind, zero: bool) -> None:
    low, high = outward(min(one, other), max(one, other), kind, zero)
    assert low < high
    assert math.isfinite(low)
    assert math.isfinite(high)
    if high - low <= 1e290:
        assert math.isfinite(1 / (high - low))
