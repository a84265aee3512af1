"""What lies in a folder of images, found with one look at each directory; no file is opened. [no torch]"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from trainer.data.image_set import Fault, Progress
from trainer.errors import DataError
from trainer.events import SPLITS

SUFFIXES = frozenset(
    ("jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "webp", "tif", "tiff", "ppm", "pgm", "pbm", "pnm")
)
SPLIT_NAMES = {"train": 0, "valid": 1, "val": 1, "test": 2}


@dataclass
class Listing:
    """Image files sorted by split, class and name. Faults are single files, problems concern the whole."""

    root: Path
    classes: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    stamps: list[tuple[int, int]] = field(default_factory=list)
    """Bytes and modification time (ns) of each file."""
    faults: list[Fault] = field(default_factory=list)
    problems: list[Fault] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Files and folders that were not looked at."""

    def state(self) -> str:
        """Digest over path, size and modification time of every file."""
        lines = [f"{path}\0{size}\0{time}" for path, (size, time) in zip(self.paths, self.stamps, strict=True)]
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    def bytes(self) -> int:
        """What the files hold together."""
        return sum(size for size, _ in self.stamps)


def scan(root: Path, progress: Progress) -> Listing:
    """List `root`. What is missing or odd is noted in the listing; only an unreadable `root` raises (`DataError`)."""
    listing = Listing(root)
    progress("scan", 0, 0)
    top = _folders(listing, "")
    split_names = [name for name in top if name in SPLIT_NAMES and _has_folders(root / name)]
    if split_names:
        listing.others += [name for name in top if name not in split_names]
        _check_splits(listing, split_names)
        parts = {name: _folders(listing, name) for name in sorted(split_names, key=SPLIT_NAMES.__getitem__)}
    else:
        parts = {"": top}
    listing.classes = sorted({name for names in parts.values() for name in names if _sayable(listing, name)})
    labels = {name: label for label, name in enumerate(listing.classes)}
    for split, names in parts.items():
        for name in names:
            if name in labels:
                path = f"{split}/{name}" if split else name
                _list_class(listing, path, SPLIT_NAMES.get(split, 0), labels[name])
                progress("scan", len(listing.paths), 0)
    if "train" in parts:
        _check_classes(listing, {split: set(names) for split, names in parts.items()})
    return listing


def _folders(listing: Listing, path: str) -> list[str]:
    """Names of the visible folders in `path`, sorted; visible files are noted as not looked at."""
    names = []
    try:
        with os.scandir(listing.root / path) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    names.append(entry.name)
                else:
                    listing.others.append(f"{path}/{entry.name}" if path else entry.name)
    except OSError as error:
        raise DataError(
            "data.folder_unreadable",
            f"the folder cannot be read: {error.strerror or error}",
            where=str(listing.root / path),
            mend="check its permissions",
            path=str(listing.root / path),
        ) from error
    return sorted(names)


def _has_folders(path: Path) -> bool:
    try:
        return any(child.is_dir() and not child.name.startswith(".") for child in path.iterdir())
    except OSError:
        return True  # looked at again later, where the reason is reported


def _sayable(listing: Listing, name: str) -> bool:
    """Names that are not text cannot be written to any of our files."""
    try:
        name.encode()
    except UnicodeEncodeError:
        printable = name.encode("utf-8", "backslashreplace").decode()
        listing.problems.append(Fault(printable, "name", "the folder's name is not valid Unicode text: rename it"))
        return False
    return True


def _list_class(listing: Listing, path: str, part: int, label: int) -> None:
    """Append the images of one class folder, sorted by name."""
    found: list[tuple[str, int, int]] = []
    before = len(listing.faults)
    try:
        with os.scandir(listing.root / path) as entries:
            for entry in entries:
                _look_at(listing, path, entry, found)
    except OSError as error:
        listing.problems.append(Fault(path, "permission", f"the folder cannot be read: {error.strerror or error}"))
        return
    listing.faults[before:] = sorted(listing.faults[before:], key=lambda fault: fault.path)
    if not found:
        listing.problems.append(Fault(path, "empty_class", "the class has no images"))
    found.sort()
    for name, size, time in found:
        listing.paths.append(f"{path}/{name}")
        listing.stamps.append((size, time))
    listing.labels += [label] * len(found)
    listing.parts += [part] * len(found)


def _look_at(listing: Listing, path: str, entry: os.DirEntry[str], found: list[tuple[str, int, int]]) -> None:
    name = entry.name
    if name.startswith("."):
        return
    full = f"{path}/{name}"
    if name.rpartition(".")[2].lower() not in SUFFIXES or "." not in name:
        listing.others.append(full)
        return
    try:
        full.encode()
        info = entry.stat()
    except UnicodeEncodeError:
        printable = full.encode("utf-8", "backslashreplace").decode()
        listing.faults.append(Fault(printable, "name", "the file's name is not valid Unicode text"))
    except FileNotFoundError:
        listing.faults.append(Fault(full, "dangling", "a link to a file that is not there"))
    except OSError as error:
        listing.faults.append(Fault(full, "unreadable", error.strerror or str(error)))
    else:
        if stat.S_ISREG(info.st_mode):
            found.append((name, info.st_size, info.st_mtime_ns))
        else:
            reason = "a folder, not an image" if stat.S_ISDIR(info.st_mode) else "not a regular file"
            listing.faults.append(Fault(full, "not_a_file", reason))


def _check_splits(listing: Listing, names: list[str]) -> None:
    if "train" not in names:
        reason = f"there is no folder train/ with the classes, although there is {names[0]}/"
        listing.problems.append(Fault("train", "missing_split", reason))
    if {"val", "valid"} <= set(names):
        listing.problems.append(Fault("val", "two_splits", "there is valid/ and val/: keep one of them"))


def _check_classes(listing: Listing, names: dict[str, set[str]]) -> None:
    """Classes that could be tested but never learned."""
    for split in names:
        for name in sorted(names[split] - names["train"]):
            if name in listing.classes:
                reason = f"the class is in {split}/ ({SPLITS[SPLIT_NAMES[split]]}) but not in train/"
                listing.problems.append(Fault(f"{split}/{name}", "class_not_in_train", reason))
