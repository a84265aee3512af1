"""The map of a run's images, made by `epochscope evaluate RUN --map`, as data for the window. No Qt."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.image_index import ImageIndex, Split
from trainer.errors import DataError, NewerVersionError
from trainer.store.arrays import read_arrays
from trainer.store.evaluations import read_outputs
from trainer.store.folder import RunFolder, confined

Layout = Literal["pca", "tsne"]
Reason = Literal["", "no_map", "damaged", "outside", "newer"]
SPLITS: tuple[Split, ...] = ("valid", "test")
MAX_FILE = 64 << 20
Points = NDArray[np.float32]
"""(N, 2), finite."""
Stamp = tuple[tuple[int, ...], ...]
"""Times (ns), size and inode of the map and of the evaluation."""


@dataclass(frozen=True)
class EmbeddingPoints:
    """Images of a split on a map.

    Attributes:
        split: The split.
        places: Their indices in the split (N,), int64.
        labels: Their classes (N,), int64.
        layouts: Their coordinates (N, 2), float32, by layout.
        explained: Fractions of the variance along the two axes of `pca`.
        stale: Whether the evaluation is of other weights.
    """

    split: Split
    places: NDArray[np.int64]
    labels: NDArray[np.int64]
    layouts: dict[Layout, Points]
    explained: tuple[float, float]
    stale: bool


def stamp(folder: RunFolder) -> Stamp:
    """Make a stamp that changes with the map and with the evaluation.

    Args:
        folder: Folder of the run.

    Returns:
        The stamp.
    """
    found: list[tuple[int, ...]] = []
    for split in SPLITS:
        for name in (f"map-{split}.npz", f"{split}.npz"):
            try:
                about = os.stat(folder.evaluation / name)  # noqa: PTH116 - asked for each drawing
                found.append((about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino))
            except OSError:
                found.append(())
    return tuple(found)


def read_map(folder: RunFolder) -> tuple[EmbeddingPoints | None, Reason, str]:
    """Read the map of a run.

    Args:
        folder: Folder of the run.

    Returns:
        The map, or None; the reason for that; the file it concerns, relative to the run.
    """
    for split in SPLITS:
        relative = f"evaluation/map-{split}.npz"
        if os.path.lexists(folder.path / relative):
            try:
                path = confined(folder, relative)
            except DataError:
                return None, "outside", relative
            try:
                return _checked(folder, split, read_arrays(path, MAX_FILE, "map")), "", relative
            except NewerVersionError:
                return None, "newer", relative
            except (DataError, KeyError, ValueError, MemoryError, OverflowError):
                return None, "damaged", relative
    return None, "no_map", ""


def _checked(folder: RunFolder, split: Split, arrays: dict[str, NDArray[Any]]) -> EmbeddingPoints:
    """Raises KeyError and ValueError for what is no map."""
    places, labels, explained = arrays["indices"], arrays["labels"], arrays["explained"]
    said = arrays["predicted"]
    count = len(places)
    layouts: dict[Layout, Points] = {"pca": arrays["pca"]}
    if "tsne" in arrays:
        layouts["tsne"] = arrays["tsne"]
    if {places.dtype.name, labels.dtype.name} != {"int64"} or places.shape != (count,) or labels.shape != (count,):
        raise ValueError("indices or labels")
    if count == 0 or places.min() < 0 or explained.shape != (2,) or explained.dtype.kind != "f":
        raise ValueError("empty, or no numbers")
    if said.shape != (count,) or said.dtype != np.uint16:
        raise ValueError("predicted")
    for points in layouts.values():
        if points.shape != (count, 2) or points.dtype != np.float32 or not np.isfinite(points).all():
            raise ValueError("points")
    shares = float(explained[0]), float(explained[1])
    return EmbeddingPoints(split, places, labels, layouts, shares, _is_stale(folder, split, places, said))


def _is_stale(folder: RunFolder, split: Split, places: NDArray[np.int64], said: NDArray[np.uint16]) -> bool:
    """Whether the evaluation knows other predictions. Times of files would not tell: copying changes them."""
    try:
        evaluated = read_outputs(confined(folder, f"evaluation/{split}.npz"))["predicted"]
        return not np.array_equal(evaluated[places], said)
    except (DataError, NewerVersionError, KeyError, ValueError, IndexError, MemoryError, OverflowError):
        return False


def predicted(points: EmbeddingPoints, index: ImageIndex, epoch: int) -> NDArray[np.int64] | None:
    """Return the predicted class of each image on the map.

    Args:
        points: The map.
        index: Images of the run.
        epoch: Epoch, for validation images.

    Returns:
        Classes (N,), int64; None if unknown.
    """
    made = index.predictions(points.split, epoch).predicted
    return made[points.places].astype(np.int64) if points.places.max() < len(made) else None


def items(points: EmbeddingPoints, index: ImageIndex) -> NDArray[np.int64]:
    """Find the images of the map among the published images.

    Args:
        points: The map.
        index: Images of the run.

    Returns:
        Index of each (N,), int64; -1 if it was not published.
    """
    split, _ = index.split(points.split)
    found = np.full(len(points.places), -1, np.int64)
    if split is not None and len(split.indices):
        published = np.array(split.indices, np.int64)
        order = np.argsort(published, kind="stable")
        at = np.minimum(np.searchsorted(published[order], points.places), len(order) - 1)
        there = published[order][at] == points.places
        found[there] = order[at][there]
    return found


def frame(points: Points) -> tuple[float, float, float, float]:
    """Compute a frame around all points, with a small margin; never empty.

    Args:
        points: Coordinates (N, 2).

    Returns:
        Left, bottom, width and height.
    """
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    reach = np.maximum(high - low, 1e-6 * max(1.0, float(np.abs(points).max())))
    low, reach = low - 0.04 * reach, 1.08 * reach
    return float(low[0]), float(low[1]), float(reach[0]), float(reach[1])


def nearest(x: NDArray[np.float64], y: NDArray[np.float64], at: tuple[float, float], within: float) -> int:
    """Find the point that is nearest to a position.

    Args:
        x: Coordinates (N,).
        y: Coordinates (N,).
        at: The position.
        within: Largest distance.

    Returns:
        Its index; -1 if none is within that distance.
    """
    if not len(x):
        return -1
    apart = (x - at[0]) ** 2 + (y - at[1]) ** 2
    best = int(apart.argmin())
    return best if apart[best] <= within**2 else -1
