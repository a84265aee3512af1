"""Questions about one image to a trained run: where the model looked, and which training images it finds similar."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.analysis.neighbors import NeighborIndex, Neighbors
from trainer.analysis.saliency import Progress, Saliency, explain
from trainer.analysis.similar_images import feature_of, training_index
from trainer.analysis.trained_model import TrainedModel, find_trained
from trainer.data.new_images import decode_new
from trainer.errors import DataError, UsageError
from trainer.inference import load_trained
from trainer.launch import read_settings
from trainer.pretrained.feature_data import FeatureData
from trainer.store.folder import RunFolder
from trainer.store.thumbnails import open_published

Pixels = NDArray[np.uint8]


class OneImage(NamedTuple):
    """An image in the size that the model gets."""

    pixels: Pixels
    """(H, W, 3) uint8."""
    split: str = ""
    """Split of the run's data that it belongs to; empty for other images."""
    place: int = -1
    """Place in the split, from 0; -1 for other images."""
    true: int = -1
    """Its class; -1 if not known."""
    path: str = ""
    """Path, as the data or the user gave it."""


class Similar(NamedTuple):
    """Training images that are similar to an image."""

    found: Neighbors
    """The nearest ones."""
    of_class: Neighbors
    """The nearest ones of the image's own class."""
    images: list[OneImage]
    """The images themselves, those of `found` first."""


class ImageExplainer:
    """The best weights of a run, else the last ones; its data is opened only when needed.

    Args:
        folder: Folder of the run.

    Attributes:
        trained: The weights.
        model: The model with these weights, in evaluation mode.

    Raises:
        UsageError: `run.custom`: the run has a model of the user's own; or as `find_trained`.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._settings = read_settings(folder, to_use=True)
        self._folder = folder
        self.trained: TrainedModel = find_trained(folder)
        self.model = self.trained.model()
        self._made: NeighborIndex | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in the order of the labels."""
        return self.trained.classes

    def label(self, name: str) -> int:
        """Get the number of a class.

        Args:
            name: Name of the class.

        Returns:
            Its number.

        Raises:
            UsageError: `explain.class`: the model has no such class.
        """
        if name not in self.classes:
            known = ", ".join(self.classes[:20]) + (", ..." if len(self.classes) > 20 else "")
            raise UsageError(
                "explain.class", f"The model has no class {name!r}.", expected=f"one of {known}", name=name
            )
        return self.classes.index(name)

    # -- images ------------------------------------------------------------------------------------------------------

    def from_file(self, path: str | Path) -> OneImage:
        """Read an image file, resized as the training images were.

        Args:
            path: The file.

        Returns:
            The image.

        Raises:
            FaultyDataError: The file cannot be read.
        """
        return OneImage(_colored(decode_new([path], self.trained.input_shape)[0]), path=str(path))

    def from_split(self, split: str, place: int) -> OneImage:
        """Get an image of the run's own data. What is published for viewers is used if it has the model's size; else
        the data is opened.

        Args:
            split: "train", "valid" or "test".
            place: Place in the split, from 0.

        Returns:
            The image.

        Raises:
            UsageError: `explain.place`: there is no such image; or as `load_trained`.
            DataError: `data.changed`: the data has changed since the run was trained.
        """
        found = self._published(split, place)
        return found if found is not None else self._stored(split, [place])[0]

    def _published(self, split: str, place: int) -> OneImage | None:
        if split == "train":
            return None
        try:
            kept = open_published(self._folder.path.parent, self.trained.fingerprint).splits[split]
            item = kept.indices.index(place)
        except (DataError, KeyError, ValueError):
            return None
        if kept.images.shape[1:3] != self.trained.input_shape[1:]:
            return None
        return OneImage(np.array(kept.images[item]), split, place, kept.labels[item], kept.paths[item])

    def _stored(self, split: str, places: list[int]) -> list[OneImage]:
        size = self._data.feed.sizes.get(split, 0)
        if not all(0 <= place < size for place in places):
            raise UsageError(
                "explain.place", f"The split {split!r} has no image {max(places) + 1}.", expected=f"1 to {size}"
            )
        found: Any = self._data.feed.published(split)
        pixels = found.pixels[np.array(places, np.int64)]
        return [
            OneImage(image, split, place, int(found.labels[place]), found.paths[place])
            for image, place in zip(pixels, places, strict=True)
        ]

    @cached_property
    def _data(self) -> Any:
        """A Trainer with the run's data. Raises DataError `data.changed` where they are others by now: a number would
        be that of another image."""
        trainer = load_trained(self._folder).trainer
        if trainer.feed.fingerprint != self.trained.fingerprint:
            raise DataError(
                "data.changed",
                "The data differs from what this run was trained on.",
                where=self._settings.data.source,
                fix="restore the images as they were, or start a new run",
            )
        # a run that goes on may have saved others since
        trained = self.model.head if isinstance(trainer.feed, FeatureData) else self.model
        trainer.model.load_state_dict(trained.state_dict())  # type: ignore[union-attr]
        return trainer

    # -- answers -----------------------------------------------------------------------------------------------------

    def normalised(self, image: OneImage) -> torch.Tensor:
        """Normalise an image for the model.

        Args:
            image: The image.

        Returns:
            Float32 (C, H, W).
        """
        return self.trained.normalised(image.pixels[None])[0]

    def saliency(
        self, image: OneImage, label: int | None = None, progress: Progress = lambda done, total: None
    ) -> Saliency:
        """Find out where the model looked.

        Args:
            image: The image.
            label: Class to explain. None: the most likely one.
            progress: Called as `progress(done, total)`.

        Returns:
            The heat map.
        """
        return explain(self.model, self.normalised(image), label, self.trained.temperature, progress)

    def similar(
        self, image: OneImage, count: int, of_class: int = 1, progress: Progress = lambda done, total: None
    ) -> Similar:
        """Find the nearest training images; an image is not its own neighbour.

        Args:
            image: The image.
            count: How many, 0 or more.
            of_class: How many of the image's own class, if that is known. Default: 1.
            progress: Called as `progress(done, total)` while features are computed.

        Returns:
            The images.

        Raises:
            UsageError: As `load_trained`.
            DataError: `similar.not_finite`: the model's output is not finite; `data.changed`: the data has changed; or
                as `training_index`.
        """
        index = self._index(progress)
        itself = image.place if image.split == "train" else None
        query = (
            index.feature(image.place) if itself is not None else feature_of(self.model, self.normalised(image)[None])
        )
        if not np.isfinite(query).all():
            raise DataError("similar.not_finite", "The model's output for this image is not finite.")
        distances = index.distances(query)
        nearest = distances.nearest(count, without=itself)
        same = distances.nearest(of_class if image.true >= 0 else 0, image.true, without=itself)
        return Similar(nearest, same, self._stored("train", [*nearest.places.tolist(), *same.places.tolist()]))

    def _index(self, progress: Progress) -> NeighborIndex:
        if self._made is None:
            self._made = training_index(self._data, self.trained.model_name, self._folder.path.parent, progress)
        return self._made


def _colored(packed: Pixels) -> Pixels:
    """(H, W, 3) of pixels as `pack` has them."""
    return np.repeat(packed, 3, axis=2) if packed.shape[2] == 1 else np.ascontiguousarray(packed[..., :3])
