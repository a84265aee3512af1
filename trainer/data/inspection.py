"""What a source contains, for people: counts, sizes, faults, copies. [no torch for folders and digits]"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainer.data.duplicates import Duplicates, find_duplicates
from trainer.data.image_set import DataNote, Fault, ImageSet, LeftOut, Progress, no_progress
from trainer.data.label_edits import apply_edits
from trainer.data.quality import Balance, Odd, balance, mean_images, odd_images
from trainer.data.read_options import ReadOptions
from trainer.data.sources import load_pictures
from trainer.data.split import Indices, split_pictures
from trainer.data.validation import all_problems
from trainer.events import SPLITS
from trainer.store.edits_file import LabelEdit, read_edits


@dataclass(frozen=True)
class Report:
    """Findings about a source. Counts are of readable images."""

    name: str
    """Name of the source."""
    classes: tuple[str, ...]
    """Class names."""
    input_shape: tuple[int, int, int]
    """Channels, height and width after the size policy."""
    counts: dict[str, tuple[int, ...]]
    """Split -> images of each class, in the order of `classes`."""
    original_sizes: tuple[tuple[int, int, int], ...]
    """Width, height and number of images before the size policy, most common first."""
    modes: dict[str, int]
    """Pillow mode -> number of files; empty if there are no files."""
    faults: tuple[Fault, ...]
    """Single files that cannot be used."""
    problems: tuple[Fault, ...]
    """What prevents the source from being used."""
    notes: tuple[DataNote, ...]
    """Remarks for people."""
    left_out: tuple[LeftOut, ...]
    """What is in the folder but not used; `notes` say it in words."""
    balance: Balance | None
    """How even the classes are; None without training images."""
    odd: tuple[Odd, ...]
    """Unusual images that are used nevertheless: of one colour, much enlarged or cropped, of an unusual mode."""
    duplicates: Duplicates
    """Copies and leaks among the readable images; `place` explains the numbers."""
    pictures: ImageSet = field(repr=False)
    """The images themselves."""
    parts: NDArray[np.uint8] = field(repr=False)
    """(N,): index into SPLITS of each image; beyond them for images in no split."""
    edits: tuple[LabelEdit, ...] = ()
    """Label edits that were applied."""

    def place(self, image: int) -> tuple[str, str, str]:
        """Identify an image.

        Args:
            image: Number of a readable image.

        Returns:
            Its path, split and class.
        """
        part, label = SPLITS[self.parts[image]], self.pictures.labels[image]
        return self.pictures.paths[image], part, self.classes[label]

    def mean_images(self) -> NDArray[np.uint8]:
        """Compute the mean training image of each class.

        Returns:
            Pixels uint8 (C, H, W, 3); black for a class without images.
        """
        return mean_images(self.pictures, np.flatnonzero(self.parts == 0))

    def unread(self) -> dict[str, int]:
        """Count files in image formats that are not read.

        Returns:
            Class -> number of files; only classes that have some.
        """
        counts: Counter[str] = Counter()
        for one in self.left_out:
            if one.kind == "format":
                counts[one.class_name] += one.count
        return dict(counts)

    @property
    def usable(self) -> bool:
        """Whether `open_data` would accept the source, unreadable images left out."""
        return not self.problems


class DividedSource(NamedTuple):
    """The images of a source and their split."""

    pictures: ImageSet
    """The images."""
    split: dict[str, Indices]
    """Part -> numbers of its images."""
    parts: NDArray[np.uint8]
    """(N,): index into SPLITS of each image; beyond them for images in no split."""
    too_small: tuple[Fault, ...]
    """Classes with too few images to be divided."""
    edits: tuple[LabelEdit, ...]
    """Label edits that were applied."""


def divide_source(
    source: str,
    *,
    seed: int = 1234,
    valid: float = 0.1,
    test: float = 0.1,
    samples: int | None = None,
    size: int | None = None,
    edits: str | None = None,
    root: str | None = None,
    progress: Progress = no_progress,
) -> DividedSource:
    """Read and divide a source as `open_data` would, without raising for faults of its images.

    Args:
        source: Name or path, as for `open_data`.
        seed: Seed of the split.
        valid: Fraction of validation images, in [0, 1).
        test: Fraction of test images, in [0, 1).
        samples: At most this many training images. None: all.
        size: Side of the square images in pixels. None: the usual size.
        edits: CSV file of label edits. None: none.
        root: Folder of downloads. None: the cache folder.
        progress: Called with the stages of reading.

    Returns:
        The images and their split.

    Raises:
        UsageError: `data.unknown_source`: there is no such source.
        DataError: The source cannot be read at all, or the edits do not fit.
    """
    pictures = load_pictures(source, ReadOptions(size, progress, root=root))
    applied: tuple[LabelEdit, ...] = ()
    if edits is not None:
        pictures, found = apply_edits(pictures, read_edits(edits), edits)
        applied = found.edits
    split, too_small = split_pictures(pictures, valid=valid, test=test, seed=seed, samples=samples)
    parts = np.full(len(pictures.labels), len(SPLITS), np.uint8)
    for part, rows in split.items():
        parts[rows] = SPLITS.index(part)
    return DividedSource(pictures, split, parts, too_small, applied)


def inspect_source(
    source: str,
    *,
    seed: int = 1234,
    valid: float = 0.1,
    test: float = 0.1,
    samples: int | None = None,
    size: int | None = None,
    edits: str | None = None,
    root: str | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Check a source as `open_data` would, without raising for faults of its images.

    Args:
        source: Name or path, as for `open_data`.
        seed: Seed of the split.
        valid: Fraction of validation images, in [0, 1).
        test: Fraction of test images, in [0, 1).
        samples: At most this many training images. None: all.
        size: Side of the square images in pixels. None: the usual size.
        edits: CSV file of label edits. None: none.
        root: Folder of downloads. None: the cache folder.
        progress: Called with the stages of reading, and "check" for copies.

    Returns:
        What was found.

    Raises:
        UsageError: `data.unknown_source`: there is no such source.
        DataError: The source cannot be read at all, or the edits do not fit.
    """
    pictures, split, parts, too_small, applied = divide_source(
        source, seed=seed, valid=valid, test=test, samples=samples, size=size, edits=edits, root=root, progress=progress
    )
    readable = np.delete(pictures.sizes, pictures.unreadable, axis=0)
    common = Counter((width, height) for width, height in readable.tolist()).most_common()
    height, width = pictures.pixels.shape[1:3]
    counts = {
        part: tuple(np.bincount(pictures.labels[rows], minlength=len(pictures.classes)).tolist())
        for part, rows in split.items()
    }
    return Report(
        name=pictures.name,
        classes=pictures.classes,
        input_shape=(pictures.channels, height, width),
        counts=counts,
        original_sizes=tuple((*pair, count) for pair, count in common),
        modes=pictures.modes,
        faults=pictures.faults,
        problems=all_problems(pictures, too_small),
        notes=pictures.notes,
        left_out=pictures.left_out,
        balance=balance(counts),
        odd=odd_images(pictures, np.flatnonzero(parts < len(SPLITS))),
        duplicates=find_duplicates(pictures, split, progress=progress),
        pictures=pictures,
        parts=parts,
        edits=applied,
    )
