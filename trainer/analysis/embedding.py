"""A map of what a model sees: its view of the images of a split, laid out in two dimensions.

The view is what the last linear layer gets, the features that a network has made of an image; of a model that is a
single linear layer, and of one without any, the logits. Two layouts:

- `pca`: the two directions in which the views vary most (scikit-learn's PCA). Distances mean what they say, but most of
  the variation is left out; `explained` says how little is in.
- `tsne`: t-SNE (L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008; scikit-learn's Barnes-Hut
  version), begun at the PCA. Neighbours stay neighbours; sizes of groups and gaps between them mean little.
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

from trainer.errors import DataError
from trainer.store.arrays import write_arrays

if TYPE_CHECKING:
    from trainer.store.folder import RunFolder
    from trainer.trainer import Trainer

MOST = 5000
"""Images on a map: t-SNE takes up to a minute for them, and more points would hide each other."""
PERPLEXITY = 30.0
"""How many neighbours count, roughly: the middle of the range that the authors of t-SNE recommend."""
BEFORE = 50
"""Dimensions that PCA leaves to t-SNE, as its authors do: it takes the noise out and the time down."""
FEWEST = 5
"""Images that t-SNE needs: with fewer there are no neighbours to speak of, and a map has PCA alone."""
Features = NDArray[np.float32]
Points = NDArray[np.float32]
"""(N, 2)."""


@dataclass(frozen=True)
class Embedding:
    """`indices` (N,): places in the split of the images on the map, ascending; N rows in `pca` and `tsne`, N `labels`.

    `predicted` (N,): what the model took them for; where the evaluation of the split says something else, it was made
    with other weights. `explained` (2,): share of the variance in each direction of `pca`. `total`: images of the
    split. `source`: "features" or "logits".
    """

    split: str
    source: str
    indices: NDArray[np.int64]
    labels: NDArray[np.int64]
    predicted: NDArray[np.uint16]
    pca: Points
    explained: NDArray[np.float32]
    tsne: Points | None
    total: int

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is kept in evaluation/map-<split>.npz."""
        made: dict[str, NDArray[Any]] = {"pca": self.pca, "explained": self.explained}
        made |= {"indices": self.indices, "labels": self.labels, "predicted": self.predicted}
        return made if self.tsne is None else {**made, "tsne": self.tsne}


def map_path(folder: RunFolder, split: str) -> Path:
    """Where the map of a split is in a run's folder."""
    return folder.evaluation / f"map-{split}.npz"


def write_map(folder: RunFolder, found: Embedding) -> Path:
    """Write evaluation/map-<split>.npz and name it. Raises DiskError."""
    path = map_path(folder, found.split)
    write_arrays(path, kind="map", **found.arrays())
    return path


def make_map(
    trainer: Trainer, *, tsne: bool = True, tell: Callable[[str, int], None] = lambda stage, images: None
) -> Embedding:
    """Map the validation images (the test images where there are none) with the weights that the model has now.

    Fewer than `FEWEST` images get no t-SNE.

    `tell` hears of each stage, "features", "pca" and "tsne", before it begins, and of how many images. Raises DataError
    `map.no_split`, `map.too_few` or `map.not_finite`.
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
    """Places of at most `most` of N images, ascending, each class with its share: always the same ones."""
    if len(labels) <= most:
        return np.arange(len(labels))
    by_class = np.argsort(labels, kind="stable")
    # even steps through the images sorted by class give each class its share to within one image
    return np.sort(by_class[np.linspace(0, len(labels) - 1, most).round().astype(np.int64)])


def features(
    model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], indices: NDArray[np.int64]
) -> tuple[Features, NDArray[np.uint16], str]:
    """The model's view of the images at these places of a split (ascending), (N, F), what it takes them for, (N,), and
    whether the view is "features" or "logits". The model's mode is put back."""
    seen: list[Tensor] = []  # what each linear layer got, in the order of their calls

    def note(_: nn.Module, given: tuple[Any, ...]) -> None:
        seen.append(given[0])

    hooks = [layer.register_forward_pre_hook(note) for layer in model.modules() if isinstance(layer, nn.Linear)]
    training = model.training
    model.eval()
    rows, said = [np.empty((0, 1), np.float32)], [np.empty(0, np.uint16)]
    source, start = "logits", 0
    try:
        with torch.no_grad():
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
        model.train(training)
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
    """The first two principal components (N, 2) of N views and the share of the variance that each explains, (2,).

    Raises DataError `map.too_few` or `map.not_finite`.
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
        raise DataError("map.not_finite", what, mend="check this run: it has diverged")
    points, explained = np.zeros((len(seen), count), np.float32), np.zeros(count, np.float32)
    if np.ptp(seen, axis=0).max() > 0:  # else there is no direction in which anything varies
        found = PCA(min(count, *seen.shape), svd_solver="full").fit(seen.astype(np.float64))
        made = found.transform(seen.astype(np.float64))
        points[:, : made.shape[1]] = made
        explained[: made.shape[1]] = found.explained_variance_ratio_
    return points, explained


def neighbours(seen: Features, seed: int = 0) -> Points:
    """t-SNE of N views, (N, 2): the same for the same seed, build and number of threads. Fewer than `FEWEST` views, and
    views that are all alike, stay where PCA puts them. Raises as `project` does."""
    from sklearn.manifold import TSNE

    reduced, explained = _principal(seen, min(BEFORE, max(2, seen.shape[1])))
    if len(seen) < FEWEST or not explained.any():
        return reduced[:, :2]
    made = TSNE(2, init="pca", perplexity=min(PERPLEXITY, (len(seen) - 1) / 3), random_state=seed)
    return np.asarray(made.fit_transform(reduced), np.float32)
