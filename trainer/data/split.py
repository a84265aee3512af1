"""Training, validation and test images by seed, stratified by class. [no torch]"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import RULES, Fault, ImageSet
from trainer.events import SPLITS

Indices = NDArray[np.int64]


def mix(*parts: object) -> int:
    """Hash values into a seed: seeds that differ in one bit lead to unrelated streams.

    Args:
        *parts: Values with a stable text form.

    Returns:
        63 well-mixed bits.
    """
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def split_pictures(
    pictures: ImageSet, *, valid: float, test: float, seed: int, samples: int | None = None, rules: int = RULES
) -> tuple[dict[str, Indices], tuple[Fault, ...]]:
    """Divide the images of a source, stratified by class.

    A part that the source brings itself is used as it is; if it brings validation but no test images, no test images
    are drawn (under `rules` 1 they were). Every class keeps its share to within one image, and totals are exact: 10 %
    of 50,000 is 5,000. A class whose share is below one image gets one before others if an earlier part gave it none,
    and among equals the seed decides; under `rules` 1 the first classes always got it. Images whose labels were edited
    stay where their original labels put them; those that edits leave out are removed at the end.

    Args:
        pictures: The images.
        valid: Fraction of the source's training images for validation, in [0, 1).
        test: Fraction of the source's training images for the test, in [0, 1).
        seed: Seed of the split.
        samples: At most this many training images, each class keeping its share and at least one image. None: all.
        rules: 1: as version 0.1.0 did, for its runs. Default: today's rules.

    Returns:
        Part -> indices of its images, ascending, without unreadable ones and without empty parts; and classes that are
        too small to be divided.
    """
    labels = pictures.labels if pictures.labels_of_source is None else pictures.labels_of_source
    good = np.ones(len(pictures.labels), bool)
    good[list(pictures.unreadable)] = False
    split: dict[str, NDArray[np.int64]] = {
        part: np.flatnonzero((pictures.parts == code) & good) for code, part in enumerate(SPLITS)
    }
    wanted: dict[str, float] = {"test": test, "valid": valid}
    there = {part: bool(np.any(pictures.parts == SPLITS.index(part))) for part in wanted}
    if there["valid"] and rules > 1:
        wanted.pop("test")
    drawn = {part: share for part, share in wanted.items() if share > 0 and not there[part]}
    counts = np.bincount(labels[split["train"]], minlength=len(pictures.classes))
    faults = too_small(pictures.classes, counts.tolist(), len(drawn))
    if not faults:
        split |= _draw(split["train"], labels, drawn, seed, rules)
    if samples is not None and samples < len(split["train"]):
        split["train"] = _thinned(split["train"], labels, samples, seed)
    if pictures.edited_out:
        split = {part: np.setdiff1d(rows, pictures.edited_out, assume_unique=True) for part, rows in split.items()}
    return {part: split[part] for part in SPLITS if len(split[part])}, faults


def too_small(classes: Sequence[str], counts: Sequence[int], parts: int) -> tuple[Fault, ...]:
    """Find classes with too few training images.

    Args:
        classes: Class names.
        counts: Training images of each class.
        parts: Number of further parts to be drawn from them.

    Returns:
        A fault for each such class.
    """
    return tuple(
        Fault(
            name,
            "class_too_small",
            f"class has {count} training image{'s' if count > 1 else ''}, too few for {parts + 1} parts",
        )
        for name, count in zip(classes, counts, strict=True)
        if 0 < count <= parts
    )


def _draw(
    pool: Indices, labels: NDArray[np.int64], shares: dict[str, float], seed: int, rules: int
) -> dict[str, Indices]:
    result: dict[str, Indices] = {}
    left = _shuffled(pool, "split", seed)
    counts = np.bincount(labels[pool])
    owed = [Fraction(0)] * len(counts)
    for part, share in shares.items():
        order = _small_first(counts, share, owed, seed) if rules > 1 else None
        quota = _quotas(counts, share, np.bincount(labels[left], minlength=len(counts)), order)
        owed = [due + Fraction(str(share)) * count - got for due, count, got in _rows(owed, counts, quota)]
        rank = _rank_in_class(labels[left])
        chosen = rank < quota[labels[left]]
        result[part] = np.sort(left[chosen])
        left = left[~chosen]
    result["train"] = np.sort(left)
    return result


def _rows(owed: list[Fraction], *columns: NDArray[np.int64]) -> Iterator[tuple[Fraction, int, int]]:
    return zip(owed, *(column.tolist() for column in columns), strict=True)


def _small_first(counts: NDArray[np.int64], share: float, owed: list[Fraction], seed: int) -> Sequence[int]:
    """Classes in the order in which they get an image above the whole ones of their share: those that miss the most.

    Only a class with a share of less than one image has what earlier parts `owed` it added, and is drawn by the seed:
    the others get images in any case, and splits without such classes stay as they always were.
    """
    exact = [Fraction(str(share)) * count for count in counts.tolist()]
    drawn = np.argsort(np.random.PCG64(mix("classes", seed)).random_raw(len(counts)), kind="stable").tolist()
    place = {label: rank for rank, label in enumerate(drawn)}

    def key(label: int) -> tuple[Fraction, int]:
        if exact[label] < 1:
            return -exact[label] - owed[label], place[label]
        return int(exact[label]) - exact[label], label

    return sorted(range(len(exact)), key=key)


def _thinned(rows: Indices, labels: NDArray[np.int64], samples: int, seed: int) -> Indices:
    counts = np.bincount(labels[rows])
    quota = np.maximum(_quotas(counts, Fraction(samples, len(rows)), counts), counts > 0)
    shuffled = _shuffled(rows, "samples", seed)
    return np.sort(shuffled[_rank_in_class(labels[shuffled]) < quota[labels[shuffled]]])


def _shuffled(rows: Indices, purpose: str, seed: int) -> Indices:
    # The raw stream of a bit generator is guaranteed to stay the same over numpy versions; `permutation` is not.
    keys = np.random.PCG64(mix(purpose, seed)).random_raw(len(rows))
    return rows[np.argsort(keys, kind="stable")]


def _quotas(
    counts: NDArray[np.int64], share: float | Fraction, room: NDArray[np.int64], order: Sequence[int] | None = None
) -> NDArray[np.int64]:
    """Images of each class, by largest remainder: at least one in all, and their sum is the rounded total. A class
    gets none above its share where no more than `room` are left of it. `order`: of the classes, where it is not the
    remainder that decides who comes first."""
    exact = [Fraction(str(share)) * count for count in counts.tolist()]
    quota = [int(value) for value in exact]
    total = max(1, round(sum(exact)))
    order = order or sorted(range(len(exact)), key=lambda label: (quota[label] - exact[label], label))
    with_room = [label for label in order if quota[label] < room[label]]
    for label in with_room[: total - sum(quota)]:
        quota[label] += 1
    return np.array(quota, np.int64)


def _rank_in_class(labels: NDArray[np.int64]) -> Indices:
    """How many earlier entries have the same label."""
    order = np.argsort(labels, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(labels))))
    rank = np.empty(len(labels), np.int64)
    rank[order] = np.arange(len(labels)) - starts[labels[order]]
    return rank
