"""Finds image files by name, or below folders. [no torch]"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from trainer.data.folder_names import SYSTEM_FILES, is_system_folder
from trainer.data.image_formats import FORMATS, image_suffixes, suffix_of
from trainer.errors import DataError
from trainer.text.natural_order import natural_key


@dataclass
class FoundImages:
    """Image files that were found."""

    images: list[str] = field(default_factory=list)
    """Paths as they were given, or below the folder that was."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Files in these folders that are not read as images, by suffix."""


def find_images(paths: Iterable[str]) -> FoundImages:
    """Find image files. A file is taken whatever its name; a folder stands for all images in it and its sub-folders.

    Hidden files, and folders of operating systems, are left out, as in training; links to folders are not followed.

    Args:
        paths: Files and folders.

    Returns:
        The images, in natural order within a folder.
    """
    found = FoundImages()
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - a name that is too long is no folder
            _search(path, found)
        else:
            found.images.append(path)
    return found


def needs_images(found: FoundImages, where: str) -> FoundImages:
    """Check that there are images.

    Args:
        found: What was found.
        where: Where it was searched, for the error.

    Returns:
        `found`.

    Raises:
        DataError: `data.no_images`: there are none.
    """
    if not found.images:
        raise DataError(
            "data.no_images",
            "there are no images in the folder",
            where=where,
            expected=f"files of these formats: {', '.join(FORMATS)}",
            fix="give image files, or a folder of them",
            path=where,
        )
    return found


def _search(folder: str, found: FoundImages) -> None:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted((name for name in folders if not is_system_folder(name)), key=natural_key)
        for name in sorted((name for name in names if name[0] != "."), key=natural_key):
            suffix = suffix_of(name)
            if suffix in image_suffixes():
                found.images.append(str(Path(place, name)))
            elif name.lower() not in SYSTEM_FILES:
                found.left_out[suffix] += 1
