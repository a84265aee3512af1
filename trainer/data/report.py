"""What is in a source, for people: counts, sizes, faults. [no torch for folders and digits]"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from trainer.data.pictures import Fault, Progress, no_progress
from trainer.data.problems import all_problems
from trainer.data.sources import load_pictures
from trainer.data.split import split_pictures


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
    notes: tuple[str, ...]

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
    return Report(
        name=pictures.name,
        classes=pictures.classes,
        input_shape=(pictures.channels, height, width),
        counts={
            part: tuple(np.bincount(pictures.labels[rows], minlength=len(pictures.classes)).tolist())
            for part, rows in split.items()
        },
        original_sizes=tuple((*pair, count) for pair, count in common),
        modes=pictures.modes,
        faults=pictures.faults,
        problems=all_problems(pictures, too_small),
        notes=pictures.notes,
    )
