"""Shortened names of one list stay distinct."""

from __future__ import annotations

import re

import numpy as np

from trainer.plotting.scatter_plot import scatter
from trainer.plotting.svg import fit_all, width_of
from trainer.report import grids


def test_long_names_that_share_a_head_or_both_ends_stay_distinct() -> None:
    for names in (
        [f"a very long common beginning {n}" for n in range(130)],
        [f"{'x' * 40}{n}{'y' * 40}" for n in range(130)],
    ):
        found = fit_all(names, 100)
        assert len(set(found)) == len(names)
        assert all(width_of(text) <= 101 for text in found)
    assert fit_all(["cat", "dog"], 100) == ["cat", "dog"]


def test_the_map_names_every_class_differently() -> None:
    names = [f"a_long_beginning_that_all_share_{letter}_and_a_long_end" for letter in "abc"]
    places = np.random.default_rng(0).normal(size=(30, 2))
    svg = scatter("map", "title", places, np.arange(30) % 3, names, "")
    labels = re.findall(r'<text[^>]*font-weight="600"[^>]*>(a_[^<]+)</text>', svg)
    assert len(set(labels)) == 3


def test_below_the_images_of_a_sheet_every_class_is_another_text() -> None:
    names = [f"a long beginning that all of them share {number:03} and a long end" for number in range(130)]
    for columns, around in ((8, "→ "), (10, ""), (16, "")):
        short = grids.short_names(names, columns, around)
        assert len(set(short)) == len(names)
        pictures = [grids.Picture(np.zeros((4, 4, 3), np.uint8), (around + name,)) for name in short]
        svg = grids.sheet("sheet", "title", pictures, columns=columns)
        assert len(set(re.findall(r">([^<]*…[^<]*)</text>", svg))) == len(names), "the sheet cuts them no more"
