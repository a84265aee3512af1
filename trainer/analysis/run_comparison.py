"""Compares two runs: which settings differ, and which differences of their metrics are more than noise. [no torch]

If both were evaluated on the same images, these are compared one by one, so that what is hard for both cancels out.
Which images a run was evaluated on is known from its published data, `runs/.data/FINGERPRINT`. If the labels of one run
were edited, both are judged by the edited labels, on the images that both have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.paired_comparison import Paired, paired_bootstrap
from trainer.store.edits_file import OF_RUN, LabelEdit, kept_edits, read_edits
from trainer.store.evaluations import SplitMetrics, read_outputs
from trainer.store.folder import RunFolder
from trainer.store.run_files import data_fingerprint, dotted_settings
from trainer.store.thumbnails import PublishedSplit, open_published

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class RunComparison:
    """Comparison of run A and run B on one split."""

    a: SplitMetrics
    """Evaluation of run A; on the common images if `edited`, without a loss."""
    b: SplitMetrics
    """Evaluation of run B, likewise."""
    settings: tuple[tuple[str, Any, Any], ...]
    """Key, value of A and value of B for each setting that differs; None if it is not set."""
    paired: Paired | None
    """Comparison image by image; None if that is not possible."""
    images: int
    """Images compared one by one; fewer than all if only a sample is published."""
    reason: str
    """Why they cannot be compared one by one, for people; empty if they can."""
    edited: LabelDifference | None = None
    """How edits made the labels of the two runs differ; None if they did not."""


@dataclass(frozen=True)
class LabelDifference:
    """How label edits made two runs differ."""

    relabelled: int
    """Images with different labels in the two runs."""
    left_out: int
    """Images that only one of the runs has."""


def compare(a: RunFolder, b: RunFolder, one: SplitMetrics, other: SplitMetrics) -> RunComparison:
    """Compare two runs on a split. A macro-F1 that an older version recorded over all classes is computed again, over
    those that occur: otherwise the two could not be compared.

    Args:
        a: Folder of run A.
        b: Folder of run B.
        one: Evaluation of run A.
        other: Evaluation of run B, on the same split.

    Returns:
        The comparison.
    """
    one, other = _restated(one), _restated(other)
    paired, images, reason, edited = None, 0, "", None
    try:
        true, answers, edited = _same_images(a, b, one, other)
        images = len(true)
        paired = paired_bootstrap(true, *answers, len(one.classes))
        if edited is not None:
            one, other = (_judged(found, true, told) for found, told in zip((one, other), answers, strict=True))
    except _Apart as error:
        reason = str(error)
    differences = tuple(_differences(dotted_settings(a), dotted_settings(b)))
    return RunComparison(one, other, differences, paired, images, reason, edited)


def _judged(found: SplitMetrics, true: Numbers, answers: Numbers) -> SplitMetrics:
    """The same answers by other labels; their loss is not known."""
    metrics = Metrics.from_confusion(confusion(true, answers, len(found.classes)), float("nan"))
    return replace(found, metrics=metrics, recorded=None)


def _restated(found: SplitMetrics) -> SplitMetrics:
    if found.metrics.macro_classes == found.metrics.occurring:
        return found
    metrics = replace(found.metrics, macro_f1=Metrics.from_confusion(found.metrics.confusion, 0.0).macro_f1)
    return replace(found, metrics=metrics, recorded=None)


# --- the same images


class _Apart(Exception):  # noqa: N818  # a finding, no error
    """The images cannot be compared one by one; the text says why, to a person."""


def _same_images(
    a: RunFolder, b: RunFolder, one: SplitMetrics, other: SplitMetrics
) -> tuple[Numbers, tuple[Numbers, Numbers], LabelDifference | None]:
    """True classes (M,) of the images that both judged, the answers (M,) of each, and how their labels differ where
    they were edited. Raises _Apart."""
    if one.split == "train":
        raise _Apart("Runs keep no list of their training images; compare them on valid or test.")
    if one.classes != other.classes:
        raise _Apart("The two runs have different classes.")
    (key, first), (other_key, second) = (_published(folder, one.split) for folder in (a, b))
    same = key == other_key or _equal(first, second)
    rows = None if same else _rows_of_both(first, second, _edits(a), _edits(b))
    if not same and rows is None:
        raise _Apart(
            f"Their {one.split} images are not the same: other data, or a split that was drawn with another seed."
        )
    answers = (_answers(a, one, first), _answers(b, other, second))
    if rows is None:
        return np.asarray(first.labels, np.int64), answers, None
    labels = [np.asarray(split.labels, np.int64)[some] for split, some in zip((first, second), rows, strict=True)]
    left_out = len(first.paths) + len(second.paths) - 2 * len(rows[0])
    difference = LabelDifference(int((labels[0] != labels[1]).sum()), left_out)
    return labels[1 if _edits(b) else 0], (answers[0][rows[0]], answers[1][rows[1]]), difference


def _edits(folder: RunFolder) -> dict[str, LabelEdit]:
    """The edits that a run was trained with, by path. Raises _Apart where they cannot be read."""
    try:
        kept = kept_edits(folder)
        return {edit.path: edit for edit in read_edits(kept)} if kept is not None else {}
    except DataError as error:
        raise _Apart(f"The label edits of {folder.name} cannot be read: {folder.path / OF_RUN}") from error


def _rows_of_both(
    first: PublishedSplit, second: PublishedSplit, edits: dict[str, LabelEdit], others: dict[str, LabelEdit]
) -> tuple[Numbers, Numbers] | None:
    """Places (M,) of the images that are in both; None unless edits account for everything in which the two differ."""
    places, other_places = ({path: row for row, path in enumerate(split.paths)} for split in (first, second))
    if not (edits or others) or "" in places or "" in other_places:
        return None
    both = [path for path in first.paths if path in other_places]
    rows, other_rows = (np.array([table[path] for path in both], np.int64) for table in (places, other_places))
    gone = {edit.path for edit in (*edits.values(), *others.values()) if edit.action == "leave_out"}
    relabelled = {edit.path for edit in (*edits.values(), *others.values()) if edit.action == "relabel"}
    differ = [
        path
        for path, row, other in zip(both, rows.tolist(), other_rows.tolist(), strict=True)
        if first.labels[row] != second.labels[other]
    ]
    explained = (set(places) ^ set(other_places)) <= gone and set(differ) <= relabelled
    sampled = first.sample or second.sample  # which images of a sample are published depends on their number
    if not both or not (explained or (sampled and set(differ) <= relabelled)):
        return None
    return (rows, other_rows) if _same_pixels(first, second, rows, other_rows) else None


def _same_pixels(first: PublishedSplit, second: PublishedSplit, rows: Numbers, other_rows: Numbers) -> bool:
    if first.images.shape[1:] == second.images.shape[1:]:
        return np.array_equal(first.images[rows], second.images[other_rows])
    sizes, others = np.asarray(first.sizes), np.asarray(second.sizes)
    return np.array_equal(sizes[rows], others[other_rows])


def _published(folder: RunFolder, split: str) -> tuple[str, PublishedSplit]:
    """Fingerprint of the run's data, and its images of a split."""
    try:
        key = data_fingerprint(folder)
        return key, open_published(folder.path.parent, key).splits[split]
    except (OSError, KeyError, ValueError, DataError) as error:
        raise _Apart(f"Which {split} images {folder.name} was judged on is not known.") from error


