"""What is known about the images of a split besides their classes: from names, sizes and pixels. [no torch]"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.data.folder_names import SPLIT_NAMES

Floats = NDArray[np.float64]
Words = list[tuple[str, ...]]
Tell = Callable[[int, int], None]
"""Called as `tell(done, total)`, in images."""
CHUNK_PIXELS = 1 << 18
"""Pixels processed at a time: intermediate results stay in the processor's cache, which is four times faster than with
sixteen times as many."""
HERE = "."
"""Stands for the sub-folder of an image that is in none, if others are in some."""
_TOKEN = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"^[^\W\d_]{3,}(?=\d)")


class Images(Protocol):
    """Pixels uint8 (N, H, W, 3), or something that gives slices of such an array."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, H, W, 3)."""

    def __getitem__(self, which: slice, /) -> NDArray[np.uint8]: ...


@dataclass(frozen=True)
class ImageFacts:
    """Facts about N images."""

    numbers: dict[str, Floats] = field(default_factory=dict)
    """Name of a fact -> its value for each image, float64 (N,); NaN if not known."""
    words: dict[str, Words] = field(default_factory=dict)
    """Name of a fact -> the words that apply to each image: none, one or several."""


def image_facts(
    images: Images,
    sizes: Sequence[tuple[int, int]],
    paths: Sequence[str],
    class_names: Sequence[str],
    tell: Tell = lambda done, total: None,
) -> ImageFacts:
    """Collect facts from pixels, sizes and paths.

    Args:
        images: Published images, (N, H, W, 3) uint8.
        sizes: Original (width, height) of each image, in pixels.
        paths: Path of each image, relative to the data folder, with `/`; "" if there is none.
        class_names: Class name of each image.
        tell: Called as `tell(done, total)`.

    Returns:
        The facts, in the order of the images.
    """
    sides = np.asarray(sizes, np.float64).reshape(-1, 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        aspect = np.where(sides[:, 1] > 0, sides[:, 0] / sides[:, 1], np.nan)
    shape: dict[str, Floats] = {"size": sides[:, 0] * sides[:, 1], "aspect": aspect}
    return ImageFacts(
        {**pixel_facts(images, tell), **shape},
        {"folder": folder_words(paths, class_names), "name": name_words(paths)},
    )


# --- pixels


def pixel_facts(images: Images, tell: Tell = lambda done, total: None) -> dict[str, Floats]:
    """Measure brightness, contrast, sharpness and colourfulness.

    Brightness is the mean luma in [0, 1] (ITU-R BT.601 weights, of the gamma-encoded values as stored). Contrast is the
    standard deviation of luma (RMS contrast, Peli 1990), in [0, 0.5]. Sharpness is the variance of the Laplacian of
    luma in grey levels, 0 to 255 (Pech-Pacheco et al. 2000), at the given size: below about 100 a photograph looks
    blurred. Colourfulness is M of Hasler & Suesstrunk (2003), 0 for grey, about 100 for extremely colourful images.

    Args:
        images: Pixels uint8 (N, H, W, 3).
        tell: Called as `tell(done, total)`.

    Returns:
        Values float64 (N,) by name; sharpness is NaN for images below 3 pixels.
    """
    count, height, width = images.shape[:3]
    found = {name: np.full(count, np.nan) for name in ("brightness", "contrast", "sharpness", "colourfulness")}
    step = max(1, CHUNK_PIXELS // max(1, height * width))
    for start in range(0, count, step):
        tell(start, count)
        some = slice(start, min(start + step, count))
        colours = np.moveaxis(np.asarray(images[some]), 3, 0).astype(np.float32)
        luma = (0.299 * colours[0] + 0.587 * colours[1] + 0.114 * colours[2]) / 255
        found["brightness"][some] = luma.mean(axis=(1, 2))
        found["contrast"][some] = luma.std(axis=(1, 2))
        if min(height, width) >= 3:
            found["sharpness"][some] = _laplacian(255 * luma).var(axis=(1, 2))
        found["colourfulness"][some] = _colourfulness(colours)
    tell(count, count)
    return found


def _laplacian(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, h - 2, w - 2): the four neighbours less four times the pixel."""
    inner = luma[:, 1:-1, 1:-1]
    sides = luma[:, :-2, 1:-1] + luma[:, 2:, 1:-1] + luma[:, 1:-1, :-2] + luma[:, 1:-1, 2:]
    found: NDArray[np.float32] = sides - 4 * inner
    return found


def _colourfulness(colours: NDArray[np.float32]) -> Floats:
    """Of (3, n, h, w): spread and distance from grey of red - green and yellow - blue."""
    red, green, blue = colours
    apart = (red - green, (red + green) / 2 - blue)
    spread = np.sqrt(sum(one.var(axis=(1, 2)) for one in apart))
    grey = np.sqrt(sum(one.mean(axis=(1, 2)) ** 2 for one in apart))
    return np.asarray(spread + 0.3 * grey, np.float64)


# --- paths


def folder_words(paths: Sequence[str], class_names: Sequence[str]) -> Words:
    """Name the folders below each image's class, from the outermost: `valid/cat/night/cam2/1.jpg` is in `night` and
    `night/cam2`.

    Args:
        paths: Path of each image, relative to the data folder, with `/`; "" if there is none.
        class_names: Class name of each image.

    Returns:
        The folders of each image; `HERE` for images in none, if others are in some.
    """
    below = [_below_class(path, name) for path, name in zip(paths, class_names, strict=True)]
    if not any(below):
        return [()] * len(below)
    return [
        tuple("/".join(parts[: depth + 1]) for depth in range(len(parts))) or (HERE,) if path else ()
        for parts, path in zip(below, paths, strict=True)
    ]


def _below_class(path: str, class_name: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).parts[:-1]
    if len(parts) > 1 and parts[0].strip().lower() in SPLIT_NAMES:
        parts = parts[1:]
    return parts[1:] if parts and parts[0] == class_name else parts


def name_words(paths: Sequence[str]) -> Words:
    """Split each file name into words, in lower case: what stands between separators and is not just a number, and what
    precedes digits.

    `cam2_0041.jpg` gives `cam2` and `cam`; `IMG1234 (night).jpg` gives `img1234`, `img` and `night`.

    Args:
        paths: Path of each image, with `/`.

    Returns:
        The words of each image.
    """
    return [_words(PurePosixPath(path).stem) for path in paths]


def _words(stem: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for token in _TOKEN.findall(stem.casefold()):
        if not token.isdigit():
            found[token] = None
            if letters := _LETTERS.match(token):
                found[letters[0]] = None
    return tuple(found)
