"""The images behind a run's metrics, with their predictions over the epochs. No Qt.

Files are opened on demand and never outside the run's folder and its root; missing or damaged ones give an empty result
and a reason code.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.explanations import ImageKey, weights_of
from gui.viewmodels.image_files import image_file
from gui.viewmodels.run import RunModel
from trainer.confusion_matrix import ConfusionMatrix
from trainer.errors import DataError, NewerVersionError
from trainer.metrics.classification import confusion
from trainer.store.evaluations import read_outputs
from trainer.store.folder import RunFolder, confined
from trainer.store.thumbnails import PublishedImages, PublishedSplit, named_fingerprint, open_published

Split = Literal["valid", "test"]
Keep = Literal["all", "wrong", "right"]
Order = Literal["loss", "-loss", "confidence", "-confidence"]
"""What comes first: `-loss` is the largest loss."""
Reason = Literal["", "unpublished", "no_split", "no_predictions", "missing", "damaged", "outside", "mismatch", "newer"]
"""Why there is nothing: the images were not published; the run has no such split; its predictions were not written
(yet); a file is gone, damaged, outside the run or from a newer Epochscope; predictions and images are of different
data."""

TEST_FILE = "evaluation/test.npz"
CACHE_BYTES = 32 << 20
MAX_VERDICTS = 200
"""Largest number of epochs in the history of an image: more would not be visible."""


@dataclass(frozen=True)
class Predictions:
    """The predictions for a split, in its order.

    Attributes:
        predicted: Classes (N,), uint16.
        confidence: Their probabilities (N,), float16, in [0, 1].
        loss: (N,), float32.
        reason: Why there are none; empty if there are.
    """

    predicted: NDArray[np.uint16]
    confidence: NDArray[np.float16]
    loss: NDArray[np.float32]
    reason: Reason = ""

    @classmethod
    def none(cls, reason: Reason) -> Predictions:
        """Empty predictions, with the reason."""
        return cls(np.empty(0, np.uint16), np.empty(0, np.float16), np.empty(0, np.float32), reason)

    @property
    def bytes(self) -> int:
        """Size in memory, in bytes."""
        return self.predicted.nbytes + self.confidence.nbytes + self.loss.nbytes


@dataclass(frozen=True)
class ImageFilter:
    """Which images are wanted, and in which order.

    Attributes:
        split: Their split.
        true: True classes; None: any.
        predicted: Predicted classes; None: any.
        keep: All, or only those predicted wrong or right.
        order: What comes first.
        places: Indices in the split; None: any.
    """

    split: Split = "valid"
    true: tuple[int, ...] | None = None
    predicted: tuple[int, ...] | None = None
    keep: Keep = "all"
    order: Order = "-loss"
    places: frozenset[int] | None = None


@dataclass(frozen=True)
class ImageSelection:
    """The images that pass a filter at one epoch, in its order.

    Attributes:
        choice: The filter.
        epoch: Number of the epoch.
        items: Indices among the published images of the split (n,), int64.
        reason: Why there are none; empty if there are.
        published: Images of the split that can be shown: a sample if fewer than `total`.
        total: Images of the split.
    """

    choice: ImageFilter
    epoch: int
    items: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    reason: Reason = ""
    published: int = 0
    total: int = 0
    file: str = ""
    """The file that the reason is about, as the run names it."""


@dataclass(frozen=True)
class Seen:
    """One image and its prediction.

    Attributes:
        item: Its index among the published images.
        place: Its index in the split.
        true: Its class.
        predicted: The predicted class.
        confidence: Probability of the predicted class, in [0, 1].
        loss: Its loss.
        pixels: (h, w, 3), uint8.
        size: Width and height of the original, in pixels.
        path: Its file.
    """

    item: int
    place: int
    true: int
    predicted: int
    confidence: float
    loss: float
    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    path: str

    @property
    def right(self) -> bool:
        """Whether the prediction is correct."""
        return self.true == self.predicted


@dataclass(frozen=True)
class Verdicts:
    """One image over the epochs.

    Attributes:
        true: Its class.
        epochs: Epochs (E,), int64.
        predicted: The class predicted after each (E,), int64.
        confidence: Its probability (E,), float64, in [0, 1].
    """

    true: int
    epochs: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]

    @classmethod
    def none(cls) -> Verdicts:
        """An empty history, without epochs."""
        return cls(0, np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether it was predicted correctly after each epoch (E,), bool."""
        return np.equal(self.predicted, self.true)


