"""scikit-learn is watched, not changed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from scipy import optimize
from sklearn.linear_model import LogisticRegression

from trainer.baselines.softmax_sklearn import Options, Weights, fit

SEEN = np.random.default_rng(0)
IMAGES = SEEN.normal(size=(200, 12)).astype(np.float32)
LABELS = (IMAGES[:, :4] + SEEN.normal(size=(200, 4))).argmax(axis=1)
"""Four classes."""


def watched(options: Options, labels: Any = LABELS, classes: int = 4) -> tuple[Any, list[Weights]]:
    seen: list[Weights] = []
    fitted = fit(
        IMAGES, labels, classes, options, lambda weights, seconds: seen.append((weights[0].copy(), weights[1].copy()))
    )
    return fitted, seen


def plain(iterations: int, labels: Any = LABELS, **more: Any) -> LogisticRegression:
    model = LogisticRegression(max_iter=iterations, random_state=1234, **more)
    with pytest.warns(Warning, match="."):
        model.fit(IMAGES, labels)
    return model


def test_a_watched_fit_gives_the_bits_of_a_plain_one() -> None:
    fitted, seen = watched(Options(7, C=0.3))
    model = plain(7, C=0.3)
    assert np.array_equal(fitted.weights[0], model.coef_)
    assert np.array_equal(fitted.weights[1], model.intercept_)
    assert fitted.iterations == len(seen) == model.n_iter_[0] == 7
    assert "converge" in fitted.said[0]


@pytest.mark.parametrize("iterations", [1, 3, 6])
def test_what_is_seen_after_an_iteration_is_what_a_fit_of_so_many_gives(iterations: int) -> None:
    _, seen = watched(Options(9))
    model = plain(iterations)
    weight, bias = seen[iterations - 1]
    np.testing.assert_allclose(weight, model.coef_, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(bias, model.intercept_, rtol=1e-6, atol=1e-7)


def test_two_classes_are_two_rows_with_the_same_probabilities() -> None:
    labels = (LABELS > 1).astype(np.int64)
    fitted, seen = watched(Options(3), labels, 2)
    weight, bias = fitted.weights
    assert weight.shape == (2, 12)
    logits = IMAGES @ weight.T + bias
    found = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, plain(3, labels).predict_proba(IMAGES), rtol=1e-5)
    np.testing.assert_allclose(seen[-1][0], weight, rtol=1e-6, atol=1e-7)


def test_what_the_watcher_takes_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    spans: list[float] = []

    def look(weights: Weights, seconds: float) -> None:
        spans.append(seconds)
        now[0] += 1000

    fitted = fit(IMAGES, LABELS, 4, Options(5), look)
    assert (fitted.seconds, spans) == (0.0, [0.0] * 5)


class _Enough(Exception):  # noqa: N818
    pass


def test_what_the_watcher_raises_ends_the_fit_and_leaves_scipy_as_it_was() -> None:
    before = optimize.minimize

    def look(weights: Weights, seconds: float) -> None:
        assert optimize.minimize is not before
        raise _Enough

    with pytest.raises(_Enough):
        fit(IMAGES, LABELS, 4, Options(5), look)
    assert optimize.minimize is before


def test_of_a_solver_that_cannot_be_watched_only_the_end_is_known() -> None:
    fitted, seen = watched(Options(3, solver="saga"))
    assert seen == []
    assert np.array_equal(fitted.weights[0], plain(3, solver="saga").coef_)
