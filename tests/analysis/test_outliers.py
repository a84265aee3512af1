"""Outliers: the plain distance to the k-th nearest neighbour, and nothing where nothing stands out."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.analysis import outliers
from trainer.analysis.outliers import NEIGHBOURS, find_outliers


def test_distances_are_those_to_the_kth_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outliers, "AT_ONCE", 37)
    points = np.random.default_rng(0).normal(size=(150, 6)).astype(np.float32)
    found = find_outliers(points).distances
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert found == pytest.approx(np.sort(apart, axis=1)[:, NEIGHBOURS], abs=1e-3)  # the nearest of all is itself


def test_each_is_compared_with_some_but_never_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outliers, "COMPARED", 60)
    points = np.random.default_rng(0).normal(size=(151, 6)).astype(np.float32)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    compared = np.unique(np.linspace(0, 150, 60).round().astype(int))
    wanted = np.sort(apart[:, compared], axis=1)[:, NEIGHBOURS - 1]
    assert find_outliers(points).distances == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("wide", [5, 400])
def test_what_lies_far_away_is_found_even_where_it_comes_in_pairs(wide: int) -> None:
    points = np.random.default_rng(0).normal(size=(400, wide)).astype(np.float32)
    points[[7, 8]] += 40
    points[300, 0] -= 60
    found = find_outliers(points)
    assert {7, 8, 300} <= set(found.places.tolist())
    assert len(found.places) < 10


def test_few_or_equal_images_have_no_outliers() -> None:
    assert not len(find_outliers(np.eye(20, dtype=np.float32)).places)
    assert not len(find_outliers(np.ones((100, 3), np.float32)).places)
