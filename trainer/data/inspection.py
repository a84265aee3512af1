"""What is in a source, for people: counts, sizes, faults, copies. [no torch for folders and digits]"""

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
from trainer.data.sources import load_pictures
from trainer.data.split import Indices, split_pictures
from trainer.data.validation import all_problems
from trainer.events import SPLITS
from trainer.store.edits_file import LabelEdit, read_edits


@dataclass(frozen=True)
class Report:
    """Counts are of readable images. `faults` are single files, `problems` what keeps the source from being used."""

    name: str
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]
    """Channels, height and width after the size policy."""
    counts: dict[str, tuple[int, ...]]
    """Split -> images of each class, in the order of `classes`."""
    original_sizes: tuple[tuple[int, int, int], ...]
    """Width, height and number of images before the size policy, most common first."""
    modes: dict[str, int]
    """Pillow mode -> number of files; empty where there are no files."""
    faults: tuple[Fault, ...]
    problems: tuple[Fault, ...]
    notes: tuple[DataNote, ...]
    left_out: tuple[LeftOut, ...]
    """What is in the folder and is not used; `notes` say it in words."""
    balance: Balance | None
    """None where there are no training images."""
    odd: tuple[Odd, ...]
    """Images that are used all the same: of one colour, much enlarged or cut, of an unusual mode."""
    duplicates: Duplicates
    """Copies and leaks among the readable images; `place` says what its numbers stand for."""
    pictures: ImageSet = field(repr=False)
    parts: NDArray[np.uint8] = field(repr=False)
    """(N,): index into SPLITS of each image; beyond them for unreadable ones."""
    edits: tuple[LabelEdit, ...] = ()
    """Decisions about images that were applied."""

    def place(self, image: int) -> tuple[str, str, str]:
        """Path, split and class of the readable image with this number."""
        part, label = SPLITS[self.parts[image]], self.pictures.labels[image]
        return self.pictures.paths[image], part, self.classes[label]

    def mean_images(self) -> NDArray[np.uint8]:
        """The mean training image of each class, (C, H, W, 3) uint8; black where a class has none."""
        return mean_images(self.pictures, np.flatnonzero(self.parts == 0))

    def unread(self) -> dict[str, int]:
        """Class -> files in picture formats that are not read; only classes that have some."""
        counts: Counter[str] = Counter()
        for one in self.left_out:
            if one.kind == "format":
                counts[one.class_name] += one.count
        return dict(counts)

    @property
    def usable(self) -> bool:
        """Whether `open_data` would take it, unreadable images left out."""
        return not self.problems


class DividedSource(NamedTuple):
    """`split`: the images of each part; `parts` (N,): index into SPLITS of each image, beyond them for those in none.
    `too_small`: classes that cannot be divided. `edits`: decisions about images that were applied."""

    pictures: ImageSet
    split: dict[str, Indices]
    parts: NDArray[np.uint8]
    too_small: tuple[Fault, ...]
    edits: tuple[LabelEdit, ...]


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
    """Read and divide a source as `open_data` would, without raising for faults of its images. Arguments as there.

    Raises as `inspect_source`.
    """
    pictures = load_pictures(source, size=size, root=root, progress=progress)
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
    """Look at a source as `open_data` would, without raising for faults of its images. Arguments as there.

    Raises `UsageError` for an unknown source and `DataError` where there is nothing to look at.
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
