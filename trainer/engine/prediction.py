"""Predictions for new images."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from trainer.data.image_search import find_images, needs_images
from trainer.data.image_set import Fault
from trainer.data.inputs import inputs_of, is_nested
from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource, PreparesImages
from trainer.data.new_images import CHANNELS, is_single
from trainer.data.sources import is_frame
from trainer.data.table_columns import paths_of_frame
from trainer.data.validation import FaultyDataError, unreadable
from trainer.engine.module_modes import evaluating
from trainer.engine.precision import Forward
from trainer.errors import UsageError
from trainer.models import floating_type
from trainer.text.column_names import distinct_columns
from trainer.text.text_shortening import first_line
from trainer.torch_modes import own_modes

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 64
PIECE = 512
"""Images that are decoded at a time."""


@own_modes()
def predict(
    model: nn.Module,
    forward: Forward,
    feed: DataSource,
    classes: tuple[str, ...],
    device: torch.device,
    images: Any,
    temperature: float = 1.0,
) -> pd.DataFrame:
    """A row per image: `class`, `confidence` in [0, 1], then the probability of every class by its name (with `_` after
    it where another column or the index has that name).

    `images`: float tensor (N, ...) as the model takes it, several as a tuple or a mapping, or what `feed.prepare`
    takes, a folder or a DataFrame of paths. `forward`: how they become logits. `temperature`: what these are divided
    by, see `metrics.temperature`; the class is that of the largest logit, whatever the temperature. Raises UsageError
    where the data cannot prepare images, DataError naming those that cannot be read.
    """
    import pandas as pd

    index: Any = None
    if is_frame(images):
        index = images.index
        images = images.to_numpy() if isinstance(feed, LoaderSource) else paths_of_frame(images)
    elif hasattr(images, "iloc"):
        index, images = images.index, list(images)
    elif is_folder(images):
        images = needs_images(find_images([str(images)]), str(images)).images
        index = pd.Index(images, name="image")
    with evaluating(model), torch.no_grad():
        given = (_moved(piece, model, device) for piece in _pieces(feed, images))
        # in small batches: a deep network's activations for a thousand photographs take gigabytes
        logits = torch.cat([_logits(forward, some, feed) for piece in given for some in _split(piece)])
        best, probabilities = logits.argmax(1).cpu(), (logits / temperature).softmax(1).cpu()
    confidence = probabilities.gather(1, best[:, None])[:, 0]
    table = pd.DataFrame({"class": [classes[i] for i in best.tolist()], "confidence": confidence.numpy()})
    names = distinct_columns(classes, (*table.columns, *(() if index is None else index.names)))
    table = pd.concat([table, pd.DataFrame(probabilities.numpy(), columns=names)], axis=1)
    return table if index is None else table.set_index(index)


def is_folder(images: Any) -> bool:
    """Whether it is the path of a folder that is there."""
    return isinstance(images, str | Path) and os.path.isdir(images)  # noqa: PTH112  # of a name that is too long pathlib raises


def _moved(images: Any, model: nn.Module, device: torch.device) -> Any:
    return images.to(device).to(floating_type(model))


def _logits(forward: Forward, images: Any, feed: DataSource) -> Tensor:
    try:
        return forward(images)
    except RuntimeError as error:
        shape, expected = tuple(images.shape[1:]), _shape(feed)
        if expected is None or expected == shape:
            raise
        raise UsageError(
            "predict.images",
            f"The model cannot take images of the shape {shape}: {first_line(error)}",
            expected=f"a tensor (N, {', '.join(map(str, expected))}), as in training",
            fix="resize the images, or give them as files, Pillow images or uint8 arrays: these are prepared",
        ) from error


def _shape(feed: Any) -> tuple[int, ...] | None:
    """Of an image; None for a source that does not say."""
    shape = getattr(feed, "input_shape", None)  # what `ImageClassifier` prepares numbers with has none
    return None if shape is None else tuple(shape)


def _split(images: Any) -> Sequence[Any]:
    return images.split(AT_ONCE) if isinstance(images, Tensor) and len(images) else [images]


def _pieces(feed: DataSource, images: Any) -> Iterator[Any]:
    """The images as the model takes them, those that have to be prepared some at a time."""
    several = isinstance(feed, LoaderSource) and feed.example is not None
    if isinstance(images, list) and not several and images and all(isinstance(one, Tensor) for one in images):
        images = torch.stack(images) if len({one.shape for one in images}) == 1 else images
    if isinstance(images, Tensor) and images.is_floating_point():
        yield images[None] if images.shape == _shape(feed) else images
    elif isinstance(feed, PreparesImages):
        yield from _prepared(feed, images)
    elif several and is_nested(images):
        yield inputs_of(images)
    elif isinstance(feed, LoaderSource) and (found := feed.as_trained(images)) is not None:
        yield found
    else:
        raise UsageError(
            "predict.images",
            f"Own loaders cannot turn {type(images).__name__} into the model's input.",
            expected="a float tensor of images as the loader yields them",
            fix="transform the images as the training data were, then call predict again",
        )


def _prepared(feed: PreparesImages, images: Any) -> Iterator[Tensor]:
    """Every piece is looked at before an error names what cannot be read."""
    if not hasattr(images, "__iter__") and not is_single(images):
        raise UsageError(
            "predict.images",
            f"{type(images).__name__} is not an image, and holds none.",
            expected="a path, a Pillow image, a uint8 array, several of them, a folder or a DataFrame of paths",
        )
    if isinstance(images, Tensor) and images.ndim == 3 and images.shape[0] in CHANNELS:
        images = images[None]  # one image (C, H, W), as torchvision reads it, and not C grey ones
    images = images if hasattr(images, "shape") or is_single(images) else list(images)
    if is_single(images) or len(images) <= PIECE:
        yield feed.prepare(images)
        return
    faults: list[Fault] = []
    for start in range(0, len(images), PIECE):
        try:
            yield feed.prepare(images[start : start + PIECE])
        except FaultyDataError as error:
            faults += renumbered(error.faults, start)
    if faults:
        raise unreadable(faults)


def renumbered(faults: Sequence[Fault], start: int) -> list[Fault]:
    """Faults of images that began at `start`: those without a path are called by their number."""
    found = []
    for one in faults:
        number = one.path.removeprefix("image ")
        path = f"image {int(number) + start}" if number != one.path and number.isdigit() else one.path
        found.append(Fault(path, one.code, one.reason))
    return found
