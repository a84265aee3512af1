"""From settings to a pretrained network that is fine-tuned, with a head that was trained first."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch

from trainer.backbones import find_backbone
from trainer.data.image_data import ImageData
from trainer.data.image_set import Progress
from trainer.models import network_size
from trainer.models.feature_network import FeatureNetwork, PretrainedClassifier, make_head
from trainer.models.network_blocks import freeze, freeze_batchnorm, network_blocks, top_blocks
from trainer.optim.parameter_groups import Group, groups_by_depth
from trainer.pretrained.frozen import build_frozen
from trainer.pretrained.head_training import train_head
from trainer.pretrained.kept_files import WEIGHTS
from trainer.pretrained.weights import load_weights
from trainer.settings import Settings


class Tuned(NamedTuple):
    """A model to fine-tune.

    Attributes:
        model: Network and head.
        digest: SHA-256 of the network's original weights, hex.
    """

    model: PretrainedClassifier
    digest: str


def build_tuned(
    settings: Settings,
    images: ImageData,
    root: Path,
    device: torch.device,
    progress: Progress,
    *,
    fresh: bool,
) -> Tuned:
    """Build the network that `settings.model` names, with a head trained on its features, ready to be fine-tuned.

    What is not to be trained is frozen. A new head's gradients are large and random: sent through the network, they
    would distort its features (Kumar et al. 2022, "Fine-tuning can distort pretrained features").

    Args:
        settings: Settings of the run.
        images: Training data.
        root: Folder of all runs; features and weights are kept below it.
        device: Where features are extracted.
        progress: Called with stage, done and total.
        fresh: False: weights will come from a checkpoint, so none are loaded and the head is not trained.

    Returns:
        Model and digest; raises what `build_frozen` raises.
    """
    backbone, chosen, seed = find_backbone(settings.model), settings.backbone, settings.train.seed
    if fresh:
        frozen = build_frozen(settings, images, root, device, progress)
        head, digest = frozen.head, frozen.digest
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            train_head(head, frozen.data, chosen.penalty, progress)
    else:
        digest = chosen.digest
    size = network_size(backbone.name, images.input_shape, chosen.size)
    network = FeatureNetwork(backbone.name, images.input_shape, size)
    if fresh:
        network.body.load_state_dict(load_weights(backbone, root / WEIGHTS, digest).tensors)
    else:
        head = make_head(network.width, len(images.classes), **settings.head.model_dump())
    model = PretrainedClassifier(network, head).train()
    blocks = network_blocks(network.body)
    if chosen.tune == "top":
        freeze(network.body, blocks[: -top_blocks(len(blocks))])
    if chosen.freeze_batchnorm:
        freeze_batchnorm(network)
    return Tuned(model, digest)


def parameter_groups(model: PretrainedClassifier, settings: Settings, images: int) -> list[Group]:
    """Make the optimiser's parameter groups. The head keeps the L2 penalty it had while the network was frozen.

    Args:
        model: The model, on its device.
        settings: Settings of the run.
        images: Number of training images.

    Returns:
        Groups as from `groups_by_depth`.
    """
    train, chosen = settings.train, settings.backbone
    return groups_by_depth(
        model.head.parameters(),
        network_blocks(model.network.body),
        lr=train.lr,
        factor=chosen.lr_factor,
        weight_decay=train.weight_decay,
        head_decay=train.weight_decay + chosen.penalty / images,
    )
