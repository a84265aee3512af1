"""What people should know about a usable folder: what is left out, class by class, and what is odd. [no torch]"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from trainer.data.class_names import ClassNames
from trainer.data.folder_scan import Listing
from trainer.data.image_formats import INSTALL, WITH_PHOTOS
from trainer.data.image_set import DataNote, LeftOut

NAMED = 12
"""Classes that a text lists, at most."""
SHALLOW = 12
"""Used bits up to which 16-bit images get a hint."""


def folder_notes(listing: Listing, bits: NDArray[np.int32], several: NDArray[np.int32]) -> tuple[DataNote, ...]:
    """Write notes on a folder.

    Args:
        listing: What was found in the folder.
        bits: `Decoded.bits` of each image int32 (N,), in the order of the listing.
        several: `Decoded.first_of_several` of each image int32 (N,), in the order of the listing.

    Returns:
        The notes; empty if there is nothing to say.
    """
    by_kind: dict[str, list[LeftOut]] = {}
    for one in listing.left_out():
        by_kind.setdefault(one.kind, []).append(one)
    found: list[DataNote] = []
    for kind, make in _MADE.items():
        if kind in by_kind:
            found.append(make(by_kind[kind]))
    return (
        *found,
        *notes_of_names(listing.names),
        *_of_nested(listing),
        *_of_depth(listing, bits),
        *_of_pages(listing, several),
    )


def _count(some: Iterable[LeftOut]) -> int:
    return sum(one.count for one in some)


def _classes(counts: Mapping[str, int]) -> str:
    """`cat: 48, dog: 2`, the most first."""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = [f"and {len(most) - NAMED} more"] if len(most) > NAMED else []
    return ", ".join([*(f"{name or '(no class)'}: {count:,}" for name, count in most[:NAMED]), *more])


def _by_class(some: Iterable[LeftOut]) -> str:
    counts: Counter[str] = Counter()
    for one in some:
        counts[one.class_name] += one.count
    return _classes(counts)


def _unread(some: list[LeftOut]) -> DataNote:
    formats = Counter[str]()
    for one in some:
        formats[one.what] += one.count
    names = [name for name, _ in formats.most_common()]
    where = "; ".join(f"{name} ({_by_class(one for one in some if one.what == name)})" for name in names)
    count, photos = _count(some), int(any(name in WITH_PHOTOS for name in names))
    advice = f"convert them to JPEG or PNG{f', or {INSTALL}' if photos else ''}"
    text = f"NOT READ: {count:,} picture{'s' * (count > 1)} in formats that are not read: {where}; {advice}"
    return DataNote("unread_formats", {"count": count, "where": where, "photos": photos}, text)


def _other(some: list[LeftOut]) -> DataNote:
    count, example = _count(some), min(one.example for one in some)
    more = "s" if count > 1 else ""
    inside = [one for one in some if one.class_name]
    where = _by_class(inside) if inside else ""
    text = f"{count} other file{more} or folder{more} ignored, such as {example}{f' ({where})' if where else ''}"
    return DataNote("other_files", {"count": count, "example": example, "where": where}, text)


def _beside(some: list[LeftOut]) -> DataNote:
    count, example = _count(some), min(one.example for one in some)
    text = f"not used: {count} folder{'s' * (count > 1)} beside the ones in use, such as {example}"
    return DataNote("folders_beside", {"count": count, "example": example}, text)


def _no_class(some: list[LeftOut]) -> DataNote:
    count, example = _count(some), min(one.example for one in some)
    text = f"not used: {count:,} image{'s' * (count > 1)} outside of the class folders, such as {example}"
    return DataNote("images_without_class", {"count": count, "example": example}, text)


def _hidden(some: list[LeftOut]) -> DataNote:
    count, example, where = _count(some), min(one.example for one in some), _by_class(some)
    text = f"not used: {count:,} hidden image{'s' * (count > 1)}, such as {example} ({where})"
    return DataNote("hidden_images", {"count": count, "example": example, "where": where}, text)


def _loops(some: list[LeftOut]) -> DataNote:
    count, example = _count(some), min(one.example for one in some)
    text = f"not followed: {count} link{'s' * (count > 1)} to a folder that is listed already, such as {example}"
    return DataNote("link_loops", {"count": count, "example": example}, text)


def _repeated(some: list[LeftOut]) -> DataNote:
    count, example = _count(some), min(one.example for one in some)
    rows = f"{count:,} row{'s' * (count > 1)} of the table list{'s' * (count == 1)}"
    text = f"{rows} an image again, such as {example}: it counts once"
    return DataNote("repeated_rows", {"count": count, "example": example}, text)


_MADE = {
    "format": _unread,
    "no_class": _no_class,
    "hidden": _hidden,
    "beside": _beside,
    "loop": _loops,
    "other": _other,
    "repeated": _repeated,
}


def notes_of_names(names: ClassNames) -> Iterator[DataNote]:
    """Write notes on classes with similar names.

    Args:
        names: How folders map to classes.

    Yields:
        The notes.
    """
    for group in names.similar[:NAMED]:
        some = ", ".join(group)
        text = f"{len(group)} classes whose names differ only in capital letters: {some}"
        yield DataNote("similar_names", {"count": len(group), "names": some}, text)
    for (split, folder), name in sorted(names.renamed.items())[:NAMED]:
        text = f"{split}/{folder} is read as the class {name}: the names differ only in form"
        yield DataNote("renamed_class", {"folder": f"{split}/{folder}", "name": name}, text)


def _of_nested(listing: Listing) -> Iterator[DataNote]:
    if count := len(listing.nested):
        example = listing.nested[0]
        text = f"{count:,} image{'s' * (count > 1)} found in sub-folders of the classes, such as {example}"
        yield DataNote("nested_images", {"count": count, "example": example}, text)


def _where(listing: Listing, rows: NDArray[np.int64]) -> str:
    return _classes(Counter(listing.classes[label] for label in np.asarray(listing.labels)[rows].tolist()))


def _of_pages(listing: Listing, several: NDArray[np.int32]) -> Iterator[DataNote]:
    rows = np.flatnonzero(several)
    if count := len(rows):
        example, where = listing.paths[rows[0]], _where(listing, rows)
        many = "files have" if count > 1 else "file has"
        text = f"{count:,} {many} several pages or frames, of which the first is used, such as {example} ({where})"
        yield DataNote("first_page_only", {"count": count, "example": example, "where": where}, text)


def _of_depth(listing: Listing, bits: NDArray[np.int32]) -> Iterator[DataNote]:
    shallow = np.flatnonzero((bits > 0) & (bits <= SHALLOW))
    if not len(shallow):
        return
    count, deep, most = len(shallow), int((bits > 0).sum()), int(bits[shallow].max())
    where = _where(listing, shallow)
    text = (
        f"{count:,} of {deep:,} images with 16 bits use only {most} of them, and come out nearly black ({where}): "
        f"values are taken as 0 to 65,535. Multiply them by {2 ** (16 - most)}, or save them with 8 bits, first"
    )
    parameters = {"count": count, "total": deep, "bits": most, "factor": 2 ** (16 - most), "where": where}
    yield DataNote("shallow_16_bit", parameters, text)
