"""Further columns in the table of a comparison: metrics of true and predicted classes, such as scikit-learn's.

They are computed from the confusion matrix in a run's journal, so every entry gets the same function, whatever trained
it. [no torch]
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.confusion_matrix import ConfusionMatrix
from trainer.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LabelMetric = Callable[["NDArray[np.int64]", "NDArray[np.int64]"], Any]
"""True and predicted classes (N,) to a number, as the functions of `sklearn.metrics`. The images are in no particular
order."""


def check_metrics(metrics: Mapping[str, LabelMetric], taken: Collection[str]) -> dict[str, LabelMetric]:
    """The metrics, by the names of their columns. Raises UsageError `compare.metric` if a name is in `taken` or empty,
    or if one is not callable."""
    for name, function in metrics.items():
        if not name or name in taken:
            raise UsageError(
                "compare.metric",
                f"The table cannot have another column {name!r}.",
                where="metrics",
                expected=f"a new name, other than {', '.join(taken)}",
                metric=name,
            )
        if not callable(function):
            raise UsageError(
                "compare.metric",
                f"The metric {name!r} is not a function: {type(function).__name__}.",
                where="metrics",
                expected="a function of true and predicted classes, such as sklearn.metrics.cohen_kappa_score",
                metric=name,
            )
    return dict(metrics)


def find_metrics(texts: Iterable[str]) -> dict[str, LabelMetric]:
    """Functions by their names, from texts such as `sklearn.metrics:cohen_kappa_score`. Modules are also looked for in
    the current folder. Raises UsageError `compare.metric`."""
    return {text.rpartition(":")[2]: _find(text) for text in texts}


def _find(text: str) -> LabelMetric:
    module, _, name = text.partition(":")
    try:
        if not module or not name:
            raise ValueError("a colon separates module and function")
        with _current_folder():
            found: LabelMetric = getattr(importlib.import_module(module), name)
        return found
    except Exception as error:  # a module may raise anything on import
        raise UsageError(
            "compare.metric",
            f"There is no metric {text!r}: {error}",
            where="--metric",
            expected="MODULE:FUNCTION, such as sklearn.metrics:cohen_kappa_score",
            metric=text,
        ) from error


@contextmanager
def _current_folder() -> Any:
    """Installed modules come first: a file called torch.py in the current folder must not replace torch."""
    before = list(sys.path)
    sys.path.append(str(Path.cwd()))
    try:
        yield
    finally:
        sys.path[:] = before


def score(metric: LabelMetric, confusion: Any) -> float:
    """A metric of a split, from its confusion matrix (C, C). Raises what the metric raises."""
    import numpy as np

    matrix = ConfusionMatrix.of(confusion)
    true, predicted = np.divmod(matrix.places, matrix.size)
    return float(metric(np.repeat(true, matrix.counts), np.repeat(predicted, matrix.counts)))
