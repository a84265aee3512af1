"""What every source hands over: images of one size, their labels and where they came from. [no torch]"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]
"""Called as `progress(stage, done, total)`; stage is "scan", "decode" or "check", total 0 if not known. May raise."""

RULES = 2
"""By which rules a folder is read and divided. 1: those of version 0.1.0, for its runs (see `open_data`)."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one file, class or split.

    `path` is relative to the source, with `/`; `code` a stable word such as "truncated"; `reason` is for people.
    """

    path: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Files of one kind in one place that are not used.

    `class_name`: of the class whose folder they lie in, empty where in none. `place`: that folder, relative; empty for
    the root. `kind`: "format" (pictures in a format that is not read, `what` names it), "other" (no pictures, `what` is
    their suffix), "hidden" (images whose name begins with a dot), "no_class" (images beside the class folders),
    "beside" (folders beside those of the splits), "loop" (links back to a folder above).
    """

    class_name: str
    place: str
    kind: str
    what: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class DataNote:
    """A remark on a source that can be used all the same: a stable word, what it counts, and a text for people."""

    code: str
    parameters: Mapping[str, str | int]
    reason: str

    def __str__(self) -> str:
        return self.reason


class PackedPixels(Protocol):
    """(N, H, W, C) uint8: an array, or what decodes a part of one when it is asked for."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, which: Any, /) -> NDArray[np.uint8]: ...


@dataclass(frozen=True)
class ImageSet:
    """All images of a source after the size policy, still undivided. N images of H x W pixels."""

    name: str
    classes: tuple[str, ...]
    pixels: PackedPixels
    """(N, H, W, C): C is 1 for grey sources, else 4 (red, green, blue, unused: one int32 a pixel)."""
    labels: NDArray[np.int64]
    """(N,): index into `classes`."""
    parts: NDArray[np.uint8]
    """(N,): index into SPLITS. What the source does not divide itself is "train"."""
    sizes: NDArray[np.int32]
    """(N, 2): width and height before the size policy, as displayed (EXIF orientation applied)."""
    sums: NDArray[np.int64]
    """(N, 2, channels): sum of the values and of their squares over the pixels of each image."""
    paths: Sequence[str]
    """Relative, with `/`."""
    digest: str
    """Hex sha256 over the pixels, or over digests of the images."""
    modes: dict[str, int] = field(default_factory=dict)
    """How many images had which Pillow mode in their files; empty where there are no files."""
    mode_of: NDArray[np.str_] | None = None
    """(N,): the Pillow mode of each file; None where there are no files."""
    unreadable: tuple[int, ...] = ()
    """Indices of images that could not be decoded; their pixels are zero."""
    faults: tuple[Fault, ...] = ()
    """Every file that cannot be used, those that have no index (dangling links) included."""
    problems: tuple[Fault, ...] = ()
    """What is wrong with the source as a whole: no one can train on it before this is fixed."""
    notes: tuple[DataNote, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """What is in the folder and is not used, readable or not."""
    root: Path | None = None
    """The folder that `paths` are relative to, if they are files."""
    encoded: Callable[[int], bytes] | None = None
    """Gives the content of an image's file, which may be part of a shard; None where there are no files. Raises OSError
    and `UnreadableError`."""
    labels_of_source: NDArray[np.int64] | None = None
    """(N,): the labels before they were edited, by which the split is drawn; None where they were not."""
    edited_out: tuple[int, ...] = ()
    """Indices of images that edits leave out of every split."""

    @property
    def channels(self) -> int:
        """1 or 3."""
        return 1 if self.pixels.shape[3] == 1 else 3


def pack(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, H, W) or (N, H, W, 3) to the layout of `Pictures.pixels`."""
    if images.ndim == 3:
        return np.ascontiguousarray(images[..., None])
    packed = np.zeros((*images.shape[:3], 4), np.uint8)
    packed[..., :3] = images
    return packed


def channel_sums(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """`Pictures.sums` of packed pixels. Exact; a few images at a time, so that the wider copy stays small."""
    count, height, width, depth = pixels.shape
    channels = 1 if depth == 1 else 3
    sums = np.empty((count, 2, channels), np.int64)
    step = max(1, 1_000_000 // (height * width))
    for start in range(0, count, step):
        values = pixels[start : start + step, :, :, :channels].astype(np.int64).reshape(-1, height * width, channels)
        sums[start : start + step, 0] = values.sum(axis=1)
        sums[start : start + step, 1] = (values * values).sum(axis=1)
    return sums
