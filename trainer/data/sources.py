"""Which sources there are, and how each becomes an `ImageSet`. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from trainer.data.hugging_face import is_saved, load_named, load_saved
from trainer.data.image_collection import (
    Collection,
    collection_of_arrays,
    collection_of_hugging_face,
    has_transform,
    is_hugging_face,
    load_collection,
    pairs_of_images,
)
from trainer.data.image_set import ImageSet
from trainer.data.image_table import Table, joined, read_table, table_of_frame, table_of_pairs
from trainer.data.named_labels import splits_of
from trainer.data.read_options import USUAL, ReadOptions
from trainer.data.shard_names import is_shards
from trainer.data.source_names import DOWNLOADS, check_source, is_name, is_named, is_table
from trainer.data.table_listing import load_table
from trainer.errors import EpochscopeError, UsageError
from trainer.home_path import expanded


def is_image_source(data: Any) -> bool:
    """Check whether `load_pictures` can open something: a name, a path, a DataFrame, a list of (path or image, label),
    a Hugging Face data set without a transform, or a mapping of splits to tables or such data sets.

    Args:
        data: Anything.

    Returns:
        Whether it can.
    """
    if isinstance(data, Mapping):
        return bool(data) and all(not isinstance(one, str | Path) and is_image_source(one) for one in data.values())
    of_images = is_hugging_face(data) and not has_transform(data)
    return isinstance(data, str | Path) or is_frame(data) or is_pairs(data) or of_images


def is_frame(data: Any) -> bool:
    """Check whether something is a DataFrame, without importing pandas.

    Args:
        data: Anything.

    Returns:
        Whether it is.
    """
    return hasattr(data, "columns") and hasattr(data, "iloc")


def is_pairs(data: Any) -> bool:
    """Check whether something is a list of (path or Pillow image, label).

    Args:
        data: Anything.

    Returns:
        Whether it is.
    """
    if not isinstance(data, list) or not data:
        return False
    pairs = all(isinstance(one, tuple | list) and len(one) == 2 for one in data)
    return pairs and all(isinstance(one[0], str | os.PathLike | Image.Image) for one in data)


def as_pairs(data: Any) -> Any:
    """Convert a pair (images, labels) of lists, where the images are paths or Pillow images.

    Args:
        data: Anything.

    Returns:
        A list of (path or Pillow image, label); anything else as it is.

    Raises:
        UsageError: `data.arrays`: there are more or fewer labels than images.
    """
    if not isinstance(data, tuple) or len(data) != 2 or not all(hasattr(one, "__len__") for one in data):
        return data
    images, labels = (one.tolist() if getattr(one, "ndim", 0) == 1 else one for one in data)
    if not isinstance(images, list) or not all(isinstance(one, str | os.PathLike | Image.Image) for one in images):
        return data
    if len(images) != len(labels):
        raise UsageError(
            "data.arrays",
            f"There are {len(images)} images and {len(labels)} labels.",
            expected="one label for each image",
        )
    return list(zip(images, labels, strict=True))


def _opened(data: Any) -> Table | Collection:
    """What is no name, folder or file. Raises UsageError `data.unknown_source` for what cannot be opened."""
    data = as_pairs(data)
    if is_frame(data):
        return table_of_frame(data)
    if is_pairs(data):
        of_images = all(isinstance(image, Image.Image) for image, _ in data)
        return pairs_of_images(data) if of_images else table_of_pairs(data)
    if is_hugging_face(data):
        return collection_of_hugging_face(data)
    if isinstance(data, tuple) and len(data) == 2 and all(hasattr(one, "__len__") for one in data):
        return collection_of_arrays(*data)
    raise UsageError(
        "data.unknown_source",
        f"{type(data).__name__} is not a supported source of images.",
        expected="a name, a folder, a CSV file, a DataFrame, a list of (path, label), arrays (X, y), or a Hugging Face "
        "data set",
        fix="pass loaders directly to Trainer(model, {'train': loader, 'valid': other})",
        source=type(data).__name__,
        suggestion="",
    )


def _load_opened(data: Any, options: ReadOptions) -> ImageSet:
    splits = dict(splits_of(data)) if isinstance(data, Mapping) else {"train": data}
    opened = {split: _opened(one) for split, one in splits.items()}
    tables = {split: one for split, one in opened.items() if isinstance(one, Table)}
    if len(tables) == len(opened):
        table = joined(tables) if len(tables) > 1 else next(iter(tables.values()))
        return load_table(table, options)
    collections = {split: one for split, one in opened.items() if isinstance(one, Collection)}
    if tables:
        raise UsageError(
            "data.splits",
            "Some splits are tables of paths, others hold images.",
            expected="splits of one kind",
            fix="give all of them as tables, or all as images",
        )
    return load_collection(collections, options)


def _load_plugin(name: str, options: ReadOptions) -> ImageSet:
    """What the function of a plugin gives. Raises UsageError `data.plugin` where it fails."""
    from trainer.plugins import load_data

    load = load_data(name)
    try:
        found = load()
    except EpochscopeError:
        raise
    except Exception as error:  # it is somebody else's
        raise UsageError(
            "data.plugin",
            f"The data source {name!r} of a plugin failed: {type(error).__name__}: {error}",
            where=f"entry point epochscope.data: {name}",
            fix="update or uninstall that plugin",
            name=name,
            error=f"{type(error).__name__}: {error}",
        ) from error
    if isinstance(found, str | Path):
        path = expanded(found)
        check_source(str(path.absolute()))
        return load_pictures(path.absolute(), options)
    return _load_opened(found, options)


def load_pictures(source: Any, options: ReadOptions = USUAL) -> ImageSet:
    """Find, decode and check a source. Unreadable images and structural problems are returned, not raised.

    Args:
        source: Any source of `open_data`.
        options: How it is read.

    Returns:
        The images, with faults and problems.

    Raises:
        UsageError: There is no such source.
        DataError: The source cannot be read at all.
        DiskError: The cache or a download cannot be written.
    """
    if not isinstance(source, str | Path):
        return _load_opened(source, options)
    source = str(source)
    check_source(source)
    if source == "digits":
        from trainer.data.digits import load_digits

        return load_digits(options)
    if source in DOWNLOADS:
        from trainer.data.downloads import load_download

        return load_download(source, options)
    path = expanded(source)
    if is_named(source) or is_saved(path):
        options.progress("download", 0, 0)
        return _load_opened(load_named(source) if is_named(source) else load_saved(path), options)
    if is_name(source):
        return _load_plugin(source, options)
    if is_table(path):
        return load_table(read_table(path), options)
    if is_shards(path):
        from trainer.data.shard_source import load_shards

        return load_shards(path, options)
    from trainer.data.image_folder import load_folder

    return load_folder(path, options)
