"""Numbers as text, where the language does not matter."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.text.number_format import clock, decimals, no_number


@given(st.integers(0, 10**7))
def test_a_clock_is_the_time_it_was_made_of(seconds: int) -> None:
    *hours, minutes, rest = clock(seconds).split(":")
    assert timedelta(hours=int(hours[0]) if hours else 0, minutes=int(minutes), seconds=int(rest)) == timedelta(
        seconds=seconds
    )
    assert len(rest) == 2
    assert int(rest) < 60 > int(minutes)
    assert not hours or (hours[0] != "0" and len(minutes) == 2)


def test_what_is_no_number_has_a_sign_of_its_own() -> None:
    assert [no_number(value) for value in (None, math.nan, math.inf, -math.inf, 0.0)] == ["–", "NaN", "∞", "−∞", ""]


@pytest.mark.parametrize(("step", "digits"), [(1, 0), (10, 0), (0.5, 1), (0.1, 1), (0.02, 2), (1e-3, 3), (0, 0)])
def test_decimals_tell_neighbours_apart(step: float, digits: int) -> None:
    assert decimals(step) == digits
