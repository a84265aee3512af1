"""Mean and standard deviation that images are normalised with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainer.data.image_set import ImageSet
from trainer.data.split import Indices


class Normalization(NamedTuple):
    """Normalisation of each channel, for values in [0, 1]."""

    mean: tuple[float, ...]
    """Mean of each channel (C,)."""
    std: tuple[float, ...]
    """Standard deviation of each channel (C,), above 0."""


def grey_normalization(colour: Normalization) -> Normalization:
    """Average a normalisation over its channels, for grey images.

    Args:
        colour: Normalisation of three channels.

    Returns:
        Normalisation of one channel.
    """
    return Normalization(*((sum(values) / len(values),) for values in colour))


def image_statistics(pictures: ImageSet, rows: Indices) -> Normalization:
    """Compute mean and standard deviation of images.

    Args:
        pictures: The images.
        rows: Numbers of those that count.

    Returns:
        The statistics of each channel, for values in [0, 1]; a deviation of 0 becomes 1.
    """
    total, squares = pictures.sums[rows].sum(axis=0)
    count = len(rows) * pictures.pixels.shape[1] * pictures.pixels.shape[2]
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    std[std == 0] = 255
    return Normalization(tuple((mean / 255).tolist()), tuple((std / 255).tolist()))
