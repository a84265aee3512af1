"""evaluation/<split>.json .txt .npz of a run folder, written and read only here; predictions/ are read like the .npz.
[no torch]"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.events import SPLITS, spell_non_finite
from trainer.metrics.classification import Metrics, report
from trainer.metrics.outputs import Outputs
from trainer.metrics.significance import Interval, Intervals, in_brackets, intervals
from trainer.store import durable
from trainer.store.arrays import read_arrays, write_arrays
from trainer.store.folder import RunFolder, confined
from trainer.store.journal_limits import known_metrics
from trainer.store.versions import VERSIONS, check_json_version
from trainer.text.json_text import parse_json
from trainer.text.number_format import counted

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 64 << 20
Weights = Literal["best", "last"]
_KINDS = {"predicted": "uint16", "confidence": "float16", "loss": "float32"}


@dataclass(frozen=True)
class SplitMetrics:
    """Metrics of one split with the named weights. In a notebook it is shown as a table."""

    split: str
    """"train", "valid", "test", or the name of other images."""
    weights: Weights
    """"best" or "last"."""
    classes: tuple[str, ...]
    """Class names (C,)."""
    metrics: Metrics
    """The metrics."""
    seconds: float
    """Seconds the evaluation took."""
    recorded: Intervals | None = field(default=None, kw_only=True, repr=False)
    """Intervals that were read from a file; None (default): they are computed when asked for."""
    custom: Mapping[str, float] = field(default_factory=dict, kw_only=True, repr=False)
    """Custom metrics by name, NaN for those that could not be computed. Default: none."""

    @property
    def report(self) -> str:
        """Table of precision, recall, F1 and support, as `sklearn.metrics.classification_report` prints it."""
        return report(self.metrics.confusion, self.classes)

    @cached_property
    def intervals(self) -> Intervals:
        """95 % intervals of accuracy and macro-F1 (`trainer.metrics.significance.intervals`)."""
        found = self.metrics
        return self.recorded or intervals(found.confusion, all_classes=found.macro_classes > found.occurring)

    @property
    def per_class(self) -> pd.DataFrame:
        """A row per class, by its name: `precision`, `recall`, `f1` in [0, 1] and `support`, its images."""
        import pandas as pd

        columns = {name: getattr(self.metrics, name) for name in ("precision", "recall", "f1", "support")}
        return pd.DataFrame(columns, index=pd.Index(self.classes, name="class"))

    @property
    def confusion(self) -> pd.DataFrame:
        """Counts of images: a row per true class, a column per predicted class."""
        import pandas as pd

        true, predicted = (pd.Index(self.classes, name=name) for name in ("true", "predicted"))
        return pd.DataFrame(self.metrics.counts, index=true, columns=predicted)

    def scores(self) -> str:
        """Accuracy and macro-F1 with their intervals, in one line.

        Returns:
            Such as `accuracy 0.4060 (0.396 to 0.416), macro-F1 0.4013 (0.391 to 0.411)`; with the number of classes
            that macro-F1 is the mean of, if not all occur; then the custom metrics.
        """
        found, sure = self.metrics, self.intervals
        accuracy = f"accuracy {found.accuracy:.4f} {in_brackets(sure.accuracy)}"
        own = "".join(f", {name} {value:.4f}" for name, value in self.custom.items())
        return f"{accuracy}, {found.macro_name} {found.macro_f1:.4f} {in_brackets(sure.macro_f1)}{own}"

    def __str__(self) -> str:
        return f"{self._head()}\n\n{self.report}"

    def __repr__(self) -> str:  # the fields hold every image
        found = self.metrics
        images = counted(found.samples, "image")
        shown = f"{images}, accuracy {found.accuracy:.4f}, {found.macro_name} {found.macro_f1:.4f}"
        return f"<{type(self).__name__} {self.split}: {shown}>"

    def _head(self) -> str:
        found = self.metrics
        images = counted(found.samples, "image")
        return f"{self.split} ({self.weights} weights): {images}, loss {found.loss:.4f}, {self.scores()}"

    def _repr_html_(self) -> str:
        found = self.metrics
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{precision:.3f}</td><td>{recall:.3f}</td><td>{f1:.3f}</td><td>{support}</td></tr>"
            for name, precision, recall, f1, support in zip(
                self.classes, found.precision, found.recall, found.f1, found.support, strict=True
            )
        )
        return (
            f"<p>{escape(self._head())}</p><table><tr><th>class</th>"
            f"<th>precision</th><th>recall</th><th>F1</th><th>support</th></tr>{rows}</table>"
        )

    def plain(self) -> dict[str, Any]:
        """Return everything as plain values, as evaluation/<split>.json holds them.

        Returns:
            Values by name; intervals are (low, high). `format` is 2 only if the confusion matrix is stored by its
            cells, which readers of format 1 do not know.
        """
        plain: dict[str, Any] = {
            "format": VERSIONS["evaluation"] if self.metrics.confusion.by_cells else 1,
            "split": self.split,
            "weights": self.weights,
            "classes": self.classes,
            "seconds": self.seconds,
            **self.metrics.fields(),
            "macro_f1_classes": self.metrics.macro_classes,
            "accuracy_interval": self.intervals.accuracy,
            "macro_f1_interval": self.intervals.macro_f1,
            "interval_level": self.intervals.level,
        }
        if self.custom:
            plain["metrics"] = dict(self.custom)
        return plain | {"confusion": msgspec.to_builtins(plain["confusion"])}


def write(folder: RunFolder, evaluation: SplitMetrics, outputs: Outputs) -> None:
    """Write the three files. Raises DiskError."""
    target = folder.evaluation
    path, plain = target / f"{evaluation.split}.json", spell_non_finite(evaluation.plain())
    if evaluation.metrics.confusion.by_cells:  # ten thousand lines with a number each help no one
        durable.write_text(path, json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        durable.write_json(path, plain)
    durable.write_text(target / f"{evaluation.split}.txt", evaluation.report)
    write_arrays(target / f"{evaluation.split}.npz", kind="predictions", **outputs.arrays())


class _About(msgspec.Struct):
    """Fields of the .json besides the metrics."""

    split: str
    weights: Weights
    classes: tuple[str, ...]
    format: int = 1
    seconds: float = 0.0
    accuracy_interval: Interval | None = None
    macro_f1_interval: Interval | None = None
    interval_level: float | None = None
    metrics: dict[str, float] = {}

    def intervals(self) -> Intervals | None:
        """None in files older than intervals, or if they are invalid: they are then recomputed."""
        accuracy, macro_f1, level = self.accuracy_interval, self.macro_f1_interval, self.interval_level
        if accuracy is None or macro_f1 is None or level is None:
            return None
        possible = all(0 <= low <= high <= 1 for low, high in (accuracy, macro_f1)) and 0 < level < 1
        return Intervals(accuracy, macro_f1, level) if possible else None


_about_decoder = msgspec.json.Decoder(_About, strict=False)


def read(folder: RunFolder, split: str) -> SplitMetrics:
    """Read evaluation/<split>.json. Raises FileNotFoundError if there is none; OSError, DataError `run.outside` or
    ValueError if it cannot be read or is inconsistent; NewerVersionError."""
    text = durable.read_bytes(confined(folder, f"evaluation/{split}.json"), MAX_BYTES)
    check_json_version("evaluation", text, f"evaluation/{split}.json")
    about = parse_json(_about_decoder, text)
    metrics = Metrics.from_json(text)
    if about.split != split:
        raise ValueError(f"it is about the split {about.split!r}")
    if len(about.classes) != len(metrics.f1):
        raise ValueError(f"it has {len(about.classes)} classes and metrics of {len(metrics.f1)}")
    return SplitMetrics(
        split,
        about.weights,
        about.classes,
        metrics,
        about.seconds,
        recorded=about.intervals(),
        custom=known_metrics(about.metrics),
    )


def find(folder: RunFolder, split: str) -> SplitMetrics | None:
    """The same, but None if there is no usable file. Raises NewerVersionError."""
    try:
        return read(folder, split)
    except (DataError, OSError, ValueError):
        return None


def find_all(folder: RunFolder) -> dict[str, SplitMetrics]:
    """The usable evaluations, by split."""
    found = {split: find(folder, split) for split in SPLITS}
    return {split: one for split, one in found.items() if one is not None}


def read_outputs(path: Path, limit: int = 256 << 20) -> dict[str, NDArray[Any]]:
    """Read the arrays of `Outputs.arrays`, (N,) each, from a file of evaluation/ or predictions/. Raises DataError
    `arrays.damaged` if it is not such a file of at most `limit` bytes, and NewerVersionError."""
    found = {name: array for name, array in read_arrays(path, limit, "predictions").items() if name in _KINDS}
    kinds = {name: array.dtype.name for name, array in found.items()}
    shapes = {array.shape for array in found.values()}
    if kinds != _KINDS or [len(shape) for shape in shapes] != [1]:
        raise DataError(
            "arrays.damaged",
            "This file does not hold predictions.",
            where=str(path),
            expected="arrays of one length: predicted (uint16), confidence (float16), loss (float32)",
            path=str(path),
        )
    return found
