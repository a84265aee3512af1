"""Which tar files a source of shards is made of, and which split each of them belongs to. [no torch, no Pillow]"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from trainer.data.folder_names import SPLIT_NAMES
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.text.natural_order import natural_key

TAR = ".tar"
COMPRESSED = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
"""What shards are sometimes compressed to. They are found, so that it can be said why they cannot be read."""
MOST_SHARDS = 1_000_000
_MOST_LETTERS = 1 << 28
"""Of their names together."""
_RANGE = re.compile(r"\{(\d{1,18})\.\.(\d{1,18})\}")
_CHOICE = re.compile(r"\{([^{}]*,[^{}]*)\}")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Shards:
    """Tar files of one source."""

    root: Path
    """Folder that paths are relative to."""
    files: list[tuple[str, int]] = field(default_factory=list)
    """Path of each shard, with `/`, and the index of its split in SPLITS; sorted by split and name."""
    unused: list[str] = field(default_factory=list)
    """Tar files and folders beside the shards."""


def is_shards(source: str | Path) -> bool:
    """Tell whether a source is of tar shards.

    Args:
        source: A path.

    Returns:
        Whether it is a tar file, a pattern such as `train-{000000..000012}.tar`, or a folder of tar files.
    """
    path = expanded(source)
    if is_pattern(path):
        return True
    if os.path.isdir(path):  # noqa: PTH112  # of a name that is too long pathlib raises
        return bool(_in_folder(path).files)
    return is_tar_name(path.name) and os.path.isfile(path)  # noqa: PTH113


def is_tar_name(name: str) -> bool:
    """Tell whether a file name is that of a tar archive, plain or compressed."""
    return name.lower().endswith((TAR, *COMPRESSED))


def is_pattern(path: Path) -> bool:
    """Tell whether a path stands for several tar files: it has a range or a choice in braces, and is no file itself."""
    text = str(path)
    return is_tar_name(text) and bool(_RANGE.search(text) or _CHOICE.search(text)) and not os.path.lexists(path)


def find_shards(source: str | Path) -> Shards:
    """Find the tar files of a source.

    Args:
        source: A path for which `is_shards` holds.

    Returns:
        The shards with their splits; those of a pattern whether they exist or not.

    Raises:
        UsageError: `data.shard_pattern`: the pattern stands for no files, or for more than a million.
    """
    path = expanded(source)
    if is_pattern(path):
        return _of_pattern(str(path))
    return _in_folder(path) if path.is_dir() else _divided(path.parent, [path.name], [])


def _of_pattern(pattern: str) -> Shards:
    names = [os.path.abspath(name) for name in _expanded(pattern)]  # noqa: PTH100  # links are not followed
    root = Path(os.path.commonpath([os.path.dirname(name) for name in names]))  # noqa: PTH120
    return _divided(root, [os.path.relpath(name, root).replace(os.sep, "/") for name in names], [])


def _expanded(pattern: str) -> list[str]:
    """`a-{00..02}.tar`: a-00.tar, a-01.tar, a-02.tar; `{a,b}.tar`: a.tar, b.tar."""
    names = [pattern]
    while any(_RANGE.search(name) or _CHOICE.search(name) for name in names):
        count = sum(_choices(name)[1] for name in names)
        if not 0 < count <= MOST_SHARDS or count * len(pattern) > _MOST_LETTERS:
            raise UsageError(
                "data.shard_pattern",
                f"The pattern expands to {count:,} shards.",
                where=pattern,
                expected="a range from the first to the last number, such as {000000..000012}, of at most "
                f"{MOST_SHARDS:,} shards and {_MOST_LETTERS:,} letters",
                path=pattern,
                count=count,
            )
        names = list(chain.from_iterable(_choices(name)[0] for name in names))
    return names


def _choices(name: str) -> tuple[Iterator[str], int]:
    """The names with the first braces resolved, and how many there are."""
    if found := _RANGE.search(name):
        first, last = (int(number) for number in found.groups())
        width = len(found[1])
        numbers = range(first, last + 1)
        count = max(0, last - first + 1)  # more than `len` can say, perhaps
        return (f"{name[: found.start()]}{number:0{width}d}{name[found.end() :]}" for number in numbers), count
    if found := _CHOICE.search(name):
        start, end, words = found.start(), found.end(), found[1].split(",")
        return (f"{name[:start]}{word}{name[end:]}" for word in words), len(words)
    return iter([name]), 1


def _in_folder(folder: Path) -> Shards:
    """Tar files of a folder, or of its folders train/, test/ and so on. None where other folders may hold images."""
    direct, folders = _listed(folder)
    inside = {name: _listed(folder / name) for name in folders if name.strip().lower() in SPLIT_NAMES}
    divided = {name: tars for name, (tars, deeper) in inside.items() if tars and not deeper}
    if divided:
        inner = [f"{name}/{tar}" for name, tars in divided.items() for tar in tars]
        return _divided(folder, inner, [*direct, *(name for name in folders if name not in divided)])
    return Shards(folder) if folders else _divided(folder, direct, [])


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """Names of the tar files and of the visible folders in a folder; none where it cannot be read."""
    tars, folders = [], []
    try:
        for entry in os.scandir(folder):
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif is_tar_name(entry.name):
                tars.append(entry.name)
    except OSError:
        return [], []
    return tars, sorted(folders)


def _divided(root: Path, names: list[str], unused: list[str]) -> Shards:
    """With their splits. Shards that name none are for training; where others are called train, they are not used."""
    parts = {name: next(iter(found)) if len(found := _split_of(name)) == 1 else None for name in names}
    if 0 in parts.values():
        unused = [*unused, *(name for name, part in parts.items() if part is None)]
        parts = {name: part for name, part in parts.items() if part is not None}
    files = sorted(((name, part or 0) for name, part in parts.items()), key=lambda one: (one[1], natural_key(one[0])))
    return Shards(root, files, sorted(unused))


def _split_of(name: str) -> set[int]:
    """Places in SPLITS of the splits that a path names: by its folder, else by the words of its name."""
    *folders, last = name.lower().split("/")
    if folders and (part := SPLIT_NAMES.get(folders[-1].strip())) is not None:
        return {part}
    stem = last.partition(".")[0] if is_tar_name(last) else last
    return {SPLIT_NAMES[word] for word in _LETTERS.findall(stem) if word in SPLIT_NAMES}
