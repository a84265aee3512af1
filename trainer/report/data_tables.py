"""The figures of a report as numbers: tables for a spreadsheet, and everything as one document. [no torch]"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from trainer.events import spell_non_finite
from trainer.metrics.calibration import Calibration
from trainer.report.images import PROJECTIONS, RunImages
from trainer.report.named_figures import class_name, class_names
from trainer.report.run_data import EPOCH_COLUMNS, RunData
from trainer.store.evaluations import SplitMetrics
from trainer.text.column_names import distinct_columns
from trainer.text.csv_text import csv_text

SCORES = ("loss", "accuracy", "macro_f1", "weighted_f1")
TRUE = "true class"


def tables(run: RunData, pictures: RunImages) -> dict[str, str]:
    """Make every table: commas, decimal points, CRLF; missing values are empty cells.

    Args:
        run: The run.
        pictures: Its images.

    Returns:
        CSV text by name.
    """
    names = class_names(run.classes)
    found: dict[str, str] = {}
    if len(run.epochs):
        columns = [run.column(name).tolist() for name in run.columns]
        found["epochs"] = _csv(("epoch", *run.columns), zip(run.epochs.tolist(), *columns, strict=True))
    if run.evaluations:
        found["results"] = _results(list(run.evaluations.values()))
        heads = ("split", "class", "precision", "recall", "f1", "support")
        found["classes"] = _csv(heads, (row for one in run.evaluations.values() for row in _classes(one, names)))
    for split, one in run.evaluations.items():
        rows = [(name, *counts) for name, counts in zip(names, one.metrics.confusion, strict=True)]
        found[f"confusion-{split}"] = _csv((TRUE, *distinct_columns(names, [TRUE])), rows)
    if run.f1:
        epochs = sorted(run.f1)
        rows = [(name, *(run.f1[epoch][place] for epoch in epochs)) for place, name in enumerate(names)]
        found["f1-by-epoch"] = _csv(("class", *epochs), rows)
    return found | _calibration(run.calibration) | _pictures(pictures, names)


def _calibration(found: Calibration | None) -> dict[str, str]:
    """The bins of the reliability diagrams, and the points of the curves."""
    if found is None or not found.splits:
        return {}
    bins: list[tuple[object, ...]] = []
    points: list[tuple[object, ...]] = []
    for split, one in found.splits.items():
        for temperature, stage in ((1.0, one.before), (found.temperature, one.after))[: 1 + found.scaled]:
            shown = stage.reliability
            for place, count in enumerate(shown.counts):
                means = (shown.confidence[place], shown.accuracy[place]) if count else ("", "")
                bins.append((split, temperature, *shown.edges[place : place + 2], count, *means))
            curve = stage.coverage
            rows = zip(curve.coverage, curve.accuracy, curve.confidence, strict=True)
            points += [(split, temperature, *row) for row in rows]
    heads = ("split", "temperature")
    return {
        "reliability": _csv((*heads, "above", "up_to", "images", "confidence", "accuracy"), bins),
        "coverage": _csv((*heads, "coverage", "accuracy", "least_confidence"), points),
    }


def _results(found: Sequence[SplitMetrics]) -> str:
    """With columns for custom metrics, and for the number of classes that macro-F1 is the mean of if that is not all
    of them."""
    heads: tuple[str, ...] = ("split", "weights", "images", *SCORES)
    rows = [_result(one) for one in found]
    if any(one.metrics.macro_classes < len(one.classes) for one in found):
        heads = (*heads, "macro_f1_classes")
        rows = [(*row, one.metrics.macro_classes) for row, one in zip(rows, found, strict=True)]
    own = tuple(dict.fromkeys(name for one in found for name in one.custom))
    rows = [(*row, *(one.custom.get(name, "") for name in own)) for row, one in zip(rows, found, strict=True)]
    heads = (*heads, *distinct_columns(own, heads))
    return _csv(heads, rows)


def _result(one: SplitMetrics) -> tuple[Any, ...]:
    return (one.split, one.weights, one.metrics.samples, *(getattr(one.metrics, name) for name in SCORES))


def _classes(one: SplitMetrics, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    found = one.metrics
    columns = zip(names, found.precision, found.recall, found.f1, found.support, strict=True)
    return ((one.split, *row) for row in columns)


def _pictures(pictures: RunImages, names: Sequence[str]) -> dict[str, str]:
    found = {}
    heads = ("place", "file", "true", "predicted", "confidence", "loss")
    for split, images in pictures.hardest.items():
        rows = [
            (
                one.place,
                one.path,
                class_name(names, one.true),
                class_name(names, one.predicted),
                one.confidence,
                one.loss,
            )
            for one in images
        ]
        found[f"hardest-{split}"] = _csv(heads, rows)
    if pictures.map is not None:
        there = [name for name in PROJECTIONS if name in pictures.map.places]
        places = [pictures.map.places[name][:, axis].tolist() for name in there for axis in (0, 1)]
        labels = [class_name(names, number) for number in pictures.map.labels.tolist()]
        found["map"] = _csv(
            ("class", *(f"{name}_{axis}" for name in there for axis in "xy")), zip(labels, *places, strict=True)
        )
    return found


def _csv(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    return csv_text([_cell(head) for head in heads], ([_cell(value) for value in row] for row in rows), line_end="\r\n")


def _cell(value: object) -> object:
    """Empty for NaN; control characters of a text are made visible."""
    if isinstance(value, float):
        return "" if value != value else value
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "�", value) if isinstance(value, str) else value


def document(run: RunData) -> dict[str, Any]:
    """Collect everything about a run except its images.

    Args:
        run: The run.

    Returns:
        Plain values for JSON, non-finite numbers as `trainer.events.spell_non_finite` writes them.
    """
    columns = {name: run.column(name).tolist() for name in run.columns or EPOCH_COLUMNS}
    found = {
        "name": run.name,
        "state": run.state,
        "summary": msgspec.to_builtins(run.summary),
        "notes": msgspec.to_builtins(run.notes),
        "classes": list(run.classes),
        "best_epoch": run.best_epoch,
        "seconds": run.history.seconds,
        "epochs": {"epoch": run.epochs.tolist(), **columns},
        "f1_by_epoch": {str(epoch): list(scores) for epoch, scores in sorted(run.f1.items())},
        "evaluation": {split: one.plain() for split, one in run.evaluations.items()},
        "calibration": run.calibration.plain() if run.calibration is not None else None,
        "settings": run.settings,
        "environment": run.environment,
        "missing": [vars(gap) for gap in dict.fromkeys(run.gaps)],
    }
    plain: dict[str, Any] = spell_non_finite(found)
    return plain
