"""Features of a source's images in a folder of their own: filled row by row, memory-mapped. [no torch]

`features.npy` (rows, width) float32, readable by `numpy.load`; `rows`: for each row 0, or 2**32 + CRC-32 of its bytes
once it is there; `images`: for each row the digest of the image it was made of; `index.json`: what they belong to;
`complete`: written when no row is missing. A row is marked only after its bytes have reached the disk, so work that is
killed goes on where it was. Two processes that fill the same folder write the same bytes. What is damaged is made
again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.store import durable
from trainer.store.disk_errors import disk_error
from trainer.store.versions import VERSIONS

SAMPLE = 64
"""Rows whose checksums are verified when a folder is opened."""
THERE = 1 << 32

PIECE = 1_024
"""Rows in memory at a time while features are copied."""
MOST_INDEX = 1 << 20
"""Bytes of `index.json`, at most."""
DIGEST = 16
"""Bytes of an image's digest: BLAKE2b of its pixels."""

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


def filled_rows(store: Path, source: str, network: Mapping[str, Any], rows: int, width: int) -> int:
    """Count the rows that are already filled; nothing is created or verified.

    Args:
        store: Folder of all features.
        source: As for `FeatureFile`.
        network: As for `FeatureFile`.
        rows: Images of the source.
        width: Number of features per image.

    Returns:
        Number of filled rows, 0 to `rows`.
    """
    try:
        return int(rows_there(_folder(store, _index(source, network, rows, width))).sum())
    except OSError:
        return 0


def rows_there(folder: Path) -> NDArray[np.bool_]:
    """Return which rows of a folder are filled.

    Args:
        folder: Folder of features.

    Returns:
        True for each row (rows,) that is filled.

    Raises:
        OSError: The marks cannot be read.
    """
    there: NDArray[np.bool_] = _marks(folder) >= THERE
    return there


def _marks(folder: Path) -> NDArray[np.uint64]:
    return np.fromfile(folder / "rows", np.uint64)


def _index(source: str, network: Mapping[str, Any], rows: int, width: int) -> str:
    index = {"v": VERSIONS["features"], "shape": [rows, width], "source": source, "network": network}
    return json.dumps(index, sort_keys=True)


def _folder(store: Path, index: str) -> Path:
    return store / hashlib.sha256(index.encode()).hexdigest()[:32]


