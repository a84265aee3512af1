"""The pyramid against a plain search for minima and maxima."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.viewmodels.growable import GrowableArray
from gui.viewmodels.minmax_pyramid import BASE, Pyramid
from trainer.store.record_table import room

VALUES = st.one_of(st.floats(-1e6, 1e6, width=32), st.sampled_from([np.nan, np.inf, -np.inf]))


def expected(values: np.ndarray, start: int, stop: int) -> tuple[float, float]:
    """Smallest and largest finite value; NaN without any."""
    part = values[start:stop][np.isfinite(values[start:stop])]
    return (float(part.min()), float(part.max())) if len(part) else (np.nan, np.nan)


def check(pyramid: Pyramid, values: np.ndarray, start: int, stop: int, pairs: int) -> None:
    places, low, high = pyramid.envelope(values, start, stop, pairs)
    assert len(places) == len(low) == len(high) <= pairs + 1
    assert places[0] <= start
    assert len(places) == 1 or places[1] > start
    for number, (begin, end) in enumerate(zip(places, [*places[1:], stop], strict=True)):
        np.testing.assert_array_equal((low[number], high[number]), expected(values, int(begin), int(end)))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(VALUES, min_size=1, max_size=400),
    st.lists(st.integers(0, 400), max_size=4),
    st.integers(0, 399),
    st.integers(1, 400),
    st.integers(1, 50),
)
def test_it_finds_what_a_plain_search_finds(
    values: list[float], ends: list[int], start: int, count: int, pairs: int
) -> None:
    series = np.array(values * 3)
    pyramid = Pyramid()
    for end in [*sorted(ends), len(series)]:
        pyramid.extend(series[:end])
    start = min(start, len(series) - 1)
    check(pyramid, series, start, min(len(series), start + count), pairs)
    check(pyramid, series, 0, len(series), pairs)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 600), st.integers(0, 600), st.integers(1, 600), st.integers(1, 40))
def test_after_a_cut_it_is_as_if_the_rest_had_never_been(first: int, kept: int, second: int, pairs: int) -> None:
    random = np.random.default_rng(first)
    old, new = random.normal(size=first), random.normal(size=second)
    pyramid = Pyramid()
    pyramid.extend(old.astype(np.float32))
    pyramid.cut(min(kept, first))
    series = np.concatenate([old[:kept], new]).astype(np.float32)
    pyramid.extend(series)
    check(pyramid, series, 0, len(series), pairs)


def test_few_values_stay_what_they_are() -> None:
    series = np.array([3.0, np.nan, np.inf, 1.0])
    pyramid = Pyramid()
    pyramid.extend(series)
    places, low, high = pyramid.envelope(series, 0, 4, 4)
    np.testing.assert_array_equal(places, [0, 1, 2, 3])
    np.testing.assert_array_equal(low, [3, np.nan, np.nan, 1])
    np.testing.assert_array_equal(high, low)


def test_appending_one_by_one_looks_at_each_value_a_few_times() -> None:
    class Counting(np.ndarray):
        """An array that says how many of its values were taken."""

        taken = 0

        def __getitem__(self, key: object) -> np.ndarray:
            part = np.asarray(self)[key]  # type: ignore[index]
            Counting.taken += part.size
            return part  # type: ignore[no-any-return]

    series = np.arange(2000.0)
    pyramid = Pyramid()
    for end in range(1, len(series) + 1):
        pyramid.extend(series[:end].view(Counting))
    assert Counting.taken <= len(series) + BASE
    check(pyramid, series, 0, len(series), 7)


def test_a_growing_array_keeps_what_it_was_given() -> None:
    array = GrowableArray()
    for start in range(0, 1000, 7):
        array.extend(np.arange(start, min(1000, start + 7), dtype=float))
    array.cut(900)
    array.extend(np.array([5.0]))
    np.testing.assert_array_equal(array.values, [*range(900), 5])


def test_large_room_is_room_like_any_other() -> None:
    large = room((3, 100_000), np.float64)
    large[:] = np.arange(3)[:, None]
    large[1, 5] = 7
    assert large.shape == (3, 100_000)
    assert large.sum() == 300_006
