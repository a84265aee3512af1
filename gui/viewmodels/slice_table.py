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
"""Instead of a fact: the slices that fail more than their classes explain, the costliest first."""
MAX_FILE = 256 << 20
Interval = tuple[float, float]
Stamp = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SliceRow:
    """One slice. `places` (n,) are its images, by their numbers in the split. `difference` is that of accuracy to
    other images with the same mixture of classes, NaN where there are none; `lost`: images that this costs. `macro_f1`
    is NaN where all images are of one class. `same_as`: the place among the worst of the slice that explains it, -1:
    none."""

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
        """How many."""
        return len(self.places)


@dataclass(frozen=True, eq=False)
class SliceTable:
    """All slices of a split; `images` of its `total` images were looked at, `wrong` of them are wrong. `enough`:
    whether there are images for any slice. `missing`, `unopened`, `rare`: what is not known, as the engine says."""

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
        """Of all images; NaN of none."""
        return 1 - self.wrong / self.images if self.images else math.nan

    @property
    def alone(self) -> list[SliceRow]:
        """Those of the worst that no other one explains."""
        return [one for one in self.worst if one.same_as < 0]

    def rows(self, by: str) -> list[SliceRow]:
        """Of a fact in its own order; of the worst, each followed by those with nearly the same images. What these hold
        of a single class says nothing new, and is left out."""
        if by != WORST:
            return [one for one in self.slices if one.group.fact == by]
        return [
            row
            for place, one in enumerate(self.worst)
            if one.same_as < 0
            for row in (one, *(other for other in self.worst if other.same_as == place and other.group.label < 0))
        ]


def read_slices(answer: dict[str, Any]) -> SliceTable:
    """What the helper answered. Raises ValueError where it is no such answer."""
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
    """Changes when the split is evaluated again; empty where it has not been."""
    try:
        about = os.stat(folder.evaluation / f"{split}.npz")  # noqa: PTH116 - asked each time a person comes back
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino
