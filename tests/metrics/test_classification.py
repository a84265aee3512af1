"""Figures and report: scikit-learn is the oracle, to the last bit and the last character."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, precision_recall_fscore_support

from trainer.metrics.classification import confusion, figures, report

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=20)


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[int], list[int], list[str]]:
    """True and predicted classes; often some class is never true or never predicted."""
    count = draw(st.integers(1, 7))
    numbers = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=200))
    names = draw(st.lists(NAMES, min_size=count, max_size=count))
    return [a for a, _ in pairs], [b for _, b in pairs], names


@settings(max_examples=80)
@given(answers(), st.integers(0, 5))
@example(([0, 0, 1], [0, 0, 1], ["a", "b", "never"]), 2)
@example(([0], [0], ["only"]), 2)
@example(([0, 1], [1, 0], ["a", "no hit at all: scikit-learn then prints the support as 1.0"]), 2)
@example(([0, 1], [0, 0], ["a", "a class with a very, very long name"]), 20)
def test_report_is_scikit_learns(case: tuple[list[int], list[int], list[str]], digits: int) -> None:
    true, predicted, names = case
    theirs = classification_report(
        true, predicted, labels=range(len(names)), target_names=names, digits=digits, zero_division=0
    )
    assert report(confusion(true, predicted, len(names)), names, digits) == theirs


@settings(max_examples=80)
@given(answers())
def test_figures_are_scikit_learns(case: tuple[list[int], list[int], list[str]]) -> None:
    true, predicted, names = case
    labels = list(range(len(names)))
    ours = figures(confusion(true, predicted, len(names)), loss_sum=2.0 * len(true))
    p, r, f, s = precision_recall_fscore_support(true, predicted, labels=labels, zero_division=0)
    assert (ours.precision, ours.recall, ours.f1, ours.support) == tuple(map(tuple, (p, r, f, s)))
    for average, value in (("macro", ours.macro_f1), ("weighted", ours.weighted_f1)):
        assert (
            value
            == precision_recall_fscore_support(true, predicted, labels=labels, average=average, zero_division=0)[2]
        )
    assert ours.accuracy == accuracy_score(true, predicted)
    if labels != [0]:  # scikit-learn warns of a single class
        assert ours.confusion == tuple(map(tuple, confusion_matrix(true, predicted, labels=labels)))
    assert (ours.samples, ours.loss) == (len(true), 2.0)


def test_large_counts() -> None:
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 100, 50_000), rng.integers(0, 100, 50_000)
    names = [f"class {number}" for number in range(100)]
    theirs = classification_report(true, predicted, labels=range(100), target_names=names, zero_division=0)
    assert report(confusion(true, predicted, 100), names) == theirs


def test_all_is_plain() -> None:
    ours = figures(confusion([0, 1], [0, 1], 3), np.float32(1.5))
    flat = [ours.loss, ours.accuracy, ours.macro_f1, ours.weighted_f1, *ours.precision, *ours.recall, *ours.f1]
    assert {type(value) for value in flat} == {float}
    assert {type(value) for value in (ours.samples, *ours.support, *ours.confusion[0])} == {int}


def test_nothing_at_all() -> None:
    ours = figures(confusion([], [], 3), 0.0)
    assert (ours.samples, ours.accuracy, ours.macro_f1, ours.weighted_f1) == (0, 0.0, 0.0, 0.0)
    assert math.isnan(ours.loss)
    assert report(confusion([], [], 3), ["a", "b", "c"]).count("0.00") == 3 * 3 + 1 + 2 * 3


@pytest.mark.parametrize(("true", "predicted"), [([0, 1], [0]), ([3], [0]), ([0], [-1])])
def test_numbers_that_are_no_classes_are_refused(true: list[int], predicted: list[int]) -> None:
    with pytest.raises(ValueError, match="class"):
        confusion(true, predicted, 3)
