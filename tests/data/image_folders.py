"""Folders of images made for the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


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
