"""Small .npz files: written atomically, read without pickle and with a size limit. [no torch]"""

from __future__ import annotations

import io
import math
import mmap
import os
import zipfile
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.store import durable
from trainer.store.versions import VERSIONS, Format, check_version

_VERSION = "format"
"""Name of the member that holds the version; files of the first versions have none."""
_DAMAGED = (
    OSError, ValueError, TypeError, RuntimeError, OverflowError, NotImplementedError, EOFError, zipfile.BadZipFile,
    TokenError,
)  # fmt: skip
"""What reading a damaged file may raise; TokenError comes from a header that numpy tries to read as Python 2."""


_MOST_HEADER = 1_000
"""Characters. Ours have 118; Python's parser, which numpy uses, fails with MemoryError on deeply nested ones."""


def write_arrays(path: str | Path, *, kind: Format | None = None, **arrays: NDArray[Any]) -> int:
    """Write an uncompressed .npz and return its size in bytes; equal arrays give equal files. With a `kind`, its format
    version is stored.

    Raises DiskError, and ValueError for an array of Python objects.
    """
    if kind is not None:
        arrays = {**arrays, _VERSION: np.array(VERSIONS[kind], np.uint16)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    data = buffer.getvalue()
    durable.write_bytes(path, data)
    return len(data)


def read_arrays(path: str | Path, limit: int = 1 << 30, kind: Format | None = None) -> dict[str, NDArray[Any]]:
    """Read a file written by `write_arrays`, of at most `limit` bytes. Raises DataError `arrays.damaged`, and with a
    `kind` NewerVersionError."""
    try:
        data = durable.read_bytes(path, limit)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive, kind, path)
            found = {info.filename.removesuffix(".npy"): _array(archive, info) for info in archive.infolist()}
        found.pop(_VERSION, None)
        return found
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _damaged(path: str | Path, error: Exception) -> DataError:
    reason = str(error)[:200]
    return DataError("arrays.damaged", f"This file cannot be read: {reason}", where=str(path), path=str(path))


def map_arrays(path: str | Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file by `write_arrays`, read-only, each part read on access. The file may be replaced meanwhile,
    but not shortened. Raises DataError `arrays.damaged`."""
    try:
        with os.fdopen(durable.open_regular(path), "rb") as file, zipfile.ZipFile(file) as archive:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return {info.filename.removesuffix(".npy"): _mapped(mapped, info) for info in archive.infolist()}
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _mapped(file: mmap.mmap, info: zipfile.ZipInfo) -> NDArray[Any]:
    """Map a member in place: it follows a local header of 30 bytes, the name and an extra field (APPNOTE.TXT 4.3.7)."""
    _check_stored(info)
    lengths = np.frombuffer(file, "<u2", 2, info.header_offset + 26)
    begin = info.header_offset + 30 + int(lengths.sum())
    file.seek(begin)
    shape, dtype = _array_header(file)
    count = math.prod(shape)
    if file.tell() - begin + count * dtype.itemsize != info.file_size:
        raise ValueError("an array of another size than its header says")
    return np.frombuffer(file, dtype, count, file.tell()).reshape(shape)


def check_arrays(path: Path, kind: Format) -> None:
    """Raises NewerVersionError if a newer Epochscope wrote this file; missing or damaged files are not reported."""
    try:
        with os.fdopen(durable.open_regular(path), "rb") as file, zipfile.ZipFile(file) as archive:
            _check(archive, kind, path)
    except _DAMAGED:
        return


def _check(archive: zipfile.ZipFile, kind: Format | None, path: str | Path) -> None:
    if kind is None or f"{_VERSION}.npy" not in archive.namelist():
        return
    found = _array(archive, archive.getinfo(f"{_VERSION}.npy"))
    check_version(kind, found.item() if found.size == 1 else found.tolist(), path)


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    _check_stored(info)
    member = io.BytesIO(archive.read(info))
    shape, dtype = _array_header(member)
    values = np.frombuffer(member.getbuffer()[member.tell() :], dtype)
    return values.reshape(shape).copy()


def _check_stored(info: zipfile.ZipInfo) -> None:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ValueError("it is compressed, ours are not")


def _array_header(member: io.BytesIO | mmap.mmap) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of the data that follows."""
    if np.lib.format.read_magic(member) != (1, 0):
        raise ValueError("unknown version of the npy format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(member, max_header_size=_MOST_HEADER)
    if dtype.hasobject or fortran or min(shape, default=0) < 0:
        raise ValueError("an array that ours are not")
    return shape, dtype
