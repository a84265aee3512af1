"""Folders of images made for the tests, and a cache of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(folder))
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two classes of ten 12x10 PNG images in a folder of their own."""
    root = tmp_path / "pictures"
    make_images(root, {"cat": 10, "dog": 10})
    return root


def noise(width: int, height: int, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """An image of random pixels."""
    random = np.random.default_rng(seed)
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    return Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8))


def make_images(root: Path, classes: dict[str, int], *, size: tuple[int, int] = (12, 10), suffix: str = "png") -> None:
    """`classes`: folder -> number of images; `size`: width, height."""
    for label, (name, count) in enumerate(classes.items()):
        folder = root / name
        folder.mkdir(parents=True)
        for index in range(count):
            noise(*size, seed=1000 * label + index).save(folder / f"{index:03d}.{suffix}")
