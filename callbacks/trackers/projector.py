"""Data for TensorBoard's projector: the model's features of the validation images, with class names and the images."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainer.engine.context import RunContext
from trainer.plotting.png import png_bytes
from trainer.store import durable

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 256
"""Images per batch, where the data leaves it open."""
LARGEST_SPRITE = 8192
"""Largest side in pixels that the projector can load."""
NAME = "validation"


@dataclass(frozen=True)
class EmbeddedImages:
    """Images of a split as the model sees them.

    Attributes:
        vectors: Input of the last linear layer, or the logits if that is the image itself: (N, F) float32.
        labels: Names of the true classes (N,).
        predicted: Names of the predicted classes (N,).
        images: (N, h, w, 3) uint8; None if the data does not keep them in memory.
    """

    vectors: NDArray[np.float32]
    labels: list[str]
    predicted: list[str]
    images: NDArray[np.uint8] | None


def embed_validation(run: RunContext) -> EmbeddedImages:
    """Compute the model's features of the validation images: at most 5,000, each class in proportion.

    Args:
        run: The live objects of the run.

    Returns:
        The features; of the same images for the same data.
    """
    from trainer.analysis.embedding import MOST, features, stratified
    from trainer.data.loaders import PublishesImages

    assert run.data is not None  # asked only after an evaluation
    assert run.model is not None
    data, names = run.data, run.classes

    def batches() -> Iterable[tuple[Tensor, Tensor]]:
        return (batch[:2] for batch in data.eval_batches("valid", BATCH))

    labels = np.concatenate([labels.cpu().numpy() for _, labels in batches()])
    chosen = stratified(labels, MOST)
    vectors, predicted, _ = features(run.model, batches(), chosen)
    images = None
    if isinstance(data, PublishesImages):
        images = np.asarray(data.published("valid")[0][chosen.tolist()])
    return EmbeddedImages(vectors, _named(labels[chosen], names), _named(predicted, names), images)


def _named(numbers: NDArray[Any], names: tuple[str, ...]) -> list[str]:
    return [names[number] if number < len(names) else str(number) for number in numbers.tolist()]


def write_projector(place: Path, found: EmbeddedImages, step: int) -> None:
    """Write the files of the projector: vectors, names, images, and the configuration that names them.

    Args:
        place: Folder of the run's event files.
        found: What to show.
        step: Optimiser steps of the weights; part of the file names.

    Raises:
        DiskError: A file could not be written.
    """
    from google.protobuf import text_format
    from tensorboard.plugins.projector import ProjectorConfig
    from tensorboard.plugins.projector.metadata import PROJECTOR_FILENAME

    config = ProjectorConfig()
    about = config.embeddings.add()
    about.tensor_name = f"{NAME} at step {step}"
    about.tensor_path, about.metadata_path = f"{NAME}-{step}.tsv", f"{NAME}-{step}-names.tsv"
    # nine digits give the very same float32 again
    rows = ("\t".join(f"{value:.9g}" for value in row) for row in found.vectors.tolist())
    durable.write_text(place / about.tensor_path, "\n".join(rows) + "\n")
    lines = ("\t".join(map(_on_one_line, pair)) for pair in zip(found.labels, found.predicted, strict=True))
    durable.write_text(place / about.metadata_path, "class\tpredicted\n" + "\n".join(lines) + "\n")
    if found.images is not None and len(found.images):
        data, (high, wide) = _sprite(found.images)
        about.sprite.image_path = f"{NAME}-{step}.png"
        about.sprite.single_image_dim.extend([wide, high])
        durable.write_bytes(place / about.sprite.image_path, data)
    durable.write_text(place / PROJECTOR_FILENAME, text_format.MessageToString(config))


def _on_one_line(name: str) -> str:
    return " ".join(name.split())


def _sprite(images: NDArray[np.uint8]) -> tuple[bytes, tuple[int, int]]:
    """All images on one square sheet, row by row, as a PNG; height and width of each on it."""
    side = math.ceil(math.sqrt(len(images)))
    every = math.ceil(side * max(images.shape[1:3]) / LARGEST_SPRITE)  # large images are thinned out
    small = images[:, ::every, ::every]
    high, wide = small.shape[1:3]
    sheet = np.full((side * high, side * wide, 3), 255, np.uint8)
    for place, image in enumerate(small):
        top, left = (place // side) * high, (place % side) * wide
        sheet[top : top + high, left : left + wide] = image
    return png_bytes(sheet), (high, wide)
