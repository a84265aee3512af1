"""The digits that come with scikit-learn: 1,797 grey images of 8x8, no network. [no torch]

The file is found without importing scikit-learn, which would take seconds.
Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
"""

from __future__ import annotations

import gzip
import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.data.decode import resize_all
from trainer.data.image_set import ImageSet, channel_sums, pack
from trainer.data.read_options import ReadOptions
from trainer.errors import DataError


def load_digits(options: ReadOptions) -> ImageSet:
    """Load the digits: classes "0" to "9", values scaled from 0 ... 16 to 0 ... 255.

    Args:
        options: How they are read; without a size they have 8 pixels to a side.

    Returns:
        1,797 grey images, not divided into splits.

    Raises:
        DataError: `data.digits_missing`: scikit-learn's file was not found.
    """
    options.progress("scan", 0, 0)
    images, labels = _read(_find())
    count = len(labels)
    if options.size is not None:
        images = resize_all(images, options.size, options.progress)
    pixels = pack(images)
    return ImageSet(
        name="digits",
        classes=tuple(str(digit) for digit in range(10)),
        pixels=pixels,
        labels=labels,
        parts=np.zeros(count, np.uint8),
        sizes=np.full((count, 2), 8, np.int32),
        sums=channel_sums(pixels),
        paths=[f"{index:04d}" for index in range(count)],
        digest=hashlib.sha256(pixels.tobytes()).hexdigest(),
    )


def _find() -> Path:
    spec = find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "datasets", "data", "digits.csv.gz")
        if path.is_file():
            return path
    raise DataError(
        "data.digits_missing",
        "the digits that come with scikit-learn were not found",
        where="sklearn/datasets/data/digits.csv.gz",
        fix="install scikit-learn again: pip install --force-reinstall scikit-learn",
    )


def _read(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    with gzip.open(path, "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    images = np.rint(table[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8)
    return images, table[:, 64].copy()
