"""How long a frozen network needs for all images: timed on a few, less the features that are kept already."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import torch

from trainer.backbones import BACKBONES
from trainer.engine.device import choose_device
from trainer.estimate.reading_time import ReadingTime
from trainer.models import network_size
from trainer.models.feature_network import FeatureNetwork
from trainer.pretrained.extraction import CHUNK, make_extractor
from trainer.pretrained.feature_file import filled_rows
from trainer.pretrained.kept_files import FEATURES
from trainer.pretrained.weights import load_weights
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
    backbone, shape = BACKBONES[settings.model], (3, *reading.target)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="epochscope-", ignore_cleanup_errors=True) as place:
        weights = load_weights(backbone, Path(place))
    size = network_size(backbone.name, shape, settings.backbone.size)
    network = FeatureNetwork(backbone.name, shape, size).eval().requires_grad_(False)
    network.body.load_state_dict(weights.tensors)
    loading = time.perf_counter() - began
    about = {"network": backbone.name, "weights": weights.digest, "size": size, "width": network.width}
    about |= {"images": list(shape), "view": "plain"}
    left = count
    if reading.digest is not None:
        left -= filled_rows(root / FEATURES, reading.digest, about, count, network.width)
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
