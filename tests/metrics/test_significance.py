"""Intervals, tests and spread: scipy and drawing by hand are the oracles."""

from __future__ import annotations

import inspect
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import f1_score

from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.paired_comparison import mcnemar, paired_bootstrap
from trainer.metrics.significance import Interval, Intervals, intervals, spread

Numbers = NDArray[np.int64]

RNG: dict[str, Any] = {"rng" if "rng" in inspect.signature(stats.bootstrap).parameters else "random_state": 1}
"""Named otherwise before scipy 1.15."""


def intervals_of(true: Any, taken: Any, classes: int, **options: Any) -> Intervals:
    return intervals(confusion(true, taken, classes), **options)


def answers(seed: int, images: int, classes: int, right: float) -> tuple[Numbers, Numbers]:
    """True classes and answers, of which a share is right and the others are anything."""
    random = np.random.default_rng(seed)
    true, other = random.integers(0, classes, (2, images))
    return true, np.where(random.random(images) < right, true, other)


def macro_f1(true: Numbers, taken: Numbers, axis: int = -1) -> NDArray[np.float64]:
    """Of five classes, by the definition, of many splits at once: what scipy draws with."""
    scores = []
    for name in range(5):
        hits = np.sum((true == name) & (taken == name), axis=axis)
        named = np.sum(true == name, axis=axis) + np.sum(taken == name, axis=axis)
        scores.append(2 * hits / np.maximum(named, 1))
    return np.mean(scores, axis=0)


def accuracy(true: Numbers, taken: Numbers, axis: int = -1) -> NDArray[np.float64]:
    """Likewise."""
    return np.mean(true == taken, axis=axis)


def near(ours: Interval, theirs: Interval) -> None:
    """Two runs of 20,000 draws: the ends agree to a thirtieth of the width."""
    assert ours == pytest.approx(theirs, abs=(theirs[1] - theirs[0]) / 30)


def macro_f1_of_those_that_occur(true: Numbers, taken: Numbers, axis: int = -1) -> NDArray[np.float64]:
    """Of nine classes, as scikit-learn's default has it: of each split over the labels in it."""
    scores, named = [], []
    for name in range(9):
        named.append(np.sum(true == name, axis=axis) + np.sum(taken == name, axis=axis))
        scores.append(2 * np.sum((true == name) & (taken == name), axis=axis) / np.maximum(named[-1], 1))
    return np.sum(scores, axis=0) / np.count_nonzero(named, axis=0)


def with_rare_classes(seed: int, images: int) -> tuple[Numbers, Numbers]:
    """Nine classes, of which two never occur and two so rarely that many draws lack them."""
    true, taken = answers(seed, images, 5, 0.7)
    true[:2], taken[:2], true[2], taken[2] = 6, (6, 0), 1, 8
    return true, taken


# --- one run


def test_intervals_run_over_the_classes_that_occur_in_each_draw() -> None:
    true, taken = with_rare_classes(1, 60)
    ours = intervals_of(true, taken, 9, samples=20_000, level=0.9)
    assert Metrics.from_confusion(confusion(true, taken, 9), 0.0).macro_f1 == f1_score(true, taken, average="macro")
    theirs = stats.bootstrap(
        (true, taken), macro_f1_of_those_that_occur, paired=True, n_resamples=20_000, confidence_level=0.9,
        method="BCa", batch=500, **RNG,
    ).confidence_interval  # fmt: skip
    near(ours.macro_f1, tuple(theirs))


def test_a_difference_is_that_of_resampled_images() -> None:
    true, a = with_rare_classes(2, 80)
    b = np.where(np.arange(80) % 5 == 0, true, a)
    rows = np.random.default_rng(3).integers(0, 80, (4000, 80))
    one, other = (macro_f1_of_those_that_occur(true[rows], taken[rows]) for taken in (a, b))
    drawn = other - one
    assert other[0] == pytest.approx(f1_score(true[rows[0]], b[rows[0]], average="macro", zero_division=0))
    ours = paired_bootstrap(true, a, b, 9).macro_f1
    assert ours.value == pytest.approx(f1_score(true, b, average="macro") - f1_score(true, a, average="macro"))
    width = ours.interval[1] - ours.interval[0]
    assert ours.interval == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=width / 10)


