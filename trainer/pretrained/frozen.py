"""From settings to a pretrained network and the data that a head on it is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from trainer.backbones import find_backbone
from trainer.data.image_data import ImageData
from trainer.data.image_set import Progress, no_progress
from trainer.data.preparing_source import PreparingSource
from trainer.errors import UsageError
from trainer.models import network_size
from trainer.models.feature_network import FeatureNetwork, PretrainedClassifier, Standardize, make_head
from trainer.pretrained.extraction import make_extractor
from trainer.pretrained.feature_data import FeatureData
from trainer.pretrained.feature_preparation import FeaturePreparation
from trainer.pretrained.kept_files import FEATURES, WEIGHTS
from trainer.pretrained.weights import load_weights
from trainer.settings import Settings, flag_name


class Frozen(NamedTuple):
    """A head and the features it is trained on.

    Attributes:
        head: New head, standardising included.
        data: The features.
        digest: SHA-256 of the network's weights, hex.
    """

    head: nn.Module
    data: FeatureData
    digest: str


def build_frozen(
    settings: Settings,
    images: ImageData,
    root: Path,
    device: torch.device,
    progress: Progress = no_progress,
    *,
    mirrored: bool = False,
) -> Frozen:
    """Extract the features of `images` with the network that `settings.model` names, and make a new head for them.

    Args:
        settings: Settings of the run.
        images: Images to extract features from.
        root: Folder of all runs; features and weights are kept below it.
        device: Where features are extracted.
        progress: Called with stage, done and total.
        mirrored: Extract the features of mirrored images too. Default: False.

    Returns:
        Head, features and digest.

    Raises:
        UsageError: Those of `load_weights`.
        DataError: Those of `load_weights`.
        DiskError: Those of `FeatureFile`.
    """
    network, identity = load_network(settings, images.input_shape, root, progress)
    data = FeatureData(
        images,
        lambda: make_extractor(network, images.input_shape, device),
        network.width,
        root / FEATURES,
        identity,
        mirrored=mirrored,
        progress=progress,
    )
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(settings.train.seed)
        head = make_head(network.width, len(images.classes), **settings.head.model_dump())
    standardize = head[0]
    assert isinstance(standardize, Standardize)
    standardize.fit(*data.statistics())
    return Frozen(head, data, str(identity["weights"]))


def frozen_for_images(
    settings: Settings, images: PreparingSource, root: Path, device: torch.device
) -> tuple[nn.Module, FeaturePreparation]:
    """Make a head for a saved run, and what turns new images into the features it takes.

    Args:
        settings: Settings of the run.
        images: Prepares images for the network.
        root: Folder of all runs; weights are kept below it.
        device: Where features are extracted.

    Returns:
        The head, its weights not loaded yet, and the preparation. Raises what `load_weights` raises.
    """
    network = load_network(settings, images.image_shape, root)[0]
    features = FeaturePreparation(images, lambda: make_extractor(network, images.image_shape, device), network.width)
    return make_head(network.width, len(images.classes), **settings.head.model_dump()), features


def load_network(
    settings: Settings, image_shape: tuple[int, int, int], root: Path, progress: Progress = no_progress
) -> tuple[FeatureNetwork, dict[str, Any]]:
    """Load the frozen network that `settings.model` names.

    Args:
        settings: Settings of the run.
        image_shape: (C, H, W) of the images.
        root: Folder of all runs; weights are kept below it.
        progress: Called with stage, done and total.

    Returns:
        The network, and the identity of its features: the plain values under which they are kept. Raises what
        `load_weights` raises.
    """
    backbone, chosen = find_backbone(settings.model), settings.backbone
    weights = load_weights(backbone, root / WEIGHTS, chosen.digest, chosen.weights, settings.train.seed, progress)
    size = network_size(backbone.name, image_shape, chosen.size)
    network = FeatureNetwork(backbone.name, image_shape, size).eval().requires_grad_(False)
    network.body.load_state_dict(weights.tensors)
    return network, {
        "network": backbone.name,
        "weights": weights.digest,
        "size": size,
        "width": network.width,
        "images": list(image_shape),
    }


def whole_model(
    settings: Settings, image_shape: tuple[int, int, int], head: nn.Module, root: Path
) -> PretrainedClassifier:
    """Join a network and a head that was trained on its features.

    Args:
        settings: Settings of the run.
        image_shape: (C, H, W).
        head: The trained head.
        root: Folder of all runs; weights are kept below it.

    Returns:
        From normalised images to logits. Raises what `load_weights` raises.
    """
    return PretrainedClassifier(load_network(settings, image_shape, root)[0], head)


def whole_tensors(head: Mapping[str, Tensor], name: str, digest: str, root: Path) -> dict[str, Tensor]:
    """Return the weights of such a model.

    Args:
        head: Weights of the head by name.
        name: Name of the network, as in `settings.model`.
        digest: SHA-256 of its weights, hex.
        root: Folder of all runs; weights are kept below it.

    Returns:
        Tensors by the names of `PretrainedClassifier`. Raises what `load_weights` raises.
    """
    tensors = load_weights(find_backbone(name), root / WEIGHTS, digest).tensors
    network = {f"network.body.{key}": tensor for key, tensor in tensors.items()}
    return network | {f"head.{key}": tensor for key, tensor in head.items()}


def check_augmentation(settings: Settings) -> None:
    """Reject random changes that features cannot follow.

    Args:
        settings: Settings of the run.

    Raises:
        UsageError: `pretrained.augment`: something other than flips is set.
    """
    changes = ("rotation", "crop", "resized_crop", "jitter", "erasing", "randaugment", "mixup", "cutmix")
    changed = [name for name in changes if getattr(settings.augment, name)]
    if changed:
        raise UsageError(
            "pretrained.augment",
            f"A frozen network sees each image once: {' and '.join(changed)} cannot differ from epoch to epoch.",
            where=f"model = {settings.model}",
            expected="no augmentation other than flips",
            fix=" ".join(f"{flag_name(('augment', name))} 0" for name in changed)
            + "; or train the network, too: --tune top",
            names=", ".join(changed),
        )
