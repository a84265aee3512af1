"""Images that occur more than once: copies within a split, and those that a split shares with training. [no torch]

Exact copies have the same pixels after decoding and the size policy. Near copies look the same (`trainer.data.phash`)
and correlate, pixel for pixel, at 0.92 or more: saved as JPEG, resized, made brighter; not mirrored, shifted or
cropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data import phash
from trainer.data.image_set import ImageSet, Progress, no_progress
from trainer.data.split import Indices
from trainer.events import SPLITS

NEAR = 0.4
"""Largest difference of near copies (`phash.differences`): a correlation of 0.92."""
SURE = 0.12
"""Difference up to which images are copies in any source, a correlation of 0.993: JPEG of quality 90 stays below it, no
two of 1,797 handwritten digits do."""
SHARE = 0.45
"""If different images look alike, as handwritten digits do, near copies must differ by less than this part of the usual
difference (`phash.usual_difference`). On CIFAR-10 that gives 0.36; of the 300 pairs below it, 298 showed the same
picture, the other two a speck in a blue sky."""


@dataclass(frozen=True)
class Group:
    """Images that show the same picture."""

    images: tuple[int, ...]
    """Their numbers, ascending."""
    exact: bool
    """Whether they are equal pixel for pixel."""
    conflict: bool
    """Whether they have different labels."""


@dataclass(frozen=True)
class Leak:
    """An image that also occurs in an earlier part of the split; train comes before valid, valid before test."""

    image: int
    """Number of the image."""
    part: str
    """The part that it belongs to."""
    seen: int
    """Number of its copy."""
    source: str
    """The earlier part that the copy belongs to."""
    exact: bool
    """Whether they are equal pixel for pixel."""
    conflict: bool
    """Whether they have different labels."""


@dataclass(frozen=True)
class Duplicates:
    """Copies and leaks of a data set."""

    groups: tuple[Group, ...]
    """Groups of copies, the largest first; an image is in at most one."""
    leaks: tuple[Leak, ...]
    """One for each image that leaks."""
    near: float
    """Difference (`phash.differences`) up to which images count as copies."""
    unsearched: int
    """Images that look like so many others that they were not compared with all of them."""


def find_duplicates(
    pictures: ImageSet, split: Mapping[str, Indices], *, progress: Progress = no_progress
) -> Duplicates:
    """Compare the images of all parts of a split with each other.

    Pixels are read a chunk at a time; about a kilobyte per image is kept. Takes a few seconds for 60,000 images of
    32x32.

    Args:
        pictures: The images.
        split: Part -> numbers of its images.
        progress: Called with the stage "check".

    Returns:
        Copies and leaks.
    """
    numbers = np.sort(np.concatenate([*split.values(), np.empty(0, np.int64)])).astype(np.int64)
    digests, codes, vivid = _fingerprints(pictures.pixels, numbers, progress)
    _, first, picture = np.unique(digests, return_index=True, return_inverse=True)
    unique = numbers[first]
    most = max(SURE, min(NEAR, SHARE * phash.usual_difference(pictures.pixels, unique[vivid[first]])))
    near, unsearched = _near(pictures.pixels, unique, codes[first], vivid[first], most)
    part_of = np.zeros(len(pictures.labels), np.int64)
    for part, rows in split.items():
        part_of[rows] = SPLITS.index(part)
    groups = _groups(near, picture, numbers, pictures.labels)
    leaks = _leaks(near, picture, numbers, part_of, pictures.labels)
    return Duplicates(groups, leaks, most, unsearched)


def _fingerprints(
    pixels: NDArray[np.uint8], numbers: Indices, progress: Progress
) -> tuple[NDArray[np.uint64], phash.Hashes, NDArray[np.bool_]]:
    """Of each image: a digest of its pixels, its perceptual hash, and whether that means anything.

    64 bits are enough here: of a million different pictures, two have the same digest with a probability of 3e-8.
    """
    digests, codes = np.empty((2, len(numbers)), np.uint64)
    vivid = np.empty(len(numbers), np.bool_)
    step = max(1, phash.CHUNK_PIXELS // (pixels.shape[1] * pixels.shape[2]))
    for start in range(0, len(numbers), step):
        progress("check", start, len(numbers))
        some = slice(start, start + step)
        chunk = pixels[numbers[some]]
        each = (hashlib.blake2b(image.data, digest_size=8).digest() for image in chunk)
        digests[some] = np.frombuffer(b"".join(each), np.uint64)
        codes[some], vivid[some] = phash.hashes(chunk)
    return digests, codes, vivid


def _near(
    pixels: NDArray[np.uint8], unique: Indices, codes: phash.Hashes, vivid: NDArray[np.bool_], most: float
) -> tuple[phash.Pairs, int]:
    """Pairs of places in `unique` that look the same, and how many images were not compared with all others."""
    places = np.flatnonzero(vivid)
    pairs, unsearched = phash.close_pairs(codes[places])
    pairs = places[pairs]
    return pairs[phash.differences(pixels, unique[pairs]) <= most], unsearched


def _groups(near: phash.Pairs, picture: Indices, numbers: Indices, labels: NDArray[np.int64]) -> tuple[Group, ...]:
    """Images connected by being copies of each other. `picture`: which of the different pictures each image is."""
    group_of = _connected(near, int(picture.max(initial=-1)) + 1)[picture]
    order = np.argsort(group_of, kind="stable")
    found = []
    for rows in np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1):
        if len(rows) > 1:
            images = numbers[rows]
            exact = bool(np.all(picture[rows] == picture[rows[0]]))
            conflict = bool(np.any(labels[images] != labels[images[0]]))
            found.append(Group(tuple(images.tolist()), exact, conflict))
    return tuple(sorted(found, key=lambda group: (-len(group.images), group.images)))


def _connected(pairs: phash.Pairs, count: int) -> Indices:
    """For each of `count` nodes the smallest one that it is connected with."""
    lowest = np.arange(count)
    while len(pairs):
        before = lowest.copy()
        least = lowest[pairs].min(axis=1)
        for side in (0, 1):
            np.minimum.at(lowest, pairs[:, side], least)
        lowest = lowest[lowest]
        if np.array_equal(lowest, before):
            break
    return lowest


def _leaks(
    near: phash.Pairs, picture: Indices, numbers: Indices, part_of: NDArray[np.int64], labels: NDArray[np.int64]
) -> tuple[Leak, ...]:
    """For each image outside of the first part the first copy in an earlier part, an exact one before a near one.

    Only copies of the image itself count, not copies of copies.
    """
    parts = part_of[numbers]
    holders = _first_of_part(picture, numbers, parts)
    found: dict[int, Leak] = {}
    for rows, other, exact in _related(near, picture):
        for source in range(len(SPLITS)):
            seen = holders[other, source]
            for row in np.flatnonzero((parts[rows] > source) & (seen >= 0)).tolist():
                image, copy = int(numbers[rows[row]]), int(seen[row])
                if image not in found:
                    conflict = bool(labels[image] != labels[copy])
                    part = SPLITS[parts[rows[row]]]
                    found[image] = Leak(image, part, copy, SPLITS[source], exact, conflict)
    return tuple(found[image] for image in sorted(found))


def _first_of_part(picture: Indices, numbers: Indices, parts: NDArray[np.int64]) -> Indices:
    """For each picture and part the first image there that shows it, -1 where none does."""
    holders = np.full((int(picture.max(initial=-1)) + 1, len(SPLITS)), -1, np.int64)
    holders[picture[::-1], parts[::-1]] = numbers[::-1]  # of equal places the last assignment stays: the first image
    return holders


def _related(near: phash.Pairs, picture: Indices) -> Iterator[tuple[Indices, Indices, bool]]:
    """Rows of images, a picture that each is a copy of, and whether exactly: its own first, then those like it."""
    yield np.arange(len(picture)), picture, True
    order = np.argsort(picture, kind="stable")
    both = np.concatenate([near, near[:, ::-1]])
    begin, end = (np.searchsorted(picture[order], both[:, 0], side=side) for side in ("left", "right"))
    count = end - begin
    inner = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    yield order[np.repeat(begin, count) + inner], np.repeat(both[:, 1], count), False
