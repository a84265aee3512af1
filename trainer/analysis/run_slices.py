"""Where the evaluated weights of a run fail, from what is stored about its images. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.analysis.slices import LEAST, Slices, find_slices
from trainer.data.image_facts import ImageFacts, Words, image_facts
from trainer.data.photo_facts import photo_facts
from trainer.errors import DataError, UsageError
from trainer.store.evaluations import SplitMetrics, read_outputs
from trainer.store.folder import RunFolder, confined
from trainer.store.run_files import data_fingerprint, dotted_settings
from trainer.store.thumbnails import PublishedSplit, open_published

Tell = Callable[[str, int, int], None]
"""Called as `tell(stage, done, total)`, in images; the stage is "pixels" or "photos"."""
PATTERN = "pattern"
"""Name of the fact that a path matches the user's pattern."""


@dataclass(frozen=True, eq=False)
class RunFacts:
    """What is known about the published images of a split: a sample if the split has more."""

    published: PublishedSplit
    """The images."""
    facts: ImageFacts
    """Facts, in the order of the images."""
    missing: int = 0
    """Photographs whose camera and time could not be read."""
    unopened: str = ""
    """Folder of the run's data, if it does not exist; else empty."""


@dataclass(frozen=True, eq=False)
class RunSlices:
    """Slices of an evaluated split."""

    found: Slices
    """The slices."""
    split: str
    """Name of the split."""
    classes: tuple[str, ...]
    """Class names."""
    known: RunFacts
    """What is known about its N published images."""
    labels: NDArray[np.int64]
    """True class of each of them int64 (N,)."""
    predicted: NDArray[np.int64]
    """Predicted class of each of them int64 (N,)."""
    outputs: dict[str, NDArray[Any]]
    """Predictions of the whole split, as `read_outputs` gives them."""

    @property
    def enough(self) -> bool:
        """Whether there are enough images for a slice and as many others."""
        return self.found.images >= 2 * LEAST


def run_slices(folder: RunFolder, evaluation: SplitMetrics, known: RunFacts, pattern: str = "") -> RunSlices:
    """Find the slices of an evaluated split.

    Args:
        folder: Folder of the run.
        evaluation: Evaluation of the split.
        known: Facts about its images.
        pattern: Adds the fact `PATTERN`: images whose path matches, with `*` and `?` as wildcards. Default: none.

    Returns:
        The slices.

    Raises:
        DataError: `slices.mismatch`: the predictions are not of these images; or they cannot be read.
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
            fix=f"epochscope evaluate {folder.name}",
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
    """Collect facts about the published images of a run.

    Args:
        folder: Folder of the run.
        split: "valid" or "test".
        classes: Class names.
        exif: Also read camera and time from photographs, if the data is a folder that still exists. Default: True.
        tell: Called as `tell(stage, done, total)`.

    Returns:
        The facts.

    Raises:
        DataError: `data.unpublished` or `slices.data`: the images are not known.
        UsageError: `slices.split`: the images of this split were not stored.
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
    """Collect what published images show by themselves, without the original data.

    Args:
        published: The images.
        classes: Class names.
        tell: Called as `tell(done, total)`.

    Returns:
        The facts.
    """
    names = [classes[label] if 0 <= label < len(classes) else "" for label in published.labels]
    return image_facts(published.images, published.sizes, published.paths, names, tell)


def _published(folder: RunFolder, split: str) -> PublishedSplit:
    key = data_fingerprint(folder)
    if not key:
        raise DataError(
            "slices.data",
            f"It is not known which data {folder.name} was trained on.",
            where=str(folder.environment),
            expected="environment.json with a data_fingerprint",
            name=folder.name,
        )
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
