"""Tar shards made for the tests."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.data.image_folders import noise


def png(seed: int, width: int = 12, height: int = 10) -> bytes:
    """An image of random pixels as a file."""
    buffer = io.BytesIO()
    noise(width, height, seed).save(buffer, "PNG")
    return buffer.getvalue()


def tar_bytes(members: Iterable[tuple[str | tarfile.TarInfo, bytes]], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002
    """An archive as Python's own module writes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, content in members:
            header = tarfile.TarInfo(name) if isinstance(name, str) else name
            if header.isreg():
                header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return buffer.getvalue()


def write_tar(path: Path, members: Mapping[str, bytes] | Iterable[tuple[str | tarfile.TarInfo, bytes]]) -> Path:
    """A shard of these members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tar_bytes(members.items() if isinstance(members, Mapping) else members))
    return path


def samples(*labels: str | int, first: int = 0) -> dict[str, bytes]:
    """`000.png` and `000.cls` and so on, with these labels."""
    found = {}
    for number, label in enumerate(labels, start=first):
        found |= {f"{number:03d}.png": png(number), f"{number:03d}.cls": str(label).encode()}
    return found
