"""Requests of a window about images that do not belong to a run: finding them, their true classes, scores, and copies
in folders. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from trainer.cli.predict import aside_name
from trainer.confusion_matrix import ConfusionMatrix
from trainer.data.image_search import find_images
from trainer.data.labelled_images import LabelledImages, find_labelled
from trainer.errors import DataError, UsageError
from trainer.export.class_folders import copy_into
from trainer.home_path import expanded
from trainer.metrics.classification import Metrics
from trainer.metrics.significance import intervals


def found_images(paths: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """Find images and, if they are sorted into class folders, their classes.

    Args:
        paths: Files and folders.
        classes: Class names of the run.

    Returns:
        `images`: full list of paths. `truth`: class of each, -1 if not known; empty unless the only path is a folder
        whose sub-folders are named after `classes`. `left_out`: other files by suffix.
    """
    found = find_images(paths)
    labelled = _labelled(paths, classes)
    label_of = dict(zip(labelled.paths, labelled.labels, strict=True))
    there = set(found.images)
    images = [*found.images, *(path for path in labelled.paths if path not in there)]
    truth = [label_of.get(path, -1) for path in images] if label_of else []
    return {"images": images, "truth": truth, "left_out": dict(found.left_out)}


def _labelled(paths: Sequence[str], classes: Sequence[str]) -> LabelledImages:
    if len(paths) == 1 and classes and os.path.isdir(paths[0]):  # noqa: PTH112 - it may be too long
        try:
            return find_labelled(paths[0], classes)
        except (DataError, UsageError):
            pass  # not by the names of these classes: images without labels
    return LabelledImages("")


def sorted_images(target: str, images: Sequence[str], labels: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """Copy images into a folder for each class; those with an empty label are set aside.

    Args:
        target: Folder to copy into.
        images: Paths of the images.
        labels: Class name of each image; "" to set it aside.
        classes: All class names of the run, so that later images get the same folders.

    Returns:
        `counts`: images copied, by folder.

    Raises:
        UsageError: `assist.number`: there is not one label per image; `assist.out`: no folder is given.
        DiskError: A file cannot be written.
    """
    if len(images) != len(labels):
        raise UsageError("assist.number", f"labels: got {len(labels)}.", expected=f"one for each of {len(images)}")
    if not target:
        raise UsageError("assist.out", "There is no folder to copy into.", expected='"out": the path of a folder')
    aside = aside_name(classes)
    pairs = [(image, label or aside) for image, label in zip(images, labels, strict=True)]
    return {"counts": copy_into(expanded(target), pairs, [*classes, aside])}


def scores(classes: int, cells: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Compute accuracy and macro-F1 with their 95 % intervals.

    Args:
        classes: Number of classes.
        cells: (true class, predicted class, images) for each cell of the confusion matrix.

    Returns:
        The scores, as plain values.

    Raises:
        UsageError: `assist.number`: a cell is invalid.
    """
    try:
        rows = np.array(cells, np.int64).reshape(-1, 3)
        true, answer, count = rows.T
        if len(rows) and not (rows[:, :2].min() >= 0 and rows[:, :2].max() < classes and count.min() > 0):
            raise ValueError("a class or a count out of range")
        places, where = np.unique(true * classes + answer, return_inverse=True)
        counts = np.bincount(where.ravel(), count, len(places)).astype(np.int64)
        found = Metrics.from_confusion(ConfusionMatrix(classes, places, counts), 0.0)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            "assist.number", f"cells: {error}.", expected="[true class, answer, images] for each cell"
        ) from error
    sure = intervals(found.confusion)
    return {
        "images": found.samples,
        "accuracy": found.accuracy,
        "accuracy_interval": sure.accuracy,
        "macro_f1": found.macro_f1,
        "macro_f1_interval": sure.macro_f1,
        "macro_classes": found.macro_classes,
        "classes": classes,
    }
