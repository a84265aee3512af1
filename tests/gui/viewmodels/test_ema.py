"""Smoothing: debiased, by step, blind to how reports were cut, and never where it would lie."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.viewmodels.curves import LINES, SMOOTHED
from gui.viewmodels.ema import Ema


def smoothed(steps: list[float] | np.ndarray, values: list[float] | np.ndarray, span: float) -> np.ndarray:
    smoother = Ema(span)
    smoother.extend(np.asarray(steps, dtype=float), np.asarray(values, dtype=float))
    return smoother.values.copy()


def plain(steps: np.ndarray, values: np.ndarray, span: float) -> list[float]:
    """The definition: the mean of all values so far, weighted by the steps each stands for and by their age."""
    found = []
    lengths = np.diff(steps, prepend=0.0)
    for row in range(len(values)):
        total = weight = 0.0
        for past in range(row + 1):
            if math.isfinite(values[past]):
                age = steps[row] - steps[past]
                share = math.exp(-age / span) * (1 - math.exp(-lengths[past] / span))
                total, weight = total + share * values[past], weight + share
        found.append(total / weight if math.isfinite(values[row]) else math.nan)
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.one_of(st.floats(-100, 100), st.sampled_from([math.nan, math.inf]))),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([1, 2, 50, 10_000]),
)
def test_it_is_the_weighted_mean_of_what_was(rows: list[tuple[int, float]], span: int) -> None:
    steps, values = np.cumsum([float(row[0]) for row in rows]), np.array([row[1] for row in rows])
    np.testing.assert_allclose(smoothed(steps, values, span), plain(steps, values, span), rtol=1e-5, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.sampled_from([3, 200]))
def test_it_does_not_matter_in_what_pieces_rows_come(pieces: list[int], span: int) -> None:
    values = np.random.default_rng(len(pieces)).normal(size=sum(pieces))
    steps = np.arange(1.0, len(values) + 1)
    smoother = Ema(span)
    for end in np.cumsum(pieces):
        smoother.extend(steps[:end], values[:end])
    np.testing.assert_allclose(smoother.values, smoothed(steps, values, span), rtol=1e-5, atol=1e-6)


def test_long_series_are_the_same_as_short_ones() -> None:
    values = np.random.default_rng(1).normal(size=70_000)
    steps = np.arange(1.0, len(values) + 1)
    end = slice(-200, None)
    tail = smoothed(steps[-1000:] - steps[-1001], values[-1000:], 20)
    np.testing.assert_allclose(smoothed(steps, values, 20)[end], tail[end], rtol=1e-4, atol=1e-5)


def test_a_constant_stays_itself_from_the_first_row_on() -> None:
    np.testing.assert_allclose(smoothed([1, 2, 3, 50], [2.5] * 4, 1000), [2.5] * 4)


def test_merging_reports_changes_nothing_where_the_merged_values_are_equal() -> None:
    values = np.repeat([2.0, 1.0, 3.0, 0.5], 25)
    every = smoothed(np.arange(1.0, 101), values, 40)
    merged = smoothed([25, 50, 75, 100], values[::25], 40)
    np.testing.assert_allclose(merged, every[24::25], rtol=1e-5)


def test_what_is_not_finite_is_a_gap_and_leaves_no_trace() -> None:
    found = smoothed([1, 2, 3, 4], [1.0, math.nan, -math.inf, 1.0], 10)
    np.testing.assert_array_equal(np.isnan(found), [False, True, True, False])
    np.testing.assert_allclose(found[3], 1.0)


def test_nothing_but_gaps_gives_nothing_but_gaps() -> None:
    assert np.isnan(smoothed([1, 2], [math.nan, math.nan], 5)).all()


def test_after_a_cut_it_is_as_if_the_rest_had_never_been() -> None:
    steps, values = np.arange(1.0, 101), np.random.default_rng(2).normal(size=100)
    other = np.concatenate([values[:60], np.ones(40)])
    smoother = Ema(30)
    smoother.extend(steps, values)
    smoother.cut(60)
    smoother.extend(steps, other)
    np.testing.assert_allclose(smoother.values, smoothed(steps, other, 30))


def test_learning_rate_and_figures_of_whole_epochs_are_never_smoothed() -> None:
    assert "learning_rate" not in SMOOTHED
    assert all(line.source == "batches" for line in LINES if line.role == "smooth")
