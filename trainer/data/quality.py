"""What a source looks like, beyond problems: balance of classes, odd images, mean images. [no torch]"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import ImageSet
from trainer.data.phash import CHUNK_PIXELS
from trainer.data.split import Indices
from trainer.events import SPLITS

PLAIN = 2.0
"""Standard deviation of every channel, in grey levels, up to which an image counts as empty."""
ENLARGED = 2.0
"""How many times an image may be enlarged to the model's size before it is reported."""
KEPT = 0.5
"""Share of an image that cropping to the model's shape must leave."""
RARE = 0.05
"""Share of the files below which a mode counts as unusual."""


@dataclass(frozen=True)
class Odd:
    """An image that can be used but is unusual."""

    path: str
    """Path of the image."""
    kind: str
    """`plain`: one colour all over, or nearly; `enlarged` or `cropped`: by the size policy; `mode`: an unusual mode of
    the file."""
    reason: str
    """What is unusual, for people."""


@dataclass(frozen=True)
class Balance:
    """How even the classes are among the training images, and the scores of always predicting the largest class."""

    largest: int
    """Number of the largest class."""
    smallest: int
    """Number of the smallest class."""
    ratio: float
    """Images of the largest class per image of the smallest; infinite if that has none."""
    split: str
    """Split of the scores: the last of train, valid and test that exists."""
    accuracy: float
    """Accuracy of always predicting `largest`, in [0, 1]."""
    macro_f1: float
    """Macro-F1 of always predicting `largest`, in [0, 1]."""
    macro_classes: int
    """Number of classes that `macro_f1` is the mean of: those that occur."""


def balance(counts: Mapping[str, tuple[int, ...]]) -> Balance | None:
    """Compute the balance of classes.

    Args:
        counts: Split -> images of each class.

    Returns:
        The balance; None without training images.
    """
    train = counts.get("train", ())
    if not sum(train):
        return None
    largest, smallest = int(np.argmax(train)), int(np.argmin(train))
    split = [part for part in SPLITS if sum(counts.get(part, ()))][-1]
    share = counts[split][largest] / sum(counts[split])
    # of the class that is always said, precision is its share and recall 1; every other F1 is 0
    # the mean runs over the classes that occur, the one that is said among them
    occur = sum(1 for number, images in enumerate(counts[split]) if images or number == largest)
    macro_f1 = 2 * share / (1 + share) / occur
    ratio = train[largest] / train[smallest] if train[smallest] else float("inf")
    return Balance(largest, smallest, ratio, split, share, macro_f1, occur)


def mean_images(pictures: ImageSet, rows: Indices) -> NDArray[np.uint8]:
    """Compute the mean image of each class.

    Args:
        pictures: The images.
        rows: Numbers of those that count.

    Returns:
        Pixels uint8 (C, H, W, 3); black for a class without images.
    """
    count, height, width, depth = len(pictures.classes), *pictures.pixels.shape[1:]
    means = np.zeros((count, height, width, 3), np.uint8)
    step = max(1, CHUNK_PIXELS // (height * width))
    for label in range(count):
        some = rows[pictures.labels[rows] == label]
        total = np.zeros((height, width, 1 if depth == 1 else 3), np.int64)
        for start in range(0, len(some), step):
            chunk = pictures.pixels[some[start : start + step]]
            total += chunk.sum(axis=0, dtype=np.int64)[..., : total.shape[2]]
        means[label] = np.rint(total / max(1, len(some)))
    return means


def odd_images(pictures: ImageSet, rows: Indices) -> tuple[Odd, ...]:
    """Find unusual images.

    Args:
        pictures: The images.
        rows: Numbers of those that count.

    Returns:
        The odd ones, in the order of the source; an image may occur twice.
    """
    found = [*_plain(pictures, rows), *_sizes(pictures, rows), *_modes(pictures, rows)]
    return tuple(one for _, one in sorted(found, key=lambda one: one[0]))


Found = list[tuple[int, Odd]]


def _plain(pictures: ImageSet, rows: Indices) -> Found:
    area = pictures.pixels.shape[1] * pictures.pixels.shape[2]
    total, squares = pictures.sums[rows].transpose(1, 0, 2).astype(np.float64)
    spread = np.sqrt(np.maximum(0, squares / area - (total / area) ** 2)).max(axis=1)
    means = total.mean(axis=1) / area
    found = []
    for place in np.flatnonzero(spread <= PLAIN).tolist():
        shade = "black" if means[place] < 1 else "white" if means[place] > 254 else "one colour"
        reason = f"{'nearly ' if spread[place] else ''}{shade} all over"
        found.append((int(rows[place]), Odd(pictures.paths[rows[place]], "plain", reason)))
    return found


def _sizes(pictures: ImageSet, rows: Indices) -> Found:
    """What the size policy does to an image: scaled until it covers the model's size, then cut evenly."""
    height, width = pictures.pixels.shape[1:3]
    sizes = np.maximum(1, pictures.sizes[rows]).astype(np.float64)
    scale = np.maximum(width / sizes[:, 0], height / sizes[:, 1])
    kept = width * height / (scale**2 * sizes[:, 0] * sizes[:, 1])
    enlarged, cropped = _unusual(scale > ENLARGED), _unusual(kept < KEPT)
    found = []
    for place in np.flatnonzero(enlarged | cropped).tolist():
        path, size = pictures.paths[rows[place]], "x".join(map(str, pictures.sizes[rows[place]].tolist()))
        if enlarged[place]:
            reason = f"{size}: enlarged {scale[place]:.1f} times to {width}x{height}"
            found.append((int(rows[place]), Odd(path, "enlarged", reason)))
        if cropped[place]:
            reason = f"{size}: only {kept[place]:.0%} of it is left when cut to {width}x{height}"
            found.append((int(rows[place]), Odd(path, "cropped", reason)))
    return found


def _unusual(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """None of them where it is so for most: then someone has chosen it."""
    return flags if flags.sum() * 2 <= len(flags) else np.zeros_like(flags)


def _modes(pictures: ImageSet, rows: Indices) -> Found:
    if pictures.mode_of is None or not len(rows):
        return []
    modes = np.asarray(pictures.mode_of)[rows]
    kinds, counts = np.unique(modes, return_counts=True)
    usual = kinds[np.argmax(counts)]
    rare = kinds[counts < RARE * len(rows)]
    return [
        (int(rows[place]), Odd(pictures.paths[rows[place]], "mode", f"mode {modes[place]}, most are {usual}"))
        for place in np.flatnonzero(np.isin(modes, rare)).tolist()
    ]
