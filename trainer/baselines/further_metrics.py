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
from trainer.metrics.named_metrics import NAMED, OF_CLASSES, NamedMetric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LabelMetric = Callable[["NDArray[np.int64]", "NDArray[np.int64]"], Any]
"""From true and predicted classes, both (N,) int64, to a number, as the functions of `sklearn.metrics`. The images are
in no particular order."""


def check_metrics(metrics: Mapping[str, LabelMetric], taken: Collection[str]) -> dict[str, LabelMetric]:
    """Check the names of further columns.

    Args:
        metrics: Functions by the name of their column.
        taken: Names that cannot be used.

    Returns:
        The metrics.

    Raises:
        UsageError: `compare.metric`: a name is empty or taken, or a value is not callable.
    """
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
    """Find functions by name. Modules are also searched for in the current folder.

    Args:
        texts: Such as `kappa` or `sklearn.metrics:cohen_kappa_score`.

    Returns:
        Functions by their own names.

    Raises:
        UsageError: `compare.metric`: one is not built in and cannot be imported.
    """
    return {text.rpartition(":")[2]: _find(text) for text in texts}


def _find(text: str) -> LabelMetric:
    if text in OF_CLASSES:
        return NamedMetric(text)
    module, _, name = text.partition(":")
    try:
        if text in NAMED:
            raise ValueError("it needs probabilities, and a comparison has predicted classes only")
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
            expected=f"{', '.join(OF_CLASSES)}, or MODULE:FUNCTION, such as sklearn.metrics:hamming_loss",
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
    """Compute a metric of a split; raises what the metric raises.

    Args:
        metric: The function.
        confusion: Confusion matrix (C, C), true class as row.

    Returns:
        Its value.
    """
    import numpy as np

    matrix = ConfusionMatrix.of(confusion)
    true, predicted = np.divmod(matrix.places, matrix.size)
    return float(metric(np.repeat(true, matrix.counts), np.repeat(predicted, matrix.counts)))
