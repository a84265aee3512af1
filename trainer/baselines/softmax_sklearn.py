"""scikit-learn's LogisticRegression as it is: one plain `fit`, watched from outside.

Its lbfgs solver calls `scipy.optimize.minimize`, which offers a callback after each iteration. While a fit is watched,
that function is replaced by one that hands ours over as well: every number of the fit stays what it was (a test
compares the bits). Other solvers cannot be watched: of them only the end is known.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.baselines.entries import Solver
from trainer.text.text_shortening import first_line

Floats = NDArray[Any]
Weights = tuple[Floats, Floats]
"""weight (C, D) and bias (C,)"""


@dataclass(frozen=True)
class Options:
    """What LogisticRegression is made with.

    Attributes:
        iterations: Its `max_iter`, 1 or more.
        C: Inverse of the penalty, above 0. Default: 1.
        solver: Its solver. Default: "lbfgs".
        tol: Its tolerance. Default: 1e-4.
        seed: Its `random_state`. Default: 1234.
    """

    iterations: int
    C: float = 1.0
    solver: Solver = "lbfgs"
    tol: float = 1e-4
    seed: int = 1234


@dataclass(frozen=True)
class Fitted:
    """A finished fit.

    Attributes:
        weights: Weights (C, D) and biases (C,).
        iterations: Iterations made.
        said: Warnings, as text.
        seconds: Seconds of the fit, without watching it.
    """

    weights: Weights
    iterations: int
    said: tuple[str, ...]
    seconds: float


def fit(
    images: Floats,
    labels: NDArray[np.int64],
    classes: int,
    options: Options,
    iterated: Callable[[Weights, float], None] = lambda weights, seconds: None,
) -> Fitted:
    """Fit LogisticRegression.

    Args:
        images: (N, D), float32 or float64.
        labels: (N,) int64; each of 0 to `classes` - 1 occurs.
        classes: Number of classes, 2 or more.
        options: What the model is made with.
        iterated: Called after each iteration with the weights and the seconds it took; its own time is not counted. An
            exception in it ends the fit and is raised. Only with solver "lbfgs".

    Returns:
        Weights and times.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=options.C, solver=options.solver, max_iter=options.iterations, tol=options.tol, random_state=options.seed
    )
    stopwatch = _Stopwatch()

    def watcher(parameters: Floats) -> None:
        seconds = stopwatch.stop()
        iterated(_as_softmax(*_unravelled(parameters, classes)), seconds)
        stopwatch.start()

    with warnings.catch_warnings(record=True) as caught, _watched(watcher):
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)  # between scikit-learn and SciPy: nobody else's business
        stopwatch.start()
        model.fit(images, labels)
        stopwatch.stop()
    weights = _as_softmax(model.coef_, model.intercept_)
    said = tuple(dict.fromkeys(first_line(warning.message) for warning in caught))
    return Fitted(weights, int(np.max(model.n_iter_)), said, stopwatch.total)


class _Stopwatch:
    """Adds up the time between `start` and `stop`."""

    def __init__(self) -> None:
        self.total = 0.0
        self._since: float | None = None

    def start(self) -> None:
        self._since = time.perf_counter()

    def stop(self) -> float:
        """Seconds since `start`; 0 where it was not running."""
        spent = time.perf_counter() - self._since if self._since is not None else 0.0
        self._since = None
        self.total += spent
        return spent


@contextmanager
def _watched(watcher: Callable[[Floats], None]) -> Iterator[None]:
    """While open, every minimisation of scipy calls `watcher` with its parameters after each iteration."""
    from scipy import optimize

    plain = optimize.minimize

    def minimize(*arguments: Any, callback: Callable[[Floats], None] | None = None, **more: Any) -> Any:
        def both(xk: Floats) -> None:  # scipy looks at the name of the parameter
            if callback is not None:
                callback(xk)
            watcher(xk)

        return plain(*arguments, callback=both, **more)

    optimize.minimize = minimize
    try:
        yield
    finally:
        optimize.minimize = plain


def _unravelled(parameters: Floats, classes: int) -> Weights:
    """scikit-learn's one vector as coefficients and intercepts: columns first, the intercepts last; two classes share
    one row."""
    table = parameters.reshape(1 if classes == 2 else classes, -1, order="F")
    return table[:, :-1], table[:, -1]


def _as_softmax(weight: Floats, bias: Floats) -> Weights:
    """A row per class: of two classes scikit-learn has only the second's, relative to the first."""
    if len(bias) > 1:
        return weight, bias
    return np.concatenate([np.zeros_like(weight), weight]), np.concatenate([np.zeros_like(bias), bias])
