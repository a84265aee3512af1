"""`evaluate --data`: a run evaluated on labelled images that do not belong to it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.cli.output import note, say, say_json, warnings_noted
from trainer.data.labelled_images import LabelledImages, find_labelled
from trainer.data.validation import listed
from trainer.errors import UsageError
from trainer.export.prediction_table import prediction_csv
from trainer.store.output_file import check_output, write_output
from trainer.text.csv_text import csv_bytes
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.analysis.labelled_evaluation import LabelledEvaluation
    from trainer.inference import LeftOutMetric, LoadedRun
    from trainer.store.folder import RunFolder

TOLD_SECONDS = 2.0
DATA_UNKNOWN = {
    "run.data_gone": "the run's training images are missing",
    "run.custom": "the run was trained by a script, which knows its images",
}
"""Why it cannot be told whether a run was trained on some images, by the error's code."""


def check_options(data: Path | None, options: Mapping[str, bool], other: Mapping[str, bool]) -> None:
    """Check which options may be used with `--data`, and which without it.

    Args:
        data: The new images. None: not given.
        options: Options that need `data`, and whether they were given.
        other: Options that do not go with `data`, and whether they were given.

    Raises:
        UsageError: `evaluate.options`: an option was given that does not fit.
    """
    wrong = [name for name, given in (other if data is not None else options).items() if given]
    if wrong:
        without = data is None
        raise UsageError(
            "evaluate.options",
            f"{wrong[0]} {'needs new images, named by --data' if without else 'cannot be combined with --data'}.",
            where=wrong[0],
            fix="name the images: --data FOLDER" if without else f"leave out {wrong[0]}, or --data",
            option=wrong[0],
        )


def evaluate_data(
    folder: RunFolder,
    source: Path,
    *,
    metrics: Sequence[str],
    csv: Path | None,
    skip_bad: bool,
    skip_unknown: bool,
    json: bool,
) -> int:
    """Evaluate the best weights of a run on new images and print the metrics. The run's folder is not changed.

    Args:
        folder: Folder of the run.
        source: Folder or CSV file of the images.
        metrics: Names of installed metrics to compute besides the run's own.
        csv: File for a table of all images. None: no table.
        skip_bad: Leave out unreadable images.
        skip_unknown: Leave out classes that the run does not know.
        json: Print JSON.

    Returns:
        The exit code, 0.

    Raises:
        UsageError: The run cannot be used, or there is no such source.
        DataError: Images or classes do not fit.
        DiskError: The table cannot be written.
    """
    from trainer.analysis.labelled_evaluation import evaluate_images
    from trainer.inference import left_out_metrics

    check_output(csv)
    if not json:
        note(f"evaluating {folder.name} on {source} ...")
    loaded = _load(folder, metrics)
    left_out = left_out_metrics(folder, loaded.trainer)
    images = find_labelled(source, loaded.trainer.classes, skip_unknown=skip_unknown)
    for one in images.notes:
        note(f"data: {one}")
    with_rows = csv is not None
    with warnings_noted():
        found = evaluate_images(
            loaded.trainer, loaded.weights, images, skip_bad=skip_bad, with_rows=with_rows, progress=_Told()
        )
    if csv is not None:
        write_output(csv, csv_bytes(prediction_csv(found.rows)))
    _warn(images, found)
    note(*map(str, left_out))
    if json:
        say_json(_document(folder, source, images, found, left_out))
        return 0
    from trainer.cli.run_view import INTERVALS, report_lines

    say(*report_lines(found.evaluation), "", INTERVALS)
    if csv is not None:
        say(f"{csv}: {counted(len(found.rows), 'image')}")
    return 0


def _load(folder: RunFolder, metrics: Sequence[str]) -> LoadedRun:
    from trainer.inference import load_for_images, load_trained

    try:
        return load_trained(folder, metrics)
    except UsageError as error:
        if error.code not in DATA_UNKNOWN:
            raise
        found = load_for_images(folder, metrics=metrics)
        note(f"{DATA_UNKNOWN[error.code]}: it is not known whether it was trained on some of these")
        return found


class _Told:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if time.monotonic() - self._last >= TOLD_SECONDS:
            self._last = time.monotonic()
            note(f"{done:,} of {total:,} images")


def _warn(images: LabelledImages, found: LabelledEvaluation) -> None:
    """What is left out, and why the figures may be too good."""
    if images.skipped:
        classes = ", ".join(f"{name}: {count:,}" for name, count in sorted(images.skipped.items()))
        note(f"left out: {counted(sum(images.skipped.values()), 'image')} of classes unknown to the run ({classes})")
    if found.left_out:
        note(f"left out: {counted(len(found.left_out), 'image')} that cannot be read: {listed(found.left_out)}")
    if found.seen:
        note(
            f"warning: the run was trained on {len(found.seen):,} of these {len(images.paths):,} images (the same "
            f"files), such as {found.seen[0]}: the metrics are too optimistic"
        )


def _document(
    folder: RunFolder,
    source: Path,
    images: LabelledImages,
    found: LabelledEvaluation,
    left_out: Sequence[LeftOutMetric],
) -> dict[str, Any]:
    return {
        "run": folder.path,
        "data": source,
        **{name: value for name, value in found.evaluation.plain().items() if name != "format"},
        "skipped": images.skipped,
        "unreadable": [{"image": one.path, "code": one.code, "reason": one.reason} for one in found.left_out],
        "trained_on": found.seen,
        "metrics_left_out": [one._asdict() for one in left_out],
    }
