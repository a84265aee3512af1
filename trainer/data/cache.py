"""Decoded images in the user's cache folder: made once, memory-mapped afterwards. [no torch]

An entry is a folder `images/PLACE/KEY`: PLACE stands for the source and its size policy, KEY for the state of its
files. It is written elsewhere and renamed when complete. Nothing here is irreplaceable: damaged entries are made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import channel_sums
from trainer.errors import DiskError
from trainer.home_path import expanded
from trainer.store.output_file import remove_stale
from trainer.store.sealed_json import seal, unseal
from trainer.store.temporary_names import is_stale, is_temporary, temporary_name

FORMAT = 3
"""Raise it when the layout or the policy changes: older entries are no longer found."""
SAMPLE = 64
"""Images whose sums are checked when an entry is opened."""
RAW = ("pixels", "facts", "sums", "digests")
"""Files of an entry: pixels or digests of them, or both, and what else is known of each image."""

Build = Callable[[Path], dict[str, Any]]
"""Writes the raw files of an entry into a folder and returns its metadata, see `cached`."""


def cache_folder() -> Path:
    """Find the folder for everything that is cached.

    Returns:
        $EPOCHSCOPE_CACHE, else the platform's folder for caches; it may not exist yet.
    """
    if chosen := os.environ.get("EPOCHSCOPE_CACHE"):
        return expanded(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "epochscope" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "epochscope"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "epochscope"


class Entry:
    """An opened entry. Arrays are memory-mapped, and only for reading: for a private mapping that may be written to,
    the system wants as much memory free as all pixels take.

    Args:
        folder: Folder of the entry.

    Attributes:
        meta: What the builder returned, with `digest` (hex SHA-256 of the pixels).
        pixels: (N, H, W, C) uint8, see `ImageSet.pixels`.
        facts: (N, F) int32; what they mean is up to the builder.
        sums: (N, 2, channels) int64, see `ImageSet.sums`.

    Raises:
        OSError: A file is missing or cannot be read.
        ValueError: The files have changed, or do not fit together.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.meta: dict[str, Any] = json.loads(unseal((folder / "meta.json").read_bytes()))
        self.kept: bool = self.meta.get("kept", True)
        """Whether there are pixels, not just what was found when they were decoded."""
        shape = self.meta["shape"]
        self.pixels: NDArray[np.uint8] = np.empty((0, *shape), np.uint8)
        if self.kept:
            self.pixels = self._map("pixels", np.uint8, (-1, *shape))
        if self.meta["stamps"] != stamps(folder):
            raise ValueError("files have been written to")
        channels = 1 if shape[2] == 1 else 3
        self.facts: NDArray[np.int32] = self._map("facts", np.int32, (-1, self.meta.get("facts", 3)))
        self.sums: NDArray[np.int64] = self._map("sums", np.int64, (-1, 2, channels))
        rows = len(self.pixels) if self.kept else self.meta["count"]
        if not rows == len(self.facts) == len(self.sums) == self.meta["count"]:
            raise ValueError("files of different length")
        if not self.kept:
            return
        some = np.linspace(0, self.meta["count"] - 1, SAMPLE).astype(np.int64).tolist()
        if any((channel_sums(self.pixels[row : row + 1]) != self.sums[row]).any() for row in some):
            raise ValueError("pixels have changed")

    def _map(self, name: str, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
        return np.memmap(self._folder / name, dtype, mode="r").reshape(shape)


def stamps(folder: Path) -> list[list[int]]:
    """Get size and times of the raw files of an entry: nothing writes to them once it is complete.

    Args:
        folder: Folder of the entry.

    Returns:
        For each file its size in bytes, modification time and change time in nanoseconds.
    """
    found = [(folder / name).stat() for name in RAW if (folder / name).exists()]
    return [[info.st_size, info.st_mtime_ns, info.st_ctime_ns] for info in found]


def cached(source: str, policy: object, state: str, build: Build, usable: Callable[[Entry], bool]) -> Entry:
    """Open the entry of a source, or make it if it is missing or not usable.

    Args:
        source: Name or path of the source.
        policy: What decides about the pixels besides the source, such as the size.
        state: State of the source's files, such as a digest of their stamps.
        build: Writes the raw files `pixels`, `facts` and `sums` into a folder and returns what goes into `meta.json`:
            at least `shape` (H, W, C) and `count`, and the number of `facts` per image if it is not 3. If it writes
            `digests` of the images, these stand for the pixels; `pixels` may then be missing, with `kept` False in what
            is returned.
        usable: Whether an existing entry may be used.

    Returns:
        The entry.

    Raises:
        DiskError: `disk.cache`: the entry cannot be written.
    """
    target = _target(source, policy, state)
    place = target.parent
    entry = _open(target)
    if entry is not None and usable(entry):
        return entry
    entry = None  # lets go of the mapped files: Windows would not delete them otherwise
    for folder in (*_places(), shard_indexes()):
        remove_stale(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        work = place / temporary_name()
        work.mkdir(mode=0o700)
    except OSError as error:
        raise _not_writable(place, error) from error
    try:
        _finish(work, build(work))
        _replace(work, target)
    except OSError as error:
        raise _not_writable(place, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _tidy(place, keep=target)
    shutil.rmtree(cache_folder() / "images" / _short(f"{FORMAT - 1} {source} {policy}"), ignore_errors=True)
    return Entry(target)


def shard_indexes() -> Path:
    """Get the folder that indexes of tar shards are kept in, see `shard_index`."""
    return cache_folder() / "shards"


def cached_images() -> tuple[int, int]:
    """Measure the cache of decoded images.

    Returns:
        Number of sources, and the bytes that they and the indexes of shards take.
    """
    places = _places()
    files = [path for place in (*places, shard_indexes()) for path in place.rglob("*")]
    size = 0
    for path in files:
        with contextlib.suppress(OSError):  # another process may tidy
            size += path.stat().st_size if path.is_file() else 0
    return len(places), size


def remove_cached_images() -> int:
    """Remove all decoded images; they are made again when needed.

    Returns:
        Bytes freed.
    """
    before = cached_images()[1]
    for place in (*_places(), shard_indexes()):
        shutil.rmtree(place, ignore_errors=True)
    return before - cached_images()[1]


def _places() -> list[Path]:
    try:
        return [path for path in (cache_folder() / "images").iterdir() if path.is_dir()]
    except OSError:
        return []


def find_cached(source: str, policy: object, state: str) -> Entry | None:
    """Open the entry of a source if it exists.

    Args:
        source: Name or path of the source.
        policy: As for `cached`.
        state: As for `cached`.

    Returns:
        The entry; None if it is missing or damaged.
    """
    return _open(_target(source, policy, state))


def _target(source: str, policy: object, state: str) -> Path:
    return cache_folder() / "images" / _short(f"{FORMAT} {source} {policy}") / _short(state)


def _open(folder: Path) -> Entry | None:
    try:
        return Entry(folder)
    except (OSError, ValueError):
        return None  # a damaged one is made again


def _finish(work: Path, meta: dict[str, Any]) -> None:
    for name in ("pixels", "digests"):
        if (work / name).exists():
            with (work / name).open("r+b") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
    text = json.dumps({**meta, "digest": digest, "stamps": stamps(work)})
    (work / "meta.json").write_bytes(seal(text.encode()))


def _replace(work: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    try:
        work.rename(target)
    except OSError:
        if _open(target) is None:  # otherwise another process was quicker: same state, same pixels
            raise


def _tidy(place: Path, keep: Path) -> None:
    """Remove entries of earlier states of the source, and what killed processes left."""
    for path in place.iterdir():
        building = is_temporary(path.name) and not is_stale(path)
        if path != keep and not building:
            shutil.rmtree(path, ignore_errors=True)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _not_writable(place: Path, error: OSError) -> DiskError:
    return DiskError(
        "disk.cache",
        f"the cache of decoded images cannot be written: {error.strerror or error}",
        where=str(place),
        fix="free some space, or set EPOCHSCOPE_CACHE to a writable folder",
        path=str(place),
    )
