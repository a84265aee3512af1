"""Small .npz files: written whole, read without pickle and with a limit. [no torch]"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.store import durable
from trainer.store.versions import VERSIONS, Format, check_version

_VERSION = "format"
"""Name of the member that holds the version; files of the first versions have none."""


def write_arrays(path: str | Path, *, kind: Format | None = None, **arrays: NDArray[Any]) -> int:
    """Write an uncompressed .npz and return its size in bytes; equal arrays make equal files. With a `kind`, its format
    version is in it.

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
    """The arrays of a file by `write_arrays` of at most `limit` bytes. Raises DataError `arrays.damaged`, and with a
    `kind` NewerVersionError."""
    try:
        data = durable.read_bytes(path, limit)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive, kind, path)
            found = {info.filename.removesuffix(".npy"): _array(archive, info) for info in archive.infolist()}
        found.pop(_VERSION, None)
        return found
    except (OSError, ValueError, TypeError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile) as error:
        reason = str(error)[:200]
        raise DataError(
            "arrays.damaged", f"This file cannot be read: {reason}", where=str(path), path=str(path)
        ) from error


def check_arrays(path: Path, kind: Format) -> None:
    """Raises NewerVersionError where a newer Epochscope wrote this file; what is missing or damaged is not told."""
    try:
        with os.fdopen(durable.open_regular(path), "rb") as file, zipfile.ZipFile(file) as archive:
            _check(archive, kind, path)
    except (OSError, ValueError, TypeError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile):
        return


def _check(archive: zipfile.ZipFile, kind: Format | None, path: str | Path) -> None:
    if kind is None or f"{_VERSION}.npy" not in archive.namelist():
        return
    found = _array(archive, archive.getinfo(f"{_VERSION}.npy"))
    check_version(kind, found.item() if found.size == 1 else found.tolist(), path)


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ValueError("it is compressed, ours are not")
    member = io.BytesIO(archive.read(info))
    if np.lib.format.read_magic(member) != (1, 0):
        raise ValueError("an array of an unknown version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
    if dtype.hasobject or fortran:
        raise ValueError("an array that ours are not")
    values = np.frombuffer(member.getbuffer()[member.tell() :], dtype)
    return values.reshape(shape).copy()
