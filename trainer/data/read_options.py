"""How a source of images is read. [no torch]"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from trainer.data.image_formats import FORMATS, pillow_formats
from trainer.data.image_set import RULES, Progress, no_progress

LARGEST = 64
"""Side in pixels up to which images keep their usual size."""


class ReadOptions(NamedTuple):
    """What `load_pictures` has to know besides the source."""

    size: int | None = None
    """Side of the square images in pixels. None: the usual size of the source, see `target`."""
    progress: Progress = no_progress
    """Called with the stages of reading."""
    large: int = LARGEST
    """Side in pixels of images that are larger than 64, if `size` is None."""
    root: str | None = None
    """Folder of downloads. None: in the cache folder."""
    rules: int = RULES
    """Rules by which a folder is read; 1 for runs of version 0.1.0."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles, which belong to no run, report no progress."""
        return ReadOptions, tuple(self._replace(progress=no_progress))

    def target(self, sizes: list[tuple[int, int]]) -> tuple[int, int]:
        """Choose the size that images of different sizes are brought to.

        Args:
            sizes: (height, width) of images, in pixels.

        Returns:
            (size, size); without `size` the most common (height, width), the smallest on a tie, if neither side is
            above 64; else (large, large), as where most images are larger and few are of that size: of photographs of
            many sizes a tiny one must not decide.
        """
        if self.size is not None:
            return self.size, self.size
        if not sizes:
            return self.large, self.large
        counts = Counter(sizes)
        common = min(counts, key=lambda size: (-counts[size], size))
        middle = sorted(map(max, sizes))[len(sizes) // 2]
        rare = 2 * counts[common] < len(sizes) and middle > LARGEST
        return (self.large, self.large) if rare or max(common) > LARGEST else common

    def policy(self, kind: str) -> str:
        """Describe what decides about the pixels of files, by today's rules.

        Args:
            kind: "folder", "table" or "shards".

        Returns:
            The policy, for `load_listing`.
        """
        some = [f"large {self.large}"] if self.size is None and self.large != LARGEST else []
        return " ".join((kind, str(self.size), *some, *pillow_formats()[len(FORMATS) :]))


USUAL = ReadOptions()
"""Images of the usual size, read in silence."""
