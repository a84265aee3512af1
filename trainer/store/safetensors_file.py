"""The header of a safetensors file, from anyone. [no torch]"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import BinaryIO

MAX_HEADER = 32 << 20
"""Bytes. The format allows 100 MB, which as objects of Python take gigabytes; 1,000 tensors need 0.1 MB."""


def header_length(start: bytes, size: int) -> int:
    """Read how long the header is, before memory is needed for it.

    Args:
        start: The first 8 bytes of the file, or more.
        size: Bytes of the whole file.

    Returns:
        Its length in bytes; it begins at byte 8.

    Raises:
        ValueError: There is no room for it in the file, or it is larger than `MAX_HEADER`.
    """
    if len(start) < 8:
        raise ValueError("the file ends before its header")
    (length,) = struct.unpack_from("<Q", start)
    if length > size - 8:
        raise ValueError("the file ends within its header")
    if length > MAX_HEADER:
        raise ValueError(f"its header is larger than {MAX_HEADER >> 20} MB")
    return int(length)


def declared_size(file: BinaryIO, size: int) -> int:
    """Read from the header how long the whole file should be; no tensor is read.

    Args:
        file: The file, at any position.
        size: Its bytes.

    Returns:
        Bytes up to the end of the last tensor.

    Raises:
        ValueError: As from `header_length`, or the header is not understood.
        OSError: It cannot be read.
    """
    file.seek(0)
    length = header_length(file.read(8), size)
    try:
        entries = json.loads(file.read(length))
        end = max((entry["data_offsets"][1] for key, entry in entries.items() if key != "__metadata__"), default=0)
        return int(8 + length + end)
    except (TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def check_header(path: Path) -> None:
    """Check `header_length` of a file.

    Args:
        path: The file.

    Raises:
        ValueError: As from `header_length`.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        header_length(file.read(8), path.stat().st_size)
