"""What is asked of a confusion matrix, against scikit-learn and against counting by hand. No Qt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.confusion import TOP, WHOLE, confused_pairs, difference, fold, most_confused, shares, shown

SMALL = np.array([[8, 2, 0], [1, 5, 4], [0, 0, 0]], np.int64)


def drawn(classes: int, count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    return random.integers(0, classes, count), random.integers(0, classes, count)


@settings(max_examples=30, deadline=None)
@given(classes=st.integers(2, 8), count=st.integers(1, 60), seed=st.integers(0, 1000))
def test_shares_are_those_of_scikit_learn(classes: int, count: int, seed: int) -> None:
    true, predicted = drawn(classes, count, seed)
    labels = np.arange(classes)
    counts = confusion_matrix(true, predicted, labels=labels)
    for mode, theirs in (("row", "true"), ("column", "pred")):
        # scikit-learn writes 0 where a class has no image: for us that is no share
        expected = confusion_matrix(true, predicted, labels=labels, normalize=theirs)
        np.testing.assert_allclose(np.nan_to_num(shares(counts, mode)), expected)  # type: ignore[arg-type]


def test_a_class_without_images_has_no_share() -> None:
    assert np.isnan(shares(SMALL, "row")[2]).all()
    assert np.isnan(shares(SMALL, "column")[:, 2]).sum() == 0
    assert shares(SMALL, "column")[1, 2] == 1.0


def test_a_difference_compares_shares_so_that_sizes_do_not_matter() -> None:
    np.testing.assert_allclose(difference(SMALL * 10, SMALL)[:2], 0, atol=1e-12)
    before = np.array([[5, 5, 0], [1, 5, 4], [1, 0, 0]])
    assert difference(SMALL, before)[0] == pytest.approx([0.3, -0.3, 0.0])
    assert np.isnan(difference(SMALL, before)[2]).all()


def test_pairs_come_by_frequency_and_never_from_the_diagonal() -> None:
    found = [(pair.true, pair.predicted, pair.count) for pair in confused_pairs(SMALL)]
    assert found == [(1, 2, 4), (0, 1, 2), (1, 0, 1)]
    assert confused_pairs(SMALL)[0].share == pytest.approx(0.4)
    assert len(confused_pairs(SMALL, limit=1)) == 1
    assert confused_pairs(np.diag([3, 4])) == []


def test_pairs_of_one_class_are_those_of_all_that_it_is_in() -> None:
    every = [(pair.true, pair.predicted, pair.count) for pair in confused_pairs(SMALL)]
    for number in range(len(SMALL)):
        found = [(pair.true, pair.predicted, pair.count) for pair in confused_pairs(SMALL, of_class=number)]
        assert found == [pair for pair in every if number in pair[:2]]
    assert confused_pairs(SMALL, of_class=len(SMALL)) == []


def test_compared_pairs_come_by_how_much_they_changed() -> None:
    before = np.array([[10, 0, 0], [1, 5, 4], [0, 0, 0]])
    found = confused_pairs(SMALL, before)
    assert [(pair.true, pair.predicted) for pair in found] == [(0, 1)]
    assert found[0].change == pytest.approx(0.2)


@settings(max_examples=20, deadline=None)
@given(classes=st.integers(2, 40), seed=st.integers(0, 1000), top=st.integers(1, 20))
def test_folding_loses_no_image(classes: int, seed: int, top: int) -> None:
    counts = confusion_matrix(*drawn(classes, 300, seed), labels=np.arange(classes))
    chosen = most_confused(counts, top)
    folded = fold(counts, chosen)
    assert folded.sum() == counts.sum()
    np.testing.assert_array_equal(folded[:-1, :-1], counts[np.ix_(chosen, chosen)])
    rest = [one for one in range(classes) if one not in chosen]
    assert folded[-1, -1] == counts[np.ix_(rest, rest)].sum()


def test_the_most_confused_are_chosen_and_the_wanted_kept() -> None:
    counts = np.zeros((6, 6), np.int64)
    counts[2, 3], counts[4, 0] = 9, 5
    assert most_confused(counts, 2) == [2, 3]
    assert most_confused(counts, 3, keep=(5,)) == [2, 3, 5]
    assert most_confused(counts, 1, keep=(5, 99)) == [5]


@pytest.mark.parametrize(("classes", "rows"), [(1, 1), (WHOLE, WHOLE), (WHOLE + 1, TOP + 1), (1000, TOP + 1)])
def test_few_classes_are_shown_whole_many_folded(classes: int, rows: int) -> None:
    table = shown(np.eye(classes, dtype=np.int64), "counts")
    assert table.values.shape == (rows, rows)
    assert len(table.classes) == rows
    assert (None in table.classes) == (classes > WHOLE)


def test_hits_and_errors_have_scales_of_their_own() -> None:
    assert shown(SMALL, "counts").scales == (8, 4)
    assert shown(SMALL, "row").scales == pytest.approx((1.0, 0.4))
    assert shown(np.zeros((2, 2), np.int64), "counts").scales == (0, 0)
    many = np.eye(40, dtype=np.int64) * 3
    # the hits of all others together do not pale those of a class
    assert shown(many, "counts").scales == (3, 0)


def test_a_difference_without_anything_before_has_no_values() -> None:
    table = shown(SMALL, "difference")
    assert table.before is None
    assert np.isnan(table.values).all()


@settings(max_examples=30, deadline=None)
@given(classes=st.integers(2, 8), seed=st.integers(0, 1000), compared=st.booleans(), limit=st.integers(1, 60))
def test_pairs_are_those_of_the_whole_table(classes: int, seed: int, compared: bool, limit: int) -> None:
    now, before = (confusion_matrix(*drawn(classes, 25, seed + n), labels=np.arange(classes)) for n in (0, 1))
    change = difference(now, before) if compared else np.full(now.shape, np.nan)
    size = np.abs(np.nan_to_num(change)) if compared else now
    wrong = [(t, p) for t in range(classes) for p in range(classes) if t != p and size[t, p] > 0]
    part = np.nan_to_num(shares(now, "row"))
    expected = sorted(wrong, key=lambda cell: (-size[cell], -part[cell], *cell))[:limit]
    for table in (np.asarray, ConfusionMatrix.of):  # in either form
        found = confused_pairs(table(now), table(before) if compared else None, limit)
        assert [(one.true, one.predicted) for one in found] == expected
        assert [one.count for one in found] == [now[cell] for cell in expected]
        np.testing.assert_array_equal([one.change for one in found], [change[cell] for cell in expected])
        np.testing.assert_array_equal(shown(table(now), "row").values, shares(now, "row"))
