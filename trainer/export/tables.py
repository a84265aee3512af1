"""The record of a run, as tables and as one JSON document. [no torch]"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from trainer import events as ev
from trainer.errors import UsageError
from trainer.export import Facts
from trainer.result import cells, columns, row
from trainer.store import evaluations
from trainer.store.folder import RunFolder
from trainer.store.inspect import facts_of
from trainer.store.journal import JournalReader
from trainer.store.output_file import write_output
from trainer.store.run_history import read_history
from trainer.store.scalar_tables import scalar_rows
from trainer.text.column_names import distinct_columns
from trainer.text.csv_text import csv_bytes, csv_text
from trainer.text.number_format import counted

_PER_CLASS = ("precision", "recall", "f1", "support")


def write_epochs(folder: RunFolder, path: Path) -> Facts:
    """Export a CSV row per finished epoch: the columns of metrics.csv, then F1 per class.

    Those are `train_f1_CLASS` and `valid_f1_CLASS` for each class; the latter are empty without validation. Where a
    metric of the run has such a name, `_` is appended.

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        `epochs` and `checked`.

    Raises:
        UsageError: `run.no_history`: no epoch is finished.
        DiskError: The file could not be written.
    """
    history = read_history(JournalReader(folder.journal))
    epochs = history.finished
    if not epochs:
        raise UsageError("run.no_history", "No epoch of this run is finished yet.", where=str(folder.journal))
    names = history.classes
    passes = {epoch: found.f1.tolist() for epoch, found in history.verdicts.items()}
    scalars = columns(epochs)
    scores = [f"{part}_f1_{name}" for part in ("train", "valid") for name in names]
    heads = [*scalars, *distinct_columns(scores, scalars)]
    empty = ("",) * len(names)
    rows = [[*cells(epoch, scalars), *epoch.train_f1, *passes.get(epoch.epoch, empty)] for epoch in epochs]
    write_output(path, csv_bytes(csv_text(heads, rows)))
    return {"epochs": len(epochs), "checked": f"{counted(len(epochs), 'epoch')}, {len(heads)} columns"}


def write_classes(folder: RunFolder, path: Path) -> Facts:
    """Export a CSV row per split and class: precision, recall, F1 and support of the best weights.

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        `rows` and `checked`.

    Raises:
        UsageError: `run.no_evaluation`: the run was not evaluated.
        DiskError: The file could not be written.
    """
    rows: list[Sequence[Any]] = []
    for split, found in evaluations.find_all(folder).items():
        columns = zip(found.classes, *(getattr(found.metrics, name) for name in _PER_CLASS), strict=True)
        rows += [(split, *values) for values in columns]
    if not rows:
        raise UsageError(
            "run.no_evaluation",
            "This run has not been evaluated yet.",
            where=str(folder.evaluation),
            fix=f"epochscope evaluate {folder.name}",
        )
    write_output(path, csv_bytes(csv_text(("split", "class", *_PER_CLASS), rows)))
    return {"rows": len(rows), "checked": f"{len(rows)} rows"}


def write_json(folder: RunFolder, path: Path) -> Facts:
    """Export what `runs show --json` prints, with `history` (finished epochs), `validations` (all metrics of each), and
    what callbacks have reported: `scalars` (by name, all numbers in order) and `pictures` (in order).

    NaN and infinities are written as "NaN", "Infinity" and "-Infinity".

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        `epochs` and `checked`.

    Raises:
        DiskError: The file could not be written.
    """
    reader = JournalReader(folder.journal)
    history = read_history(reader, whole_validations=True)
    about = {
        **facts_of(folder, history, reader),
        "history": [row(event) for event in history.finished],
        "validations": [msgspec.to_builtins(done) for done in history.validations],
        "scalars": scalar_rows(history.scalars),
        "pictures": [msgspec.to_builtins(one) for one in history.pictures.values()],
    }
    plain = ev.spell_non_finite(about)
    text = json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"
    write_output(path, text.encode("utf-8", "replace"))
    return {"epochs": len(about["history"]), "checked": counted(len(about["history"]), "epoch")}
