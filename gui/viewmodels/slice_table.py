"""The slices of a run as the helper found them: which rows to show, and the images of each. No Qt."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.analysis.slices import ImageGroup, Verdict
from trainer.errors import DataError
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder

WORST = "worst"
"""In place of a fact: the slices that fail more than their classes explain, costliest first."""
MAX_FILE = 256 << 20
Interval = tuple[float, float]
Stamp = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SliceRow:
    """One slice.

    Attributes:
        group: What its images have in common.
        places: Their indices in the split (n,), int64.
        wrong: Number of them predicted wrong.
        accuracy: In [0, 1].
        accuracy_interval: 95 % interval: (low, high).
        macro_f1: In [0, 1]; NaN if all images are of one class.
        macro_interval: 95 % interval: (low, high).
        difference: Accuracy minus that of other images with the same mix of classes; NaN if there are none.
        lost: Images that this costs.
        lost_interval: 95 % interval: (low, high).
        verdict: Whether the slice is worse than chance explains.
        same_as: Index among the worst of the slice that explains it; -1 if none does.
    """

    group: ImageGroup
    places: NDArray[np.int64]
    wrong: int
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_interval: Interval
    difference: float
    lost: float
    lost_interval: Interval
    verdict: Verdict
    same_as: int = -1

    @property
    def images(self) -> int:
        """Number of its images."""
        return len(self.places)


@dataclass(frozen=True, eq=False)
class SliceTable:
    """All slices of a split.

    Attributes:
        images: Number of images examined.
        total: Images of the split.
        wrong: How many of the examined images are predicted wrong.
        facts: Facts that images are grouped by.
        slices: Slices by fact.
        worst: The worst slices, costliest first.
        enough: Whether there are enough images for any slice.
        missing: Photographs that were not found.
        unopened: Folder of photographs that was not found; may be empty.
        rare: Words that too few images have, with their number.
    """

    images: int = 0
    total: int = 0
    wrong: int = 0
    facts: tuple[str, ...] = ()
    slices: tuple[SliceRow, ...] = ()
    worst: tuple[SliceRow, ...] = ()
    enough: bool = False
    missing: int = 0
    unopened: str = ""
    rare: dict[str, int] = field(default_factory=dict)

    @property
    def accuracy(self) -> float:
        """Accuracy on all images, in [0, 1]; NaN if there are none."""
        return 1 - self.wrong / self.images if self.images else math.nan

    @property
    def alone(self) -> list[SliceRow]:
        """The worst slices that no other slice explains."""
        return [one for one in self.worst if one.same_as < 0]

    def rows(self, by: str) -> list[SliceRow]:
        """List the rows to show.

        Args:
            by: A fact, in its own order; or `WORST`, each followed by slices of nearly the same images. Those limited
                to a single class add nothing and are skipped.

        Returns:
            The rows.
        """
        if by != WORST:
            return [one for one in self.slices if one.group.fact == by]
        return [
            row
            for place, one in enumerate(self.worst)
            if one.same_as < 0
            for row in (one, *(other for other in self.worst if other.same_as == place and other.group.label < 0))
        ]


def read_slices(answer: dict[str, Any]) -> SliceTable:
    """Read the helper's answer.

    Args:
        answer: The answer.

    Returns:
        The slices.

    Raises:
        ValueError: It cannot be read.
    """
    try:
        arrays = read_arrays(str(answer["out"]), MAX_FILE)
        places, starts = arrays["places"].astype(np.int64), arrays["starts"].tolist()
        plain = [*answer["slices"], *answer["worst"]]
        pieces = [places[start:end] for start, end in pairwise(starts)]
        rows = [_row(one, some) for one, some in zip(plain, pieces, strict=True)]
        count = len(answer["slices"])
        return SliceTable(
            int(answer["images"]),
            int(answer["total"]),
            int(answer["wrong"]),
            tuple(map(str, answer["facts"])),
            tuple(rows[:count]),
            tuple(rows[count:]),
            bool(answer["enough"]),
            int(answer["photographs_missing"]),
            str(answer["folder_missing"]),
            dict(answer["rare_words"]),
        )
    except (DataError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not an answer about slices: {error}") from error


def _row(plain: dict[str, Any], places: NDArray[np.int64]) -> SliceRow:
    def number(name: str, otherwise: Any = math.nan) -> Any:
        return otherwise if plain[name] is None else plain[name]

    group = ImageGroup(
        plain["fact"],
        plain["word"],
        number("low"),
        number("high"),
        plain["part"],
        plain["parts"],
        plain["rest"],
        number("label", -1),
    )
    nothing = (math.nan, math.nan)
    return SliceRow(
        group,
        places,
        plain["wrong"],
        plain["accuracy"],
        tuple(plain["accuracy_interval"]),
        number("macro_f1"),
        tuple(number("macro_f1_interval", nothing)),
        number("difference"),
        plain["lost"],
        tuple(plain["lost_interval"]),
        plain["verdict"],
        number("same_as", -1),
    )


def stamp(folder: RunFolder, split: str) -> Stamp:
    """Make a stamp that changes when the split is evaluated again.

    Args:
        folder: Folder of the run.
        split: The split.

    Returns:
        The stamp; empty if it was not evaluated.
    """
    try:
        about = os.stat(folder.evaluation / f"{split}.npz")  # noqa: PTH116 - asked each time a person comes back
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino
