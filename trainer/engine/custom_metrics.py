"""Metrics of the caller's own: functions of a whole split, or objects that are given batches, as torchmetrics' are.

They are given probabilities, float32: the softmax of the logits. A function gets NumPy arrays, an object with `update`,
`compute` and `reset` gets tensors. Nothing here knows torchmetrics by name.
"""

from __future__ import annotations

import inspect
import math
import random
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trainer.data.batch import Batch
from trainer.engine.evaluation_loop import Watch, both, pass_over
from trainer.engine.loss import Loss
from trainer.engine.precision import Forward
from trainer.engine.reporting import as_number, shown
from trainer.engine.session import Session
from trainer.errors import CallbackError, UsageError
from trainer.events import MetricFailed, Split
from trainer.metrics.classification import Metrics
from trainer.metrics.monitor import BUILT_IN, Monitor
from trainer.metrics.outputs import Outputs
from trainer.plugins import load_metric

MOST_METRICS = 64
MOST_PROBABILITIES = 1 << 28
"""Of a split, that are kept for functions: 1 GiB; all of them for 1,000 classes and 268,000 images."""
_NAME = re.compile(r"[^\W\d]\w{0,59}")
_TAKEN = {*BUILT_IN, "weighted_f1", "seconds"}
"""What every run has anyway, or columns of its history."""
_TRUE = ("y_true", "y1")
_CLASSES = ("y_pred", "y2")
_OF_PROBABILITIES = ("log_loss", "d2_log_loss_score")
"""What scikit-learn calls `y_pred` there are probabilities."""


@dataclass(frozen=True)
class MetricFailure:
    """A metric gave no number: what it raised or gave instead; `error` is what was raised. `undefined`: it gave NaN,
    which is how a metric says that it has no value here."""

    name: str
    text: str
    error: Exception | None = None
    undefined: bool = False

    def sentence(self, split: str) -> str:
        """What has happened, where it was computed on `split`."""
        return f"the metric {self.name} could not be computed on {split}: {self.text}"


def named_metrics(given: Any, classes: int) -> Any:
    """Names become what is built in or installed under them; a mapping stays as it is. Raises UsageError
    `metric.unknown`."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        return given
    return {str(name): load_metric(name, {}, classes) for name in given}


def checked_metrics(given: Any) -> dict[str, Any]:
    """The metrics of a Trainer by name. Raises UsageError `metrics.name` or `metrics.not_one`."""
    if given is None:
        return {}
    if not callable(getattr(given, "items", None)):
        raise _not_one("metrics", given)
    found = dict(given.items())
    for name, metric in found.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _TAKEN:
            raise UsageError(
                "metrics.name",
                f"{name!r} cannot be the name of a metric.",
                expected=f"letters, digits and _, at most 60, and none of {', '.join(sorted(_TAKEN))}",
                fix="give it another name: metrics={'top2': function}",
                name=str(name)[:100],
            )
        if not (is_stateful(metric) or callable(metric)) or isinstance(metric, type):
            raise _not_one(name, metric)
    if len(found) > MOST_METRICS:
        raise UsageError("metrics.many", f"Got {len(found)} metrics.", expected=f"at most {MOST_METRICS}")
    return found


def _not_one(name: str, given: object) -> UsageError:
    return UsageError(
        "metrics.not_one",
        f"{name}: got {given!r:.200}, which is not a metric.",
        where="metrics",
        expected="names with functions of (probabilities, labels), or with objects that have update, compute, reset",
        fix="metrics={'top2': function}; of a class, pass an instance",
        name=name,
    )


def is_stateful(metric: object) -> bool:
    """Whether it is given batches, as torchmetrics' are."""
    return all(callable(getattr(metric, name, None)) for name in ("update", "compute", "reset"))


class CustomMetrics:
    """The metrics of a run, and what is said about one that fails."""

    def __init__(self, metrics: Mapping[str, Any] | None = None) -> None:
        self._metrics: dict[str, Any] = dict(metrics or {})
        self._told: set[tuple[str, Split]] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """In the order given."""
        return tuple(self._metrics)

    def begin(self) -> MetricPass:
        """For one pass over a split."""
        return MetricPass(self._metrics)

    def tell(self, session: Session, split: Split, failure: MetricFailure) -> None:
        """Each failure is in log.txt; the first one of a metric on a split is an event, and on the screen."""
        text = failure.sentence(split)
        if (failure.name, split) in self._told:
            session.log(text)
            return
        self._told.add((failure.name, split))
        session.warn(text)
        if failure.error is not None:
            session.log(f"where the metric {failure.name} failed:", failure.error)
        session.emit(MetricFailed(**session.position, name=failure.name, split=split, error=failure.text))


