"""Small .npz files: written whole, read without pickle and with a limit. [no torch]"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.errors import DataError
from trainer.store import durable


def write_arrays(path: str | Path, **arrays: NDArray[Any]) -> int:
    """Write an uncompressed .npz and return its size in bytes; equal arrays make equal files.

    Raises DiskError, and ValueError for an array of Python objects.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    data = buffer.getvalue()
    durable.write_bytes(path, data)
    return len(data)


def read_arrays(path: str | Path, limit: int = 1 << 30) -> dict[str, NDArray[Any]]:
    """The arrays of a file by `write_arrays` of at most `limit` bytes. Raises DataError `arrays.damaged`."""
    try:
        data = durable.read_bytes(path, limit)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {info.filename.removesuffix(".npy"): _array(archive, info) for info in archive.infolist()}
    except (OSError, ValueError, TypeError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile) as error:
        reason = str(error)[:200]
        raise DataError(
            "arrays.damaged", f"This file cannot be read: {reason}", where=str(path), path=str(path)
        ) from error


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
