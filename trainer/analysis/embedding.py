"""A map of how a model sees the images of a split, in two dimensions.

Images are placed by the input of the last linear layer, the features that a network has computed; for a model that is a
single linear layer, or has none, by the logits. Two layouts:

- `pca`: the two directions of largest variance (scikit-learn's PCA). Distances can be taken literally, but most of the
  variance is left out; `explained` says how much is in.
- `tsne`: t-SNE (L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008; scikit-learn's Barnes-Hut
  version), initialised with the PCA. Neighbours stay neighbours; sizes of groups and gaps between them mean little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.engine.module_modes import evaluating
from trainer.errors import DataError
from trainer.store.arrays import write_arrays

if TYPE_CHECKING:
    from trainer.store.folder import RunFolder
    from trainer.trainer import Trainer

MOST = 5000
"""Images on a map, at most: t-SNE takes up to a minute for them, and more points would hide each other."""
PERPLEXITY = 30.0
"""Effective number of neighbours: the middle of the range that the authors of t-SNE recommend."""
BEFORE = 50
"""Dimensions that PCA leaves to t-SNE, as its authors do: this removes noise and saves time."""
FEWEST = 5
"""Images that t-SNE needs: with fewer there are no neighbours to speak of, and a map has PCA alone."""
Features = NDArray[np.float32]
Points = NDArray[np.float32]
"""(N, 2)."""


@dataclass(frozen=True)
class Embedding:
    """A map of N images."""

    split: str
    """Name of the split."""
    source: str
    """"features" or "logits": what images are placed by."""
    indices: NDArray[np.int64]
    """(N,): places in the split of the images on the map, ascending."""
    labels: NDArray[np.int64]
    """True class of each image (N,)."""
    predicted: NDArray[np.uint16]
    """Predicted class of each image (N,); differs from the evaluation of the split if that was made with other weights.
    """
    pca: Points
    """(N, 2) float32: the first two principal components."""
    explained: NDArray[np.float32]
    """(2,): share of the variance in each direction of `pca`, in [0, 1]."""
    tsne: Points | None
    """(N, 2) float32: t-SNE; None if it was not made."""
    total: int
    """Images in the split."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is stored in evaluation/map-<split>.npz.

        Returns:
            Arrays by name.
        """
        made: dict[str, NDArray[Any]] = {"pca": self.pca, "explained": self.explained}
        made |= {"indices": self.indices, "labels": self.labels, "predicted": self.predicted}
        return made if self.tsne is None else {**made, "tsne": self.tsne}


def map_path(folder: RunFolder, split: str) -> Path:
    """Get the path of a split's map.

    Args:
        folder: Folder of the run.
        split: Name of the split.

    Returns:
        The path; the file may not exist.
    """
    return folder.evaluation / f"map-{split}.npz"


def write_map(folder: RunFolder, found: Embedding) -> Path:
    """Write a map to evaluation/map-<split>.npz.

    Args:
        folder: Folder of the run.
        found: The map.

    Returns:
        Path of the file.

    Raises:
        DiskError: The file cannot be written.
    """
    path = map_path(folder, found.split)
    write_arrays(path, kind="map", **found.arrays())
    return path


def make_map(
    trainer: Trainer, *, tsne: bool = True, tell: Callable[[str, int], None] = lambda stage, images: None
) -> Embedding:
    """Map the validation images, or the test images if there are none, with the model's current weights.

    Args:
        trainer: Has model and data.
        tsne: Also make t-SNE; never for fewer than `FEWEST` images. Default: True.
        tell: Called as `tell(stage, images)` before each stage, "features", "pca" and "tsne".

    Returns:
        The map, of at most `MOST` images, each class keeping its share.

    Raises:
        DataError: `map.no_split`: there are neither validation nor test images; `map.too_few`: fewer than 3;
            `map.not_finite`: features are not finite.
    """
    split = next((name for name in ("valid", "test") if name in trainer.feed.sizes), None)
    if split is None:
        raise DataError("map.no_split", "A map needs validation or test images, and this data has none.")

    def batches() -> Iterable[tuple[Tensor, Tensor]]:
        return (batch[:2] for batch in trainer.feed.eval_batches(split, trainer.eval_batch))

    labels = np.concatenate([labels.cpu().numpy() for _, labels in batches()] or [np.empty(0, np.int64)])
    indices = stratified(labels, MOST)
    tell("features", len(indices))
    seen, said, source = features(trainer.model, batches(), indices)
    tell("pca", len(indices))
    points, explained = project(seen)
    tsne = tsne and len(indices) >= FEWEST
    if tsne:
        tell("tsne", len(indices))
    laid = neighbours(seen) if tsne else None
    return Embedding(split, source, indices, labels[indices], said, points, explained, laid, len(labels))


def stratified(labels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Choose images so that each class keeps its share; always the same ones.

    Args:
        labels: Class of each image (N,).
        most: Largest number of images to choose.

    Returns:
        Their places, ascending.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    by_class = np.argsort(labels, kind="stable")
    # even steps through the images sorted by class give each class its share to within one image
    return np.sort(by_class[np.linspace(0, len(labels) - 1, most).round().astype(np.int64)])


def features(
    model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], indices: NDArray[np.int64]
) -> tuple[Features, NDArray[np.uint16], str]:
    """Compute the features of some images of a split: the input of the model's last linear layer, else its logits.
    Afterwards every module is back in its own mode.

    Args:
        model: The model.
        batches: All batches of the split, images and labels.
        indices: Places of the images in the split (N,), ascending.

    Returns:
        Features float32 (N, F); predicted classes (N,); and "features" or "logits".
    """
    seen: list[Tensor] = []  # what each linear layer got, in the order of their calls

    def note(_: nn.Module, given: tuple[Any, ...]) -> None:
        seen.append(given[0])

    hooks = [layer.register_forward_pre_hook(note) for layer in model.modules() if isinstance(layer, nn.Linear)]
    rows, said = [np.empty((0, 1), np.float32)], [np.empty(0, np.uint16)]
    source, start = "logits", 0
    try:
        with evaluating(model), torch.no_grad():
            for images, labels in batches:
                begin, end = np.searchsorted(indices, (start, start + len(labels)))
                wanted = torch.from_numpy(indices[begin:end] - start).to(labels.device)
                start += len(labels)
                if len(wanted):
                    seen.clear()
                    logits = model(images)
                    view = _learned(seen, images)
                    source = "logits" if view is None else "features"
                    view = logits if view is None else view
                    rows.append(view.flatten(1)[wanted].float().cpu().numpy())
                    said.append(logits.argmax(1)[wanted].cpu().numpy().astype(np.uint16))
    finally:
        for hook in hooks:
            hook.remove()
    return np.concatenate(rows[1:] or rows), np.concatenate(said), source


def _learned(seen: list[Tensor], images: Tensor) -> Tensor | None:
    """What the last linear layer got, if it is a row for each image and not just the pixels."""
    last = seen[-1] if seen else None
    if last is None or len(last) != len(images) or last.ndim < 2:
        return None
    pixels = last.numel() == images.numel() and torch.equal(last.flatten(1), images.flatten(1).to(last.dtype))
    return None if pixels else last


def project(seen: Features) -> tuple[Points, NDArray[np.float32]]:
    """Compute the first two principal components.

    Args:
        seen: Features float32 (N, F).

    Returns:
        The components float32 (N, 2), and the share of the variance that each explains (2,).

    Raises:
        DataError: `map.too_few`: fewer than 3 images; `map.not_finite`: features are not finite.
    """
    reduced, explained = _principal(seen, 2)
    return reduced, explained


def _principal(seen: Features, count: int) -> tuple[Features, NDArray[np.float32]]:
    """Up to `count` components, made `count` of them with zeros where the views have fewer dimensions."""
    from sklearn.decomposition import PCA

    if len(seen) < 3:
        what = f"A map needs at least three images, there are {len(seen)}."
        raise DataError("map.too_few", what, count=len(seen))
    if not np.isfinite(seen).all():
        what = "The features of some images are not finite, so they cannot be placed on a map."
        raise DataError("map.not_finite", what, fix="check this run: it has diverged")
    points, explained = np.zeros((len(seen), count), np.float32), np.zeros(count, np.float32)
    if np.ptp(seen, axis=0).max() > 0:  # else there is no direction in which anything varies
        found = PCA(min(count, *seen.shape), svd_solver="full").fit(seen.astype(np.float64))
        made = found.transform(seen.astype(np.float64))
        points[:, : made.shape[1]] = made
        explained[: made.shape[1]] = found.explained_variance_ratio_
    return points, explained


def neighbours(seen: Features) -> Points:
    """Compute t-SNE. The same build and number of threads give the same result.

    Args:
        seen: Features float32 (N, F).

    Returns:
        Positions float32 (N, 2); those of PCA for fewer than `FEWEST` images, or if all features are equal.

    Raises:
        DataError: `map.too_few`: fewer than 3 images; `map.not_finite`: features are not finite.
    """
    from sklearn.manifold import TSNE

    reduced, explained = _principal(seen, min(BEFORE, max(2, seen.shape[1])))
    if len(seen) < FEWEST or not explained.any():
        return reduced[:, :2]
    made = TSNE(2, init="pca", perplexity=min(PERPLEXITY, (len(seen) - 1) / 3), random_state=0)
    return np.asarray(made.fit_transform(reduced), np.float32)
