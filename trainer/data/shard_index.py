"""What is in a tar shard and where: samples as WebDataset has them, found by reading the headers once. [no torch]

A sample is the members of one name up to its first dot: an image, and `.cls` (the number or the name of its class) or
`.json` (an object with `label` or `cls`). Nothing is unpacked, and no image is opened.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from trainer.data.cache import shard_indexes
from trainer.data.file_stamp import Stamp, file_stamp, open_file, settle
from trainer.data.image_formats import UNREAD, image_suffixes, suffix_of
from trainer.data.image_set import Fault
from trainer.store.sealed_json import seal, unseal
from trainer.store.temporary_names import temporary_name
from trainer.text.json_text import parse_json
from trainer.text.unicode_text import is_unicode, printable

FORMAT = 2
"""Raise it when the layout or the rules change: older indexes are then not found."""
LABEL_BYTES = 1 << 20
"""A `.cls` or `.json` that is larger is no label."""
BLOCK = 512
PADDING = 64 << 20
"""Bytes after the end of an archive that are looked through for a further one."""
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_LABELS = ("cls", "json")
_NUMBER = re.compile(r"-?[0-9]{1,18}")

Label = int | str


@dataclass
class ShardIndex:
    """Samples of a shard, in its order."""

    names: list[str] = field(default_factory=list)
    """Name of each image in the shard."""
    offsets: list[int] = field(default_factory=list)
    """First byte of each image."""
    lengths: list[int] = field(default_factory=list)
    """Bytes of each image."""
    labels: list[Label] = field(default_factory=list)
    """Number or name of the class of each image."""
    faults: list[Fault] = field(default_factory=list)
    """What cannot be used. The path is the name of a member, or empty for the shard itself."""
    left: list[tuple[str, str, str]] = field(default_factory=list)
    """Kind, name and `what`, as in `LeftOut`, of each member that is not used."""


_decoder = msgspec.json.Decoder(tuple[Stamp, ShardIndex])


class Place(NamedTuple):
    """A member of a shard."""

    name: str
    """Its name."""
    offset: int
    """Its first byte."""
    length: int
    """Its size in bytes."""


@dataclass
class _Sample:
    """Members of one key by their extension. `unread`: it has a picture that cannot be read, which is noted."""

    images: dict[str, Place] = field(default_factory=dict)
    labels: dict[str, Place] = field(default_factory=dict)
    unread: bool = False


def shard_index(path: Path) -> tuple[ShardIndex, Stamp]:
    """Get the index of a shard, from the cache folder unless the file has changed.

    Args:
        path: The shard.

    Returns:
        The index, and the stamp of the file.

    Raises:
        OSError: The shard cannot be read.
    """
    stamp = file_stamp(path.stat(), str(path))
    kept = _kept(path)
    with contextlib.suppress(OSError, ValueError):
        known, index = parse_json(_decoder, unseal(kept.read_bytes()))
        if known == stamp:
            return index, stamp
    settle([stamp])
    index = read_index(path)
    with contextlib.suppress(OSError):  # it is read again next time
        _keep(kept, seal(msgspec.json.encode((stamp, index))))
    return index, stamp


def _kept(path: Path) -> Path:
    rules = f"{FORMAT} {sorted(image_suffixes())} {os.path.realpath(path)}"
    return shard_indexes() / f"{hashlib.sha256(rules.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.json"


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(temporary_name())
    try:
        work.write_bytes(content)
        work.replace(path)
    except BaseException:
        work.unlink(missing_ok=True)
        raise


def read_index(path: Path) -> ShardIndex:
    """Read the index of a shard from the shard itself.

    Args:
        path: The shard.

    Returns:
        The index; damage is noted among its faults.

    Raises:
        OSError: The shard cannot be read.
    """
    index = ShardIndex()
    with open_file(path) as file:
        head = file.read(BLOCK)
        packing = next((name for magic, name in _PACKED.items() if head.startswith(magic)), "")
        if packing:
            reason = f"compressed by {packing}: images are read by their places, which only a plain tar has"
            index.faults.append(Fault("", "compressed", reason))
            return index
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        samples = _Samples(size, index)
        for member in _members(path, size, index):
            samples.take(member)
        for sample in samples.by_key.values():
            _add(sample, lambda place: _part(file, place), index)
    return index


def _part(file: BinaryIO, place: Place) -> bytes:
    file.seek(place.offset)
    return file.read(place.length)


def _members(path: Path, size: int, index: ShardIndex) -> Iterator[tarfile.TarInfo]:
    """Headers in their order, up to the first damage, which is noted. Raises OSError."""
    count, end = 0, 0
    try:
        with tarfile.open(path, "r:") as archive:
            while (member := archive.next()) is not None:
                if archive.offset <= end:
                    raise tarfile.ReadError("a member ends before it begins")
                end = archive.offset
                yield member
                count += 1
            end = archive.offset
    except Exception as error:  # tarfile lets all kinds of errors through where headers are damaged
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        what = "the file is empty" if not size else f"damaged after {count:,} members" if count else "not a tar archive"
        index.faults.append(Fault("", "damaged_shard", f"{what}: {error}" if size else what))
        return
    if reason := _after(path, end):
        index.faults.append(Fault("", "damaged_shard", f"{reason} (after {count:,} members)"))


def _after(path: Path, end: int) -> str:
    """What is wrong with what follows the last member: there should be a block of zeros, and nothing else."""
    with path.open("rb") as file:
        file.seek(end)
        block = file.read(BLOCK)
        if len(block) < BLOCK:
            return "it ends too early: it was not written to its end, or was cut off"
        if any(block):
            return f"the header at byte {end:,} is damaged, and what follows it is not found"
        while file.tell() < end + PADDING and (block := file.read(1 << 20)):
            if block.count(0) < len(block):
                return f"it goes on after its end, at byte {end:,}: archives that were joined are read up to there"
    return ""


class _Samples:
    """Groups members of a shard of `size` bytes into samples, and notes in an index what is not used."""

    def __init__(self, size: int, index: ShardIndex) -> None:
        self.by_key: dict[str, _Sample] = {}
        self._size = size
        self._index = index

    def take(self, member: tarfile.TarInfo) -> None:
        """Add the next member."""
        name = _plain(member.name)
        folder, slash, last = name.rpartition("/")
        stem, _, extension = last.partition(".")
        suffix = suffix_of(last)
        readable = suffix in image_suffixes()
        if member.isdir() or not name:
            return
        if last.startswith("."):
            if readable and not last.startswith("._"):  # macOS keeps its attributes in those
                self._leave("hidden", name)
            return
        sample = self.by_key.setdefault(f"{folder}{slash}{stem}", _Sample())
        extension = extension.lower()
        kind = sample.images if readable else sample.labels
        if not readable and extension not in _LABELS:
            sample.unread |= suffix in UNREAD
            self._leave("format" if suffix in UNREAD else "other", name, UNREAD.get(suffix, suffix))
        elif fault := _fault(member, name, self._size, twice=extension in kind):
            sample.unread |= readable
            self._index.faults.append(fault)
        else:
            kind[extension] = Place(name, member.offset_data, member.size)

    def _leave(self, kind: str, name: str, what: str = "") -> None:
        self._index.left.append((kind, printable(name), what))


def _plain(name: str) -> str:
    """As `tar` itself would write it: `./a.jpg` is a.jpg."""
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return "" if name == "." else name


def _fault(member: tarfile.TarInfo, name: str, size: int, *, twice: bool) -> Fault | None:
    """Why a member cannot be read from its place in the shard. `twice`: its sample has one of this kind already."""
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        return Fault(printable(name), "unsafe_path", "its path leads out of the shard")
    if not is_unicode(name):
        return Fault(printable(name), "name", "the member's name is not valid Unicode text")
    if member.issym() or member.islnk():
        return Fault(name, "link", "a link, not an image: write the shard with tar --dereference --hard-dereference")
    if member.issparse():
        return Fault(name, "sparse", "stored with holes left out: write the shard without tar --sparse")
    if not member.isreg():
        return Fault(name, "not_a_file", "not a regular file")
    if member.offset_data + member.size > size:
        return Fault(name, "truncated", "the shard ends before this member does")
    if twice:
        return Fault(name, "two_members", "the shard has two members of this name")
    return None


def _add(sample: _Sample, read: Callable[[Place], bytes], index: ShardIndex) -> None:
    """Add a sample to the index, or note what it lacks."""
    if not sample.images:
        for extension, place in sample.labels.items():
            if extension == "cls" and not sample.unread:
                index.faults.append(Fault(place.name, "no_image", "a label without an image"))
            elif extension != "cls":
                index.left.append(("other", place.name, extension))
        return
    plain = [one for one in sample.images if "." not in one] or [*sample.images]
    image = sample.images[plain[0]]
    if len(plain) > 1:
        names = ", ".join(sample.images[one].name for one in plain)
        index.faults.append(Fault(image.name, "several_images", f"its sample has several images: {names}"))
        return
    index.left += [("other", one.name, suffix_of(one.name)) for one in sample.images.values() if one is not image]
    label = _label(sample, read)
    if isinstance(label, _Unlabelled):
        index.faults.append(Fault(image.name, "no_label", label.reason))
        return
    index.names.append(image.name)
    index.offsets.append(image.offset)
    index.lengths.append(image.length)
    index.labels.append(label)


class _Unlabelled(NamedTuple):
    reason: str


def _label(sample: _Sample, read: Callable[[Place], bytes]) -> Label | _Unlabelled:
    """The number or the name of the class; why there is none."""
    extension = next((one for one in _LABELS if one in sample.labels), None)
    if extension is None:
        return _Unlabelled("it has no label: expected a .cls or a .json of the same name")
    place = sample.labels[extension]
    if place.length > LABEL_BYTES:
        return _Unlabelled(f"its label {place.name} has {place.length:,} bytes, more than {LABEL_BYTES:,}")
    try:
        text = read(place).decode("utf-8-sig").strip()
        found = json.loads(text) if extension == "json" else int(text) if _NUMBER.fullmatch(text) else text
    except (ValueError, RecursionError):
        return _Unlabelled(f"its label {place.name} is not {'JSON' if extension == 'json' else 'text'} in UTF-8")
    if extension == "json":
        found = found.get("label", found.get("cls")) if isinstance(found, dict) else None
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        found = found.strip() if isinstance(found, str) else found
    number = isinstance(found, int) and not isinstance(found, bool) and abs(found) < 1 << 53
    if not number and not (isinstance(found, str) and found and is_unicode(found)):
        expected = "an object with label or cls" if extension == "json" else "the number or the name of a class"
        return _Unlabelled(f"its label {place.name} names no class: expected {expected}")
    return found
