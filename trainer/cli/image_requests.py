"""What a window asks about images that are not a run's own, beside their classes: which there are, what is known of
them, how right the answers are, and copies of them. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.cli.predict import aside_name
from trainer.confusion_matrix import ConfusionMatrix
from trainer.data.image_search import find_images
from trainer.data.labelled_images import LabelledImages, find_labelled
from trainer.errors import DataError, UsageError
from trainer.export.class_folders import copy_into
from trainer.metrics.classification import Metrics
from trainer.metrics.significance import intervals


def found_images(paths: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """`images`: all below these paths, whole. `truth`: of each the place of its class, -1 where it is not known; empty
    unless the one path is a folder whose sub-folders are all called like `classes`. `left_out`: other files by suffix.
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
    """Copy the images into a folder of `target` for each class; those whose label is empty are set aside. `counts`: by
    label. `classes`: all of the run, so that further images get the same folders."""
    if len(images) != len(labels):
        raise UsageError("assist.number", f"labels: got {len(labels)}.", expected=f"one for each of {len(images)}")
    if not target:
        raise UsageError("assist.out", "There is no folder to copy into.", expected='"out": the path of a folder')
    aside = aside_name(classes)
    pairs = [(image, label or aside) for image, label in zip(images, labels, strict=True)]
    return {"counts": copy_into(Path(target).expanduser(), pairs, [*classes, aside])}


def scores(classes: int, cells: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Accuracy and macro-F1 with their 95 % intervals, of how many classes macro-F1 is the mean, and of how many
    images. `cells`: (true class, answer, images). Raises UsageError for what is no such count."""
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
