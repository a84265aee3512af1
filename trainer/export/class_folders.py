"""Copies of images, sorted into one folder per class. [no torch]"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

from trainer.errors import UsageError
from trainer.store import durable
from trainer.store.disk_errors import disk_error
from trainer.store.output_file import OUTPUT_MODE, remove_stale

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""Characters that some file system does not allow in a file name."""
CHUNK = 1 << 20
"""Bytes copied at a time."""


def copy_into(target: Path, images: Sequence[tuple[str, str]], classes: Sequence[str] = ()) -> dict[str, int]:
    """Copy images into `target`/CLASS, one folder per class.

    A copy keeps the file name of its image. Nothing is overwritten: a name in use gets a number, and an identical file
    that is already there counts as copied.

    Args:
        target: Folder to copy into; made if missing.
        images: (path, class name) of each image.
        classes: All class names, so that several calls use the same folder for a class. Default: those of `images`.

    Returns:
        Number of images per class name.

    Raises:
        UsageError: `export.no_folder`: `target` is a file; `export.among_copies`: one of the folders that the
            copies would go to contains an image.
        DiskError: A copy could not be written.
    """
    if target.exists() and not target.is_dir():
        raise UsageError(
            "export.no_folder",
            f"{target} is a file; images are sorted into a folder.",
            where=str(target),
            fix="give another name",
            path=str(target),
        )
    counts: dict[str, int] = {}
    folders = _folders(dict.fromkeys([*classes, *(name for _, name in images)]))
    _keep_apart(target, images, folders.values())
    for path, name in images:
        folder = target / folders[name]
        if not folder.is_dir():
            durable.ensure_folder(folder)
        elif name not in counts:
            remove_stale(folder)
        try:
            _copy(Path(path), folder)
        except OSError as error:
            raise disk_error(error, folder) from error
        counts[name] = counts.get(name, 0) + 1
    return counts


def _keep_apart(target: Path, images: Sequence[tuple[str, str]], folders: Iterable[str]) -> None:
    """Refuse folders for copies that have some of the images in them."""
    copies = {(target / folder).resolve() for folder in folders}
    for parent in {Path(path).parent for path, _ in images}:
        there = parent.resolve()
        if found := copies.intersection((there, *there.parents)):
            folder = str(min(found))
            raise UsageError(
                "export.among_copies",
                "Copies would end up among the images that are being sorted.",
                where=folder,
                expected="a folder without any of these images",
                fix="choose another folder for the copies",
                path=folder,
            )


def _folders(names: Iterable[str]) -> dict[str, str]:
    """A folder of its own for each class, also where names differ only in what a folder's name cannot hold."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        numbered = (safe_name(name) + (f"-{number}" if number > 1 else "") for number in count(1))
        found[name] = next(folder for folder in numbered if folder.casefold() not in taken)
        taken.add(found[name].casefold())
    return found


def safe_name(name: str) -> str:
    """Turn a class name into a folder name that is valid on every system.

    Args:
        name: Any class name.

    Returns:
        At most 120 characters; `_` if nothing is left.
    """
    return _UNSAFE.sub("_", name).strip(" .")[:120] or "_"


def _copy(image: Path, folder: Path) -> None:
    for number in count(1):
        target = folder / (image.name if number == 1 else f"{image.stem}-{number}{image.suffix}")
        if not target.exists():
            with image.open("rb") as file:
                durable.write_chunks(target, iter(lambda: file.read(CHUNK), b""), mode=OUTPUT_MODE)
            return
        if target.stat().st_size == image.stat().st_size and target.read_bytes() == image.read_bytes():
            return
