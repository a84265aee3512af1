"""One temperature for all logits, against scipy's minimiser and in the cases where there is none to find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from trainer.metrics import temperature
from trainer.metrics.temperature import COLDEST, HOTTEST, Temperature, fit_temperature

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def loss(logits: Floats, labels: Labels, value: float) -> float:
    """Mean cross-entropy of softmax(logits / value)."""
    return -float(log_softmax(logits / value, axis=1)[np.arange(len(labels)), labels].mean())


def drawn(seed: int, count: int = 200, classes: int = 4, scale: float = 1.0) -> tuple[Floats, Labels]:
    """Labels drawn from softmax(logits), logits told `scale` times as large."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (count, classes))
    shares = np.exp(log_softmax(logits, axis=1))
    labels = (shares.cumsum(axis=1) < random.random((count, 1))).sum(axis=1)
    return logits * scale, np.minimum(labels, classes - 1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.2, 0.6, 1.0, 3.0, 9.0]), st.sampled_from([2, 3, 10]))
def test_it_is_where_the_cross_entropy_is_smallest(seed: int, scale: float, classes: int) -> None:
    logits, labels = drawn(seed, classes=classes, scale=scale)
    found = fit_temperature(logits.astype(np.float32), labels)
    assert found.outcome == "fitted"
    # the cross-entropy is flat at its minimum: values are compared, not the place
    best = minimize_scalar(
        lambda value: loss(logits, labels, 1 / value), bounds=(1 / HOTTEST, 1 / COLDEST), method="bounded"
    )
    assert loss(logits, labels, found.value) <= best.fun + 1e-7
    assert found.value == pytest.approx(1 / best.x, rel=1e-2)


def test_a_temperature_that_was_put_in_is_found() -> None:
    logits, labels = drawn(3, 60_000, scale=2.5)
    assert fit_temperature(logits, labels).value == pytest.approx(2.5, rel=0.03)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 3))
def test_logits_told_larger_want_as_much_more(seed: int, factor: float) -> None:
    logits, labels = drawn(seed)
    plain, larger = fit_temperature(logits, labels), fit_temperature(logits * factor, labels)
    assert larger.value == pytest.approx(plain.value * factor, rel=1e-6)


def test_a_piece_at_a_time_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, labels = drawn(5, scale=3)
    whole = fit_temperature(logits, labels)
    monkeypatch.setattr(temperature, "PIECE", 33)
    assert fit_temperature(logits, labels).value == pytest.approx(whole.value, rel=1e-9)


def test_constants_added_to_an_image_change_nothing() -> None:
    logits, labels = drawn(6, scale=2)
    moved = logits + np.random.default_rng(0).normal(0, 50, (len(logits), 1))
    assert fit_temperature(moved, labels).value == pytest.approx(fit_temperature(logits, labels).value, rel=1e-6)


def test_extreme_logits_are_no_trouble() -> None:
    """float32's largest numbers: exp of them is infinite."""
    logits, labels = drawn(7)
    found = fit_temperature((logits * 1e30).astype(np.float32), labels)
    assert found == Temperature(HOTTEST, "bound")
    assert fit_temperature(logits * 1e-9, labels) == Temperature(COLDEST, "bound")


def test_a_model_that_is_worse_than_guessing_gets_the_hottest() -> None:
    logits, labels = drawn(8)
    assert fit_temperature(-logits, labels) == Temperature(HOTTEST, "bound")


@pytest.mark.parametrize("tie", [False, True])
def test_where_all_are_right_there_is_none(tie: bool) -> None:
    logits = np.eye(3)[np.arange(9) % 3] + (1.0 if tie else 0.0) * np.eye(3)[(np.arange(9) + 1) % 3]
    assert fit_temperature(logits, np.arange(9) % 3) == Temperature(1.0, "all_right")
    wrong = np.array([1, *(np.arange(1, 9) % 3)])
    assert fit_temperature(np.eye(3)[np.arange(9) % 3], wrong).outcome == "fitted"


def test_logits_that_are_all_alike_have_none() -> None:
    assert fit_temperature(np.ones((5, 3)), np.zeros(5, np.int64)) == Temperature(1.0, "all_right")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_said(bad: float) -> None:
    logits, labels = drawn(9)
    logits[17, 2] = bad
    assert fit_temperature(logits, labels) == Temperature(1.0, "not_finite")


def test_one_class_and_no_images() -> None:
    nothing = np.empty(0, np.int64)
    assert fit_temperature(np.ones((4, 1)), np.zeros(4, np.int64)) == Temperature(1.0, "one_class")
    assert fit_temperature(np.empty((0, 3)), nothing) == Temperature(1.0, "no_images")
