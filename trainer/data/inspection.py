"""What is in a source, for people: counts, sizes, faults, copies. [no torch for folders and digits]"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trainer.data.duplicates import Duplicates, find_duplicates
from trainer.data.image_set import DataNote, Fault, ImageSet, LeftOut, Progress, no_progress
from trainer.data.quality import Balance, Odd, balance, mean_images, odd_images
from trainer.data.sources import load_pictures
from trainer.data.split import split_pictures
from trainer.data.validation import all_problems
from trainer.events import SPLITS


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
    """What lies in the folder and is not used; `notes` say it in words."""
    balance: Balance | None
    """None where there are no training images."""
    odd: tuple[Odd, ...]
    """Images that are used all the same: of one colour, much enlarged or cut, of an unusual mode."""
    duplicates: Duplicates
    """Copies and leaks among the readable images; `place` says what its numbers stand for."""
    pictures: ImageSet = field(repr=False)
    parts: NDArray[np.uint8] = field(repr=False)
    """(N,): index into SPLITS of each image; beyond them for unreadable ones."""

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


def inspect_source(
    source: str,
    *,
    seed: int = 1234,
    valid: float = 0.1,
    test: float = 0.1,
    samples: int | None = None,
    size: int | None = None,
    root: str | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Look at a source as `open_data` would, without raising for faults of its images. Arguments as there.

    Raises `UsageError` for an unknown source and `DataError` where there is nothing to look at.
    """
    pictures = load_pictures(source, size=size, root=root, progress=progress)
    split, too_small = split_pictures(pictures, valid=valid, test=test, seed=seed, samples=samples)
    readable = np.delete(pictures.sizes, pictures.unreadable, axis=0)
    common = Counter((width, height) for width, height in readable.tolist()).most_common()
    height, width = pictures.pixels.shape[1:3]
    counts = {
        part: tuple(np.bincount(pictures.labels[rows], minlength=len(pictures.classes)).tolist())
        for part, rows in split.items()
    }
    parts = np.full(len(pictures.labels), len(SPLITS), np.uint8)
    for part, rows in split.items():
        parts[rows] = SPLITS.index(part)
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
    )
