"""Training images that a model finds most similar to an image, in its own feature space.

For a head on a frozen network these are the network's cached features, standardised as the head gets them. For any
other model it is the input of its last linear layer, see `trainer.analysis.embedding`: computed once per weights for
all training images, and cached beside those features.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.analysis.embedding import features
from trainer.analysis.neighbors import NeighborIndex
from trainer.data.image_data import ImageData
from trainer.errors import DataError
from trainer.models.feature_network import PretrainedClassifier, Standardize
from trainer.pretrained.feature_data import FeatureData
from trainer.pretrained.feature_file import FeatureFile, image_digests
from trainer.pretrained.kept_files import FEATURES

if TYPE_CHECKING:
    from pathlib import Path

    from trainer.trainer import Trainer

Progress = Callable[[int, int], None]
VIEW = "last layer"
PIECE = 512
"""Images whose features are written at a time."""


def training_index(
    trainer: Trainer, network: str, root: Path, progress: Progress = lambda done, total: None
) -> NeighborIndex:
    """Index the training images by the features of a model.

    Args:
        trainer: Has the model, with its weights loaded, and the data.
        network: Name of the model.
        root: Folder of all runs, where features are cached.
        progress: Called as `progress(done, total)`, in images.

    Returns:
        The index.

    Raises:
        DataError: `similar.no_images`: the user's own loaders, whose images cannot be looked up one by one.
    """
    feed, labels = trainer.feed, np.empty(0, np.int64)
    if isinstance(feed, FeatureData | ImageData):
        labels = np.asarray(feed.published("train").labels, np.int64)
    if isinstance(feed, FeatureData):
        standardize = trainer.model[0] if isinstance(trainer.model, nn.Sequential) else None
        assert isinstance(standardize, Standardize)
        mean, scale = (one.detach().cpu().numpy() for one in (standardize.mean, standardize.scale))
        return NeighborIndex(feed.plain, feed.images.rows("train").cpu().numpy(), labels, mean, scale)
    if isinstance(feed, ImageData):
        return NeighborIndex(*_kept(trainer, feed, root, network, progress), labels)
    raise DataError("similar.no_images", "The images of this run cannot be looked up one by one.")


def feature_of(model: nn.Module, images: Tensor) -> NDArray[np.float32]:
    """Compute the features of one image, as `training_index` has them.

    Args:
        model: The whole model.
        images: One normalised image (1, C, H, W).

    Returns:
        Features float32 (F,).
    """
    if isinstance(model, PretrainedClassifier) and isinstance(model.head, nn.Sequential):
        with torch.no_grad():
            found: NDArray[np.float32] = model.network(images)[0].float().cpu().numpy()
        return found
    view, _, _ = features(model, [(images, torch.zeros(1, dtype=torch.int64))], np.zeros(1, np.int64))
    return np.ascontiguousarray(view[0])


def _kept(
    trainer: Trainer, data: ImageData, root: Path, network: str, progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Features (R, F) of the source's images, those of the training images filled, and their rows (N,)."""
    rows = data.rows("train").cpu().numpy()
    batches = data.eval_batches("train", trainer.eval_batch)
    width = features(trainer.model, [next(iter(batches))], np.zeros(1, np.int64))[0].shape[1]
    about: dict[str, Any] = {"network": network, "view": VIEW, "size": max(data.input_shape[1:])}
    about["weights"] = _digest(trainer.model)
    file = FeatureFile(root / FEATURES, data.pixels_digest, about, len(data.labels), width)
    if not file.there[rows].all():
        _fill(file, trainer, data, rows, progress)
    return file.read(), rows


def _digest(model: nn.Module) -> str:
    """Of all that the model has learned."""
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        if isinstance(value, Tensor):
            digest.update(name.encode())
            digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _fill(file: FeatureFile, trainer: Trainer, data: ImageData, rows: NDArray[np.int64], progress: Progress) -> None:
    def told(batches: Iterable[tuple[Tensor, Tensor]]) -> Iterable[tuple[Tensor, Tensor]]:
        done = 0
        for batch in batches:
            progress(done, len(rows))
            yield batch
            done += len(batch[1])

    batches = told(data.eval_batches("train", trainer.eval_batch))
    found = features(trainer.model, batches, np.arange(len(rows)))[0]
    # in the order of the source: the disk is written from its beginning to its end
    order = np.argsort(rows)
    for start in range(0, len(rows), PIECE):
        some = order[start : start + PIECE]
        digests = image_digests(data.packed_pixels(torch.from_numpy(rows[some])))
        file.write(rows[some], found[some], digests)
