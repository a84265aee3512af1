"""The nearest training images are those that measuring each of them finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from trainer.analysis.neighbors import NeighborIndex


def drawn(rows: int, width: int, seed: int) -> np.ndarray:
    """Features of very different spread, far from 0."""
    random = np.random.default_rng(seed)
    return (random.normal(size=(rows, width)) * random.uniform(0.01, 30, width) + 50).astype(np.float32)


def measured(features: np.ndarray, mean: np.ndarray, scale: np.ndarray, query: np.ndarray) -> np.ndarray:
    difference = (features.astype(np.float64) - query.astype(np.float64)) * scale
    return np.sqrt((difference**2).sum(1))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 300), st.integers(1, 40), st.integers(1, 12), st.integers(0, 999))
def test_they_are_the_nearest_that_there_are(count: int, width: int, wanted: int, seed: int) -> None:
    features, random = drawn(count + 20, width, seed), np.random.default_rng(seed)
    rows, labels = random.permutation(count + 20)[:count], random.integers(0, 3, count)
    mean, scale = features.mean(0), 1 / features.std(0)
    index = NeighborIndex(features, rows, labels, mean, scale)
    query = drawn(1, width, seed + 1)[0]
    found = index.distances(query).nearest(wanted)
    all_of_them = measured(features[rows], mean, scale, query)
    np.testing.assert_allclose(found.distances, np.sort(all_of_them)[:wanted], rtol=1e-6)
    np.testing.assert_allclose(all_of_them[found.places], found.distances, rtol=1e-6)
    of_class = index.distances(query).nearest(wanted, label=1)
    assert (labels[of_class.places] == 1).all()
    np.testing.assert_allclose(of_class.distances, np.sort(all_of_them[labels == 1])[:wanted], rtol=1e-6)


def test_scikit_learn_finds_the_same() -> None:
    features = drawn(2_000, 24, 3)
    index = NeighborIndex(features, np.arange(2_000), np.zeros(2_000, np.int64))
    oracle = NearestNeighbors(n_neighbors=9, algorithm="brute").fit(features.astype(np.float64))
    for query in drawn(5, 24, 4):
        distances, places = oracle.kneighbors(query[None].astype(np.float64))
        found = index.distances(query).nearest(9)
        np.testing.assert_array_equal(found.places, places[0])
        np.testing.assert_allclose(found.distances, distances[0], rtol=1e-5)


def test_an_image_is_not_its_own_neighbor_but_its_copy_is() -> None:
    features = drawn(500, 16, 5)
    features[7] = features[300]
    index = NeighborIndex(features, np.arange(500), np.zeros(500, np.int64))
    found = index.distances(index.feature(300)).nearest(3, without=300)
    assert 300 not in found.places
    assert (found.places[0], found.distances[0]) == (7, 0)


def test_equal_distances_stand_in_the_order_of_the_images() -> None:
    features = np.repeat(drawn(1, 8, 6), 1_000, axis=0)
    index = NeighborIndex(features, np.arange(1_000), np.zeros(1_000, np.int64))
    assert index.distances(features[0]).nearest(5, without=2).places.tolist() == [0, 1, 3, 4, 5]


def test_fewer_than_asked_for_are_all() -> None:
    index = NeighborIndex(drawn(4, 3, 7), np.arange(4), np.array([0, 0, 1, 1]))
    distances = index.distances(index.feature(0))
    assert len(distances.nearest(10, without=0).places) == 3
    assert distances.nearest(10, label=0, without=0).places.tolist() == [1]
    assert len(distances.nearest(10, label=5).places) == 0


def test_features_may_stay_on_the_disk(tmp_path: Path) -> None:
    features = drawn(9_000, 6, 8)
    np.save(tmp_path / "features.npy", features)
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    rows, labels = np.arange(0, 9_000, 3), np.zeros(3_000, np.int64)
    found, wanted = (NeighborIndex(one, rows, labels).distances(features[5]).nearest(4) for one in (mapped, features))
    np.testing.assert_array_equal(found.places, wanted.places)
    assert found.distances == pytest.approx(wanted.distances)
