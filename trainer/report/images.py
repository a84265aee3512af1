"""The images of a report: hardest images, first-layer weights, a map of the validation images. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainer.analysis.first_layer import Weights, as_pictures
from trainer.analysis.run_slices import RunFacts, RunSlices, published_facts, run_slices
from trainer.analysis.slices import Slice
from trainer.errors import DataError, EpochscopeError
from trainer.plotting.heat_overlay import Method
from trainer.report.run_data import UNREADABLE, Gap, Made, RunData
from trainer.store.arrays import read_arrays
from trainer.store.evaluations import read_outputs
from trainer.store.folder import confined
from trainer.store.thumbnails import PublishedSplit, named_fingerprint, open_published

Arrays = dict[str, NDArray[Any]]
MAX_FILE = 256 << 20
"""Largest file that is read, in bytes."""
HARDEST = 24
"""Images shown per split."""
LOOKED, COVERED = 16, 4
"""Heat maps per split, and with occlusion, which sends a hundred copies of each image through the network."""
OF_SLICE = 8
"""Wrong images shown per slice."""
SPLITS = ("test", "valid")
"""Splits whose images are published."""
PROJECTIONS = ("pca", "tsne")


@dataclass(frozen=True)
class Hard:
    """An image that the model finds hard."""

    pixels: NDArray[np.uint8]
    """(h, w, 3) uint8."""
    true: int
    """True class."""
    predicted: int
    """Predicted class."""
    confidence: float
    """Softmax of the predicted class, in [0, 1]."""
    loss: float
    """Loss of the image (cross-entropy: nats)."""
    place: int
    """Place in the split, from 0."""
    path: str
    """Path as the data has it; empty if it is not a file."""


class Looked(NamedTuple):
    """Where the model looked in an image, for the class that it predicted."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) uint8."""
    values: NDArray[np.float32]
    """(H, W) float32."""
    method: Method
    """How they were computed."""


Look = Callable[[str, int, int], Looked]
"""Makes a heat map from a split, the place of an image in it, and a class. Raises EpochscopeError."""


@dataclass(frozen=True)
class EmbeddingPlot:
    """A map of N validation images."""

    places: dict[str, NDArray[np.float64]]
    """Projection -> positions float64 (N, 2)."""
    labels: NDArray[np.int64]
    """Class of each image (N,)."""


@dataclass(frozen=True)
class RunImages:
    """All images of a report."""

    hardest: dict[str, list[Hard]]
    """Split -> images with the largest loss."""
    weights: Weights | None
    """First-layer weights; None if there are none."""
    epoch: int | None
    """Epoch of these weights."""
    map: EmbeddingPlot | None
    """Map of the validation images; None if there is none."""
    slices: RunSlices | None
    """Slices of the test images, else of the validation images; None without images, or with too few."""
    looked: dict[str, list[Looked]] = field(default_factory=dict)
    """Split -> heat maps of the first of the hardest images."""


def read_pictures(run: RunData, look: Look | None = None) -> RunImages:
    """Read all images of a report; what cannot be read is added to `run.gaps`.

    Args:
        run: The run.
        look: Makes heat maps; needs the model. None: no heat maps.

    Returns:
        The images.
    """
    published = _published(run)
    hardest = {}
    for split in SPLITS:
        if split in published and (found := _tried(run, partial(_hardest, run, split, published[split]))):
            hardest[split] = found
    epoch = run.kept_epoch if run.kept_epoch in run.history.weights else max(run.history.weights, default=None)
    weights = _tried(run, lambda: _weights(run, epoch)) if epoch is not None else None
    found_map = _tried(run, lambda: _map(run, published.get("valid")))
    judged = [split for split in SPLITS if split in published and split in run.evaluations]
    slices = _slices(run, judged[0], published[judged[0]]) if judged else None
    looked = _looked(run, hardest, look) if look is not None else {}
    return RunImages(hardest, weights, epoch, found_map, slices, looked)


def _looked(run: RunData, hardest: dict[str, list[Hard]], look: Look) -> dict[str, list[Looked]]:
    """Of each split as many as can be had; where they cannot, that is a gap."""
    made: dict[str, list[Looked]] = {}
    try:
        for split, images in hardest.items():
            for one in images[:LOOKED]:
                found = made.setdefault(split, [])
                if len(found) == COVERED and found[0].method is Method.OCCLUSION:
                    break
                found.append(look(split, one.place, one.predicted))
    except EpochscopeError as error:
        run.gaps.append(Gap.of("heat_maps", "", error))
    return {split: found for split, found in made.items() if found}


