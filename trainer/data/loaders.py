"""The engine's view of data, wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.batch import Batch
from trainer.store.thumbnails import Pixels


@runtime_checkable
class DataSource(Protocol):
    """What the engine needs from data. Images are float32 (B, C, H, W) or whatever the model takes, labels int64 (B,).

    Abilities that only some data has are protocols of their own: `NamesFiles`, `NormalizesImages`, `PreparesImages`,
    `PublishesImages`.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names (C,); empty if not known."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one image, without the batch."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Images in each split that exists; 0 if not known."""

    @property
    def batch(self) -> int:
        """Images in a training batch; the last one of an epoch may be smaller."""

    @property
    def steps_per_epoch(self) -> int:
        """Training batches in an epoch; 0 if not known."""

    @property
    def single_pass(self) -> bool:
        """Whether the training data is used up after one epoch, as an iterator is."""

    @property
    def exact_resume(self) -> Literal["exact", "replayed"]:
        """ "exact": an epoch can begin in its middle; "replayed": the batches before must be drawn again."""

    @property
    def fingerprint(self) -> str:
        """Equal for equal data, different for other data; empty if not known."""

    def to(self, device: torch.device) -> None:
        """Move batches to a device from now on.

        Args:
            device: Where the model is.
        """

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """Training batches of an epoch.

        Args:
            epoch: Number of the epoch, from 1.
            first_batch: Batches to leave out at the start, 0 or more.

        Yields:
            Images and labels int64 (B,).
        """

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        """Batches of a split in stored order, not augmented.

        Args:
            split: "train", "valid" or "test".
            batch: Images per batch, if the data decides that itself.

        Yields:
            Images and labels int64 (B,).
        """


@runtime_checkable
class NormalizesImages(Protocol):
    """Data whose images were normalised channel by channel, from values in [0, 1]."""

    @property
    def mean(self) -> tuple[float, ...]:
        """Mean of each channel (C,)."""

    @property
    def std(self) -> tuple[float, ...]:
        """Standard deviation of each channel (C,)."""


@runtime_checkable
class GivesFeatures(Protocol):
    """Data that gives the model features instead of images."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the images that the features come from."""


@runtime_checkable
class PreparesImages(Protocol):
    """Data that can resize and normalise new images as it did its own."""

    def prepare(self, images: Any) -> Tensor:
        """Prepare new images.

        Args:
            images: One of, or a sequence of, paths, Pillow images and uint8 arrays.

        Returns:
            Float32 (N, C, H, W).

        Raises:
            DataError: Images cannot be read; it names every one.
        """


@runtime_checkable
class NamesFiles(Protocol):
    """Data whose images may be files."""

    def files(self, split: str) -> list[str]:
        """Name the files of a split.

        Args:
            split: "train", "valid" or "test".

        Returns:
            Full paths, in stored order; empty if the images are not files.
        """


@runtime_checkable
class PublishesImages(Protocol):
    """Data whose images are in memory, for viewers."""

    def published(self, split: str) -> tuple[Pixels, NDArray[Any], NDArray[Any], list[str]]:
        """Return the images of a split.

        Args:
            split: "train", "valid" or "test".

        Returns:
            Pixels (N, H, W, 3), labels (N,), original sizes (N, 2) and paths, in the order of `eval_batches`.
        """


def close_batches(batches: Iterator[Any]) -> None:
    """Let go of what batches hold until they are closed, such as a thread. Those of a caller may have nothing to close.

    Args:
        batches: The batches.
    """
    close = getattr(batches, "close", None)
    if close is not None:
        close()


def input_facts(feed: DataSource) -> dict[str, Any]:
    """Describe the model's input, for those who have the weights but not the data.

    Args:
        feed: The data.

    Returns:
        `shape`: (C, H, W) of an image; `mean` and `std` of each channel, for values in [0, 1], None if not known.
    """
    shape = [int(side) for side in (feed.image_shape if isinstance(feed, GivesFeatures) else feed.input_shape)]
    # a source of the caller's own may mean something else by these names
    if not (isinstance(feed, NormalizesImages) and isinstance(feed.mean, tuple) and isinstance(feed.std, tuple)):
        return {"shape": shape, "mean": None, "std": None}
    return {"shape": shape, "mean": [float(value) for value in feed.mean], "std": [float(value) for value in feed.std]}
