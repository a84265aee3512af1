"""Where the evaluated weights of a run fail, from what is kept of its images. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from trainer.analysis.slices import LEAST, Slices, find_slices
from trainer.data.image_facts import ImageFacts, Words, image_facts
from trainer.data.photo_facts import photo_facts
from trainer.errors import DataError, UsageError
from trainer.store import durable
from trainer.store.evaluations import MAX_BYTES, SplitMetrics, read_outputs
from trainer.store.folder import RunFolder, confined
from trainer.store.run_files import dotted_settings
from trainer.store.thumbnails import PublishedSplit, open_published

Tell = Callable[[str, int, int], None]
"""Hears of each stage, `pixels` or `photos`, how many of how many images are done."""
PATTERN = "pattern"
"""The fact that a path fits a pattern which a person gave."""


@dataclass(frozen=True, eq=False)
class RunFacts:
    """What is known of the published images of a split, in their order: a sample where the split has more.

    `missing`: photographs that could not be looked into for camera and time; `unopened`: the folder of the run's data,
    where it is not there.
    """

    published: PublishedSplit
    facts: ImageFacts
    missing: int = 0
    unopened: str = ""


@dataclass(frozen=True, eq=False)
class RunSlices:
    """`found` in the images of `known`; `labels` and `predicted`, (N,) int64, are in their order. `outputs` are
    those of the whole split, as `read_outputs` gives them."""

    found: Slices
    split: str
    classes: tuple[str, ...]
    known: RunFacts
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    outputs: dict[str, NDArray[Any]]

    @property
    def enough(self) -> bool:
        """Whether there are images for a slice and as many others."""
        return self.found.images >= 2 * LEAST


def run_slices(folder: RunFolder, evaluation: SplitMetrics, known: RunFacts, pattern: str = "") -> RunSlices:
    """The slices of an evaluated split, from the facts of its images. `pattern`: the fact PATTERN as well, of the
    images whose path fits it; `*` and `?` stand for any letters and any one.

    Raises DataError `slices.mismatch` where the answers are not of these images, and what reading them raises.
    """
    published, split, classes = known.published, evaluation.split, len(evaluation.classes)
    outputs = read_outputs(confined(folder, f"evaluation/{split}.npz"))
    labels, places = np.array(published.labels, np.int64), np.array(published.indices, np.int64)
    fits = len(outputs["predicted"]) == published.total and _within(places, published.total)
    predicted = outputs["predicted"][places].astype(np.int64) if fits else labels
    if not (fits and _within(labels, classes) and _within(predicted, classes)):
        raise DataError(
            "slices.mismatch",
            f"The predictions of {folder.name} do not match its {split} images.",
            where=str(folder.evaluation / f"{split}.npz"),
            mend=f"epochscope evaluate {folder.name}",
            name=folder.name,
            split=split,
        )
    facts = known.facts
    if pattern:
        fitting: Words = [(pattern,) if fnmatch(path, pattern) else () for path in published.paths]
        facts = ImageFacts(facts.numbers, {**facts.words, PATTERN: fitting})
    found = find_slices(facts, labels, predicted, evaluation.classes)
    return RunSlices(found, split, evaluation.classes, known, labels, predicted, outputs)


def _within(numbers: NDArray[np.int64], end: int) -> bool:
    return not len(numbers) or 0 <= int(numbers.min()) <= int(numbers.max()) < end


def run_facts(
    folder: RunFolder,
    split: str,
    classes: Sequence[str],
    *,
    exif: bool = True,
    tell: Tell = lambda stage, done, total: None,
) -> RunFacts:
    """Facts of the published images of a run's split, valid or test. `exif`: photographs are looked into for camera and
    time, where the run's data are a folder that is still there.

    Raises DataError `data.unpublished` or `slices.data`, or UsageError `slices.split`, where there are no images.
    """
    published = _published(folder, split)
    facts = published_facts(published, classes, lambda done, total: tell("pixels", done, total))
    source = str(dotted_settings(folder).get("data.source", ""))
    # only a folder can hold photographs; the name of a data set is no path, a table is a file
    if not exif or not os.path.isabs(source) or not any(published.paths) or Path(source).is_file():  # noqa: PTH117
        return RunFacts(published, facts)
    if not Path(source).is_dir():
        return RunFacts(published, facts, unopened=source)
    photos = photo_facts(Path(source), published.paths, lambda done, total: tell("photos", done, total))
    both = ImageFacts({**facts.numbers, **photos.facts.numbers}, {**facts.words, **photos.facts.words})
    return RunFacts(published, both, missing=photos.missing)


def published_facts(
    published: PublishedSplit, classes: Sequence[str], tell: Callable[[int, int], None] = lambda done, total: None
) -> ImageFacts:
    """What published images show by themselves, without the data that they are from."""
    names = [classes[label] if 0 <= label < len(classes) else "" for label in published.labels]
    return image_facts(published.images, published.sizes, published.paths, names, tell)


def _published(folder: RunFolder, split: str) -> PublishedSplit:
    try:
        about: Any = msgspec.json.decode(durable.read_bytes(folder.environment, MAX_BYTES), type=dict)
        key = str(about["data_fingerprint"])
    except (OSError, KeyError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise DataError(
            "slices.data",
            f"It is not known which data {folder.name} was trained on.",
            where=str(folder.environment),
            expected="environment.json with a data_fingerprint",
            name=folder.name,
        ) from error
    found = open_published(folder.path.parent, key).splits
    if split not in found:
        raise UsageError(
            "slices.split",
            f"The images of the {split} split were not kept, so nothing is known about them.",
            where=str(folder.path.parent / ".data" / key),
            expected=f"one of {', '.join(found)}" if found else "",
            split=split,
        )
    return found[split]
