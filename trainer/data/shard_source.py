"""Tar shards of WebDataset as a source. [no torch]

Nothing is unpacked: an image is read from its place in its shard. Decoded images are kept in the cache as those of a
folder are, up to KEPT_BYTES; beyond, they are checked once and decoded whenever a batch needs them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from trainer.data.file_stamp import FilePlace
from trainer.data.folder_scan import Listing
from trainer.data.image_folder import load_listing, with_faults
from trainer.data.image_set import Fault, ImageSet, Progress
from trainer.data.named_labels import in_order, split_problems
from trainer.data.read_options import ReadOptions
from trainer.data.shard_index import Label, ShardIndex, shard_index
from trainer.data.shard_names import find_shards
from trainer.errors import DataError
from trainer.home_path import expanded

KEPT_BYTES = 4 << 30
"""Of decoded images in the cache: a million of 32x32 pixels, or 20,000 of 224x224."""
CLASS_FILES = ("classes.txt", "dataset.json")
"""Beside the shards: a name a line, or an object with `classes`."""
_MOST_CLASS_BYTES = 8 << 20


@dataclass
class ShardListing(Listing):
    """Images in tar files. A path is that of the shard and of the image in it; stamps are those of the shards."""

    places: list[tuple[str, int, int]] = field(default_factory=list)
    """Path of the shard, first byte and size in bytes of each image."""

    digests: ClassVar[bool] = True

    def files(self) -> Sequence[FilePlace]:
        """Get where the bytes of each image are, relative to `root`."""
        return self.places

    def bytes(self) -> int:
        """Add up the sizes of the images."""
        return sum(length for _, _, length in self.places)

    def keeps(self, count: int) -> bool:
        """Decide whether decoded images of `count` bytes are kept in the cache."""
        return count <= KEPT_BYTES


def load_shards(source: str | Path, options: ReadOptions) -> ImageSet:
    """Find, decode (or map the cache) and check the images of tar shards.

    Args:
        source: A folder of shards, a tar file, or a pattern.
        options: How they are read.

    Returns:
        The images; unreadable ones and structural problems are noted in it.

    Raises:
        UsageError: `data.shard_pattern`: the pattern stands for no files.
        DataError: `data.no_shard_images`, `data.class_file`, or `data.worker_died`.
        DiskError: The cache cannot be written.
    """
    listing = list_shards(source, options.progress)
    if not listing.paths:
        raise _no_images(listing)
    path = expanded(source)
    found = load_listing(listing, path.resolve().name or str(path), options.policy("shards"), options)
    return replace(found, root=None)


def list_shards(source: str | Path, progress: Progress) -> ShardListing:
    """List the images of shards by their indexes; no image is opened.

    Args:
        source: A folder of shards, a tar file, or a pattern.
        progress: Called with the stage "scan".

    Returns:
        The images, by split, shard and place in the shard.

    Raises:
        UsageError: `data.shard_pattern`: the pattern stands for no files.
        DataError: `data.class_file`: the list of classes cannot be read.
    """
    shards = find_shards(source)
    listing = ShardListing(shards.root)
    for path in shards.unused:
        listing.leave("", "other", path)
    found: list[tuple[str, int, ShardIndex]] = []
    for number, (name, part) in enumerate(shards.files):
        progress("scan", number, len(shards.files))
        try:
            index, stamp = shard_index(shards.root / name)
        except OSError as error:
            reason = "there is no such shard" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
            listing.problems.append(Fault(name, "shard_missing", reason))
            continue
        found.append((name, part, index))
        listing.stamps.append(stamp)
    given = _given_classes(shards.root)
    listing.classes = given or in_order({str(label) for _, _, index in found for label in index.labels})
    numbers = {name: number for number, name in enumerate(listing.classes)}
    for name, part, index in found:
        _add_shard(listing, name, part, index, numbers, given=bool(given))
    used = set(listing.labels)
    empty = [name for number, name in enumerate(listing.classes) if used and number not in used]
    listing.problems += [Fault(name, "empty_class", "the class has no images") for name in empty]
    listing.problems += split_problems(listing.classes, listing.labels, listing.parts)
    return listing


def _add_shard(
    listing: ShardListing, shard: str, part: int, index: ShardIndex, numbers: Mapping[str, int], *, given: bool
) -> None:
    """Append the images of a shard, and what is not used of it. `numbers`: of the classes; `given`: by a list."""
    for fault in index.faults:
        into = listing.problems if fault.code == "compressed" else listing.faults
        into.append(replace(fault, path=f"{shard}/{fault.path}" if fault.path else shard))
    for kind, name, what in index.left:
        listing.leave(shard, kind, f"{shard}/{name}", what)
    for name, offset, length, label in zip(index.names, index.offsets, index.lengths, index.labels, strict=True):
        number = _class_number(label, numbers, given=given)
        if number is None:
            reason = f"its label is {label!r}, which is none of the {len(numbers)} classes listed beside the shards"
            listing.faults.append(Fault(f"{shard}/{name}", "no_label", reason))
            continue
        listing.paths.append(f"{shard}/{name}")
        listing.places.append((shard, offset, length))
        listing.labels.append(number)
        listing.parts.append(part)


def _class_number(label: Label, numbers: Mapping[str, int], *, given: bool) -> int | None:
    """Numbers are places in a list of classes that was given, and names of classes where none was."""
    if given and isinstance(label, int):
        return label if 0 <= label < len(numbers) else None
    return numbers.get(str(label))


def _given_classes(folder: Path) -> list[str]:
    """The names of classes beside the shards; empty where there are none. Raises DataError `data.class_file`."""
    for name in CLASS_FILES:
        path = folder / name
        if not os.path.isfile(path):  # noqa: PTH113
            continue
        try:
            if path.stat().st_size > _MOST_CLASS_BYTES:
                raise ValueError("the file is too large")
            text = path.read_text(encoding="utf-8-sig")
            lines = [line.strip() for line in text.rstrip().splitlines()]
            classes = [str(name) for name in (json.loads(text)["classes"] if path.suffix == ".json" else lines)]
            if not classes or "" in classes or len(set(classes)) < len(classes):
                raise ValueError("a name is missing or there twice")
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _no_class_file(path, error) from error
        return classes
    return []


def _no_class_file(path: Path, error: Exception) -> DataError:
    reason = f"there is no {error}" if isinstance(error, KeyError) else str(error)
    return DataError(
        "data.class_file",
        f"The classes of the shards cannot be read: {reason}",
        where=str(path),
        expected="classes.txt with the name of a class in each line, or dataset.json with a list `classes`",
        fix="fix or delete the file; without it, the labels in the shards are used as class names",
        path=str(path),
        reason=reason,
    )


def _no_images(listing: ShardListing) -> DataError:
    return DataError(
        "data.no_shard_images",
        "there are no images in the shards",
        where=with_faults(listing),
        expected="tar files with an image and its label under one name: KEY.jpg, and KEY.cls or KEY.json",
        fix="correct what is listed; epochscope data FOLDER --shards DIR writes a folder of images as shards",
        path=str(listing.root),
    )