class FeatureFile:
    """Features of a source's images, a row each, in a folder under `store`. The folder is made again if it is damaged.

    Args:
        store: Folder of all features.
        source: Identifies the images, all of them and in their order.
        network: Plain values that identify what makes the features: with equal values, equal images have equal
            features.
        rows: Images of the source.
        width: Number of features per image.

    Attributes:
        folder: The folder.
        shape: (rows, width).

    Raises:
        DiskError: The folder could not be made.
    """

    def __init__(self, store: Path, source: str, network: Mapping[str, Any], rows: int, width: int) -> None:
        self._index = _index(source, network, rows, width)
        self.folder = folder = _folder(store, self._index)
        self.shape = (rows, width)
        self._head = _header(rows, width)
        try:
            if not self._usable():
                shutil.rmtree(folder, ignore_errors=True)
                self._create()
        except OSError as error:
            raise disk_error(error, folder, self._size()) from error

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which rows are filled (rows,), bool."""
        return rows_there(self.folder)

    def read(self) -> Floats:
        """Memory-map the features for reading: nothing is read before it is used.

        Returns:
            (rows, width), float32; rows that are not filled are 0.
        """
        return np.memmap(self.folder / "features.npy", np.float32, "r", len(self._head), self.shape)

    def write(self, rows: Rows, features: Floats, images: NDArray[np.uint8]) -> None:
        """Fill some rows.

        Args:
            rows: Their indices (n,), int64.
            features: Their features (n, width), float32.
            images: Digests of their images (n, DIGEST), uint8.

        Raises:
            DiskError: Writing failed.
        """
        data = np.ascontiguousarray(features, np.float32)
        marks = [THERE | zlib.crc32(row.tobytes()) for row in data]
        try:
            self._put("features.npy", rows, data, len(self._head))
            self._put("images", rows, images, 0)
            self._put("rows", rows, np.array(marks, np.uint64), 0)
        except OSError as error:
            raise disk_error(error, self.folder, self._size()) from error

    def borrow(self, rows: Rows, images: NDArray[np.uint8]) -> Rows:
        """Copy features of equal images from other folders of the store.

        Args:
            rows: Rows to fill (n,), int64.
            images: Digests of their images (n, DIGEST), uint8.

        Returns:
            Rows that are still missing, (m,) int64.

        Raises:
            DiskError: Writing failed.
        """
        for other in sorted(self.folder.parent.iterdir()):
            if len(rows) and other != self.folder:
                places, features = self._alike(other, images)
                found = places >= 0
                lent = np.flatnonzero(found)
                for start in range(0, len(lent), PIECE):
                    some = lent[start : start + PIECE]
                    self.write(rows[some], features[places[some]], images[some])
                rows, images = rows[~found], images[~found]
        return rows

    def _alike(self, folder: Path, images: NDArray[np.uint8]) -> tuple[Rows, Floats]:
        """Features in another folder, and the row there of each of these images (n,): -1 where there is none, or one
        that is not what its mark says."""
        width = self.shape[1]
        nothing = np.full(len(images), -1), np.empty((0, width), np.float32)
        try:
            index = json.loads(durable.read_bytes(folder / "index.json", MOST_INDEX))
            if index["network"] != json.loads(self._index)["network"] or index["v"] != VERSIONS["features"]:
                return nothing
            shape = int(index["shape"][0]), width
            marks = _marks(folder)
            digests = np.fromfile(folder / "images", np.uint8).reshape(shape[0], DIGEST)
            features = np.memmap(folder / "features.npy", np.float32, "r", len(_header(*shape)), shape)
            there = {digests[row].tobytes(): row for row in np.flatnonzero(marks >= THERE).tolist()}
        except (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError):
            return nothing
        places = [there.get(image.tobytes(), -1) for image in images]
        good = [place >= 0 and THERE | zlib.crc32(features[place].tobytes()) == int(marks[place]) for place in places]
        return np.where(good, places, -1), features

    def finish(self) -> None:
        """Mark the folder as complete if no row is missing."""
        if self.there.all():
            durable.write_text(self.folder / "complete", "")

    def _put(self, name: str, rows: Rows, data: NDArray[Any], start: int) -> None:
        size = data[0].nbytes
        with (self.folder / name).open("r+b") as file:
            for row, values in zip(rows.tolist(), data, strict=True):
                file.seek(start + row * size)
                file.write(values.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def _size(self) -> int:
        return len(self._head) + 4 * self.shape[0] * self.shape[1]

    def _create(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "features.npy").open("wb") as file:
            file.write(self._head)
            file.truncate(self._size())
        for name, size in (("rows", 8), ("images", DIGEST)):
            with (self.folder / name).open("wb") as file:
                file.truncate(size * self.shape[0])
        durable.write_text(self.folder / "index.json", self._index)

    def _usable(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            if (self.folder / "index.json").read_text("utf-8") != self._index:
                return False
            with (self.folder / "features.npy").open("rb") as file:
                same = file.read(len(self._head)) == self._head
            marks = _marks(self.folder)
            whole = (
                (self.folder / "features.npy").stat().st_size == self._size()
                and (self.folder / "images").stat().st_size == DIGEST * self.shape[0]
                and len(marks) == self.shape[0]
            )
            return same and whole and self._unchanged(marks)
        return False

    def _unchanged(self, marks: NDArray[np.uint64]) -> bool:
        filled = np.flatnonzero(marks >= THERE)
        some = filled[np.linspace(0, len(filled) - 1, SAMPLE).astype(int)] if len(filled) else filled
        features = self.read()
        return all(THERE | zlib.crc32(features[row].tobytes()) == int(marks[row]) for row in np.unique(some))


def _header(rows: int, width: int) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f4", "fortran_order": False, "shape": (rows, width)})
    return buffer.getvalue()


def image_digests(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Compute a digest of each image's pixels (BLAKE2b).

    Args:
        pixels: Images (n, ...), any dtype.

    Returns:
        Digests (n, DIGEST), uint8.
    """
    found = [hashlib.blake2b(image.tobytes(), digest_size=DIGEST).digest() for image in pixels]
    return np.frombuffer(b"".join(found), np.uint8).reshape(len(pixels), DIGEST)