class ImageIndex:
    """The published images of a run's data and the run's predictions on them.

    Args:
        folder: Folder of the run.
        model: The run.
    """

    def __init__(self, folder: RunFolder, model: RunModel) -> None:
        self._folder = folder
        self._model = model
        self._published: PublishedImages | None = None
        self._labels: dict[str, NDArray[np.int64]] = {}
        self._opened: tuple[str | None, Reason] | None = None
        self._cache: OrderedDict[str, Predictions] = OrderedDict()

    def split(self, split: Split) -> tuple[PublishedSplit | None, Reason]:
        """Open the published images of a split; None and the reason if there are none."""
        if self._opened is None or self._opened[0] != self._model.images:
            self._opened = (self._model.images, self._open())
        if self._published is None:
            return None, self._opened[1]
        found = self._published.splits.get(split)
        return found, "" if found is not None else "no_split"

    def _open(self) -> Reason:
        self._published, self._labels = None, {}
        if self._model.images is None:
            return "unpublished"
        root, key = self._folder.path.parent, ""
        try:
            key = named_fingerprint(root, self._model.images)
            if not key:
                return "outside"
            found = open_published(root, key)
            self._labels = {name: np.array(one.labels, np.int64) for name, one in found.splits.items()}
        except NewerVersionError:
            return "newer"
        except (DataError, OSError, ValueError, OverflowError):
            return "damaged" if key and os.path.isdir(root / ".data" / key) else "missing"  # noqa: PTH112
        self._published = found
        return ""

    def predictions(self, split: Split, epoch: int) -> Predictions:
        """Read the predictions for a split.

        Args:
            split: `valid`: after `epoch`; `test`: with the evaluated weights.
            epoch: Number of the epoch.

        Returns:
            The predictions; empty with a reason.
        """
        if split == "valid":
            relative = self._model.predictions.get(epoch)
            return self._read(relative) if relative is not None else Predictions.none("no_predictions")
        found = self._read(TEST_FILE)
        # a stopped run may be evaluated later, which writes the file without an event
        missing = found.reason == "missing" and "test" not in self._model.evaluations
        return Predictions.none("no_predictions") if missing else found

    def _read(self, relative: str) -> Predictions:
        found = self._cache.pop(relative, None) or _read_predictions(self._folder, relative)
        if not found.reason:
            self._cache[relative] = found
            while sum(one.bytes for one in self._cache.values()) > CACHE_BYTES and len(self._cache) > 1:
                self._cache.popitem(last=False)
        return found

    def key(self, split: Split, place: int) -> ImageKey:
        """The key by which the helper knows an image, from its index in the split."""
        return ImageKey(self._folder.path, weights_of(self._model), split, place)

    def file(self, path: str) -> Path | None:
        """The file of an image, from its path in the data; None where there is none."""
        return image_file(self._model, path)

    def forget(self) -> None:
        """Read files again: the run was resumed from an earlier point, or was evaluated."""
        self._cache.clear()
        self._opened = None

    def select(self, choice: ImageFilter, epoch: int) -> ImageSelection:
        """Select published images; ties are in the order of the data.

        Args:
            choice: Which images, in which order.
            epoch: Number of the epoch.

        Returns:
            The images; empty with a reason.
        """
        split, reason = self.split(choice.split)
        if split is None:
            return ImageSelection(choice, epoch, reason=reason, file=self._model.images or "")
        whole = ImageSelection(choice, epoch, published=len(split.indices), total=split.total)
        found = self.predictions(choice.split, epoch)
        reason = found.reason or ("" if len(found.predicted) == split.total else "mismatch")
        places = np.array(split.indices, np.int64)
        if not reason and len(places) and not 0 <= places.min() <= places.max() < split.total:
            reason = "mismatch"
        if reason:
            file = self._model.predictions.get(epoch, "") if choice.split == "valid" else TEST_FILE
            return ImageSelection(choice, epoch, reason=reason, published=whole.published, total=whole.total, file=file)
        items = _fitting(choice, self._labels[choice.split], found, places)
        return ImageSelection(choice, epoch, items, "", whole.published, whole.total)

    def confusion(self, split: Split, epoch: int, places: frozenset[int], classes: int) -> ConfusionMatrix | None:
        """Count the predictions for some of the published images.

        Args:
            split: Their split.
            epoch: Number of the epoch.
            places: Their indices in the split.
            classes: Number of classes.

        Returns:
            The confusion matrix; None if images or predictions are missing.
        """
        found = self.select(ImageFilter(split, places=places), epoch)
        if found.reason:
            return None
        published, _ = self.split(split)
        assert published is not None
        labels = self._labels[split][found.items]
        answers = self.predictions(split, epoch).predicted[np.array(published.indices, np.int64)[found.items]]
        try:
            return ConfusionMatrix.of(confusion(labels, answers, classes))
        except ValueError:  # a class that the run does not have
            return None

    def seen(self, split: Split, item: int, epoch: int) -> Seen | None:
        """One published image and its prediction; None if either is missing.

        Args:
            split: Its split.
            item: Its index among the published images.
            epoch: Number of the epoch.
        """
        found, _ = self.split(split)
        made = self.predictions(split, epoch)
        if found is None or not 0 <= item < len(found.indices):
            return None
        place = found.indices[item]
        if not 0 <= place < len(made.predicted) or len(made.predicted) != found.total:
            return None
        return Seen(
            item,
            place,
            found.labels[item],
            int(made.predicted[place]),
            float(made.confidence[place]),
            float(made.loss[place]),
            np.asarray(found.images[item]),
            found.sizes[item],
            found.paths[item],
        )

    def verdicts(self, item: int) -> Verdicts:
        """Return the predictions for a validation image after each epoch; at most `MAX_VERDICTS`, evenly spaced.

        Args:
            item: Its index among the published images.

        Returns:
            The history; empty if the image is missing.
        """
        split, _ = self.split("valid")
        if split is None or not 0 <= item < len(split.indices):
            return Verdicts.none()
        place, epochs = split.indices[item], sorted(self._model.predictions)
        if len(epochs) > MAX_VERDICTS:
            epochs = [epochs[i] for i in np.linspace(0, len(epochs) - 1, MAX_VERDICTS).round().astype(int)]
        found = [(epoch, self.predictions("valid", epoch)) for epoch in epochs]
        rows = [
            (epoch, int(one.predicted[place]), float(one.confidence[place]))
            for epoch, one in found
            if len(one.predicted) == split.total and 0 <= place < split.total
        ]
        columns = np.array(rows, float).reshape(-1, 3).T
        return Verdicts(split.labels[item], columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2])


