"""The exact test within classes: against enumeration and scipy's Fisher test; Benjamini & Hochberg as they say it."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from trainer.metrics.stratified_test import Tables, excess, false_discovery, p_values


def tables(*rows: tuple[int, int, int, int]) -> Tables:
    """Images, failed, inside, failed inside of each class."""
    return Tables(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


def enumerated(found: Tables) -> tuple[float, float]:
    """All ways to put as many images of each class into the group, counted one by one."""
    ways = []
    for images, failed, inside in zip(found.images.tolist(), found.failed.tolist(), found.inside.tolist(), strict=True):
        ways.append([sum(one < failed for one in some) for some in combinations(range(images), inside)])
    sums = np.array([sum(some) for some in product(*ways)])
    seen = int(found.failed_inside.sum())
    return float((sums >= seen).mean()), float((sums <= seen).mean())


@pytest.mark.parametrize(
    "rows",
    [
        [(6, 3, 2, 2)],
        [(6, 3, 2, 2), (5, 1, 2, 1)],
        [(6, 0, 2, 0), (5, 4, 3, 3), (4, 2, 1, 0)],
        [(7, 7, 3, 3), (5, 2, 2, 0)],
    ],
)
def test_chances_are_those_of_all_ways_to_draw_the_group(rows: list[tuple[int, int, int, int]]) -> None:
    found = tables(*rows)
    assert p_values(found) == pytest.approx(enumerated(found))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_of_one_class_it_is_fishers_test(a: int, b: int, c: int, d: int) -> None:
    found = tables((a + b + c + d, a + c, a + b, a))
    if not 0 < a + b < a + b + c + d:
        assert p_values(found) is None
        return
    table = [[a, b], [c, d]]
    expected = [fisher_exact(table, alternative=side).pvalue for side in ("greater", "less")]
    assert p_values(found) == pytest.approx(expected, abs=1e-9)


def test_classes_on_one_side_only_compare_nothing() -> None:
    some, more = tables((10, 5, 4, 4)), tables((10, 5, 4, 4), (8, 8, 8, 8), (8, 1, 0, 0))
    assert p_values(more) == p_values(some)
    assert excess(more) == excess(some)
    nothing = excess(tables((8, 8, 8, 8)))
    assert (nothing.images, nothing.lost, p_values(tables((8, 8, 8, 8)))) == (0, 0.0, None)


def test_counts_by_class() -> None:
    labels, failed = np.array([0, 0, 1, 1, 1, 2]), np.array([1, 0, 1, 1, 0, 0], bool)
    inside = np.array([1, 0, 1, 0, 1, 1], bool)
    found = Tables.of(labels, failed, inside, 4)
    assert [found.images.tolist(), found.failed.tolist()] == [[2, 3, 1, 0], [1, 2, 0, 0]]
    assert [found.inside.tolist(), found.failed_inside.tolist()] == [[1, 2, 1, 0], [1, 1, 0, 0]]
    assert [column.tolist() for column in vars(found.pooled()).values()] == [[6], [3], [4], [2]]


def test_excess_is_what_the_rates_outside_do_not_explain() -> None:
    # outside, a quarter and a half of the classes fail: of 8 and 10 images inside 2 + 5 were to be expected
    found = excess(tables((28, 5 + 6, 8, 6), (30, 10 + 7, 10, 7)))
    assert (found.images, found.lost) == (18, pytest.approx(13 - 7))
    assert found.interval[0] < found.lost < found.interval[1]


def test_the_interval_of_the_excess_holds_its_level() -> None:
    generator, inside, outside, rates = np.random.default_rng(0), np.array([30, 40]), np.array([200, 150]), (0.3, 0.6)
    covered = 0
    for _ in range(400):
        failed_inside = generator.binomial(inside, [rate + 0.2 for rate in rates])
        failed_outside = generator.binomial(outside, rates)
        found = excess(Tables(inside + outside, failed_inside + failed_outside, inside, failed_inside))
        covered += found.interval[0] <= 0.2 * 70 <= found.interval[1]
    assert covered / 400 > 0.9


def test_false_discovery_rates_are_those_of_the_paper() -> None:
    # Benjamini & Hochberg (1995), section 3.2: fifteen p-values, of which the first four are discoveries at 0.05
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0]  # fmt: skip
    order = np.random.default_rng(0).permutation(len(p))
    rates = false_discovery(np.array(p)[order])
    assert sorted(np.array(p)[order][rates <= 0.05]) == p[:4]
    assert false_discovery([]).size == 0


@given(st.lists(st.floats(0, 1), max_size=20))
def test_discoveries_by_the_step_up_rule(p: list[float]) -> None:
    rates, ordered = false_discovery(p), sorted(p)
    passing = [k for k, one in enumerate(ordered, 1) if one * len(p) / k <= 0.05]
    threshold = ordered[max(passing) - 1] if passing else -1.0
    assert (rates <= 0.05).tolist() == [one <= threshold for one in p]
