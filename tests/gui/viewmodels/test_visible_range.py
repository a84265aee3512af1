"""Wherever a person goes, what is in sight lies within the whole; and following is the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.viewmodels.visible_range import VisibleRange

WHOLE = (-1.0, 9.0)
STEPS = st.lists(
    st.tuples(st.sampled_from(["pan", "zoom"]), st.floats(0.05, 4).flatmap(lambda size: st.sampled_from([size, -size])))
)


@given(steps=STEPS)
def test_no_step_leads_out_of_the_whole(steps: list[tuple[str, float]]) -> None:
    shown = VisibleRange()
    for kind, size in steps:
        before = shown.x(WHOLE)
        if kind == "pan":
            shown.pan(size, WHOLE)
        else:
            shown.zoom(abs(size), WHOLE)
        left, right = shown.x(WHOLE)
        assert WHOLE[0] - 1e-9 <= left <= right <= WHOLE[1] + 1e-9
        width = before[1] - before[0]
        assert right - left == pytest.approx(width if kind == "pan" else min(abs(size) * width, 10.0))


def test_zooming_keeps_the_centre_where_the_whole_allows_it() -> None:
    shown = VisibleRange()
    shown.zoom(0.5, WHOLE)
    assert shown.x(WHOLE) == (1.5, 6.5)
    shown.pan(-1, WHOLE)
    assert shown.x(WHOLE) == (-1.0, 4.0)
    shown.zoom(1.5, WHOLE)
    assert shown.x(WHOLE) == (-1.0, 6.5)


def test_what_was_moved_stays_until_it_follows_again() -> None:
    shown = VisibleRange()
    assert shown.follows
    shown.show_y("loss", (0.0, 1.0))
    assert (shown.follows, shown.y("loss"), shown.y("accuracy")) == (False, (0.0, 1.0), None)
    assert shown.x((0.0, 20.0)) == (0.0, 20.0), "x goes on with the run"
    shown.follow_y("loss")
    assert shown.follows
    shown.show_x(2.0, 4.0, WHOLE)
    assert shown.x((0.0, 20.0)) == (2.0, 4.0)
    shown.follow_x()
    assert shown.follows
    shown.show_x(2.0, 4.0, WHOLE)
    shown.show_y("loss", (0.0, 1.0))
    shown.follow()
    assert (shown.follows, shown.y("loss")) == (True, None)
