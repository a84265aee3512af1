"""Decoded images in the user's cache folder: made once, memory-mapped afterwards. [no torch]

An entry is a folder `images/PLACE/KEY`: PLACE stands for the source and its size policy, KEY for the state of its
files. It is written elsewhere and renamed when complete. Nothing here must survive: what is damaged is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import channel_sums
from trainer.errors import DiskError

FORMAT = 2
"""Raise it when the layout or the policy changes: older entries are then not found."""
SAMPLE = 64
"""Images whose sums are compared when an entry is opened."""
STALE_SECONDS = 86_400.0
RAW = ("pixels", "facts", "sums", "digests")
"""Files of an entry: pixels or digests of them, or both, and what else is known of each image."""

Build = Callable[[Path], dict[str, Any]]


def cache_folder() -> Path:
    """$EPOCHSCOPE_CACHE, else the platform's place for caches."""
    if chosen := os.environ.get("EPOCHSCOPE_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "epochscope" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "epochscope"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "epochscope"


class Entry:
    """An opened entry: `meta` as the builder returned it, arrays memory-mapped (private, so never written back)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
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
        some = np.linspace(0, self.meta["count"] - 1, SAMPLE).astype(np.int64)
        if not np.array_equal(channel_sums(self.pixels[some]), self.sums[some]):
            raise ValueError("pixels have changed")

    def _map(self, name: str, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
        return np.memmap(self._folder / name, dtype, mode="c").reshape(shape)


def stamps(folder: Path) -> list[list[int]]:
    """Bytes and times of change of the raw files of an entry: nothing writes to them once it is complete."""
    found = [(folder / name).stat() for name in RAW if (folder / name).exists()]
    return [[info.st_size, info.st_mtime_ns, info.st_ctime_ns] for info in found]


def cached(source: str, policy: object, state: str, build: Build, usable: Callable[[Entry], bool]) -> Entry:
    """The entry of `source` in this `state` under this `policy`, made with `build` unless it is there and `usable`.

    `build(folder)` writes the raw files `pixels`, `facts` and `sums` and returns what goes into `meta.json`, with
    `shape` (H, W, C), `count` and, where it is not 3, the number of `facts` of an image; a `digest` over the pixels is
    added. Where it writes `digests` of the images, that is over these; `pixels` may then be missing, with `kept` False
    in what it returns. Raises `DiskError`.
    """
    target = _target(source, policy, state)
    place = target.parent
    entry = _open(target)
    if entry is not None and usable(entry):
        return entry
    entry = None  # lets go of the mapped files: Windows would not delete them otherwise
    try:
        place.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
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
    """The folder of what was found in tar shards, see `shard_index`."""
    return cache_folder() / "shards"


def cached_images() -> tuple[int, int]:
    """Of how many sources decoded images are kept, and how many bytes they take, indexes of shards included."""
    places = _places()
    files = [path for place in (*places, shard_indexes()) for path in place.rglob("*")]
    size = 0
    for path in files:
        with contextlib.suppress(OSError):  # another process may tidy
            size += path.stat().st_size if path.is_file() else 0
    return len(places), size


def remove_cached_images() -> int:
    """Remove all decoded images: they are made again when they are needed. How many bytes are free now."""
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
    """The entry of `source` in this `state` under this `policy`, where it is there and whole."""
    return _open(_target(source, policy, state))


def _target(source: str, policy: object, state: str) -> Path:
    return cache_folder() / "images" / _short(f"{FORMAT} {source} {policy}") / _short(state)


def _open(folder: Path) -> Entry | None:
    try:
        return Entry(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _finish(work: Path, meta: dict[str, Any]) -> None:
    for name in ("pixels", "digests"):
        if (work / name).exists():
            with (work / name).open("r+b") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
    text = json.dumps({**meta, "digest": digest, "stamps": stamps(work)})
    (work / "meta.json").write_text(text, encoding="utf-8")


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
        with contextlib.suppress(OSError):  # another process may tidy as well
            building = path.name.startswith(".new-") and time.time() - path.stat().st_mtime < STALE_SECONDS
            if path != keep and not building:
                shutil.rmtree(path, ignore_errors=True)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _not_writable(place: Path, error: OSError) -> DiskError:
    return DiskError(
        "disk.cache",
        f"the cache of decoded images cannot be written: {error.strerror or error}",
        where=str(place),
        mend="free some space, or set EPOCHSCOPE_CACHE to a folder that can be written",
        path=str(place),
    )
