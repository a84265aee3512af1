"""Folds of a source for cross-validation. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import ImageSet
from trainer.errors import UsageError
from trainer.events import SPLITS

TRAIN, TEST = SPLITS.index("train"), SPLITS.index("test")


def folds_of(pictures: ImageSet, count: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """Divide a source for cross-validation, each class evenly, as scikit-learn's `StratifiedKFold` does with
    `shuffle=True`.

    Images that cannot be read, or are left out by edits, are left to `split_pictures`.

    Args:
        pictures: The images.
        count: Number of folds, 2 to the images of the smallest class.
        seed: Seed of the shuffle.

    Returns:
        `ImageSet.parts` (N,) of each fold: its images are test images, all others training images.

    Raises:
        UsageError: `folds.count`: fewer than 2 folds, or more than the smallest class has images.
    """
    labels = pictures.labels if pictures.labels_of_source is None else pictures.labels_of_source
    kept = np.setdiff1d(np.arange(len(labels)), [*pictures.unreadable, *pictures.edited_out])
    counts = np.bincount(labels[kept])
    smallest = int(counts[counts > 0].min()) if len(kept) else 0
    if not 2 <= count <= smallest:
        raise UsageError(
            "folds.count",
            f"folds: got {count}.",
            expected=f"2 to {smallest}: the smallest class has {smallest} images",
            fix="use fewer folds, or add images to that class",
            count=count,
            most=smallest,
        )
    return _folds(labels, kept, count, seed)


def _folds(labels: NDArray[np.int64], kept: NDArray[np.int64], count: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    from sklearn.model_selection import StratifiedKFold

    cut = StratifiedKFold(count, shuffle=True, random_state=seed % 2**32)
    for _, held_out in cut.split(np.zeros(len(kept)), labels[kept]):
        parts = np.full(len(labels), TRAIN, np.uint8)
        parts[kept[held_out]] = TEST
        yield parts
