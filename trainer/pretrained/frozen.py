"""From settings to a pretrained network and the data that a head on it is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from trainer.backbones import BACKBONES
from trainer.data.image_data import ImageData
from trainer.data.image_set import Progress, no_progress
from trainer.errors import UsageError
from trainer.models import network_size
from trainer.models.feature_network import FeatureNetwork, make_head
from trainer.pretrained.extraction import make_extractor
from trainer.pretrained.feature_data import FeatureData
from trainer.pretrained.weights import load_weights
from trainer.settings import Settings

WEIGHTS, FEATURES = Path(".data", "weights"), Path(".data", "features")
"""Below the folder of all runs."""


class Frozen(NamedTuple):
    """A `head` to train on the features in `data`; `digest`: of the weights of the network they come from."""

    head: nn.Module
    data: FeatureData
    digest: str


def build_frozen(
    settings: Settings, images: ImageData, root: Path, device: torch.device, progress: Progress = no_progress
) -> Frozen:
    """The features of `images` by the network that `settings.model` names, kept under `root`, and a new head for them.

    Raises UsageError for settings that features cannot follow, and what `load_weights` and `FeatureFile` raise.
    """
    _check(settings)
    backbone = BACKBONES[settings.model]
    weights = load_weights(backbone, root / WEIGHTS, settings.backbone.digest)
    size = network_size(backbone.name, images.input_shape, settings.backbone.size)
    network = FeatureNetwork(backbone.name, images.input_shape, size).eval().requires_grad_(False)
    network.body.load_state_dict(weights.tensors)
    data = FeatureData(
        images,
        lambda: make_extractor(network, images.input_shape, device),
        network.width,
        root / FEATURES,
        {"network": backbone.name, "weights": weights.digest, "size": size, "width": network.width},
        mirrored=settings.augment.flip > 0,
        progress=progress,
    )
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(settings.train.seed)
        head = make_head(network.width, len(images.classes), *data.statistics())
    return Frozen(head, data, weights.digest)


def whole_tensors(head: Mapping[str, Tensor], name: str, digest: str, root: Path) -> dict[str, Tensor]:
    """The weights of such a model from those of the `head` that a run under `root` has trained. Raises as
    `load_weights`."""
    tensors = load_weights(BACKBONES[name], root / WEIGHTS, digest).tensors
    network = {f"network.body.{key}": tensor for key, tensor in tensors.items()}
    return network | {f"head.{key}": tensor for key, tensor in head.items()}


def _check(settings: Settings) -> None:
    changed = [name for name in ("rotation", "crop") if getattr(settings.augment, name)]
    if changed:
        raise UsageError(
            "pretrained.augment",
            f"A frozen network sees each image once: {' and '.join(changed)} cannot differ from epoch to epoch.",
            where=f"model = {settings.model}",
            expected="no random change but flips",
            mend=" ".join(f"--augment.{name} 0" for name in changed),
            names=", ".join(changed),
        )
