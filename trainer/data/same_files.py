"""Which files are copies of others, byte for byte. [no torch]

Cheap if there are none: sizes come from the file system; of files of the same size a few bytes from the middle are
read, and the whole file only if those agree, too.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence

SAMPLE = 4096
"""Bytes that are compared first."""


def copies_of(files: Sequence[str], known: Iterable[str]) -> list[int]:
    """Find files with the same content as one of the known files.

    Args:
        files: Paths to check.
        known: Paths to compare with.

    Returns:
        Places in `files`, ascending. Empty files, and files that cannot be read, are not copies.
    """
    by_size: dict[int, list[int]] = defaultdict(list)
    for place, path in enumerate(files):
        if size := _size(path):
            by_size[size].append(place)
    others: dict[int, list[str]] = defaultdict(list)
    for path in known:
        if (size := _size(path)) in by_size:
            others[size].append(path)
    found: list[int] = []
    for size, paths in others.items():
        samples: dict[bytes, list[str]] = defaultdict(list)
        for path in paths:
            samples[_sample(path, size)].append(path)
        digests: dict[bytes, set[bytes]] = {}
        for place in by_size[size]:
            sample = _sample(files[place], size)
            if sample and sample in samples:
                if sample not in digests:
                    digests[sample] = {_digest(path) for path in samples[sample]} - {b""}
                if _digest(files[place]) in digests[sample]:
                    found.append(place)
    return sorted(found)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)  # noqa: PTH202 - called for every file
    except (OSError, ValueError):
        return 0


def _sample(path: str, size: int) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            file.seek(max(0, (size - SAMPLE) // 2))
            return file.read(SAMPLE)
    except OSError:
        return b""


def _digest(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""