@pytest.mark.parametrize(("images", "right"), [(60, 0.5), (60, 0.9), (400, 0.3)])
def test_intervals_are_those_of_scipy(images: int, right: float) -> None:
    true, taken = answers(images, images, 5, right)
    ours = intervals_of(true, taken, 5, samples=20_000, level=0.9)
    theirs = [
        stats.bootstrap(
            (true, taken),
            figure,
            paired=True,
            n_resamples=20_000,
            confidence_level=0.9,
            method="BCa",
            batch=500,
            **RNG,
        ).confidence_interval
        for figure in (accuracy, macro_f1)
    ]
    near(ours.macro_f1, tuple(theirs[1]))
    # accuracy has steps of one image, and scipy counts half of them otherwise
    assert ours.accuracy == pytest.approx(tuple(theirs[0]), abs=1.01 / images)


@pytest.mark.parametrize(("images", "one_by_one"), [(300, True), (3000, False)])
def test_images_and_cells_are_drawn_alike(images: int, one_by_one: bool) -> None:
    true, taken = answers(3, images, 12, 0.6)
    cells = np.count_nonzero(confusion(true, taken, 12))
    assert (images < 10 * cells) == one_by_one
    low, high = intervals_of(true, taken, 12, samples=10_000).macro_f1
    random = np.random.default_rng(8)
    drawn = (random.integers(0, images, images) for _ in range(1500))
    by_hand = [Metrics.from_confusion(confusion(true[row], taken[row], 12), 0.0).macro_f1 for row in drawn]
    # BCa moves both ends alike, by less than it changes the distance between them
    assert high - low == pytest.approx(np.quantile(by_hand, 0.975) - np.quantile(by_hand, 0.025), rel=0.1)


@st.composite
def tables(draw: st.DrawFn) -> NDArray[np.int64]:
    """Confusion matrices, some with empty rows, without an error, or empty."""
    classes = draw(st.integers(1, 5))
    cells = draw(st.lists(st.integers(0, 12), min_size=classes**2, max_size=classes**2))
    table = np.array(cells, np.int64).reshape(classes, classes)
    return np.diag(np.diag(table)) if draw(st.booleans()) else table


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_an_interval_lies_within_0_and_1_and_holds_its_figure(table: NDArray[np.int64], level: float) -> None:
    found, ours = Metrics.from_confusion(table, 0.0), intervals(table, samples=200, level=level)
    for value, (low, high) in ((found.accuracy, ours.accuracy), (found.macro_f1, ours.macro_f1)):
        assert 0 <= low <= value <= high <= 1
        assert type(low) is type(high) is float
    assert ours == intervals(table, samples=200, level=level)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_class_that_does_not_occur_changes_nothing(data: st.DataObject) -> None:
    table = data.draw(tables().filter(lambda table: np.count_nonzero(table.sum(0) + table.sum(1)) > 1))
    place = data.draw(st.integers(0, len(table)))
    wider = np.insert(np.insert(table, place, 0, axis=0), place, 0, axis=1)
    assert intervals(wider, samples=300) == intervals(table, samples=300)


@settings(max_examples=30, deadline=None)
@given(tables().filter(lambda table: table.sum() > 0))
def test_as_it_was_recorded_before_it_runs_over_all_classes(table: NDArray[np.int64]) -> None:
    figure = float(np.mean(Metrics.from_confusion(table, 0.0).f1))
    low, high = intervals(table, samples=200, all_classes=True).macro_f1
    assert 0 <= low <= figure <= high <= 1


@settings(max_examples=30, deadline=None)
@given(tables().filter(lambda table: 0 < np.trace(table) < table.sum()), st.permutations(range(5)))
def test_the_order_of_classes_says_nothing(table: NDArray[np.int64], order: list[int]) -> None:
    order = [place for place in order if place < len(table)]
    one, other = (intervals(found, samples=3000) for found in (table, table[np.ix_(order, order)]))
    assert one.accuracy == pytest.approx(other.accuracy, abs=1.01 / table.sum() + 0.02)


@pytest.mark.parametrize("right", [0.4, 0.8])
def test_four_times_the_images_half_the_width(right: float) -> None:
    table = confusion(*answers(5, 500, 5, right), 5)
    few, many = intervals(table, samples=8000), intervals(4 * table, samples=8000)
    for one, other in ((few.accuracy, many.accuracy), (few.macro_f1, many.macro_f1)):
        assert (one[1] - one[0]) / (other[1] - other[0]) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_a_higher_level_is_never_narrower(level: float) -> None:
    table = confusion(*answers(6, 200, 5, 0.7), 5)
    inner, outer = intervals(table, level=level - 0.1), intervals(table, level=level)
    assert outer.macro_f1[0] <= inner.macro_f1[0] <= inner.macro_f1[1] <= outer.macro_f1[1]