def measured_pass(
    metrics: Mapping[str, Any],
    split: str,
    model: nn.Module,
    batches: Iterable[Batch],
    loss: Loss,
    classes: int,
    forward: Forward,
    watch: Watch | None,
) -> tuple[Metrics, Outputs, float, dict[str, float]]:
    """As `pass_over`, and the custom metrics; one that gives no number is NaN, and warned of."""
    measuring = MetricPass(metrics)
    watches = both(watch, measuring.watch)
    with _generators_kept():  # making an iterator draws a number: a callback that evaluates changes no training
        found, outputs, seconds = pass_over(model, batches, loss, classes, forward=forward, watch=watches)
    own, failures = measuring.finish()
    for failure in failures:
        warnings.warn(failure.sentence(split), stacklevel=3)
    return found, outputs, seconds, own


def loss_failure(found: Metrics, outputs: Outputs) -> MetricFailure | None:
    """Why the loss of a pass is not finite; None where it is. An epoch with such a loss is never the best by it, which
    nobody would see in the figures of classes."""
    if math.isfinite(found.loss) or not found.samples:
        return None
    bad = int(np.count_nonzero(~np.isfinite(outputs.loss)))
    text = f"it is {found.loss}: the model's outputs are not finite for {bad:,} of {found.samples:,} images"
    return MetricFailure("loss", text if bad else f"it is {found.loss}", undefined=True)


def check_monitored(monitor: Monitor, failures: Iterable[MetricFailure], epoch: int) -> CallbackError | None:
    """The error that ends a run whose monitored metric raised, or gave something other than a number: without it there
    is no best epoch. NaN is a value that never wins."""
    failed = next((one for one in failures if one.name == monitor.name and not one.undefined), None)
    if failed is None:
        return None
    error = CallbackError(
        "metric.failed",
        f"The metric {failed.name}, which selects the best epoch, could not be computed: {failed.text}",
        where=f"validation of epoch {epoch}",
        expected="one number from (probabilities (N, C) float32, labels (N,) int64)",
        fix="fix the metric, then resume the run: the epoch is saved; log.txt in the run folder holds the traceback",
        name=failed.name,
        reason=failed.text,
        epoch=epoch,
    )
    error.__cause__ = failed.error
    return error


