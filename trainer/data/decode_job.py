"""Decodes files into the raw files of a cache entry, a piece at a time. [no torch]"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.data.decode import MODES, UnreadableError, located, no_warnings, read_image
from trainer.data.file_stamp import FilePlace
from trainer.data.image_set import channel_sums
from trainer.data.pixel_budget import SHARED, Room

FACTS = 5
"""Numbers kept of each image: width, height, mode, bits, whether there are further pages."""
DIGEST = 16
"""Bytes that stand for the pixels of an image."""


@dataclass(frozen=True, slots=True)
class Job:
    """Decodes files of one folder into raw files, `pixels`, `facts`, `sums` and `digests`, a row per image."""

    root: str
    """Folder that paths are relative to."""
    out: str
    """Folder of the raw files."""
    height: int
    """Height of the decoded images, in pixels."""
    width: int
    """Width of the decoded images, in pixels."""
    keep: bool = True
    """Whether `pixels` are written."""
    digests: bool = False
    """Whether `digests` are written."""

    def create(self, count: int) -> None:
        """Create the raw files, filled with zeros.

        Args:
            count: Number of images.

        Raises:
            OSError: The files cannot be written.
        """
        for name, row in self._rows().items():
            with Path(self.out, name).open("wb") as file:
                file.truncate(row * count)

    def run(self, start: int, paths: Sequence[FilePlace], room: Room = SHARED.room) -> list[tuple[int, str, str]]:
        """Decode files into consecutive rows.

        Plain writes, not a memory map: a full disk is then an `OSError` here, where it would kill a mapped process.

        Args:
            start: First row.
            paths: Files, relative to `root`.
            room: Gives room to large images. Default: that of this process.

        Returns:
            Row, code and reason of each file that failed; its row stays zero.

        Raises:
            OSError: The raw files cannot be written.
        """
        pixels = np.zeros((len(paths), self.height, self.width, 4), np.uint8)
        facts = np.zeros((len(paths), FACTS), np.int32)
        faults = []
        with no_warnings():
            for row, path in enumerate(paths):
                try:
                    image = read_image(located(self.root, path), (self.height, self.width), room=room)
                except UnreadableError as error:
                    faults.append((start + row, error.code, error.reason))
                    continue
                pixels[row, :, :, :3] = image.pixels
                mode = image.mode if image.mode in MODES else "other"
                facts[row] = image.width, image.height, MODES.index(mode), image.bits, image.first_of_several
        arrays: dict[str, NDArray[Any]] = {"pixels": pixels, "facts": facts, "sums": channel_sums(pixels)}
        if self.digests:
            arrays["digests"] = np.frombuffer(b"".join(digest_of(image) for image in pixels), np.uint8)
        for name, row_bytes in self._rows().items():
            with Path(self.out, name).open("r+b") as file:
                file.seek(start * row_bytes)
                file.write(arrays[name].tobytes())
        return faults

    def _rows(self) -> dict[str, int]:
        rows = {"facts": FACTS * 4, "sums": 2 * 3 * 8}
        if self.keep:
            rows["pixels"] = self.height * self.width * 4
        return {**rows, "digests": DIGEST} if self.digests else rows


def digest_of(pixels: NDArray[np.uint8]) -> bytes:
    """Compute what stands for the pixels of an image, DIGEST bytes.

    Args:
        pixels: uint8, contiguous.

    Returns:
        BLAKE2b of the pixels.
    """
    return hashlib.blake2b(pixels.data, digest_size=DIGEST).digest()
