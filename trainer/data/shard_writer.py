"""Write images as tar shards that WebDataset and Epochscope read. [no torch]

Files go into them byte for byte, images in memory as PNG: nothing is lost. The folder appears when it is complete.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from trainer.data.decode import UnreadableError
from trainer.data.image_formats import image_suffixes, suffix_of
from trainer.data.image_set import Fault, ImageSet
from trainer.data.shard_index import BLOCK
from trainer.data.shard_names import TAR
from trainer.data.split import Indices
from trainer.data.validation import unreadable
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.plotting.png import png_bytes
from trainer.store import durable
from trainer.store.disk_errors import disk_error
from trainer.store.output_file import remove_stale
from trainer.store.temporary_names import temporary_name

DEFAULT_MB = 256
RECORD = 20 * BLOCK
"""The size of a tar archive is a multiple of it, in bytes."""
_MODE = 0o644
"""Shards are there to be read by others."""


class WrittenShards(NamedTuple):
    """What was written."""

    folder: Path
    """Folder of the shards."""
    shards: int
    """Number of shards."""
    images: dict[str, int]
    """Split -> number of images."""
    bytes: int
    """Size of all shards."""


def write_shards(
    pictures: ImageSet, split: Mapping[str, Indices], folder: Path, *, size_mb: int = DEFAULT_MB
) -> WrittenShards:
    """Write the images of each split as `SPLIT-000000.tar` and so on, in their order, with `dataset.json`.

    The same images give the same bytes.

    Args:
        pictures: Images of a source.
        split: Split -> numbers of its images.
        folder: New folder for the shards, or an empty one.
        size_mb: The largest size of a shard of more than one image, in megabytes; 1 or more.

    Returns:
        What was written.

    Raises:
        UsageError: `shards.exists`: there is something in the folder.
        DataError: A file of the source cannot be read any more.
        DiskError: The shards cannot be written; then there is no folder of this name.
    """
    folder = Path(os.path.abspath(expanded(folder)))  # noqa: PTH100  # links are not followed
    check_free(folder)
    work = folder.with_name(temporary_name())
    remove_stale(work.parent)
    try:
        work.mkdir(parents=True)
    except OSError as error:
        raise disk_error(error, work) from error
    try:
        keys, shards, written = _keys(pictures), 0, 0
        for name, rows in split.items():
            cutter = _Cutter((_sample(pictures, row, keys[row]) for row in rows.tolist()), size_mb * 1_000_000)
            for number, chunks in enumerate(cutter.shards()):
                path = work / f"{name}-{number:06d}{TAR}"
                durable.write_chunks(path, chunks, mode=_MODE)
                shards, written = shards + 1, written + path.stat().st_size
        images = {name: len(rows) for name, rows in split.items()}
        about = json.dumps({"classes": list(pictures.classes), "images": images}, indent=1, ensure_ascii=False)
        durable.write_bytes(work / "dataset.json", f"{about}\n".encode(), mode=_MODE)
        if folder.is_dir():
            folder.rmdir()
        durable.move(work, folder)
    except BaseException:
        durable.remove_tree(work)
        raise
    return WrittenShards(folder, shards, images, written)


def check_free(folder: Path) -> None:
    """Check that shards can be written to a folder: nothing is replaced.

    Args:
        folder: Where they are to go.

    Raises:
        UsageError: `shards.exists`: it is not empty.
    """
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            "shards.exists",
            f"Something already exists at {folder}.",
            where=str(folder),
            expected="a new folder, or an empty one",
            fix="give another folder, or remove this one",
            path=str(folder),
        )


class _Cutter:
    """Cuts samples, as they are in a tar archive, into shards of at most `most` bytes."""

    def __init__(self, samples: Iterator[bytes], most: int) -> None:
        self._samples = samples
        self._most = most
        self._waiting = next(samples, None)

    def shards(self) -> Iterator[Iterator[bytes]]:
        """Yield the pieces of each shard, to be used up before the next shard."""
        while self._waiting is not None:
            yield self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        size = 0
        while self._waiting is not None and (not size or size + len(self._waiting) <= self._most):
            size += len(self._waiting)
            yield self._waiting
            self._waiting = next(self._samples, None)
        yield bytes(2 * BLOCK + -(size + 2 * BLOCK) % RECORD)


def _sample(pictures: ImageSet, row: int, key: str) -> bytes:
    """An image and its label as they are in a shard."""
    if pictures.encoded is None:
        suffix, content = "png", _png(pictures, row)
    else:
        suffix = suffix_of(pictures.paths[row])
        try:
            content = pictures.encoded(row)
        except (OSError, UnreadableError) as error:
            reason = error.reason if isinstance(error, UnreadableError) else error.strerror or str(error)
            raise unreadable([Fault(pictures.paths[row], "unreadable", reason)]) from error
    return _member(f"{key}.{suffix}", content) + _member(f"{key}.cls", b"%d" % pictures.labels[row])


def _member(name: str, content: bytes) -> bytes:
    header = tarfile.TarInfo(name)
    header.size = len(content)
    header.mode = _MODE
    return header.tobuf(tarfile.PAX_FORMAT) + content + bytes(-len(content) % BLOCK)


def _png(pictures: ImageSet, row: int) -> bytes:
    pixels = pictures.pixels[row]
    return png_bytes(pixels[..., 0] if pictures.channels == 1 else pixels[..., :3])


def _keys(pictures: ImageSet) -> list[str]:
    """What each image is called in the shards: its path without its suffix. What follows the first dot of a member's
    name is no part of its key, so dots are replaced."""
    keys: list[str] = []
    seen: set[str] = set()
    for path in pictures.paths:
        folder, slash, name = path.replace("\\", "/").rpartition("/")
        if folder.partition("/")[0].lower().endswith(TAR):  # of a shard that the image is in now
            folder = folder.partition("/")[2]
            slash = slash if folder else ""
        stem = name.rpartition(".")[0] if suffix_of(name) in image_suffixes() else name
        key = plain = f"{folder}{slash}{stem.replace('.', '_')}"
        number = 2
        while key in seen:
            key, number = f"{plain}-{number}", number + 1
        seen.add(key)
        keys.append(key)
    return keys
