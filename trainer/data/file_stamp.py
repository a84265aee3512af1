"""Where the bytes of an image are, and whether a file has changed, without reading all of it. [no torch]"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

HAS_CHANGE_TIME = os.name != "nt"
"""Windows reports the creation time instead."""
SAMPLE = 1024
"""Bytes read at the start, in the middle and at the end if there is no change time."""
TICK_NS = 20_000_000
"""No file system clock with a resolution below a second is coarser than this (ten milliseconds on Linux at 100 Hz)."""

_POSITIVE = (1 << 63) - 1

Stamp = tuple[int, int, int, int]
"""Size in bytes, modification time (ns), change time (ns) and inode; on Windows a digest of some bytes and 0 in place
of the last two. Each fits into 64 bits with a sign."""


FilePlace = str | tuple[str, int, int]
"""Where the bytes of an image are: a path, or a path, and the offset and length of a part of that file."""


def file_stamp(info: os.stat_result, path: str) -> Stamp:
    """Make a stamp that is equal only while a file keeps its content, however its size and modification time were set.

    Every write, and every replacement by another file, changes the change time or the inode; programs can set neither.
    Not covered: a change of the same size and time on Windows that spares the sampled bytes; on file systems that keep
    no change time or keep it in whole seconds (FAT, some network shares), two changes within one second; a system clock
    set back to the very nanosecond; writes below the file system.

    Args:
        info: What `os.stat` says of the file.
        path: Path of the file.

    Returns:
        The stamp.

    Raises:
        OSError: Bytes cannot be sampled.
    """
    if HAS_CHANGE_TIME:
        return info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino & _POSITIVE
    return info.st_size, info.st_mtime_ns, _sampled(path, info.st_size), 0


def _sampled(path: str, size: int) -> int:
    digest = hashlib.blake2b(digest_size=8)
    with open(path, "rb") as file:  # noqa: PTH123  # called for every file
        for start in (0, size // 2, size - SAMPLE):
            file.seek(max(0, start))
            digest.update(file.read(SAMPLE))
    return int.from_bytes(digest.digest(), "big") & _POSITIVE


class NotRegularError(OSError):
    """A pipe or a device where a file was expected."""


def open_file(path: str | Path) -> BinaryIO:
    """Open a regular file, or a link to one, for reading. A pipe would wait for someone to write to it, and a device
    may never end.

    Args:
        path: Path of the file.

    Returns:
        The file.

    Raises:
        NotRegularError: It is a pipe or a device.
        OSError: It cannot be read.
    """
    info = os.stat(path)  # noqa: PTH116  # called for every file
    if stat.S_ISDIR(info.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(info.st_mode):
        raise NotRegularError(errno.EINVAL, "not a regular file", str(path))
    return open(path, "rb")  # noqa: PTH123


def settle(stamps: Iterable[Stamp]) -> None:
    """Wait until the clock has moved on from the newest stamp, so that a later write cannot get the same one.

    Args:
        stamps: Stamps of all files.
    """
    if HAS_CHANGE_TIME:
        newest = max((stamp[2] for stamp in stamps), default=0)
        if 0 <= (age := time.time_ns() - newest) < TICK_NS:
            time.sleep((TICK_NS - age) / 1e9)
