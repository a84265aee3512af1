"""Metrics and report: scikit-learn is the oracle, to the last bit and the last character."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)

from trainer.events import EvaluationDone, ValidationDone, decode, encode
from trainer.metrics.classification import Metrics, confusion, report
from trainer.text.text_width import display_width

LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")).filter(lambda one: display_width(one) == 1)
NAMES = st.text(LETTERS, min_size=1, max_size=20)
"""scikit-learn counts letters, not columns: the two agree where each letter takes one."""


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[int], list[int], list[str]]:
    """True and predicted classes; often some class is never true or never predicted."""
    count = draw(st.integers(1, 7))
    numbers = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=200))
    names = draw(st.lists(NAMES, min_size=count, max_size=count))
    return [a for a, _ in pairs], [b for _, b in pairs], names


@settings(max_examples=50)
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
    ours = report(confusion(true, predicted, len(names)), names, digits)
    if not set(range(len(names))) - {*true, *predicted}:
        assert ours == theirs
        return
    # all classes are listed, but the macro averages are those of scikit-learn's default labels, and it is said
    *lines, _, over, _ = ours.split("\n")
    macro = precision_recall_fscore_support(true, predicted, average="macro", zero_division=0)[:3]
    expected = theirs.split("\n")[:-1]
    assert lines[:-2] == expected[:-2]
    assert lines[-1] == expected[-1]
    figures = [f"{value:.{digits}f}" for value in macro]
    assert lines[-2].split() == ["macro", "avg", *figures, *expected[-2].split()[-1:]]
    assert len(lines[-2]) == len(expected[-2])
    assert f"{len({*true, *predicted})} of {len(names)} classes" in over


@pytest.mark.parametrize(
    "name", ["日本語", "кошка", "e\u0301te\u0301", "👩‍👩‍👧 👍🏽", "two\nlines", "tab\there", "\x1b[31mred", "a" * 60]
)
def test_names_of_any_script_keep_the_columns(name: str) -> None:
    lines = report(confusion([0, 1, 1], [0, 1, 0], 2), [name, "plain"]).splitlines()
    assert len(lines) == 8
    assert {display_width(line) for line in lines if line and "accuracy" not in line} == {display_width(lines[0])}


@settings(max_examples=80)
@given(answers())
def test_metrics_are_scikit_learns(case: tuple[list[int], list[int], list[str]]) -> None:
    true, predicted, names = case
    labels = list(range(len(names)))
    ours = Metrics.from_confusion(confusion(true, predicted, len(names)), loss_sum=2.0 * len(true))
    p, r, f, s = precision_recall_fscore_support(true, predicted, labels=labels, zero_division=0)
    assert (ours.precision, ours.recall, ours.f1, ours.support) == tuple(map(tuple, (p, r, f, s)))
    assert ours.macro_f1 == f1_score(true, predicted, average="macro", zero_division=0)
    assert ours.weighted_f1 == f1_score(true, predicted, average="weighted", zero_division=0)
    assert ours.macro_classes == len({*true, *predicted})
    assert not any(map(math.isnan, (*ours.precision, *ours.recall, *ours.f1)))
    assert ours.accuracy == accuracy_score(true, predicted)
    if len(labels) > 1:  # scikit-learn warns of a single class
        assert ours.confusion == tuple(map(tuple, confusion_matrix(true, predicted, labels=labels)))
    assert (ours.samples, ours.loss) == (len(true), 2.0)


def test_macro_f1_as_it_was_recorded_before_runs_over_all_classes() -> None:
    ours = Metrics.from_confusion(confusion([0, 1, 1], [0, 1, 1], 4), 1.0)
    assert (ours.macro_f1, ours.macro_classes) == (1.0, 2)
    old = msgspec.structs.replace(events_of(ours)[0], macro_f1=0.5)
    assert (Metrics.of(old).macro_f1, Metrics.of(old).macro_classes) == (0.5, 4)


def test_large_counts() -> None:
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 100, 50_000), rng.integers(0, 100, 50_000)
    names = [f"class {number}" for number in range(100)]
    theirs = classification_report(true, predicted, labels=range(100), target_names=names, zero_division=0)
    assert report(confusion(true, predicted, 100), names) == theirs


def test_all_is_plain() -> None:
    ours = Metrics.from_confusion(confusion([0, 1], [0, 1], 3), np.float32(1.5))
    flat = [ours.loss, ours.accuracy, ours.macro_f1, ours.weighted_f1, *ours.precision, *ours.recall, *ours.f1]
    assert {type(value) for value in flat} == {float}
    assert {type(value) for value in (ours.samples, *ours.support, *ours.confusion[0])} == {int}


def test_nothing_at_all() -> None:
    ours = Metrics.from_confusion(confusion([], [], 3), 0.0)
    assert (ours.samples, ours.accuracy, ours.macro_f1, ours.weighted_f1) == (0, 0.0, 0.0, 0.0)
    assert math.isnan(ours.loss)
    assert report(confusion([], [], 3), ["a", "b", "c"]).count("0.00") == 3 * 3 + 1 + 2 * 3
    assert "0 of 3 classes" in report(confusion([], [], 3), ["a", "b", "c"])


@pytest.mark.parametrize(("true", "predicted"), [([0, 1], [0]), ([3], [0]), ([0], [-1])])
def test_numbers_that_are_no_classes_are_refused(true: list[int], predicted: list[int]) -> None:
    with pytest.raises(ValueError, match="class"):
        confusion(true, predicted, 3)


# -- the same metrics, wherever they come from -------------------------------------------------------------------


def events_of(ours: Metrics) -> tuple[ValidationDone, EvaluationDone]:
    """As the engine emits them."""
    validation = ValidationDone(
        epoch=1, step=1, seconds=0.1, improved=True, best_epoch=1, best_loss=ours.loss, **ours.fields()
    )
    return validation, EvaluationDone(epoch=1, step=1, seconds=0.1, split="test", weights="best", **ours.fields())


@settings(max_examples=80)
@given(answers(), st.floats(0, 1e6))
def test_metrics_of_an_event_and_of_json_are_those_of_the_confusion_matrix(
    case: tuple[list[int], list[int], list[str]], loss_sum: float
) -> None:
    true, predicted, names = case
    ours = Metrics.from_confusion(confusion(true, predicted, len(names)), loss_sum)
    for event in events_of(ours):
        kept = decode(encode(event))
        assert isinstance(kept, ValidationDone | EvaluationDone)
        assert Metrics.of(event) == Metrics.of(kept) == ours
        # an event is a JSON object with more than metrics in it, as evaluation/<split>.json is
        assert Metrics.from_json(encode(event)) == ours
    assert Metrics.from_json(msgspec.json.encode(ours.fields())) == ours
    np.testing.assert_array_equal(ours.counts, confusion(true, predicted, len(names)))


def test_a_loss_that_is_not_finite_is_kept() -> None:
    ours = Metrics.from_confusion(np.eye(2), math.inf)
    assert Metrics.from_json(encode(events_of(ours)[0])).loss == math.inf


GOOD = Metrics.from_confusion([[3, 1], [0, 2]], 6.0)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"confusion": ((3, 1),)}, "square"),
        ({"confusion": ((3, 1), (2,))}, "square"),
        ({"confusion": ((3, 1), (0, 2), (0, 0))}, "square"),
        ({"f1": (0.5,)}, "of each class"),
        ({"support": (4, 2, 0)}, "of each class"),
        (dict.fromkeys(("confusion", "precision", "recall", "f1", "support"), ()), "square"),
        ({"confusion": ((4, 0), (-1, 3))}, "negative or oversized count"),
        ({"confusion": ((2**41, 1), (0, 2))}, "negative or oversized count"),
        ({"confusion": ((10**30, 1), (0, 2))}, "negative or oversized count"),
        ({"support": (3, 3)}, "sums"),
        ({"samples": 7}, "sums"),
    ],
)
def test_counts_that_cannot_be_are_refused(changed: dict[str, Any], reason: str) -> None:
    for event in events_of(GOOD):
        with pytest.raises(ValueError, match=reason):
            Metrics.of(msgspec.structs.replace(event, **changed))
    with pytest.raises(ValueError, match=reason):
        Metrics.from_json(msgspec.json.encode(GOOD.fields() | changed))


@pytest.mark.parametrize("score", [-0.1, 1.1, math.inf, math.nan, 1e300])
def test_a_score_that_cannot_be_is_none_and_the_rest_is_kept(score: float) -> None:
    for name in ("accuracy", "macro_f1", "weighted_f1"):
        found = Metrics.of(msgspec.structs.replace(events_of(GOOD)[0], **{name: score}))
        assert math.isnan(getattr(found, name))
        assert found.confusion == GOOD.confusion
    for name in ("precision", "recall", "f1"):
        event = msgspec.structs.replace(events_of(GOOD)[0], **{name: (score, 0.25)})
        np.testing.assert_array_equal(getattr(Metrics.of(event), name), (math.nan, 0.25))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"loss": 1}', b"null", b"\xff"])
def test_what_holds_no_metrics_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|Object|Expected|truncated|UTF-8|malformed"):
        Metrics.from_json(text)
