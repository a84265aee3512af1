"""The images of a data set for viewers, once for all runs that share it. [no torch]"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.errors import DataError, NewerVersionError
from trainer.store import durable
from trainer.store.versions import VERSIONS, check_version

LONGER_SIDE = 128
MAX_BYTES = 512 << 20
"""Of one split's thumbnails; above, an evenly spaced sample is published."""
MAX_INDEX = 1 << 30
_BATCH = 256
_FINGERPRINT = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
_SPLITS = ("valid", "test")
Images = NDArray[np.uint8]


class Pixels(Protocol):
    """An array, or what makes parts of one when asked: (N, H, W, 3) or (N, H, W, 1) uint8."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, H, W, C) with 3 or 1 channels C."""

    def __getitem__(self, which: list[int], /) -> Any: ...


@dataclass(frozen=True)
class SplitImages:
    """One split as the data module has it, in its order.

    `labels`: N class indices; `sizes`: N original (width, height) in pixels; `paths`: N paths relative to the data
    root, with `/` ("" where there is none).
    """

    images: Pixels
    labels: Sequence[int] | NDArray[Any]
    sizes: Sequence[tuple[int, int]] | NDArray[Any]
    paths: Sequence[str]


@dataclass(frozen=True)
class PublishedSplit:
    """What a viewer opens: `images` (M, h, w, 3) uint8, mapped; the rest as in SplitImages, M entries each.

    `indices` are the places of these images in the split; `sample`: they are not all `total` of them.
    """

    images: Images
    labels: list[int]
    sizes: list[tuple[int, int]]
    paths: list[str]
    indices: list[int]
    sample: bool
    total: int


@dataclass(frozen=True)
class PublishedImages:
    """`classes` in the order of the labels; `splits` by name: valid, test."""

    classes: tuple[str, ...]
    splits: dict[str, PublishedSplit]


def data_folder(root: str | Path, fingerprint: str) -> Path:
    """`ROOT/.data/FINGERPRINT`. Raises DataError `data.fingerprint` for a text that is none."""
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise DataError("data.fingerprint", f"{fingerprint[:80]!r} is not a data fingerprint.", where=str(root))
    return Path(root) / ".data" / fingerprint


def named_fingerprint(root: str | Path, path: str) -> str:
    """The fingerprint in `.data/FINGERPRINT`, the path by which a run's journal names its images. Empty for any other
    path, and where a link leads elsewhere."""
    parts = PurePosixPath(path).parts
    if len(parts) != 2 or parts[0] != ".data":
        return ""
    there = Path(os.path.realpath(root), *parts)
    return parts[1] if Path(os.path.realpath(Path(root, *parts))) == there else ""


def publish(
    root: str | Path, fingerprint: str, classes: Sequence[str], splits: Mapping[str, SplitImages]
) -> tuple[Path, int]:
    """Write the images of `valid` and `test` for viewers, unless that was done; returns the folder and its bytes.

    index.json comes last and makes the rest valid; two runs at once write the same content. What a newer Epochscope has
    published stays. Raises DiskError.
    """
    folder = data_folder(root, fingerprint)
    try:
        open_published(root, fingerprint)
    except NewerVersionError:
        pass
    except DataError:
        durable.ensure_folder(folder)
        index = {name: _publish_split(folder, name, splits[name]) for name in _SPLITS if name in splits}
        text = json.dumps({"v": VERSIONS["images"], "classes": list(classes), "splits": index}, separators=(",", ":"))
        durable.write_text(folder / "index.json", text)
    return folder, sum(path.stat().st_size for path in folder.iterdir())


def _publish_split(folder: Path, name: str, split: SplitImages) -> dict[str, Any]:
    total, height, width = split.images.shape[:3]
    height, width = _thumbnail_size(height, width)
    fits = max(1, MAX_BYTES // max(1, height * width * 3))
    chosen = np.linspace(0, total - 1, fits).round().astype(int) if total > fits else np.arange(total)
    indices = [int(i) for i in chosen]
    shape = (len(indices), height, width, 3)
    durable.write_chunks(folder / f"{name}.npy", _npy(split.images, indices, shape))
    return {
        "shape": list(shape),
        "total": total,
        "sample": bool(total > fits),
        "indices": indices if total > fits else [],
        "labels": [int(split.labels[i]) for i in indices],
        "sizes": [[int(side) for side in split.sizes[i]] for i in indices],
        "paths": [split.paths[i] for i in indices],
    }


def _thumbnail_size(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, LONGER_SIDE / max(height, width, 1))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _npy(images: Pixels, indices: list[int], shape: tuple[int, ...]) -> Iterator[bytes]:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    yield header.getvalue()
    for start in range(0, len(indices), _BATCH):
        yield _thumbnails(np.asarray(images[indices[start : start + _BATCH]]), shape[1], shape[2]).tobytes()


def _thumbnails(images: Images, height: int, width: int) -> Images:
    if images.shape[3] == 1:
        images = np.repeat(images, 3, axis=3)
    if images.shape[1:3] == (height, width):
        return images
    from PIL import Image

    small = [np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BOX)) for image in images]
    return np.stack(small)


def open_published(root: str | Path, fingerprint: str) -> PublishedImages:
    """The published images, mapped and not read. Raises DataError `data.unpublished` unless they are all there,
    NewerVersionError."""
    folder = data_folder(root, fingerprint)
    try:
        index = json.loads(durable.read_bytes(folder / "index.json", MAX_INDEX))
        check_version("images", index.get("v", 1), folder / "index.json")
        splits = {name: _open_split(folder, name, index["splits"][name]) for name in _SPLITS if name in index["splits"]}
        return PublishedImages(tuple(str(label) for label in index["classes"]), splits)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, EOFError) as error:
        raise DataError(
            "data.unpublished",
            "There are no images of this run's data to show.",
            where=str(folder),
            fix="They are written at the start of a run with the callback `snapshots`.",
            reason=str(error)[:200],
        ) from error


def _open_split(folder: Path, name: str, entry: dict[str, Any]) -> PublishedSplit:
    path = folder / f"{name}.npy"
    os.close(durable.open_regular(path))
    images = np.load(path, mmap_mode="r", allow_pickle=False)
    count = images.shape[0]
    labels, paths = [int(label) for label in entry["labels"]], [str(path) for path in entry["paths"]]
    sizes = [(int(width), int(height)) for width, height in entry["sizes"]]
    sample, total = bool(entry["sample"]), int(entry["total"])
    indices = [int(i) for i in entry["indices"]] if sample else list(range(count))
    if images.dtype != np.uint8 or list(images.shape) != entry["shape"] or images.shape[3] != 3:
        raise ValueError(f"{name}.npy is not what index.json says")
    if {len(labels), len(paths), len(sizes), len(indices)} != {count}:
        raise ValueError(f"index.json does not have {count} entries for {name}")
    return PublishedSplit(images, labels, sizes, paths, indices, sample, total)
