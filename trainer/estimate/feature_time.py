"""How long a frozen network needs for all images: timed on a few, less the features that are kept already."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import torch

from trainer.engine.device import choose_device
from trainer.estimate.reading_time import ReadingTime
from trainer.models.feature_network import FeatureNetwork
from trainer.pretrained.extraction import CHUNK, make_extractor
from trainer.pretrained.feature_data import VIEWS
from trainer.pretrained.feature_file import filled_rows
from trainer.pretrained.frozen import load_network
from trainer.pretrained.kept_files import FEATURES
from trainer.settings import Settings

SECONDS = 1.0
"""Seconds spent on features of random images, and at most one batch more."""


class FeatureTime(NamedTuple):
    """How long extracting features takes.

    Attributes:
        seconds: Seconds until all features are there.
        weights: Seconds of that for loading the network.
        width: Number of features per image.
    """

    seconds: float
    weights: float
    width: int


def feature_time(settings: Settings, reading: ReadingTime, count: int, root: Path) -> FeatureTime:
    """Estimate how long extracting features takes; raises what `load_weights` raises.

    Args:
        settings: Settings with a pretrained model.
        reading: How its images are read.
        count: Images of the source.
        root: Folder of all runs, where features are kept.

    Returns:
        The estimate.
    """
    shape = (3, *reading.target)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="epochscope-", ignore_cleanup_errors=True) as place:
        network, identity = load_network(settings, shape, Path(place))
    loading = time.perf_counter() - began
    left = count
    if reading.digest is not None:
        plain = {**identity, "view": VIEWS[0]}
        left -= filled_rows(root / FEATURES, reading.digest, plain, count, network.width)
    if left <= 0:
        return FeatureTime(loading, loading, network.width)
    building, each = _extraction(network, shape, choose_device(settings.train.device))
    return FeatureTime(loading + building + left * each, loading, network.width)


def _extraction(network: FeatureNetwork, shape: tuple[int, int, int], device: torch.device) -> tuple[float, float]:
    """Seconds until the network can be asked, and for each image."""
    began = time.perf_counter()
    extract = make_extractor(network, shape, device)
    images = torch.rand(CHUNK, *shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    extract(images[:2])
    ready = time.perf_counter()
    done = 0
    while done == 0 or time.perf_counter() - ready < SECONDS:
        extract(images)
        done += len(images)
    return ready - began, (time.perf_counter() - ready) / done
