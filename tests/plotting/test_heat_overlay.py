"""Heat maps as colours: the brighter, the more a place speaks for the class."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.plotting.heat_overlay import faded, heat_colors, levels, overlay


@pytest.mark.parametrize("middle", [-5.0, -0.5, 0.0, 0.5, 5.0])
def test_levels_keep_the_order_and_end_at_one(middle: float) -> None:
    values = np.random.default_rng(0).uniform(middle - 1, middle + 1, (6, 7)).astype(np.float32)
    level = levels(values)
    assert (level.min(), level.max()) == (0, 1)
    order = np.argsort(values, axis=None)
    assert (np.diff(level.flatten()[order]) >= 0).all()


def test_what_speaks_against_the_class_counts_as_nothing() -> None:
    values = np.array([[-5, -1, 0, 1, 2]], np.float32)
    np.testing.assert_allclose(levels(values), [[0, 0, 0, 0.5, 1]])
    np.testing.assert_allclose(levels(values - 3), [[0, 4 / 7, 5 / 7, 6 / 7, 1]], rtol=1e-6)


@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan, np.nan], [3.0, 3.0], [np.inf, -np.inf]])
def test_maps_that_say_nothing_have_no_bright_place(values: list[float]) -> None:
    assert not levels(np.array([values], np.float32)).any()


def test_brighter_places_are_lighter_and_cover_more() -> None:
    colors = heat_colors(np.linspace(0, 1, 9, dtype=np.float32)[None]).astype(int)
    lightness = colors[0, :, :3] @ [0.299, 0.587, 0.114]
    assert (np.diff(lightness) > 0).all()
    assert (np.diff(colors[0, :, 3]) > 0).all()


def test_the_image_is_seen_below() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    values = np.ones((6, 6), np.float32)
    np.testing.assert_array_equal(overlay(pixels, values, 0), pixels)
    np.testing.assert_array_equal(faded(pixels, 0), pixels)
    grey = faded(pixels, 1)
    assert (grey == grey[..., :1]).all()
    assert len(np.unique(overlay(pixels, values, 0.5))) > 6
