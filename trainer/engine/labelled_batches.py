"""Labelled images that belong to no split of the data, as batches for an evaluation."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from trainer.data.batch import Batch
from trainer.data.image_collection import Collection, collection_of_arrays, pairs_of_images
from trainer.data.image_set import Fault, Progress, no_progress
from trainer.data.labelled_images import class_places, find_labelled
from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource, PreparesImages
from trainer.data.named_labels import label_text
from trainer.data.new_images import image_name
from trainer.data.sources import as_pairs, is_frame, is_pairs
from trainer.data.validation import FaultyDataError, unreadable
from trainer.engine.prediction import renumbered
from trainer.errors import DataError, UsageError
from trainer.home_path import expanded

PIECE = 256
"""Images that are in memory at a time."""


class PreparedBatches:
    """Batches of the images that can be read. `read`: the places of those that were so far; `faults`: of the others.

    `images`: paths, Pillow images or uint8 arrays; `labels`: places among the classes of the model, as many. `progress`
    is told of the stage "evaluate".
    """

    def __init__(
        self, feed: DataSource, images: Sequence[Any], labels: Sequence[int], progress: Progress = no_progress
    ) -> None:
        self.read: list[int] = []
        self.faults: list[Fault] = []
        self._feed, self._images, self._labels, self._progress = feed, images, labels, progress

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        count = len(self._images)
        for start in range(0, count, PIECE):
            self._progress("evaluate", start, count)
            prepared, places = self._prepared(range(start, min(start + PIECE, count)))
            if prepared is None:
                continue
            self.read += places
            yield prepared, torch.tensor([self._labels[place] for place in places], device=prepared.device)
        self._progress("evaluate", count, count)

    def _prepared(self, places: Sequence[int]) -> tuple[Tensor | None, Sequence[int]]:
        feed, images = self._feed, self._images
        if not isinstance(feed, PreparesImages):
            raise UsageError(
                "predict.images",
                "This run's data cannot prepare image files for the model.",
                expected="a run on a folder, a table or a data set of images",
            )
        try:
            return feed.prepare([images[place] for place in places]), places
        except FaultyDataError as error:
            faults = renumbered(error.faults, places[0])
            self.faults += faults
            bad = {fault.path for fault in faults}
            good = [place for place in places if image_name(images[place], place) not in bad]
            return (feed.prepare([images[place] for place in good]) if good else None), good


def labelled_batches(feed: DataSource, classes: Sequence[str], data: Any) -> tuple[str, Iterable[Batch]]:
    """What to call labelled images, and their batches as the model of `feed` takes them.

    `data`: for a feed that prepares images a folder with one sub-folder per class, a CSV file, a DataFrame, a list of
    (path or Pillow image, label), a pair of such lists, or arrays (X, y); for the caller's own loaders what `as_loader`
    takes. Labels are names of classes, or their numbers from 0. Raises UsageError `data.no_split` for what is neither a
    split nor data, DataError `data.unknown_class`, and FaultyDataError that names every image that cannot be read.
    """
    if isinstance(feed, LoaderSource):
        if isinstance(data, str):
            raise no_split(feed, data)
        return "data", feed.batches_of("data", data)
    data = as_pairs(data)
    if isinstance(data, str) and not os.path.exists(expanded(data)):  # noqa: PTH110  # a name may be too long
        raise no_split(feed, data)
    if isinstance(data, str | Path) or is_frame(data) or _is_listed(data):
        found = find_labelled(data, classes)
        return found.name, _readable(PreparedBatches(feed, found.paths, found.labels), found.faults)
    collection = _collection(data)
    return collection.name, _readable(PreparedBatches(feed, collection.images, _labels(collection, classes)))


def no_split(feed: DataSource, split: str) -> UsageError:
    """The error for a split that the data has not."""
    return UsageError("data.no_split", f"There is no split {split!r}.", expected=" or ".join(feed.sizes))


def _is_listed(data: Any) -> bool:
    return is_pairs(data) and not any(isinstance(image, Image.Image) for image, _ in data)


def _collection(data: Any) -> Collection:
    if is_pairs(data):
        return pairs_of_images(data)
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], Mapping):
        return collection_of_arrays(*data)
    raise UsageError(
        "data.unknown_source",
        f"{type(data).__name__} is not a supported source of images.",
        expected="a folder, a CSV file, a DataFrame, a list of (path or image, label), or arrays (X, y)",
        source=type(data).__name__,
        suggestion="",
    )


def _labels(collection: Collection, classes: Sequence[str]) -> list[int]:
    names = [label_text(label) for label in collection.labels]
    known = list(dict.fromkeys(name for name in names if name))
    places = dict(zip(known, class_places(known, classes), strict=True))
    unknown = [name for name, place in places.items() if place is None] + ["(no label)"] * ("" in names)
    if unknown:
        raise DataError(
            "data.unknown_class",
            f"These labels are not among the classes of the model: {', '.join(unknown[:20])}",
            expected=f"names of classes ({', '.join(classes[:20])}), or their numbers from 0",
            names=", ".join(unknown[:20]),
            count=len(unknown),
            path=collection.name,
        )
    return [place for name in names if (place := places[name]) is not None]


def _readable(batches: PreparedBatches, faults: Sequence[Fault] = ()) -> Iterator[tuple[Tensor, Tensor]]:
    """All of them; raises at the end where some could not be read."""
    yield from batches
    if faults or batches.faults:
        raise unreadable((*faults, *batches.faults))
