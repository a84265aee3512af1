"""A trained run asked about one image: where it looked, and which training images it finds similar."""

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
    """`pixels` (H, W, 3), in the size that the model gets. `split` and `place` (0-based) where it is one of the run's
    data, `true` its class, -1 where that is not known; `path` as the data name it."""

    pixels: Pixels
    split: str = ""
    place: int = -1
    true: int = -1
    path: str = ""


class Similar(NamedTuple):
    """Training images: the nearest ones, and the nearest of the true class; `images` are all of them, those of `found`
    first."""

    found: Neighbors
    of_class: Neighbors
    images: list[OneImage]


class ImageExplainer:
    """The best weights of a run, else the last ones, and its data, which are opened when they are needed.

    Raises UsageError `run.custom` for a run with a model of one's own, and as `find_trained`.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._settings = read_settings(folder, to_use=True)
        self._folder = folder
        self.trained: TrainedModel = find_trained(folder)
        self.model = self.trained.model()
        self._made: NeighborIndex | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, in the order of the labels."""
        return self.trained.classes

    def label(self, name: str) -> int:
        """The number of a class. Raises UsageError `explain.class` for another name."""
        if name not in self.classes:
            known = ", ".join(self.classes[:20]) + (", ..." if len(self.classes) > 20 else "")
            raise UsageError(
                "explain.class", f"The model has no class {name!r}.", expected=f"one of {known}", name=name
            )
        return self.classes.index(name)

    # -- images ------------------------------------------------------------------------------------------------------

    def from_file(self, path: str | Path) -> OneImage:
        """An image file, cut and scaled as the training images were. Raises FaultyDataError where it cannot be read."""
        return OneImage(_colored(decode_new([path], self.trained.input_shape)[0]), path=str(path))

    def from_split(self, split: str, place: int) -> OneImage:
        """An image of the run's own data by its number in the split, 0-based. What viewers have is enough where it has
        the model's size; else the data are opened. Raises UsageError `explain.place`, and as `load_trained`."""
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
        trainer, _ = load_trained(self._folder)
        if trainer.feed.fingerprint != self.trained.fingerprint:
            raise DataError(
                "data.changed",
                "The data is not what this run was trained on.",
                where=self._settings.data.source,
                mend="restore the images as they were, or train a new run",
            )
        # a run that goes on may have saved others since
        trained = self.model.head if isinstance(trainer.feed, FeatureData) else self.model
        trainer.model.load_state_dict(trained.state_dict())  # type: ignore[union-attr]
        return trainer

    # -- answers -----------------------------------------------------------------------------------------------------

    def normalised(self, image: OneImage) -> torch.Tensor:
        """(C, H, W) float32, as the model gets it."""
        return self.trained.normalised(image.pixels[None])[0]

    def saliency(
        self, image: OneImage, label: int | None = None, progress: Progress = lambda done, total: None
    ) -> Saliency:
        """Where the model looked, for a class, the likeliest by default."""
        return explain(self.model, self.normalised(image), label, self.trained.temperature, progress)

    def similar(
        self, image: OneImage, count: int, of_class: int = 1, progress: Progress = lambda done, total: None
    ) -> Similar:
        """The `count` nearest training images, and `of_class` of the image's own class where that is known. An image
        is not its own neighbor. Raises as `load_trained` and `training_index`; DataError `similar.not_finite`."""
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