class _GapError(Exception):
    """Carries a gap to where it is noted."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.code)
        self.gap = gap


def _tried(run: RunData, read: Callable[[], Made]) -> Made | None:
    try:
        return read()
    except _GapError as error:
        run.gaps.append(error.gap)
        return None


def _arrays(run: RunData, file: str, read: Callable[[Path, int], Arrays] = read_arrays) -> Arrays:
    try:
        path = confined(run.folder, file)
        if not os.path.lexists(path):
            raise _GapError(Gap("missing", file))
        return read(path, MAX_FILE)
    except UNREADABLE as error:
        raise _GapError(Gap.of("damaged", file, error)) from error


def _published(run: RunData) -> dict[str, PublishedSplit]:
    """The images of the run's data, by split; none, and a gap, where they are not there."""
    root, images = run.folder.path.parent, run.history.images
    if run.info is None or not images:
        return {}
    key = ""
    try:
        key = named_fingerprint(root, images)
        if not key:
            run.gaps.append(Gap("outside", images[:200]))
            return {}
        return open_published(root, key).splits
    except UNREADABLE as error:
        there = bool(key) and (root / ".data" / key).exists()
        reason = str(error.parameters.get("reason", "")) if isinstance(error, DataError) and there else ""
        run.gaps.append(Gap("damaged" if there else "missing", images, reason))
        return {}


def _hardest(run: RunData, split: str, published: PublishedSplit) -> list[Hard]:
    """The published images with the largest loss, NaN first; those with equal loss in the order of the data."""
    file = f"evaluation/{split}.npz"
    if split == "valid" and split not in run.evaluations:
        file = run.history.predictions.get(run.kept_epoch or 0, "")
    if not file or (split not in run.evaluations and split == "test"):
        return []
    arrays = _arrays(run, file, read_outputs)
    try:
        places = np.array(published.indices, np.int64)
        fits = len(arrays["loss"]) == published.total and (arrays["predicted"] < len(run.classes)).all()
        if not fits or (len(places) and not 0 <= places.min() <= places.max() < published.total):
            raise _GapError(Gap("mismatch", file))
        order = _hardest_first(arrays["loss"][places])[:HARDEST]
        return [_hard(published, int(item), arrays) for item in order]
    except UNREADABLE as error:
        raise _GapError(Gap.of("damaged", file, error)) from error


def _hardest_first(loss: NDArray[Any]) -> NDArray[np.int64]:
    """Places in the order of the loss, NaN first."""
    return np.argsort(-np.where(np.isnan(loss), np.inf, loss), kind="stable")


def _slices(run: RunData, split: str, published: PublishedSplit) -> RunSlices | None:
    """From the run's folder alone: what the photographs themselves say of camera and time is not asked."""
    try:
        known = RunFacts(published, published_facts(published, run.classes))
        found = run_slices(run.folder, run.evaluations[split], known)
    except UNREADABLE:  # the hardest images come from the same files: the gap is noted
        return None
    return found if found.enough else None


def _hard(published: PublishedSplit, item: int, arrays: Arrays) -> Hard:
    place = published.indices[item]
    predicted, confidence, loss = (arrays[name][place] for name in ("predicted", "confidence", "loss"))
    pixels = np.array(published.images[item])
    true, path = published.labels[item], published.paths[item]
    return Hard(pixels, true, int(predicted), float(confidence), float(loss), place, path)


def wrong_images(found: RunSlices, one: Slice) -> list[Hard]:
    """Choose wrongly classified images of a slice.

    Args:
        found: Slices of a split.
        one: The slice.

    Returns:
        At most `OF_SLICE` images with the largest loss, NaN first.
    """
    items = one.items[found.predicted[one.items] != found.labels[one.items]]
    published, arrays = found.known.published, found.outputs
    order = _hardest_first(arrays["loss"][np.array(published.indices, np.int64)[items]])[:OF_SLICE]
    return [_hard(published, int(item), arrays) for item in items[order]]


def _weights(run: RunData, epoch: int) -> Weights | None:
    file = run.history.weights[epoch]
    arrays, info = _arrays(run, file), run.info
    if info is None or "weight" not in arrays or arrays["weight"].dtype.kind != "f":
        raise _GapError(Gap("damaged", file))
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is counted as broken
        weight = arrays["weight"].astype(np.float32)
    return as_pictures(weight, info.input_shape, len(info.classes), info.parameters)


def _map(run: RunData, published: PublishedSplit | None) -> EmbeddingPlot | None:
    """What evaluation/map-valid.npz says, where there is one: `pca` and `tsne` (N, 2), `indices` (N,)."""
    file = "evaluation/map-valid.npz"
    if not (run.folder.path / file).exists():
        return None
    arrays = _arrays(run, file)
    if published is None:
        raise _GapError(Gap("unlabelled", file))
    indices = arrays.get("indices", np.empty((0, 0)))
    places = {name: arrays[name] for name in PROJECTIONS if name in arrays}
    whole = indices.ndim == 1 and indices.dtype.kind in "iu" and places
    if not whole or any(one.shape != (len(indices), 2) or one.dtype.kind != "f" for one in places.values()):
        raise _GapError(Gap("damaged", file))
    labels = np.full(published.total, -1)
    labels[published.indices] = published.labels
    if len(indices) and not 0 <= indices.min() <= indices.max() < published.total:
        raise _GapError(Gap("mismatch", file))
    known = labels[indices] >= 0
    for one in places.values():
        known &= np.isfinite(one).all(axis=1)
    return EmbeddingPlot({name: one[known].astype(np.float64) for name, one in places.items()}, labels[indices][known])