class MetricPass:
    """One pass over a split: `watch` sees each batch, then `finish`."""

    def __init__(self, metrics: Mapping[str, Any]) -> None:
        self._metrics = metrics
        self._failed: dict[str, MetricFailure] = {}
        self._calls = {name: _call_of(metric) for name, metric in metrics.items() if not is_stateful(metric)}
        self._stateful = {name: metric for name, metric in metrics.items() if is_stateful(metric)}
        self._keeps = any(call.needs_probabilities for call in self._calls.values())
        self._too_large = False
        self._kept = 0
        self._rows: list[tuple[Tensor | None, Tensor, Tensor]] = []
        for name, metric in self._stateful.items():
            self._try(name, metric.reset)

    @property
    def watch(self) -> Watch | None:
        """Sees the logits of each batch; None where there are no metrics, so that nothing is computed for them."""
        return self._add if self._metrics else None

    def _add(self, logits: Tensor, labels: Tensor) -> None:
        kind = torch.float64 if logits.dtype == torch.float64 else torch.float32
        probabilities = logits.softmax(1, dtype=kind).float()
        for name, metric in self._stateful.items():
            if name not in self._failed:
                self._try(name, partial(_update, metric, probabilities, labels))
        if self._calls:
            self._keep(logits, probabilities, labels)

    def _keep(self, logits: Tensor, probabilities: Tensor, labels: Tensor) -> None:
        self._kept += probabilities.numel() if self._keeps else 0
        if self._kept > MOST_PROBABILITIES:
            self._too_large = True
            self._rows = [(None, predicted, true) for _, predicted, true in self._rows]
        kept = probabilities.cpu() if self._keeps and not self._too_large else None
        # copies: a loader may write into the same memory again
        self._rows.append((kept, logits.argmax(1).cpu(), labels.to("cpu", copy=True)))

    def finish(self) -> tuple[dict[str, float], list[MetricFailure]]:
        """The value of every metric, NaN for those that gave no number; and why they did not."""
        probabilities, predicted, labels = self._joined()
        values: dict[str, float] = {}
        for name in self._metrics:
            if name in self._failed:
                continue
            if name in self._stateful:
                found = self._try(name, self._stateful[name].compute)
            elif (call := self._calls[name]).needs_probabilities and self._too_large:
                self._failed[name] = MetricFailure(name, f"it needs more than {MOST_PROBABILITIES:,} probabilities")
                continue
            else:
                found = self._try(name, partial(call.of, probabilities, predicted, labels, alone=len(self._calls) == 1))
            if name not in self._failed:
                values[name] = self._number(name, found)
        return {name: values.get(name, math.nan) for name in self._metrics}, list(self._failed.values())

    def _joined(self) -> tuple[Any, Any, Any]:
        if not self._rows:
            return np.empty((0, 0), np.float32), np.empty(0, np.int64), np.empty(0, np.int64)
        kept, predicted, labels = zip(*self._rows, strict=True)
        whole = None if any(part is None for part in kept) else torch.cat(kept).numpy()
        return whole, torch.cat(predicted).numpy(), torch.cat(labels).numpy()

    def _number(self, name: str, found: Any) -> float:
        try:
            value = as_number(found)
        except Exception:  # an object of the caller's own may raise anything when it is to become a number
            self._failed[name] = MetricFailure(name, f"expected one number, got {shown(found)}")
            return math.nan
        if math.isnan(value):
            self._failed[name] = MetricFailure(name, "it gave NaN", undefined=True)
        return value

    def _try(self, name: str, action: Callable[[], Any]) -> Any:
        try:
            with _generators_kept():
                return action()
        except Exception as error:
            self._failed[name] = MetricFailure(name, f"{type(error).__name__}: {error}", error)
            return None


@contextmanager
def _generators_kept() -> Iterator[None]:
    """The global generators are afterwards as they were: with metrics, or a library that one of them imports, a run has
    the same weights as without."""
    python, legacy = random.getstate(), np.random.get_state(legacy=False)
    devices = [torch.cuda.current_device()] if torch.cuda.is_initialized() else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)


def _update(metric: Any, probabilities: Tensor, labels: Tensor) -> None:
    device = getattr(metric, "device", None)
    device = device if isinstance(device, torch.device | str) else torch.device("cpu")
    # copies: it may keep them, or write into them, and others are given the same
    metric.update(probabilities.to(device, copy=True), labels.to(device, copy=True))


@dataclass(frozen=True)
class _Call:
    """How a function is called. `by_name`: names of its arguments for labels and predictions, as scikit-learn's have
    them; None: (probabilities, labels)."""

    function: Callable[..., Any]
    by_name: tuple[str, str] | None = None
    needs_probabilities: bool = True
    scores: bool = False
    """Whether it is one of scikit-learn's that, for two classes, takes the scores (N,) of the second one alone."""

    def of(self, probabilities: Any, predicted: Any, labels: Any, *, alone: bool) -> Any:
        """What it gives. `alone`: whether nothing else is given these arrays; it may write into them."""
        guess = probabilities if self.needs_probabilities else predicted
        if self.scores and guess.ndim == 2 and guess.shape[1] == 2:
            guess = guess[:, 1]
        if not alone:
            guess, labels = guess.copy(), labels.copy()
        if self.by_name is None:
            return self.function(guess, labels)
        return self.function(**{self.by_name[0]: labels, self.by_name[1]: guess})


def _call_of(function: Callable[..., Any]) -> _Call:
    names = list(_parameters(function))
    if len(names) < 2 or names[0] not in _TRUE:
        return _Call(function)
    inner = getattr(function, "func", function)  # of functools.partial
    classes = names[1] in _CLASSES and getattr(inner, "__name__", "") not in _OF_PROBABILITIES
    scores = names[1] == "y_score" and str(getattr(inner, "__module__", "")).startswith("sklearn.")
    return _Call(function, (names[0], names[1]), needs_probabilities=not classes, scores=scores)


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    try:
        yield from inspect.signature(function).parameters
    except (TypeError, ValueError):  # of some built-in functions
        return