@pytest.mark.parametrize("images", [20, 180, 2000])
def test_no_error_is_not_certainty(images: int) -> None:
    true = np.arange(images) % 10
    perfect, hopeless = intervals_of(true, true, 10), intervals_of(true, (true + 1) % 10, 10)
    exact = stats.binomtest(images, images).proportion_ci(0.95, method="wilson").low
    assert perfect.accuracy[1] == perfect.macro_f1[1] == 1
    assert 1 - perfect.accuracy[0] == pytest.approx(1 - exact, rel=0.5)
    assert hopeless.accuracy == pytest.approx((0, 1 - perfect.accuracy[0]), abs=1.01 / images)


def test_nothing_known() -> None:
    assert intervals_of([], [], 3).accuracy == intervals_of([], [], 3).macro_f1 == (0, 1)
    assert intervals_of([0], [0], 1).accuracy == (1, 1)  # with one class there is nothing to get wrong
    low, high = intervals_of([0], [1], 2).accuracy
    assert (low, high) != (0, 0)


def test_many_classes() -> None:
    true, taken = answers(7, 3000, 300, 0.5)
    found = intervals_of(true, taken, 300, samples=300)
    assert found.macro_f1[0] < f1_score(true, taken, average="macro", labels=range(300), zero_division=0)
    assert found.macro_f1[1] - found.macro_f1[0] < 0.06


@pytest.mark.slow
@pytest.mark.parametrize(("images", "right", "least"), [(180, 0.995, 0.93), (180, 0.9, 0.93), (2000, 0.3, 0.93)])
def test_coverage(images: int, right: float, least: float) -> None:
    """Of 95 % intervals of splits drawn from a known truth, as many hold it."""
    random = np.random.default_rng(11)
    chances = np.full((10, 10), (1 - right) / 90)
    np.fill_diagonal(chances, right / 10)
    held = np.zeros(2)
    for _ in range(600):
        found = intervals(random.multinomial(images, chances.ravel()).reshape(10, 10), samples=600)
        # the truth is symmetric: accuracy and macro-F1 are both `right`
        held += [low <= right <= high for low, high in (found.accuracy, found.macro_f1)]
    # 600 tries: 0.93 is more than two standard errors below 0.95
    assert (held / 600 >= least).all(), held / 600


# --- two runs


def test_difference_is_that_of_scipy() -> None:
    true, a = answers(1, 300, 5, 0.5)
    b = np.where(np.random.default_rng(2).random(300) < 0.15, true, a)
    ours = paired_bootstrap(true, a, b, 5, samples=20_000)

    def gain(true: Numbers, a: Numbers, b: Numbers, axis: int = -1) -> NDArray[np.float64]:
        return macro_f1(true, b, axis) - macro_f1(true, a, axis)

    theirs = stats.bootstrap(
        (true, a, b), gain, paired=True, n_resamples=20_000, method="percentile", batch=500, **RNG
    ).confidence_interval
    near(ours.macro_f1.interval, tuple(theirs))
    assert ours.macro_f1.value == pytest.approx(float(gain(true, a, b)))
    assert not ours.macro_f1.within_noise
    assert (ours.only_a, ours.only_b) == (0, int(np.sum((a != true) & (b == true))))


def test_what_is_hard_for_both_cancels() -> None:
    true, a = answers(1, 2000, 5, 0.5)
    b = np.where(np.random.default_rng(2).random(2000) < 0.02, true, a)
    paired, apart = paired_bootstrap(true, a, b, 5), intervals_of(true, a, 5)
    low, high = paired.macro_f1.interval
    assert (high - low) < 0.5 * (apart.macro_f1[1] - apart.macro_f1[0])


@pytest.mark.parametrize("seed", range(4))
def test_exchanging_the_runs_exchanges_the_signs(seed: int) -> None:
    true, a = answers(seed, 120, 4, 0.6)
    b = answers(seed + 50, 120, 4, 0.6)[1]
    there, back = paired_bootstrap(true, a, b, 4), paired_bootstrap(true, b, a, 4)
    assert (there.only_a, there.only_b, there.p) == (back.only_b, back.only_a, back.p)
    for one, other in zip((there.macro_f1, *there.f1), (back.macro_f1, *back.f1), strict=True):
        assert (-one.value, -one.interval[1], -one.interval[0]) == pytest.approx((other.value, *other.interval))


