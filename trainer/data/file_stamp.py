"""Where the bytes of an image are, and whether a file is still what it was, without reading all of it. [no torch]"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable

HAS_CHANGE_TIME = os.name != "nt"
"""Windows gives the time of creation in its place."""
SAMPLE = 1024
"""Bytes that are read at the start, in the middle and at the end where there is no time of change."""
TICK_NS = 20_000_000
"""No clock of a file system that notes parts of a second is coarser (ten milliseconds on Linux at 100 Hz)."""

_POSITIVE = (1 << 63) - 1

Stamp = tuple[int, int, int, int]
"""Bytes, modification time (ns), change time (ns) and inode; on Windows a digest of some bytes in place of the last
two. Each fits into 64 bits with a sign."""


FilePlace = str | tuple[str, int, int]
"""Where the bytes of an image are: a path, or a path, and the offset and length of a part of that file."""


def file_stamp(info: os.stat_result, path: str) -> Stamp:
    """Equal stamps: the file has the same content, however its size and modification time were set.

    Every write, and every replacement by another file, moves the change time or the inode; neither can be set by
    programs. Not covered: a change of the same size and time on Windows that spares the sampled bytes; file systems
    that keep no change time or keep it in whole seconds (FAT, some network shares), for two changes within one; a
    system clock set back to the very nanosecond; writes below the file system. Raises OSError where bytes cannot be
    sampled.
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


def settle(stamps: Iterable[Stamp]) -> None:
    """Wait until the clock has left the moment of the newest stamp, so that a later write cannot get the same one."""
    if HAS_CHANGE_TIME:
        newest = max((stamp[2] for stamp in stamps), default=0)
        if 0 <= (age := time.time_ns() - newest) < TICK_NS:
            time.sleep((TICK_NS - age) / 1e9)
