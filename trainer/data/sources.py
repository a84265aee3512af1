"""Which sources there are, and how one becomes an `ImageSet`. [no torch]"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from trainer.data.image_collection import (
    Collection,
    collection_of_arrays,
    collection_of_hugging_face,
    has_transform,
    is_hugging_face,
    load_collection,
    pairs_of_images,
)
from trainer.data.image_set import RULES, ImageSet, Progress, no_progress
from trainer.data.image_table import (
    TABLE_SUFFIXES,
    Table,
    joined,
    load_table,
    read_table,
    splits_of,
    table_of_frame,
    table_of_pairs,
)
from trainer.errors import UsageError

DOWNLOADS = ("cifar10", "cifar100", "mnist", "fashion-mnist")
NAMES = ("digits", *DOWNLOADS)


def check_source(source: str) -> None:
    """Raise `UsageError` unless `source` is a known name, a folder or a table of images. A name wins over a folder so
    called."""
    if source in NAMES:
        return
    folder = Path(source).expanduser()
    if os.path.isdir(folder) or _is_table(folder):  # noqa: PTH112  # of a name that is too long pathlib raises
        return
    looks_like_path = any(sign in source for sign in "/\\.~")
    if os.path.exists(folder):  # noqa: PTH110
        what = f"{source} is a file, neither a folder of images nor a CSV table of them"
    elif looks_like_path:
        what = f"there is no {'file' if folder.suffix.lower() in TABLE_SUFFIXES else 'folder'} {source}"
    else:
        what = f"unknown data source {source!r}"
    close = difflib.get_close_matches(source.rstrip("/\\"), [*NAMES, *_neighbours(folder)], n=1)
    raise UsageError(
        "data.unknown_source",
        what,
        where=source,
        expected=f"one of {', '.join(NAMES)}, a folder with a folder of images per class, or a CSV file of paths and "
        "labels",
        mend=f"did you mean {close[0]}?" if close else "check the spelling, or give the full path of the folder",
        source=source,
        suggestion=close[0] if close else "",
    )


def _neighbours(folder: Path) -> list[str]:
    """Folders beside the missing one, written as the user would write them."""
    try:
        return [str(path) for path in folder.parent.iterdir() if path.is_dir()]
    except OSError:
        return []


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in TABLE_SUFFIXES and os.path.isfile(path)  # noqa: PTH113


def is_image_source(data: Any) -> bool:
    """Whether `load_pictures` can open it: a name, a path, a DataFrame, a list of (path or image, label), a Hugging
    Face data set without a transform, or a mapping of splits to tables or such data sets."""
    if isinstance(data, Mapping):
        return bool(data) and all(not isinstance(one, str | Path) and is_image_source(one) for one in data.values())
    of_images = is_hugging_face(data) and not has_transform(data)
    return isinstance(data, str | Path) or _is_frame(data) or _is_pairs(data) or of_images


def _is_frame(data: Any) -> bool:
    return hasattr(data, "columns") and hasattr(data, "iloc")


def _is_pairs(data: Any) -> bool:
    if not isinstance(data, list) or not data:
        return False
    pairs = all(isinstance(one, tuple | list) and len(one) == 2 for one in data)
    return pairs and all(isinstance(one[0], str | os.PathLike | Image.Image) for one in data)


def _opened(data: Any) -> Table | Collection:
    """What is no name, folder or file. Raises UsageError `data.unknown_source` for what cannot be opened."""
    if _is_frame(data):
        return table_of_frame(data)
    if _is_pairs(data):
        of_images = all(isinstance(image, Image.Image) for image, _ in data)
        return pairs_of_images(data) if of_images else table_of_pairs(data)
    if is_hugging_face(data):
        return collection_of_hugging_face(data)
    if isinstance(data, tuple) and len(data) == 2 and all(hasattr(one, "__len__") for one in data):
        return collection_of_arrays(*data)
    raise UsageError(
        "data.unknown_source",
        f"{type(data).__name__} is no source of images.",
        expected="a name, a folder, a CSV file, a DataFrame, a list of (path, label), arrays (X, y), or a Hugging Face "
        "data set",
        mend="loaders go to Trainer(model, {'train': loader, 'valid': other}) as they are",
        source=type(data).__name__,
        suggestion="",
    )


def _load_opened(data: Any, size: int | None, progress: Progress, large: int) -> ImageSet:
    splits = dict(splits_of(data)) if isinstance(data, Mapping) else {"train": data}
    opened = {split: _opened(one) for split, one in splits.items()}
    tables = {split: one for split, one in opened.items() if isinstance(one, Table)}
    if len(tables) == len(opened):
        table = joined(tables) if len(tables) > 1 else next(iter(tables.values()))
        return load_table(table, size, progress, large)
    collections = {split: one for split, one in opened.items() if isinstance(one, Collection)}
    if tables:
        raise UsageError(
            "data.splits",
            "Some splits are tables of paths, others hold images.",
            expected="splits of one kind",
            mend="give all of them as tables, or all as images",
        )
    return load_collection(collections, size, progress, large)


def load_pictures(
    source: Any,
    *,
    size: int | None = None,
    root: str | None = None,
    progress: Progress = no_progress,
    rules: int = RULES,
    large: int = 64,
) -> ImageSet:
    """Find, decode and check a source. `size`: side of the square images (None: the source's own size where that is at
    most 64 pixels, else `large`).

    `root`: folder for downloads (None: in the user's cache folder). `rules`: by which a folder is read, 1 for runs of
    version 0.1.0. Unreadable images and structural problems are returned, not raised; a source that cannot be looked at
    at all raises `UsageError` or `DataError`.
    """
    if not isinstance(source, str | Path):
        return _load_opened(source, size, progress, large)
    source = str(source)
    check_source(source)
    if source == "digits":
        from trainer.data.digits import load_digits

        return load_digits(size, progress)
    if source in DOWNLOADS:
        from trainer.data.downloads import load_download

        return load_download(source, size, root, progress)
    path = Path(source).expanduser()
    if _is_table(path):
        return load_table(read_table(path), size, progress, large)
    from trainer.data.image_folder import load_folder

    return load_folder(path, size, progress, rules, large)
