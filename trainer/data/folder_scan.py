"""Lists a folder of images, reading each directory once; no image is opened. [no torch]"""

from __future__ import annotations

import hashlib
import os
import stat
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import ClassVar

from trainer.data.class_names import ClassNames, class_names, same_looking
from trainer.data.file_stamp import FilePlace, Stamp, file_stamp
from trainer.data.folder_names import FIRST_SPLIT_NAMES, SPLIT_NAMES, SYSTEM_FILES, holds_runs, is_system_folder
from trainer.data.image_formats import INSTALL, SUFFIXES, UNREAD, WITH_PHOTOS, image_suffixes, suffix_of
from trainer.data.image_set import RULES, Fault, LeftOut, Progress
from trainer.errors import DataError
from trainer.events import SPLITS
from trainer.text.unicode_text import is_unicode, printable


@dataclass
class Listing:
    """Image files, sorted by split, class and name. Faults are about single files, problems about the whole."""

    root: Path
    """Folder that all paths are relative to."""
    rules: int = RULES
    """Rules by which it was listed, see `scan`."""
    classes: list[str] = field(default_factory=list)
    """Class names, sorted."""
    paths: list[str] = field(default_factory=list)
    """Path of each image relative to `root`, with `/`."""
    labels: list[int] = field(default_factory=list)
    """Class of each image."""
    parts: list[int] = field(default_factory=list)
    """Index into SPLITS of each image."""
    stamps: list[Stamp] = field(default_factory=list)
    """Stamp of each image file."""
    faults: list[Fault] = field(default_factory=list)
    """Single files that cannot be used."""
    problems: list[Fault] = field(default_factory=list)
    """What prevents the folder from being used."""
    names: ClassNames = field(default_factory=ClassNames)
    """How folders map to classes."""
    nested: list[str] = field(default_factory=list)
    """Images in sub-folders of their class."""
    class_of: dict[str, str] = field(default_factory=dict)
    """Folder of a class -> the class."""
    digests: ClassVar[bool] = False
    """Whether digests of the images stand for their pixels, so that these need not be kept."""
    _left: dict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.suffixes = image_suffixes() if self.rules > 1 else SUFFIXES

    def leave(self, place: str, kind: str, path: str, what: str = "") -> None:
        """Record a file or folder that is not used; see `LeftOut`."""
        self._left[place, kind, printable(what)].append(printable(path))

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return what is not used, one record per place, kind and format."""
        return tuple(
            LeftOut(self.class_of.get(place, ""), place, kind, what, len(paths), min(paths))
            for (place, kind, what), paths in sorted(self._left.items())
        )

    def state(self) -> str:
        """Return a digest over path and stamp of every file; see `file_stamp` for what it cannot notice."""
        digest = hashlib.sha256("\0".join(self.paths).encode("utf-8", "surrogatepass"))
        digest.update(array("q", chain.from_iterable(self.stamps)).tobytes())
        return digest.hexdigest()

    def bytes(self) -> int:
        """Return the total size of the files, in bytes."""
        return sum(stamp[0] for stamp in self.stamps)

    def files(self) -> Sequence[FilePlace]:
        """Get where the bytes of each image are, relative to `root`."""
        return self.paths

    def keeps(self, count: int) -> bool:
        """Decide whether decoded images are kept in the cache; if not, they are decoded whenever they are needed.

        Args:
            count: Bytes that the decoded images take.

        Returns:
            Whether they are kept.
        """
        return True


def scan(root: Path, progress: Progress, rules: int = RULES) -> Listing:
    """List a folder. What is missing or odd is recorded in the listing.

    Args:
        root: The folder.
        progress: Called with the stage "scan".
        rules: 1: as version 0.1.0 did, for its runs: no images in sub-folders of a class, and only train, valid, val
            and test as splits. Default: today's rules.

    Returns:
        The listing.

    Raises:
        DataError: `data.folder_unreadable`: the folder cannot be read.
    """
    listing = Listing(root, rules)
    progress("scan", 0, 0)
    top = _folders(listing, "")
    parts = _parts(listing, top)
    listing.problems += [fault for split, names in parts.items() for fault in _unusable(listing, split, names)]
    usable = {split: [name for name in names if is_unicode(name)] for split, names in parts.items()}
    training = [name for split, names in usable.items() if _part(listing, split) == 0 for name in names]
    listing.names = class_names(usable, training) if rules > 1 else ClassNames()
    listing.classes = sorted({listing.names.of(split, name) for split, names in usable.items() for name in names})
    labels = {name: label for label, name in enumerate(listing.classes)}
    for split, names in usable.items():
        for name in names:
            _list_class(listing, split, name, labels[listing.names.of(split, name)])
            progress("scan", len(listing.paths), 0)
    if any(split and _part(listing, split) == 0 for split in parts):
        _check_classes(listing, usable, set(training))
    return listing


def _parts(listing: Listing, top: list[str]) -> dict[str, list[str]]:
    """The folders of splits that there are, with the folders in each; else the root under the name ""."""
    splits = [name for name in top if _part(listing, name) is not None and _has_folders(listing.root / name)]
    if listing.rules > 1 and not any(_part(listing, name) == 0 for name in splits):
        # without train/ a folder called test/ or dev/ that holds images itself is a class
        splits = [name for name in splits if not _has_images(listing, name)]
    if not splits:
        if listing.rules > 1:
            _check_flat_splits(listing, top)
        return {"": top}
    for name in top:
        if name not in splits:
            listing.leave("", "beside", name)
    _check_splits(listing, splits)
    order = list(SPLIT_NAMES)
    splits.sort(key=lambda name: (_part(listing, name), order.index(name.strip().lower()), name))
    return {name: _folders(listing, name) for name in splits}


def _check_flat_splits(listing: Listing, names: list[str]) -> None:
    """train/ and test/ with images but without classes must not become the classes."""
    parts = [_part(listing, name) for name in names]
    if 0 in parts and None not in parts and len(parts) > 1:
        reason = f"{', '.join(names)} are parts of a data set, but the images in them are not in folders of classes"
        listing.problems.append(Fault(names[parts.index(0)], "no_class_folders", reason))


def _part(listing: Listing, name: str) -> int | None:
    """Index into SPLITS of the split that a folder so called holds, if it can hold one; the root is training."""
    if not name:
        return 0
    return FIRST_SPLIT_NAMES.get(name) if listing.rules == 1 else SPLIT_NAMES.get(name.strip().lower())


def _folders(listing: Listing, path: str) -> list[str]:
    """Names of the visible folders in `path`, sorted; visible files are noted as not used."""
    names = []
    try:
        above = _ids(listing, path)
        with os.scandir(listing.root / path) as entries:
            for entry in entries:
                full = f"{path}/{entry.name}" if path else entry.name
                if not _is_folder(entry):
                    _leave_file(listing, path, full, beside="no_class")
                elif is_system_folder(entry.name):
                    continue
                elif entry.is_symlink() and _id(entry.path) in above:
                    listing.leave(path, "loop", full)
                elif not path and listing.rules > 1 and holds_runs(entry.path):
                    listing.leave("", "beside", entry.name)
                else:
                    names.append(entry.name)
    except OSError as error:
        raise DataError(
            "data.folder_unreadable",
            f"the folder cannot be read: {error.strerror or error}",
            where=str(listing.root / path),
            fix="check its permissions",
            path=str(listing.root / path),
        ) from error
    return sorted(names)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _leave_file(listing: Listing, place: str, path: str, beside: str) -> None:
    """Note a file that is not used. `beside`: the kind where it is an image."""
    name = path.rpartition("/")[2]
    suffix = suffix_of(name)
    readable = suffix in listing.suffixes
    if name.startswith("."):
        if readable and not name.startswith("._"):  # macOS keeps its attributes in those
            listing.leave(place, "hidden", path)
    elif readable:
        listing.leave(place, beside, path)
    elif suffix in UNREAD:
        listing.leave(place, "format", path, UNREAD[suffix])
    elif name.lower() not in SYSTEM_FILES:
        listing.leave(place, "other", path, suffix)


def _has_folders(path: Path) -> bool:
    try:
        return any(child.is_dir() and not is_system_folder(child.name) for child in path.iterdir())
    except OSError:
        return True  # looked at again later, where the reason is reported


def _has_images(listing: Listing, name: str) -> bool:
    try:
        children = (listing.root / name).iterdir()
        return any(suffix_of(child.name) in listing.suffixes and child.is_file() for child in children)
    except OSError:
        return False


def _id(path: str | Path) -> tuple[int, int]:
    info = os.stat(path)  # noqa: PTH116  # called for every folder
    return info.st_dev, info.st_ino


def _ids(listing: Listing, path: str) -> set[tuple[int, int]]:
    """A folder below the root and all that it is in, up to the root."""
    parts = path.split("/") if path else []
    return {_id(listing.root.joinpath(*parts[:depth])) for depth in range(len(parts) + 1)}


def _unusable(listing: Listing, split: str, names: list[str]) -> list[Fault]:
    """Names of class folders that are no text, or look like another one."""
    faults = []
    for name in names:
        if not is_unicode(name):
            faults.append(Fault(printable(name), "name", "the folder's name is not valid Unicode text: rename it"))
    if listing.rules > 1:
        for first, name in same_looking([name for name in names if is_unicode(name)]):
            reason = (
                f"this name and {first!a} look the same, as they differ only in Unicode form or blanks "
                f"({name!a}): put the images into one of the folders, or rename one"
            )
            faults.append(Fault(f"{split}/{name}" if split else name, "same_name", reason))
    return faults


def _list_class(listing: Listing, split: str, name: str, label: int) -> None:
    """Append the images of one class folder and of the folders in it, sorted by path."""
    path = f"{split}/{name}" if split else name
    listing.class_of[path] = listing.classes[label]
    found: list[tuple[str, Stamp]] = []
    before = len(listing.faults)
    try:
        seen = _ids(listing, path)
    except OSError:
        seen = set()
    waiting = nested = _list_folder(listing, path, path, found, seen)
    while waiting:
        waiting = [inner for folder in waiting for inner in _list_folder(listing, folder, path, found, seen)]
    listing.faults[before:] = sorted(listing.faults[before:], key=lambda fault: fault.path)
    if not found and not any(fault.path == path for fault in listing.problems):
        listing.problems.append(Fault(path, "empty_class", f"the class has no images{_only_unread(listing, path)}"))
    found.sort()
    listing.paths += [full for full, _ in found]
    listing.stamps += [stamp for _, stamp in found]
    if nested:
        listing.nested += [full for full, _ in found if "/" in full[len(path) + 1 :]]
    listing.labels += [label] * len(found)
    listing.parts += [_part(listing, split) or 0] * len(found)


def _only_unread(listing: Listing, path: str) -> str:
    """What an empty class has instead of images."""
    unread = [one for one in listing.left_out() if one.place == path and one.kind == "format"]
    if not unread:
        return ""
    count, names = sum(one.count for one in unread), [one.what for one in unread]
    advice = "convert them to JPEG or PNG" + (f", or {INSTALL}" if WITH_PHOTOS.intersection(names) else "")
    return f", only {count} file{'s' * (count > 1)} in formats that are not read ({', '.join(names)}): {advice}"


def _list_folder(
    listing: Listing, folder: str, place: str, found: list[tuple[str, Stamp]], seen: set[tuple[int, int]]
) -> list[str]:
    """Add the images that lie in `folder` itself to `found`; returns the folders in it."""
    inner = []
    suffixes = listing.suffixes
    try:
        with os.scandir(listing.root / folder) as entries:
            for entry in entries:
                name = entry.name
                full = f"{folder}/{name}"
                _, dot, suffix = name.rpartition(".")
                if dot and suffix.lower() in suffixes and name[0] != ".":
                    if _look_at(listing, full, entry, found):
                        continue
                elif not _is_folder(entry):
                    _leave_file(listing, place, full, beside="other")
                    continue
                if is_system_folder(name):
                    continue
                if listing.rules == 1:
                    listing.leave(place, "other", full)
                elif _descend(listing, full, place, seen):
                    inner.append(full)
    except OSError as error:
        listing.problems.append(Fault(folder, "permission", f"the folder cannot be read: {error.strerror or error}"))
    return inner


def _descend(listing: Listing, full: str, place: str, seen: set[tuple[int, int]]) -> bool:
    """Whether to look into a folder: not a second time, where links lead back."""
    if not is_unicode(full):
        listing.faults.append(Fault(printable(full), "name", "the folder's name is not valid Unicode text"))
        return False
    here = _id(listing.root / full)
    if here in seen:
        listing.leave(place, "loop", full)
        return False
    seen.add(here)
    return True


def _look_at(listing: Listing, full: str, entry: os.DirEntry[str], found: list[tuple[str, Stamp]]) -> bool:
    """Add a file called like an image to `found`, or note why not. False: it is a folder, to be looked into."""
    try:
        if not full.isascii():
            full.encode()
        info = entry.stat()
        if stat.S_ISREG(info.st_mode):
            found.append((full, file_stamp(info, entry.path)))
            return True
    except UnicodeEncodeError:
        listing.faults.append(Fault(printable(full), "name", "the file's name is not valid Unicode text"))
    except FileNotFoundError:
        listing.faults.append(Fault(full, "dangling", "a link to a missing file"))
    except OSError as error:
        listing.faults.append(Fault(full, "unreadable", error.strerror or str(error)))
    else:
        if stat.S_ISDIR(info.st_mode) and listing.rules > 1 and _holds_something(entry.path):
            return False
        reason = "a folder, not an image" if stat.S_ISDIR(info.st_mode) else "not a regular file"
        listing.faults.append(Fault(full, "not_a_file", reason))
    return True


def _holds_something(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(True for _ in entries)
    except OSError:
        return True  # the look into it gives the reason


def _check_splits(listing: Listing, names: list[str]) -> None:
    parts = defaultdict(list)
    for name in sorted(names):
        parts[_part(listing, name)].append(name)
    if 0 not in parts:
        reason = f"there is no folder train/ with the classes, although there is {names[0]}/"
        listing.problems.append(Fault("train", "missing_split", reason))
    for same in parts.values():
        if len(same) > 1:
            there = " and ".join(f"{name}/" for name in reversed(same))
            listing.problems.append(Fault(same[0], "two_splits", f"there is {there}: keep one of them"))


def _check_classes(listing: Listing, names: dict[str, list[str]], training: set[str]) -> None:
    """Classes that could be tested but never learned."""
    for split in names:
        for name in names[split]:
            if listing.names.of(split, name) not in training:
                reason = f"the class is in {split}/ ({SPLITS[_part(listing, split) or 0]}) but not in train/"
                listing.problems.append(Fault(f"{split}/{name}", "class_not_in_train", reason))