def _fitting(
    choice: ImageFilter, labels: NDArray[np.int64], made: Predictions, places: NDArray[np.int64]
) -> NDArray[np.int64]:
    predicted = made.predicted[places].astype(np.int64)
    fits = np.ones(len(places), bool)
    if choice.true is not None:
        fits &= np.isin(labels, choice.true)
    if choice.predicted is not None:
        fits &= np.isin(predicted, choice.predicted)
    if choice.places is not None:
        fits &= _among(places, choice.places)
    if choice.keep != "all":
        fits &= (labels == predicted) == (choice.keep == "right")
    items = np.flatnonzero(fits)
    figures: NDArray[Any] = made.loss if choice.order.endswith("loss") else made.confidence
    values = figures[places[items]].astype(np.float64)
    # NaN is sorted before the largest, as the worst
    key = -np.where(np.isnan(values), np.inf, values) if choice.order.startswith("-") else values
    return items[np.argsort(key, kind="stable")]


def _among(places: NDArray[np.int64], wanted: frozenset[int]) -> NDArray[np.bool_]:
    return np.isin(places, np.fromiter(wanted, np.int64, len(wanted)))


def _read_predictions(folder: RunFolder, relative: str) -> Predictions:
    try:
        path = confined(folder, relative)
    except DataError:
        return Predictions.none("outside")
    if not os.path.lexists(path):
        return Predictions.none("missing")
    try:
        found = read_outputs(path)
        return Predictions(found["predicted"], found["confidence"], found["loss"])
    except NewerVersionError:
        return Predictions.none("newer")
    except (DataError, MemoryError, OverflowError):
        return Predictions.none("damaged")
