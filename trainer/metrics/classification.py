"""Metrics of a split, all from one confusion matrix, as scikit-learn defines them with `zero_division=0`.

Precision, recall and F1 are given for all classes, 0 if there is nothing to divide by. Macro averages run over the
classes that occur, as true or as predicted class: scikit-learn's default, without `labels`. A class that is missing
from a small split then does not count as one that the model never recognises.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.confusion_matrix import ConfusionMatrix, from_json
from trainer.events import EvaluationDone, ValidationDone
from trainer.text.json_text import parse_json
from trainer.text.number_format import over_classes
from trainer.text.text_width import display_width, one_line, pad_left

Counts = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """Metrics of a split as plain values, as scikit-learn defines them with `zero_division=0`."""

    loss: float
    """Mean over samples (cross-entropy: nats); NaN without samples."""
    accuracy: float
    """Share of images classified correctly, in [0, 1]."""
    macro_f1: float
    """Mean F1 over the classes that occur, as true or as predicted class, in [0, 1]. Before 0.2: over all classes."""
    weighted_f1: float
    """Mean F1 over all classes, weighted by their images, in [0, 1]."""
    precision: tuple[float, ...]
    """Precision of each class (C,), in [0, 1]."""
    recall: tuple[float, ...]
    """Recall of each class (C,), in [0, 1]."""
    f1: tuple[float, ...]
    """F1 of each class (C,), in [0, 1]."""
    support: tuple[int, ...]
    """Images of each true class (C,)."""
    confusion: ConfusionMatrix
    """Counts (C, C), the true class as row; reads like a tuple of rows."""
    samples: int
    """Number of images."""

    @classmethod
    def from_confusion(cls, matrix: ArrayLike | ConfusionMatrix, loss_sum: float) -> Metrics:
        """Compute the metrics.

        Args:
            matrix: Counts (C, C) of whole numbers, the true class as row.
            loss_sum: The loss summed over samples (cross-entropy: nats).

        Returns:
            The metrics.

        Raises:
            ValueError: `matrix` is not square, or a count is negative or too large.
        """
        counts = _matrix(matrix)
        precision, recall, f1, support = _scores(counts)
        samples = int(support.sum())
        return cls(
            loss=float(loss_sum) / samples if samples else float("nan"),
            accuracy=_accuracy(counts),
            macro_f1=_mean(f1[_occur(counts)]),
            weighted_f1=_mean(f1, support),
            precision=tuple(precision.tolist()),
            recall=tuple(recall.tolist()),
            f1=tuple(f1.tolist()),
            support=tuple(support.tolist()),
            confusion=counts,
            samples=samples,
        )

    @classmethod
    def of(cls, event: ValidationDone | EvaluationDone) -> Metrics:
        """Take the metrics of an event; a score outside [0, 1] becomes NaN.

        Args:
            event: Written by this or another version.

        Returns:
            The metrics.

        Raises:
            ValueError: The counts are impossible or contradict each other.
        """
        return _checked(cls(**{name: getattr(event, name) for name in FIELDS}))

    @classmethod
    def from_json(cls, text: bytes) -> Metrics:
        """Read metrics from a JSON object, which may hold other things, too; checked as in `of`.

        Args:
            text: UTF-8, such as an evaluation/<split>.json.

        Returns:
            The metrics.

        Raises:
            ValueError: It is not such an object, or its counts are impossible.
        """
        return _checked(parse_json(msgspec.json.Decoder(cls, strict=False, dec_hook=from_json), text))

    def fields(self) -> dict[str, Any]:
        """Return the metrics by name.

        Returns:
            Keyword arguments of ValidationDone and EvaluationDone, which are also keys of evaluation/<split>.json.
        """
        return {name: getattr(self, name) for name in FIELDS} | {"confusion": self.confusion.plain()}

    @cached_property
    def counts(self) -> Counts:
        """The confusion matrix (C, C), int64."""
        return self.confusion.dense()

    @cached_property
    def macro_classes(self) -> int:
        """Number of classes that `macro_f1` is the mean of: those that occur; all C in runs from before 0.2."""
        f1 = np.array(self.f1)
        everywhere, here = _mean(f1), _mean(f1[_occur(self.confusion)])
        of_all = abs(self.macro_f1 - everywhere) < abs(self.macro_f1 - here)
        return len(f1) if of_all else self.occurring

    @property
    def macro_name(self) -> str:
        """`macro-F1`, with the number of classes it is the mean of if not all occur."""
        over = over_classes(self.macro_classes, len(self.f1))
        return f"macro-F1 ({over})" if over else "macro-F1"

    @cached_property
    def occurring(self) -> int:
        """Number of classes that occur, as true or as predicted class."""
        return int(np.count_nonzero(_occur(self.confusion)))


FIELDS = tuple(field.name for field in fields(Metrics))


def _checked(given: Metrics) -> Metrics:
    matrix = ConfusionMatrix.of(given.confusion)
    columns = (given.precision, given.recall, given.f1, given.support)
    if not matrix.size or any(len(column) != matrix.size for column in columns):
        raise ValueError("expected a square confusion matrix, and precision, recall, F1 and support of each class")
    found = replace(
        given,
        confusion=matrix,
        accuracy=_score(given.accuracy),
        macro_f1=_score(given.macro_f1),
        weighted_f1=_score(given.weighted_f1),
        precision=tuple(map(_score, given.precision)),
        recall=tuple(map(_score, given.recall)),
        f1=tuple(map(_score, given.f1)),
    )
    if tuple(matrix.support.tolist()) != tuple(given.support) or sum(given.support) != given.samples:
        raise ValueError("support and samples are not the sums of the confusion matrix")
    return found


def _score(value: float) -> float:
    return value if 0 <= value <= 1 else math.nan


def confusion(true: ArrayLike, predicted: ArrayLike, classes: int) -> Counts:
    """Count a confusion matrix.

    Args:
        true: True classes (N,), whole numbers in 0 ... classes - 1.
        predicted: Predicted classes (N,), likewise.
        classes: Number of classes C.

    Returns:
        Counts (C, C) int64, the true class as row.

    Raises:
        ValueError: The lengths differ, or a number is not that of a class.
    """
    rows, columns = np.asarray(true, dtype=np.int64).ravel(), np.asarray(predicted, dtype=np.int64).ravel()
    if rows.shape != columns.shape:
        raise ValueError(f"got {rows.size} true and {columns.size} predicted classes")
    for numbers in (rows, columns):
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < classes:
            raise ValueError(f"expected class numbers in 0..{classes - 1}, got {numbers.min()}..{numbers.max()}")
    return np.bincount(rows * classes + columns, minlength=classes * classes).reshape(classes, classes)


def report(matrix: ArrayLike | ConfusionMatrix, classes: Sequence[str], digits: int = 2) -> str:
    """Format a table of precision, recall, F1 and support, as scikit-learn prints it.

    The text is that of `classification_report(..., labels=range(C), target_names=classes, zero_division=0)`. Macro
    averages run over the classes that occur, as scikit-learn's do without `labels`; a last line says so if some do not.
    Columns are aligned by display width (East Asian letters count as two), and line breaks in names are escaped.

    Args:
        matrix: Counts (C, C), the true class as row.
        classes: Class names (C,).
        digits: Digits after the decimal point, 0 or more. Default: 2.

    Returns:
        The table; its last line ends in a newline.
    """
    names = [one_line(name) for name in classes]
    counts = _matrix(matrix)
    *scores, support = _scores(counts)
    present = _occur(counts)
    # scikit-learn counts in floats where no sample at all is right, and prints `1.0`
    printed = support if counts.hits.any() else support.astype(np.float64)
    total = printed.sum()
    column = max(len("weighted avg"), digits, *map(display_width, names))

    def row(name: str, values: Sequence[Any], number: Any) -> str:
        cells = [f"{value:>9.{digits}f}" if value != "" else " " * 9 for value in values]
        return " ".join([f"{pad_left(name, column)} ", *cells, f"{number:>9}"])

    means = [_mean(values[present]) for values in scores]
    weighted = [_mean(values, support) for values in scores]
    heads = (f"{head:>9}" for head in ("precision", "recall", "f1-score", "support"))
    lines = [" ".join([" " * column + " ", *heads]), ""]
    lines += [row(name, values, number) for name, *values, number in zip(names, *scores, printed, strict=True)]
    lines += ["", row("accuracy", ("", "", _accuracy(counts)), total)]
    lines += [row("macro avg", means, total), row("weighted avg", weighted, total)]
    if over := over_classes(int(np.count_nonzero(present)), len(classes)):
        lines += ["", f"macro avg: {over}, those that occur as true or as predicted class"]
    return "\n".join(lines) + "\n"


def mean_of(f1: Sequence[float], macro_f1: float) -> int:
    """Find how many classes a recorded macro-F1 is the mean of.

    Args:
        f1: F1 of each class (C,), in [0, 1]; classes that were left out of the mean have 0.
        macro_f1: The recorded mean, in [0, 1].

    Returns:
        The number of classes, 1 to C; C if it cannot be told.
    """
    total = sum(f1) if all(0 <= one <= 1 for one in f1) else 0.0  # a damaged record may hold anything
    return min(len(f1), round(total / macro_f1)) if total > 0 and 0 < macro_f1 <= 1 else len(f1)


def _matrix(counts: ArrayLike | ConfusionMatrix) -> ConfusionMatrix:
    if isinstance(counts, ConfusionMatrix):
        return counts
    return ConfusionMatrix.of(np.asarray(counts, dtype=np.int64))


def _occur(counts: ConfusionMatrix) -> NDArray[np.bool_]:
    """(C,) whether a class occurs as true class or as an answer."""
    found: NDArray[np.bool_] = counts.support + counts.predictions > 0
    return found


def _scores(counts: ConfusionMatrix) -> tuple[Scores, Scores, Scores, Counts]:
    """Precision, recall, F1 and support per class."""
    hits, support, predicted = counts.hits, counts.support, counts.predictions
    return _ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, support + predicted), support


def _ratio(above: Counts, below: Counts) -> Scores:
    """Quotients, 0 where the divisor is 0."""
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _accuracy(counts: ConfusionMatrix) -> float:
    samples = int(counts.counts.sum())
    return int(counts.hits.sum()) / samples if samples else 0.0


def _mean(values: Scores, weights: Counts | None = None) -> float:
    """As scikit-learn averages, to the last bit; 0 where there is nothing to average."""
    if not values.size or (weights is not None and not weights.any()):
        return 0.0
    return float(np.average(values, weights=weights))
