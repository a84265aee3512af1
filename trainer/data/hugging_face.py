"""Data sets of Hugging Face by name (`hf:NAME`), or from a folder that `save_to_disk` wrote. [no torch]

The package `datasets` is imported only when such a source is opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from trainer.data.file_stamp import open_file
from trainer.data.source_names import PREFIX
from trainer.errors import DataError, UsageError
from trainer.text.text_shortening import first_line

_MARKS = ("dataset_dict.json", "state.json")
"""One of them is in every folder of `save_to_disk`: of several splits, or of one."""


def is_saved(path: Path) -> bool:
    """Check whether a folder was written by `save_to_disk`.

    Args:
        path: Path of the folder, which need not exist.

    Returns:
        Whether it was.
    """
    return any(os.path.isfile(path / mark) for mark in _MARKS)  # noqa: PTH113  # of a name that is too long pathlib raises


def load_named(source: str) -> Any:
    """Load a data set by name; it is downloaded once into the cache of `datasets`.

    Args:
        source: `hf:NAME` or `hf:NAME:CONFIGURATION`.

    Returns:
        A mapping of splits to data sets.

    Raises:
        UsageError: `data.no_datasets`: the package is missing.
        DataError: `data.hugging_face`: it cannot be loaded.
    """
    name, _, configuration = source.removeprefix(PREFIX).partition(":")
    datasets = _package(source)
    try:
        return datasets.load_dataset(name, configuration or None)
    except Exception as error:  # it raises what it likes, of the network and of others' scripts
        raise _not_loaded(source, error) from error


def load_saved(path: Path) -> Any:
    """Load a data set that `save_to_disk` wrote.

    Args:
        path: Its folder.

    Returns:
        A data set, or a mapping of splits to data sets.

    Raises:
        UsageError: `data.no_datasets`: the package is missing.
        DataError: `data.hugging_face`: it cannot be loaded.
    """
    datasets = _package(str(path))
    try:
        _check_files(path)
        found = datasets.load_from_disk(str(path))
        for one in found.values() if isinstance(found, dict) else (found,):
            one.data.validate(full=True)  # otherwise Arrow reads wherever the offsets of a damaged file point
        return found
    except Exception as error:
        raise _not_loaded(str(path), error) from error


def _check_files(path: Path) -> None:
    """Raises OSError where the folder has a pipe or a device, which would be waited for."""
    for folder, _, names in os.walk(path):
        for name in names:
            open_file(Path(folder, name)).close()


def _package(source: str) -> Any:
    try:
        import datasets
    except ImportError as error:
        raise UsageError(
            "data.no_datasets",
            "This source needs the package `datasets`, which is not installed.",
            where=source,
            fix="pip install 'epochscope[datasets]'",
            source=source,
        ) from error
    return datasets


def _not_loaded(source: str, error: Exception) -> DataError:
    reason = first_line(error)
    return DataError(
        "data.hugging_face",
        f"The data set cannot be loaded: {reason}",
        where=source,
        expected="hf:NAME or hf:NAME:CONFIGURATION of a data set on the Hub, or a folder made by save_to_disk",
        fix="check the name and the network",
        source=source,
        reason=reason,
    )