def test_equal_answers_do_not_differ() -> None:
    true, a = answers(1, 100, 3, 0.5)
    same = paired_bootstrap(true, a, a, 3)
    assert same.macro_f1.interval == same.accuracy.interval == same.f1[0].interval == (0, 0)
    assert same.macro_f1.within_noise
    assert same.p == 1


def test_without_images_anything_is_possible() -> None:
    nothing = paired_bootstrap([], [], [], 2)
    assert nothing.macro_f1.interval == nothing.accuracy.interval == nothing.f1[1].interval == (-1, 1)
    one = paired_bootstrap([0], [0], [1], 2)
    assert one.f1[0].within_noise
    assert one.macro_f1.within_noise
    assert one.p == 0.5


def test_all_against_nothing_is_no_noise() -> None:
    true = np.arange(40) % 4
    found = paired_bootstrap(true, true, (true + 1) % 4, 4)
    assert found.macro_f1.value == found.accuracy.value == -1
    assert not any(one.within_noise for one in (found.accuracy, found.macro_f1, *found.f1))


@pytest.mark.parametrize("wrong", [([0, 1], [0], [0, 1]), ([0, 1], [0, 1], [0, 3])])
def test_what_does_not_fit_is_refused(wrong: tuple[list[int], list[int], list[int]]) -> None:
    with pytest.raises(ValueError, match="class"):
        paired_bootstrap(*wrong, 3)


@pytest.mark.slow
def test_of_many_classes_few_differ_by_chance() -> None:
    """Two runs equally good on 20 classes: in one of twenty comparisons some class seems to differ, no more."""
    random = np.random.default_rng(3)
    alarms = 0
    for _ in range(300):
        true = random.integers(0, 20, 2000)
        a, b = (np.where(random.random(2000) < 0.6, true, random.integers(0, 20, 2000)) for _ in range(2))
        found = paired_bootstrap(true, a, b, 20, samples=400)
        alarms += any(not one.within_noise for one in found.f1)
    assert alarms / 300 <= 0.08


def test_mcnemar_is_the_binomial_test_less_half_of_what_was_seen() -> None:
    for only_a, only_b in itertools.product((0, 1, 2, 5, 17, 40, 300), repeat=2):
        p = mcnemar(only_a, only_b)
        assert p == mcnemar(only_b, only_a)
        assert 0 < p <= 1
        if only_a == only_b:
            assert p == 1
            continue
        exact = stats.binomtest(only_a, only_a + only_b).pvalue
        seen = stats.binom.pmf(only_a, only_a + only_b, 0.5)
        assert p == pytest.approx(exact - seen, rel=1e-9)


def test_mcnemar_of_the_paper() -> None:
    # Fagerland, Lydersen & Laake (2013), section "Examples": airway hyper-responsiveness, 1 against 7: exact 0.0703,
    # mid-p 0.0391
    assert mcnemar(1, 7) == pytest.approx(0.0391, abs=5e-5)
    assert mcnemar(1, 7) + math.comb(8, 1) / 2**8 == pytest.approx(0.0703, abs=5e-5)
    with pytest.raises(ValueError, match="counts"):
        mcnemar(-1, 2)


def test_mcnemar_of_large_counts_neither_overflows_nor_vanishes() -> None:
    assert mcnemar(10_000, 10_200) == pytest.approx(stats.binomtest(10_000, 20_200).pvalue, rel=0.05)
    assert 0 <= mcnemar(0, 100_000) < 1e-300


# --- several runs


@pytest.mark.parametrize("values", [[0.4, 0.41], [0.1, 0.5, 0.2, 0.9, 0.3], list(np.linspace(0, 1, 40))])
def test_spread_is_scipys(values: list[float]) -> None:
    found = spread(values)
    expected = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    assert found.interval == pytest.approx(expected)
    assert (found.mean, found.sd) == pytest.approx((np.mean(values), stats.tstd(values)))


def test_spread_of_one_is_not_known() -> None:
    assert spread([0.5]).interval is spread([0.5]).sd is None
    assert spread([0.5, 0.5]).interval == (0.5, 0.5)
    assert spread([0.2, 0.9], limits=(0, 1)).interval == (0, 1)
    with pytest.raises(ValueError, match="at least one"):
        spread([])
