"""What a run has learnt: its weights with all that is needed to use them, and images to try them on."""

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
"""Validation images that an exported model is tried on."""
NOISE = 8
"""Images of random pixels beside them: they reach all values, and are there where there is no validation split."""


@dataclass(frozen=True)
class TrainedModel:
    """The best weights of a run (`kind` says so), by their own names and on the CPU.

    `mean` and `std`: of each channel of the training images, values in [0, 1]. `input_shape`: (C, H, W). `temperature`:
    what logits are to be divided by where probabilities are wanted; `logits` gives them as they are.
    """

    run: str
    model_name: str
    options: Mapping[str, Any]
    seed: int
    tensors: dict[str, Tensor]
    kind: Literal["best", "last"]
    epoch: int
    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fingerprint: str
    temperature: float = 1.0

    def model(self) -> nn.Module:
        """A new model with these weights, ready to be asked, laid out in memory as the run itself uses it."""
        return self.model_with(self.tensors)

    def model_with(self, tensors: Mapping[str, Tensor]) -> nn.Module:
        """The same with other weights. Raises RuntimeError where they do not fit."""
        return move_model(self.plain_model(tensors), torch.device("cpu"))

    def plain_model(self, tensors: Mapping[str, Tensor]) -> nn.Module:
        """The same with every tensor in the plain order of its dimensions, as an exporter wants it."""
        model = build_model(self.model_name, self.input_shape, len(self.classes), self.options, self.seed)
        model.load_state_dict(dict(tensors))
        return model.eval()

    def normalised(self, pixels: Pixels) -> Tensor:
        """Raw pixels (N, H, W, C) as the training's own batches hold them: float32 (N, C, H, W)."""
        out = torch.empty(len(pixels), *self.input_shape)
        planes = packed(pack(pixels[..., 0] if self.input_shape[0] == 1 else pixels))
        return Normaliser(self.mean, self.std)(planes, out, Workspace())

    def logits(self, pixels: Pixels) -> Tensor:
        """What the run's own weights say of raw pixels, by the way that validation takes: (N, classes)."""
        with torch.no_grad():
            logits: Tensor = self.model()(self.normalised(pixels))
        return logits


def find_trained(folder: RunFolder) -> TrainedModel:
    """The weights of a run, live or not, and what belongs to them. The data set is opened only for runs of before
    checkpoints knew mean and deviation. Raises UsageError `export.custom`, `run.no_checkpoint`, and DataError."""
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
            mend="export trainer.model from the script, with torch.save or torch.onnx.export",
        ) from None


def sample(folder: RunFolder, trained: TrainedModel) -> tuple[Pixels, int]:
    """Raw pixels (N, H, W, C) to try a model on, and how many of them are validation images: evenly spaced ones, where
    they lie beside the run, then random pixels. Equal runs give equal images."""
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
