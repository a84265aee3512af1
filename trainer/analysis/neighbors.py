"""Nearest training images in a model's feature space: exact search. [no torch]

Squared distances come from one matrix product, |a|² + |b|² - 2ab with the norms |a|² computed once, in single
precision. That is fast but slightly inexact, so the nearest candidates are measured again, by differences in double
precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
BLOCK = 4_096
"""Rows at a time: memory-mapped features are never copied as a whole."""
MORE = 64
"""Candidates measured again in addition to those asked for."""


class Neighbors(NamedTuple):
    """Nearest training images."""

    places: Rows
    """(k,): places in the training split, the nearest first; at equal distance in their order."""
    distances: NDArray[np.float64]
    """(k,) float64: Euclidean distances."""


class NeighborIndex:
    """N training images in feature space.

    Args:
        features: Features float32 (R, F), possibly memory-mapped.
        rows: Row of each image (N,).
        labels: Class of each image (N,).
        mean: What is subtracted from features before they are compared (F,). None: 0.
        scale: What they are multiplied by then (F,). None: 1.

    Attributes:
        labels: Class of each image (N,).
    """

    def __init__(
        self, features: Floats, rows: Rows, labels: Rows, mean: Floats | None = None, scale: Floats | None = None
    ) -> None:
        width = features.shape[1]
        self.labels = labels
        if 2 * len(rows) < len(features):  # most of a product with all of them would be for nothing
            features, rows = features[rows], np.arange(len(rows))
        self._features, self._rows = np.asarray(features), rows
        self._mean = np.zeros(width, np.float32) if mean is None else mean.astype(np.float32)
        self._scale = np.ones(width, np.float32) if scale is None else scale.astype(np.float32)
        self._norms = self._squared_norms()

    def _squared_norms(self) -> NDArray[np.float32]:
        """(R,)."""
        found = np.empty(len(self._features), np.float32)
        for start in range(0, len(found), BLOCK):
            moved = (self._features[start : start + BLOCK] - self._mean) * self._scale
            found[start : start + BLOCK] = np.einsum("rf,rf->r", moved, moved)
        return found

    def feature(self, place: int) -> Floats:
        """Get the features of an image.

        Args:
            place: Place of the image in the training split.

        Returns:
            Features float32 (F,), as stored.
        """
        return np.array(self._features[self._rows[place]])

    def distances(self, query: Floats) -> Distances:
        """Compute approximate distances to all images.

        Args:
            query: Features float32 (F,), as stored ones are.

        Returns:
            The distances.
        """
        moved = (query - self._mean) * self._scale
        turned = moved * self._scale
        # one call: threads that meet after each block cost five times the work where the processor is busy
        products = self._features @ turned
        # the features are not moved, the product is: (a - m)·b = a·b - m·b
        squared = self._norms - 2 * (products - self._mean @ turned) + moved @ moved
        return Distances(self, query, squared[self._rows])

    def measured(self, query: Floats, places: Rows) -> NDArray[np.float64]:
        """Compute exact distances to some images.

        Args:
            query: Features float32 (F,), as stored ones are.
            places: Places of the images (k,).

        Returns:
            Euclidean distances float64 (k,).
        """
        found = np.empty(len(places))
        for start in range(0, len(places), BLOCK):
            rows = self._rows[places[start : start + BLOCK]]
            apart = (self._features[rows].astype(np.float64) - query) * self._scale
            found[start : start + BLOCK] = np.sqrt(np.einsum("kf,kf->k", apart, apart))
        return found


@dataclass(frozen=True)
class Distances:
    """Approximate distances of all images to a query."""

    index: NeighborIndex
    """The images."""
    query: Floats
    """Features of the query float32 (F,)."""
    squared: Floats
    """Squared distances float32 (N,)."""

    def nearest(self, count: int, label: int | None = None, without: int | None = None) -> Neighbors:
        """Find the nearest images.

        Args:
            count: How many, at most.
            label: Only images of this class. None: of all.
            without: Place of an image to leave out, such as the query itself. None: none.

        Returns:
            The nearest images, with exact distances.
        """
        fits = np.ones(len(self.squared), bool) if label is None else self.index.labels == label
        if without is not None:
            fits[without] = False
        places = np.flatnonzero(fits)
        taken = count + MORE
        while True:
            some = places
            if taken < len(places):
                some = places[np.argpartition(self.squared[places], taken)[:taken]]
            exact = self.index.measured(self.query, some)
            if taken >= len(places) or self._enough(some, exact, count):
                order = np.lexsort((some, exact))[:count]
                return Neighbors(some[order], exact[order])
            taken *= 4

    def _enough(self, candidates: Rows, exact: NDArray[np.float64], count: int) -> bool:
        """Whether no other image can be nearer than the last one asked for: by how far these are off."""
        about = self.squared[candidates].astype(np.float64)
        off = float(np.abs(about - exact**2).max())
        return bool(about.max() > np.sort(exact)[count - 1] ** 2 + 2 * off)