def _equal(first: PublishedSplit, second: PublishedSplit) -> bool:
    """Whether two data sets hold the same images of a split: a test set that comes with the data does not change with
    the seed, the fingerprint does. Taken at another size, images are known by their paths and original sizes."""
    if (first.labels, first.total, first.indices) != (second.labels, second.total, second.indices):
        return False
    if first.images.shape == second.images.shape:
        return np.array_equal(first.images, second.images)
    return all(first.paths) and (first.paths, first.sizes) == (second.paths, second.sizes)


def _answers(folder: RunFolder, found: SplitMetrics, split: PublishedSplit) -> Numbers:
    """The answers to the published images. Raises _Apart where they do not belong to the figures."""
    path = folder.evaluation / f"{found.split}.npz"
    try:
        answers = read_outputs(path)["predicted"].astype(np.int64)
        fits = len(answers) == split.total == found.metrics.samples
        if fits and not split.sample:
            table = confusion(split.labels, answers, len(found.classes))
            fits = bool(np.array_equal(table, found.metrics.counts))
    except (OSError, KeyError, ValueError, DataError) as error:
        raise _Apart(f"The per-image predictions of {folder.name} cannot be read: {path}") from error
    if not fits:
        raise _Apart(f"The per-image predictions of {folder.name} do not belong to its figures: {path}")
    return answers[split.indices]


# --- settings


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in [*one, *(key for key in other if key not in one)]:
        if one.get(key) != other.get(key):
            yield key, one.get(key), other.get(key)
