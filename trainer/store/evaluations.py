"""evaluation/<split>.json .txt .npz of a run folder, written and read here only; predictions/ are read as the .npz
are. [no torch]"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.events import SPLITS, spell_non_finite
from trainer.metrics.classification import Metrics, report
from trainer.metrics.outputs import Outputs
from trainer.metrics.significance import Interval, Intervals, intervals
from trainer.store import durable
from trainer.store.arrays import read_arrays, write_arrays
from trainer.store.folder import RunFolder, confined
from trainer.store.versions import VERSIONS, check_version

MAX_BYTES = 64 << 20
Weights = Literal["best", "last"]
_KINDS = {"predicted": "uint16", "confidence": "float16", "loss": "float32"}


@dataclass(frozen=True)
class SplitMetrics:
    """Metrics of one split with the named weights. `report` is scikit-learn's classification report, `intervals` the
    95 % intervals of accuracy and macro-F1."""

    split: str
    weights: Weights
    classes: tuple[str, ...]
    metrics: Metrics
    seconds: float
    recorded: Intervals | None = field(default=None, kw_only=True, repr=False)
    """Intervals that were read from a file."""

    @property
    def report(self) -> str:
        """As `sklearn.metrics.classification_report` prints it."""
        return report(self.metrics.confusion, self.classes)

    @cached_property
    def intervals(self) -> Intervals:
        """How far other images of the same kind would move accuracy and macro-F1."""
        found = self.metrics
        return self.recorded or intervals(found.confusion, all_classes=found.macro_classes > found.occurring)

    def plain(self) -> dict[str, Any]:
        """What is kept as JSON; intervals are (low, high). `format` is 2 only where readers of version 1 would not know
        the confusion matrix: it is then held by its cells."""
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
        return plain | {"confusion": msgspec.to_builtins(plain["confusion"])}


def write(folder: RunFolder, evaluation: SplitMetrics, outputs: Outputs) -> None:
    """Write the three files. Raises DiskError."""
    target = folder.evaluation
    path, plain = target / f"{evaluation.split}.json", spell_non_finite(evaluation.plain())
    if evaluation.metrics.confusion.by_cells:  # a line for each of ten thousand numbers helps nobody
        durable.write_text(path, json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        durable.write_json(path, plain)
    durable.write_text(target / f"{evaluation.split}.txt", evaluation.report)
    write_arrays(target / f"{evaluation.split}.npz", kind="predictions", **outputs.arrays())


class _Version(msgspec.Struct):
    format: int = 1


class _About(msgspec.Struct):
    """What the .json says beside the metrics."""

    split: str
    weights: Weights
    classes: tuple[str, ...]
    format: int = 1
    seconds: float = 0.0
    accuracy_interval: Interval | None = None
    macro_f1_interval: Interval | None = None
    interval_level: float | None = None

    def intervals(self) -> Intervals | None:
        """None in a file from before there were any, and where they cannot be: they are then computed again."""
        accuracy, macro_f1, level = self.accuracy_interval, self.macro_f1_interval, self.interval_level
        if accuracy is None or macro_f1 is None or level is None:
            return None
        possible = all(0 <= low <= high <= 1 for low, high in (accuracy, macro_f1)) and 0 < level < 1
        return Intervals(accuracy, macro_f1, level) if possible else None


def read(folder: RunFolder, split: str) -> SplitMetrics:
    """What evaluation/<split>.json says. Raises FileNotFoundError where there is none; OSError, DataError `run.outside`
    or ValueError where it cannot be read or contradicts itself; NewerVersionError."""
    text = durable.read_bytes(confined(folder, f"evaluation/{split}.json"), MAX_BYTES)
    try:
        check_version("evaluation", msgspec.json.decode(text, type=_Version).format, f"evaluation/{split}.json")
        about = msgspec.json.decode(text, type=_About, strict=False)
        metrics = Metrics.from_json(text)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if about.split != split:
        raise ValueError(f"it is about the split {about.split!r}")
    if len(about.classes) != len(metrics.f1):
        raise ValueError(f"it has {len(about.classes)} classes and metrics of {len(metrics.f1)}")
    return SplitMetrics(split, about.weights, about.classes, metrics, about.seconds, recorded=about.intervals())


def find(folder: RunFolder, split: str) -> SplitMetrics | None:
    """Likewise; None where there is no such file, or none that can be used. Raises NewerVersionError."""
    try:
        return read(folder, split)
    except (DataError, OSError, ValueError):
        return None


def find_all(folder: RunFolder) -> dict[str, SplitMetrics]:
    """Those that are there and whole, by split."""
    found = {split: find(folder, split) for split in SPLITS}
    return {split: one for split, one in found.items() if one is not None}


def read_outputs(path: Path, limit: int = 256 << 20) -> dict[str, NDArray[Any]]:
    """What `Outputs.arrays` gave for this file of evaluation/ or predictions/, (N,) each. Raises DataError
    `arrays.damaged` where it is no such file of at most `limit` bytes, and NewerVersionError."""
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
