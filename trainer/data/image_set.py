"""What every source provides: images of one size, their labels and where they came from. [no torch]"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]
"""Called as `progress(stage, done, total)`; stage is a word such as "scan", "decode" or "check", total is 0 if not
known. May raise to cancel."""

RULES = 2
"""Rules by which a folder is read and divided. 1: those of version 0.1.0, for its runs (see `open_data`)."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one file, class or split."""

    path: str
    """Path relative to the source, with `/`."""
    code: str
    """Stable word, such as "truncated"."""
    reason: str
    """What is wrong, for people."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Files of one kind in one place that are not used."""

    class_name: str
    """Class whose folder they are in; empty if in none."""
    place: str
    """That folder, relative to the source; empty for the root."""
    kind: str
    """"format": images in a format that is not read; "other": not images; "hidden": images whose name begins with a
    dot; "no_class": images beside the class folders; "beside": folders beside those of the splits; "loop": links back
    to a parent folder; "repeated": rows of a table about an image that it has listed before."""
    what: str
    """For "format" the name of the format, for "other" the suffix; else empty."""
    count: int
    """Number of files or folders."""
    example: str
    """Path of one of them."""


@dataclass(frozen=True, slots=True)
class DataNote:
    """A remark on a source that can be used nevertheless."""

    code: str
    """Stable word."""
    parameters: Mapping[str, str | int]
    """Values for the text, such as counts."""
    reason: str
    """The text, for people."""

    def __str__(self) -> str:
        return self.reason


class PackedPixels(Protocol):
    """Pixels uint8 (N, H, W, C): an array, or something that decodes images when they are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, H, W, C)."""

    def __len__(self) -> int:
        """Number of images."""

    def __getitem__(self, which: Any, /) -> NDArray[np.uint8]:
        """Pixels of some images."""


@dataclass(frozen=True)
class ImageSet:
    """All images of a source after the size policy, not yet divided: N images of H x W pixels."""

    name: str
    """Name of the source."""
    classes: tuple[str, ...]
    """Class names."""
    pixels: PackedPixels
    """(N, H, W, C) uint8: C is 1 for grey sources, else 4 (red, green, blue, unused: one int32 per pixel). May be a
    memmap."""
    labels: NDArray[np.int64]
    """(N,): index into `classes`."""
    parts: NDArray[np.uint8]
    """(N,): index into SPLITS; "train" unless the source divides its images itself."""
    sizes: NDArray[np.int32]
    """(N, 2): width and height in pixels before the size policy, as displayed (EXIF orientation applied)."""
    sums: NDArray[np.int64]
    """(N, 2, channels): sum of the values and of their squares over the pixels of each image."""
    paths: Sequence[str]
    """Path of each image relative to the source, with `/`."""
    digest: str
    """Hex SHA-256 of the pixels, or of digests of the images."""
    modes: dict[str, int] = field(default_factory=dict)
    """Pillow mode -> number of files; empty if there are no files."""
    mode_of: NDArray[np.str_] | None = None
    """(N,): Pillow mode of each file; None if there are no files."""
    unreadable: tuple[int, ...] = ()
    """Indices of images that could not be decoded, ascending; their pixels are zero."""
    faults: tuple[Fault, ...] = ()
    """Every file that cannot be used, including those without an index, such as dangling links."""
    problems: tuple[Fault, ...] = ()
    """What is wrong with the source as a whole: it cannot be trained on until this is fixed."""
    notes: tuple[DataNote, ...] = ()
    """Remarks for people."""
    left_out: tuple[LeftOut, ...] = ()
    """What is in the folder but not used, readable or not."""
    root: Path | None = None
    """Folder that `paths` are relative to; None if the images are not files."""
    encoded: Callable[[int], bytes] | None = None
    """Reads the file of an image, which may be part of a shard, by the number of the image; None if there are no files.
    Raises OSError and `UnreadableError`."""
    labels_of_source: NDArray[np.int64] | None = None
    """(N,): labels before edits, by which the split is drawn; None if there are no edits."""
    edited_out: tuple[int, ...] = ()
    """Indices of images that edits remove from every split."""

    @property
    def channels(self) -> int:
        """Number of channels, 1 or 3."""
        return 1 if self.pixels.shape[3] == 1 else 3


def pack(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring pixels into the layout of `ImageSet.pixels`.

    Args:
        images: Pixels uint8 (N, H, W) or (N, H, W, 3).

    Returns:
        Packed pixels uint8 (N, H, W, 1) or (N, H, W, 4).
    """
    if images.ndim == 3:
        return np.ascontiguousarray(images[..., None])
    packed = np.zeros((*images.shape[:3], 4), np.uint8)
    packed[..., :3] = images
    return packed


def channel_sums(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Compute `ImageSet.sums`; a few images at a time, to keep the wider copy small.

    They are exact: float64 holds every whole number up to 2**53, the squares of 10**11 pixels.

    Args:
        pixels: Packed pixels uint8 (N, H, W, 1 or 4).

    Returns:
        Sums int64 (N, 2, channels).
    """
    count, height, width, depth = pixels.shape
    channels = 1 if depth == 1 else 3
    sums = np.empty((count, 2, channels), np.int64)
    step = max(1, 1_000_000 // (height * width))
    for start in range(0, count, step):
        some = pixels[start : start + step].reshape(-1, height * width, depth)[..., :channels]
        planes = np.ascontiguousarray(some.transpose(0, 2, 1)).astype(np.float64)  # ten times faster than as pixels
        sums[start : start + step, 0] = planes.sum(axis=2)
        sums[start : start + step, 1] = np.einsum("ijk,ijk->ij", planes, planes)
    return sums
