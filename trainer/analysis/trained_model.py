"""The weights of a run with everything needed to use them, and images to try them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.backbones import is_pretrained
from trainer.data.augment import Normaliser
from trainer.data.buffers import Workspace
from trainer.data.image_set import pack
from trainer.data.pixel_block import packed
from trainer.engine.checkpoint_state import load_model_state
from trainer.engine.resume import trained_weights
from trainer.errors import DataError, UsageError
from trainer.launch import open_settings_data, read_settings
from trainer.models import build_model, move_model
from trainer.plugins import model_options
from trainer.pretrained.frozen import whole_tensors
from trainer.settings import Settings
from trainer.store import calibration_file
from trainer.store.folder import RunFolder
from trainer.store.thumbnails import open_published

Pixels = NDArray[np.uint8]
SHOWN = 24
"""Validation images that an exported model is tested on."""
NOISE = 8
"""Images of random pixels in addition: they cover all values, and exist even without a validation split."""


@dataclass(frozen=True)
class TrainedModel:
    """The best weights of a run, else the last ones, on the CPU."""

    run: str
    """Name of the run."""
    model_name: str
    """Name of the model, as for `build_model`."""
    options: Mapping[str, Any]
    """Options of the model, as for `build_model`."""
    seed: int
    """Seed of the run."""
    tensors: dict[str, Tensor]
    """The weights by name."""
    kind: Literal["best", "last"]
    """Which weights they are."""
    epoch: int
    """Epoch of the weights, from 1."""
    classes: tuple[str, ...]
    """Class names (C,)."""
    input_shape: tuple[int, int, int]
    """(channels, height, width) of an image."""
    mean: tuple[float, ...]
    """Mean of each channel of the training images, for values in [0, 1]."""
    std: tuple[float, ...]
    """Standard deviation of each channel."""
    fingerprint: str
    """Fingerprint of the training data."""
    temperature: float = 1.0
    """What logits are divided by for calibrated probabilities; `logits` gives them undivided."""

    def model(self) -> nn.Module:
        """Build a model with these weights, in the memory layout that the run itself uses.

        Returns:
            The model, in evaluation mode.
        """
        return self.model_with(self.tensors)

    def model_with(self, tensors: Mapping[str, Tensor]) -> nn.Module:
        """Build the same model with other weights.

        Args:
            tensors: Weights by name.

        Returns:
            The model, in evaluation mode.

        Raises:
            DiskError: `checkpoint.other_model`: the weights do not fit.
        """
        return move_model(self.plain_model(tensors), torch.device("cpu"))

    def plain_model(self, tensors: Mapping[str, Tensor]) -> nn.Module:
        """Build the same model with every tensor contiguous in the default order, as an exporter needs it.

        Args:
            tensors: Weights by name.

        Returns:
            The model, in evaluation mode.

        Raises:
            DiskError: `checkpoint.other_model`: the weights do not fit.
        """
        model = build_model(self.model_name, self.input_shape, len(self.classes), self.options, self.seed)
        load_model_state(model, tensors)
        return model.eval()

    def normalised(self, pixels: Pixels) -> Tensor:
        """Normalise pixels as in training.

        Args:
            pixels: Raw pixels uint8 (N, H, W, C).

        Returns:
            Float32 (N, C, H, W).
        """
        out = torch.empty(len(pixels), *self.input_shape, dtype=torch.float32)
        planes = packed(pack(pixels[..., 0] if self.input_shape[0] == 1 else pixels))
        return Normaliser(self.mean, self.std)(planes, out, Workspace())

    def logits(self, pixels: Pixels) -> Tensor:
        """Compute logits with the run's own weights, as validation does.

        Args:
            pixels: Raw pixels uint8 (N, H, W, C).

        Returns:
            Logits float32 (N, classes).
        """
        with torch.no_grad():
            logits: Tensor = self.model()(self.normalised(pixels))
        return logits


def find_trained(folder: RunFolder) -> TrainedModel:
    """Load the weights of a run, live or not, and what belongs to them. The data is opened only for old runs whose
    checkpoints lack mean and deviation.

    Args:
        folder: Folder of the run.

    Returns:
        The weights.

    Raises:
        UsageError: `export.custom`: the model is the user's own; `run.no_checkpoint`: there are no weights.
        DataError: A checkpoint is damaged, or the data of an old run cannot be opened.
    """
    settings = _settings(folder)
    found = trained_weights(folder)
    about = found.meta.get("input") or {}
    if not (about.get("mean") and about.get("std")):
        data = open_settings_data(settings, fingerprint=found.meta.get("fingerprint"))
        about = {"shape": data.input_shape, "mean": data.mean, "std": data.std}
    tensors: Mapping[str, Tensor] = found.tensors
    if is_pretrained(settings.model) and settings.backbone.tune == "head":
        tensors = whole_tensors(tensors, settings.model, settings.backbone.digest, folder.path.parent)
    channels, height, width = (int(side) for side in about["shape"])
    return TrainedModel(
        run=folder.path.resolve().name,
        model_name=settings.model,
        options=model_options(settings),
        seed=settings.train.seed,
        tensors={name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()},
        kind=found.kind,
        epoch=found.epoch,
        classes=tuple(found.meta["classes"]),
        input_shape=(channels, height, width),
        mean=tuple(about["mean"]),
        std=tuple(about["std"]),
        fingerprint=found.meta["fingerprint"],
        temperature=calibration_file.temperature(folder, found.kind, found.epoch),
    )


def _settings(folder: RunFolder) -> Settings:
    try:
        return read_settings(folder, to_use=True)
    except UsageError as error:
        if error.code != "run.custom":
            raise
        raise UsageError(
            "export.custom",
            "This run was started from Python with its own model, which the command line cannot build.",
            where=str(folder.path),
            fix="export trainer.model from the script, with torch.save or torch.onnx.export",
        ) from None


def sample(folder: RunFolder, trained: TrainedModel) -> tuple[Pixels, int]:
    """Choose images to test a model on: validation images, evenly spaced, if they are published beside the run, then
    random pixels. Equal runs give equal images.

    Args:
        folder: Folder of the run.
        trained: The weights.

    Returns:
        Raw pixels uint8 (N, H, W, C), and how many of them are validation images.
    """
    channels, height, width = trained.input_shape
    noise = np.random.default_rng(0).integers(0, 256, (NOISE, height, width, channels), dtype=np.uint8)
    try:
        images = open_published(folder.path.parent, trained.fingerprint).splits["valid"].images
    except (DataError, KeyError):
        return noise, 0
    which = np.unique(np.linspace(0, len(images) - 1, SHOWN).round().astype(int))
    chosen = [_sized(np.asarray(images[place]), height, width)[..., :channels] for place in which]
    return np.stack([*chosen, *noise]), len(chosen)


def _sized(image: Pixels, height: int, width: int) -> Pixels:
    """Viewers get large images in a smaller size."""
    if image.shape[:2] == (height, width):
        return image
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((width, height)))
