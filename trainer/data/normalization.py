"""By what the values of images are normalised."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainer.data.image_set import ImageSet
from trainer.data.split import Indices


class Normalization(NamedTuple):
    """Mean and standard deviation of each channel, of values in [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def grey_normalization(colour: Normalization) -> Normalization:
    """Of one channel, where the network knows three: their means."""
    return Normalization(*((sum(values) / len(values),) for values in colour))


def image_statistics(pictures: ImageSet, rows: Indices) -> Normalization:
    """Mean and standard deviation of each channel over some images, values in [0, 1]; a spread of 0 counts as 1."""
    total, squares = pictures.sums[rows].sum(axis=0)
    count = len(rows) * pictures.pixels.shape[1] * pictures.pixels.shape[2]
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    std[std == 0] = 255
    return Normalization(tuple((mean / 255).tolist()), tuple((std / 255).tolist()))
