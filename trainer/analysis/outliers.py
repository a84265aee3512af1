"""Finds images that are unlike all others: far from their nearest neighbours in feature space. [no torch]

The distance of an image is that to its k-th nearest neighbour (S. Ramaswamy, R. Rastogi, K. Shim, "Efficient Algorithms
for Mining Outliers from Large Data Sets", SIGMOD 2000), as several may be odd in the same way. An image is an outlier
if the modified z-score of the logarithm of that distance is above 3.5 (B. Iglewicz, D. Hoaglin, "How to Detect and
Handle Outliers", 1993): it uses median and median absolute deviation, which outliers do not shift.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import Progress, no_progress

NEIGHBOURS = 10
COMPONENTS = 256
"""Principal components in which distances are measured. Of ten animals among 2,800 vehicles of CIFAR-10, six are among
the hundred farthest; with 64 components, three are."""
COMPARED = 4_096
"""Images that each is compared with, at most, evenly spread over the source: comparing all of 60,000 would take a
quarter of an hour."""
FEWEST = 50
"""Images below which there is no usual distance."""
SCORE, NORMAL = 3.5, 0.6745
"""The authors' threshold, and the median absolute deviation of a normal distribution in standard deviations."""
AT_ONCE = 2_048


class Outliers(NamedTuple):
    """Distances of N images, and which are outliers."""

    distances: NDArray[np.float64]
    """(N,): distance to the k-th nearest neighbour."""
    threshold: float
    """Distance above which an image is an outlier; infinite if that cannot be said."""

    @property
    def places(self) -> NDArray[np.int64]:
        """Places of the outliers, ascending."""
        return np.flatnonzero(self.distances > self.threshold)


def find_outliers(features: NDArray[np.float32], progress: Progress = no_progress) -> Outliers:
    """Find outliers.

    Args:
        features: Standardised features float32 (N, D).
        progress: Called with the stage "outliers".

    Returns:
        The outliers; none for fewer than `FEWEST` images.
    """
    if len(features) < FEWEST:
        return Outliers(np.zeros(len(features)), float("inf"))
    distances = _distances(_reduced(features), progress)
    return Outliers(distances, _threshold(distances))


def _reduced(features: NDArray[np.float32]) -> NDArray[np.float32]:
    if features.shape[1] <= COMPONENTS:
        return features
    from sklearn.decomposition import PCA

    some = features[_compared(len(features))]  # the directions are the same, and found in a tenth of the time
    found = PCA(min(COMPONENTS, len(some)), svd_solver="randomized", iterated_power=2, random_state=0).fit(some)
    return np.asarray(found.transform(features), np.float32)


def _compared(count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, COMPARED)).round().astype(np.int64))


def _distances(points: NDArray[np.float32], progress: Progress) -> NDArray[np.float64]:
    count = len(points)
    compared = _compared(count)
    others = points[compared]
    lengths, other_lengths = ((some.astype(np.float64) ** 2).sum(axis=1) for some in (points, others))
    found = np.empty(count)
    for start in range(0, count, AT_ONCE):
        progress("outliers", start, count)
        some = points[start : start + AT_ONCE]
        squares = (some @ others.T) * np.float32(-2) + other_lengths.astype(np.float32)
        own = np.searchsorted(compared, np.arange(start, start + len(some)))
        own = np.where(compared[np.minimum(own, len(compared) - 1)] == np.arange(start, start + len(some)), own, -1)
        itself = np.flatnonzero(own >= 0)
        squares[itself, own[itself]] = np.inf
        nearest = np.partition(squares, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1]
        found[start : start + len(some)] = nearest + lengths[start : start + len(some)]
    progress("outliers", count, count)
    return np.sqrt(np.maximum(found, 0))


def _threshold(distances: NDArray[np.float64]) -> float:
    logs = np.log(np.maximum(distances, np.finfo(np.float32).tiny))
    middle = float(np.median(logs))
    spread = float(np.median(np.abs(logs - middle)))
    return float(np.exp(middle + SCORE * spread / NORMAL)) if spread > 0 else float("inf")
