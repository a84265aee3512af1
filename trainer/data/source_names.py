"""What a source may be called: built-in names, and paths of folders, tables and shards. [no torch, no Pillow]"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from trainer.data.shard_names import TAR, find_shards, is_shards
from trainer.errors import UsageError
from trainer.home_path import expanded

DOWNLOADS = ("cifar10", "cifar100", "mnist", "fashion-mnist")
NAMES = ("digits", *DOWNLOADS)
TABLE_SUFFIXES = (".csv", ".tsv")
PREFIX = "hf:"
"""Begins the name of a data set on Hugging Face's Hub."""


def check_source(source: str) -> None:
    """Check that a source exists. A built-in name takes precedence over a folder of that name, a folder over a plugin.

    Args:
        source: Name or path.

    Raises:
        UsageError: `data.unknown_source`: it is neither a known name, nor a folder, nor a table of images.
    """
    if source in NAMES or is_named(source):
        return
    folder = expanded(source)
    if os.path.isdir(folder) or is_table(folder):  # noqa: PTH112  # of a name that is too long pathlib raises
        return
    if is_shards(folder):
        find_shards(folder)
        return
    from trainer.plugins import data_names  # with all of the settings, which most sources do without

    if source in data_names():
        return
    fix = "check the spelling, or give the full path of the folder"
    looks_like_path = any(sign in source for sign in "/\\.~")
    if os.path.exists(folder):  # noqa: PTH110
        what = f"{source} is a file, neither a folder of images nor a CSV table of them"
        fix = "unpack an archive, and save a spreadsheet as CSV in UTF-8"
    elif looks_like_path:
        what = f"there is no {'file' if folder.suffix.lower() in (*TABLE_SUFFIXES, TAR) else 'folder'} {source}"
    else:
        what = f"unknown data source {source!r}"
    known = [*NAMES, *data_names()]
    close = difflib.get_close_matches(source.rstrip("/\\"), [*known, *_neighbours(folder)], n=1)
    raise UsageError(
        "data.unknown_source",
        what,
        where=source,
        expected=f"one of {', '.join(known)}, a folder with one sub-folder of images per class, a CSV file of paths "
        "and labels, or tar shards",
        fix=f"did you mean {close[0]}?" if close else fix,
        source=source,
        suggestion=close[0] if close else "",
    )


def is_named(source: str) -> bool:
    """Check whether a source is `hf:NAME` or `hf:NAME:CONFIGURATION`.

    Args:
        source: Name or path.

    Returns:
        Whether it is.
    """
    return source.startswith(PREFIX) and len(source) > len(PREFIX)


def is_name(source: str) -> bool:
    """Check whether a source is the name of a data set, not a path: built-in, on Hugging Face's Hub, or a plugin's.

    Args:
        source: Name or path.

    Returns:
        Whether it is.
    """
    if source in NAMES or is_named(source):
        return True
    from trainer.plugins import data_names

    folder = expanded(source)
    return not os.path.exists(folder) and source in data_names()  # noqa: PTH110


def _neighbours(folder: Path) -> list[str]:
    """Folders beside the missing one, written as the user would write them."""
    try:
        return [str(path) for path in folder.parent.iterdir() if path.is_dir()]
    except OSError:
        return []


def is_table(path: Path) -> bool:
    """Check whether a file is read as a table of images.

    Args:
        path: Path of the file, which need not exist.

    Returns:
        Whether it exists and is.
    """
    return path.suffix.lower() in TABLE_SUFFIXES and os.path.isfile(path)  # noqa: PTH113
