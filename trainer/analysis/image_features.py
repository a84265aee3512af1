"""Every readable image of a source as numbers that describe it: features of a pretrained network if there is one, else
pixels. [no torch for pixels]"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainer.backbones import is_pretrained
from trainer.data.image_set import ImageSet, Progress, no_progress
from trainer.data.inspection import Report
from trainer.events import SPLITS
from trainer.recommendation import LARGEST_GREY, LEAST_SIDE, pretrained_installed
from trainer.settings import Settings, merge

NETWORK = "efficientnet_lite0"
"""Used if the settings do not name a pretrained network."""
PIXELS = 1_024
"""Largest number of values per image, reached by averaging squares of pixels."""
COMPONENTS = 256
"""Largest number of principal components kept of these."""
AT_ONCE = 1_024
PENALTY_OF_NETWORK = 800.0
"""Four times the penalty of a head that is trained on correct labels. With 5 % of CIFAR-10's labels flipped at random,
the share of correct proposals among the first (as many as labels were flipped) is 50, 50 and 59 % for 300, 1,000 and
12,000 images; with a penalty of 200 it is 46, 49 and 56 %, with 50 it is 37, 48 and 49 %."""
PENALTY_OF_PIXELS = 3.0
"""On digits, 97.1 % of the images are classified correctly with 0.3, 96.1 % with this and 90.0 % with 200; of labels
flipped at random (5 %), 0.3 finds 87 % and this 80 %, and 86 and 90 % of the proposals are correct."""
ROUNDING = 1e-5
"""Standard deviation, as a part of the mean, up to which a feature counts as constant."""

Reason = Literal["", "not_installed", "not_photographs"]


class FeatureSource(NamedTuple):
    """Where features come from."""

    model: str
    """Name of the pretrained network; empty for pixels."""
    reason: Reason = ""
    """Why pixels are used. "not_photographs": small grey or tiny images, of which such a network sees little;
    "not_installed": its weights are missing."""


class ImageFeatures(NamedTuple):
    """Features of M images."""

    rows: NDArray[np.int64]
    """(M,): numbers of the images in the source, ascending."""
    values: NDArray[np.float32]
    """(M, D) float32: their features, centred, with a scale of about 1."""
    penalty: float
    """L2 penalty that suits softmax regression on them, 1/C of scikit-learn."""
    pixels: Callable[[NDArray[np.int64]], NDArray[np.uint8]]
    """From rows (n,) to pixels uint8 (n, H, W, 1 or 4), in the layout of `ImageSet.pixels` and the size used for the
    features."""


def choose_features(settings: Settings, pictures: ImageSet) -> FeatureSource:
    """Choose where features come from.

    Args:
        settings: A pretrained network named in them is used.
        pictures: The images.

    Returns:
        The network of the settings, else what suits the images.
    """
    if is_pretrained(settings.model):
        return FeatureSource(settings.model)
    side = max(pictures.pixels.shape[1:3])
    if side < LEAST_SIDE or (pictures.channels == 1 and side <= LARGEST_GREY):
        return FeatureSource("", "not_photographs")
    return FeatureSource(NETWORK) if pretrained_installed() else FeatureSource("", "not_installed")


def image_features(
    source: FeatureSource, settings: Settings, report: Report, root: Path, progress: Progress = no_progress
) -> ImageFeatures:
    """Compute features of all images in any split. Those of a network are cached below `root`, where training finds
    them, too.

    Args:
        source: Where features come from.
        settings: How the data is opened.
        report: Findings about the same source.
        root: Folder of all runs.
        progress: Called with the stages of opening data and "import", "download" and "extract".

    Returns:
        The features.

    Raises:
        UsageError: As `open_data` and `load_weights`.
        DataError: As `open_data` and `load_weights`.
        DiskError: Features cannot be written.
    """
    if source.model:
        return _of_network(merge(settings.model_dump(), {"model": source.model}), root, progress)
    rows = np.flatnonzero(report.parts < len(SPLITS))
    values = _principal(_small(report.pictures, rows))
    return ImageFeatures(rows, values, PENALTY_OF_PIXELS, lambda some: report.pictures.pixels[some])


def _of_network(settings: Settings, root: Path, progress: Progress) -> ImageFeatures:
    progress("import", 0, 0)
    import torch

    from trainer.engine.device import choose_device
    from trainer.launch import open_settings_data
    from trainer.pretrained.frozen import build_frozen

    # what cannot be read has been told; it keeps nobody from looking at the others
    settings = merge(settings.model_dump(), {"data": {"skip_bad": True}})
    images = open_settings_data(settings, progress=progress)
    data = build_frozen(settings, images, root, choose_device(settings.train.device), progress).data
    rows = np.concatenate([images.rows(split).cpu().numpy() for split in images.sizes])
    values = np.empty((len(rows), data.input_shape[0]), np.float32)
    places = np.argsort(np.argsort(rows))
    start = 0
    for split in images.sizes:
        for features, _ in data.eval_batches(split, AT_ONCE):
            values[places[start : start + len(features)]] = features.cpu().numpy()
            start += len(features)
    return ImageFeatures(
        np.sort(rows),
        _standardized(values),
        PENALTY_OF_NETWORK,
        lambda some: images.packed_pixels(torch.from_numpy(some)),
    )


def _standardized(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean 0 and standard deviation 1 of each feature, in place; one that varies by no more than rounding becomes 0."""
    mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    values -= mean
    spread = np.sqrt(np.einsum("nd,nd->d", values, values) / len(values))  # `std` would make a second copy
    values *= np.divide(1, spread, out=np.zeros_like(spread), where=spread > ROUNDING * np.abs(mean))
    return values


def _small(pictures: ImageSet, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Images averaged over squares of pixels until at most PIXELS values are left, (n, values)."""
    height, width = pictures.pixels.shape[1:3]
    channels = pictures.channels
    factor = 1
    while (height // factor) * (width // factor) * channels > PIXELS:
        factor += 1
    high, wide = height // factor, width // factor
    small = np.empty((len(rows), high * wide * channels), np.float32)
    for start in range(0, len(rows), AT_ONCE):
        some = pictures.pixels[rows[start : start + AT_ONCE], : high * factor, : wide * factor, :channels]
        squares = some.reshape(len(some), high, factor, wide, factor, channels)
        small[start : start + len(some)] = squares.mean(axis=(2, 4), dtype=np.float32).reshape(len(some), -1)
    return small


def _principal(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which they vary most, at most COMPONENTS of them, all on one scale: what varies little tells
    little."""
    from sklearn.decomposition import PCA

    kept = min(COMPONENTS, *values.shape)
    found = np.asarray(PCA(kept, random_state=0).fit_transform(values / 255), np.float32)
    return found / max(float(found.std(axis=0).max()), 1e-6)
