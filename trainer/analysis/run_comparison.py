"""Two runs side by side: what was set otherwise, and which differences of their figures are more than noise. [no torch]

Where both judged the same images, these are compared one by one, and what is hard for both cancels. Which images a run
judged is known from what is published of its data, `runs/.data/FINGERPRINT`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.significance import Paired, paired_bootstrap
from trainer.store import durable
from trainer.store.evaluations import MAX_BYTES, SplitMetrics, read_outputs
from trainer.store.folder import RunFolder
from trainer.store.run_files import dotted_settings
from trainer.store.thumbnails import PublishedSplit, open_published

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class RunComparison:
    """Runs A and B on one split. `settings`: key, value of A, value of B, where they differ; None where it is not set.

    `paired` is None where the images cannot be compared one by one; `reason` says why. `images`: how many were, of
    the split's; fewer than all where only a sample of them is published.
    """

    a: SplitMetrics
    b: SplitMetrics
    settings: tuple[tuple[str, Any, Any], ...]
    paired: Paired | None
    images: int
    reason: str


def compare(a: RunFolder, b: RunFolder, one: SplitMetrics, other: SplitMetrics) -> RunComparison:
    """Run A with its evaluation `one` beside run B with `other`, both of the same split. Macro-F1 that an older version
    recorded over all classes is computed again, over those that occur: else the two could not be compared."""
    one, other = _restated(one), _restated(other)
    paired, images, reason = None, 0, ""
    try:
        true, answers = _same_images(a, b, one, other)
        images = len(true)
        paired = paired_bootstrap(true, *answers, len(one.classes))
    except _Apart as error:
        reason = str(error)
    return RunComparison(
        one, other, tuple(_differences(dotted_settings(a), dotted_settings(b))), paired, images, reason
    )


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
) -> tuple[Numbers, tuple[Numbers, Numbers]]:
    """True classes (M,) of the images that both judged, and the answers (M,) of each. Raises _Apart."""
    if one.split == "train":
        raise _Apart("Of the training images no list is kept; validation and test images can be compared.")
    if one.classes != other.classes:
        raise _Apart("The two runs do not tell the same classes apart.")
    (key, first), (other_key, second) = (_published(folder, one.split) for folder in (a, b))
    if key != other_key and not _equal(first, second):
        raise _Apart(
            f"Their {one.split} images are not the same: other data, or a split that was drawn with another seed."
        )
    true = np.asarray(first.labels, np.int64)
    answers = (_answers(a, one, first), _answers(b, other, second))
    return true, answers


def _published(folder: RunFolder, split: str) -> tuple[str, PublishedSplit]:
    """Fingerprint of the run's data, and its images of a split."""
    try:
        about = msgspec.json.decode(durable.read_bytes(folder.environment, MAX_BYTES), type=dict)
        key = str(about["data_fingerprint"])
        return key, open_published(folder.path.parent, key).splits[split]
    except (OSError, KeyError, ValueError, DataError, msgspec.MsgspecError, RecursionError) as error:
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
        raise _Apart(f"The single answers of {folder.name} cannot be read: {path}") from error
    if not fits:
        raise _Apart(f"The single answers of {folder.name} do not belong to its figures: {path}")
    return answers[split.indices]


# --- settings


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in [*one, *(key for key in other if key not in one)]:
        if one.get(key) != other.get(key):
            yield key, one.get(key), other.get(key)
