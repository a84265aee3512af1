"""Arrays of numbers as training data: rows of features, floating-point images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.augment import draw_order
from trainer.data.loader_forms import image_tensor
from trainer.data.loader_source import LoaderSource
from trainer.settings import Settings

EVAL_BATCH = 1000
"""Images in a validation batch."""


class Scaling:
    """Standardisation of numbers, by the mean and standard deviation of each channel in training.

    Args:
        values: Training data float32 (N, ...).
        image_shape: What a row of features is, (H, W) or (C, H, W). None: (1, 1, F).

    Attributes:
        shape: Shape of one sample, without N.

    Raises:
        ValueError: `image_shape` does not fit the features.
    """

    def __init__(self, values: NDArray[np.float32], image_shape: tuple[int, ...] | None) -> None:
        self.shape = values.shape[1:]
        self._image_shape = image_shape
        pixels = self._images(values)
        self._mean = pixels.mean(dim=(0, 2, 3), keepdim=True, dtype=torch.float64)
        deviation = (pixels.double() - self._mean).square().mean(dim=(0, 2, 3), keepdim=True).sqrt()
        self._std = torch.where(deviation > 0, deviation, 1.0)

    def prepare(self, values: NDArray[np.float32]) -> Tensor:
        """Standardise data.

        Args:
            values: Data float32 (N, ...), of the shape of the training data.

        Returns:
            Float32 (N, C, H, W).

        Raises:
            ValueError: The shape is another one.
        """
        if values.shape[1:] != self.shape:
            raise ValueError(f"X has the shape {values.shape[1:]}, but ImageClassifier was fitted on {self.shape}")
        return ((self._images(values) - self._mean) / self._std).float()

    def _images(self, values: NDArray[np.float32]) -> Tensor:
        if values.ndim == 4:
            return image_tensor("train", values)
        if values.ndim == 3:
            return torch.tensor(values)[:, None]
        shape = self._image_shape or (1, 1, values.shape[1])
        channels, height, width = shape if len(shape) == 3 else (1, *shape)
        if channels * height * width != values.shape[1]:
            raise ValueError(f"image_shape={shape} does not fit X, which has {values.shape[1]} features")
        return torch.tensor(values).reshape(-1, channels, height, width)


class ShuffledBatches:
    """Training batches, in an order that depends on seed and epoch only.

    Args:
        images: Images float32 (N, C, H, W).
        labels: Labels int64 (N,).
        classes: Number of classes.
        settings: Batch size and seed.
        scaling: How the images were standardised.

    Attributes:
        classes: Numbers of the classes, as texts.
        scaling: How the images were standardised.
    """

    def __init__(self, images: Tensor, labels: Tensor, classes: int, settings: Settings, scaling: Scaling) -> None:
        self.classes = tuple(map(str, range(classes)))
        self.scaling = scaling
        self._images, self._labels, self._epoch = images, labels, 1
        self._batch, self._seed = settings.train.batch, settings.train.seed

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next, from 1."""
        self._epoch = epoch

    def __len__(self) -> int:
        return -(-len(self._labels) // self._batch)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = draw_order(len(self._labels), seed=self._seed, epoch=self._epoch)
        for rows in order.split(self._batch):
            yield self._images[rows], self._labels[rows]


def scaled_numbers(
    values: NDArray[np.float32],
    numbers: NDArray[np.int64],
    classes: int,
    settings: Settings,
    image_shape: tuple[int, ...] | None,
) -> LoaderSource:
    """Make a data source of an array, with the validation share of the settings, taken evenly from each class.

    Args:
        values: Finite data float32 (N, F), (N, H, W), (N, C, H, W) or (N, H, W, C).
        numbers: Class of each sample int64 (N,).
        classes: Number of classes.
        settings: Share of validation, batch size and seed.
        image_shape: What F features are, (H, W) or (C, H, W). None: (1, 1, F).

    Returns:
        The data source.

    Raises:
        ValueError: `image_shape` does not fit, or a class is too small to be divided.
    """
    rows, held_out = np.arange(len(numbers)), np.arange(0)
    if settings.data.valid:
        from sklearn.model_selection import train_test_split

        rows, held_out = train_test_split(
            rows, test_size=settings.data.valid, stratify=numbers, random_state=settings.train.seed % 2**32
        )
    scaling, labels = Scaling(values[rows], image_shape), torch.from_numpy(numbers)
    images = scaling.prepare(values)
    splits: dict[str, Any] = {"train": ShuffledBatches(images[rows], labels[rows], classes, settings, scaling)}
    if len(held_out):
        valid = (images[held_out].split(EVAL_BATCH), labels[held_out].split(EVAL_BATCH))
        splits["valid"] = list(zip(*valid, strict=True))
    return LoaderSource(splits, seed=settings.train.seed)
