"""A folder as a source: `train/ valid/ test/` with a folder of images per class, or just the class folders. [no torch]

Nothing in it is left out silently: `ImageSet.left_out` counts it, `ImageSet.notes` reports it.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from trainer.data.cache import Entry, cached
from trainer.data.decode import MODES, located, no_warnings, read_bytes, read_size
from trainer.data.decode_job import FACTS, Job
from trainer.data.decode_pool import decode_all
from trainer.data.decoded_pixels import DecodedPixels
from trainer.data.file_stamp import settle
from trainer.data.folder_notes import folder_notes
from trainer.data.folder_scan import Listing, scan
from trainer.data.image_formats import FORMATS, pillow_formats
from trainer.data.image_set import RULES, Fault, ImageSet, Progress
from trainer.errors import DataError
from trainer.events import SPLITS

LARGEST = 64
"""Side in pixels up to which images keep their usual size."""


def load_folder(root: Path, size: int | None, progress: Progress, rules: int = RULES, large: int = LARGEST) -> ImageSet:
    """List a folder, decode its images (or map the cache) and check them.

    Args:
        root: The folder.
        size: Side of the square images in pixels. None: the usual size, or `large`.
        progress: Called with the stages "scan", "decode" and "check".
        rules: As for `scan`.
        large: Side in pixels of images that are larger than 64, if `size` is None.

    Returns:
        The images, with faults and problems.

    Raises:
        DataError: `data.no_images`: the folder has no images; `data.folder_unreadable`: it cannot be read.
        DiskError: The cache cannot be written.
    """
    listing = scan(root, progress, rules)
    if not listing.paths:
        raise no_images(listing)
    source = os.path.realpath(root)
    policy = _policy(size, listing, progress, large)
    return load_listing(listing, root.resolve().name or source, policy, size, progress, large)


def load_listing(
    listing: Listing, name: str, policy: str, size: int | None, progress: Progress, large: int
) -> ImageSet:
    """Decode listed files (or map the cache) and check them.

    Args:
        listing: The files, at least one.
        name: Name of the source.
        policy: What decides about the pixels besides the files and their folder.
        size: Side of the square images in pixels. None: the usual size, or `large`.
        progress: Called with the stages "decode" and "check".
        large: Side in pixels of images that are larger than 64, if `size` is None.

    Returns:
        The images, with faults and problems.

    Raises:
        DiskError: The cache cannot be written.
    """
    source = os.path.realpath(listing.root)

    def build(work: Path) -> dict[str, Any]:
        settle(listing.stamps)
        return _decode(listing, source, work, size, progress, large)

    def usable(entry: Entry) -> bool:
        return not _readable_now(entry, listing)

    entry = cached(source, policy, listing.state(), build, usable)
    progress("check", 0, 0)
    faults = [Fault(listing.paths[index], code, reason) for index, code, reason in entry.meta["faults"]]
    unreadable = tuple(index for index, _, _ in entry.meta["faults"])
    return ImageSet(
        name=name,
        classes=tuple(listing.classes),
        pixels=entry.pixels if entry.kept else DecodedPixels(source, listing.files(), entry.meta["shape"], unreadable),
        labels=np.array(listing.labels, np.int64),
        parts=np.array(listing.parts, np.uint8),
        sizes=entry.facts[:, :2],
        sums=entry.sums,
        paths=listing.paths,
        digest=entry.meta["digest"],
        modes=_modes(entry, unreadable),
        mode_of=np.array(MODES)[entry.facts[:, 2]],
        unreadable=unreadable,
        faults=tuple(sorted([*listing.faults, *faults], key=lambda fault: fault.path)),
        problems=(*listing.problems, *_emptied(listing, unreadable)),
        notes=folder_notes(listing, entry.facts[:, 3], entry.facts[:, 4]),
        left_out=listing.left_out(),
        root=Path(source),
        encoded=partial(_encoded, source, listing),
    )


def _encoded(source: str, listing: Listing, row: int) -> bytes:
    return read_bytes(located(source, listing.files()[row]))


def _policy(size: int | None, listing: Listing, progress: Progress, large: int) -> str:
    """What decides about the pixels besides the files. Entries of older rules stand beside that of today's."""
    older = listing.rules < RULES and listing.state() != scan(listing.root, progress).state()
    return f"folder {size} rules {listing.rules}" if older else policy_of_files(size, "folder", large)


def policy_of_files(size: int | None, kind: str, large: int) -> str:
    """Describe what decides about the pixels of files, by today's rules.

    Args:
        size: Side of the square images in pixels. None: the usual size.
        kind: "folder" or "table".
        large: Side in pixels of images that are larger than 64, if `size` is None.

    Returns:
        The policy, for `load_listing`.
    """
    some = [f"large {large}"] if size is None and large != LARGEST else []
    return " ".join((kind, str(size), *some, *pillow_formats()[len(FORMATS) :]))


def _decode(
    listing: Listing, source: str, work: Path, size: int | None, progress: Progress, large: int
) -> dict[str, Any]:
    """Fill the cache entry. The usual size is guessed from a sample; if all files say otherwise, once more."""
    some = np.unique(np.linspace(0, len(listing.paths) - 1, 256).astype(int)).tolist()
    with no_warnings():
        places = listing.files()
        heads = [head for index in some if (head := read_size(located(source, places[index])))]
    target = (size, size) if size is not None else usual_size(heads, large)
    while True:
        kept = listing.keeps(len(places) * target[0] * target[1] * 4)
        job = Job(source, str(work), *target, keep=kept, digests=listing.digests)
        faults = decode_all(job, places, listing.bytes(), progress)
        facts = np.fromfile(work / "facts", np.int32).reshape(-1, FACTS)
        sizes = [(height, width) for width, height in facts[:, :2].tolist() if width]
        wanted = target if size is not None else usual_size(sizes, large)
        if wanted == target:
            about = {"shape": (*target, 4), "count": len(places), "facts": FACTS, "faults": faults}
            return about if kept else {**about, "kept": False}
        target = wanted


def usual_size(sizes: list[tuple[int, int]], large: int = LARGEST) -> tuple[int, int]:
    """Choose the size for images of different sizes.

    Args:
        sizes: (height, width) of images, in pixels.
        large: Side in pixels if the most common size is above 64. Default: 64.

    Returns:
        The most common (height, width), the smallest on a tie, if neither side is above 64; else (large, large), as
        where most images are larger and few are of that size: of photographs of many sizes a tiny one must not decide.
    """
    if not sizes:
        return large, large
    counts = Counter(sizes)
    common = min(counts, key=lambda size: (-counts[size], size))
    middle = sorted(map(max, sizes))[len(sizes) // 2]
    rare = 2 * counts[common] < len(sizes) and middle > LARGEST
    return (large, large) if rare or max(common) > LARGEST else common


def _readable_now(entry: Entry, listing: Listing) -> bool:
    """Changing permissions leaves size and time of a file as they were."""
    denied = [index for index, code, _ in entry.meta["faults"] if code == "permission"]
    return any(os.access(listing.root / listing.paths[index], os.R_OK) for index in denied)


def _emptied(listing: Listing, unreadable: tuple[int, ...]) -> list[Fault]:
    """Classes of which no image could be read."""
    bad = set(unreadable)
    groups = list(zip(listing.parts, listing.labels, strict=True))
    left = {group for index, group in enumerate(groups) if index not in bad}
    return [
        Fault(f"{SPLITS[part]}: {listing.classes[label]}", "empty_class", "none of its images can be read")
        for part, label in sorted({groups[index] for index in bad} - left)
    ]


def _modes(entry: Entry, unreadable: tuple[int, ...]) -> dict[str, int]:
    codes = np.delete(entry.facts[:, 2], unreadable)
    return {MODES[code]: count for code, count in enumerate(np.bincount(codes).tolist()) if count}


def no_images(listing: Listing) -> DataError:
    """Make the error for a folder without images.

    Args:
        listing: What was found instead.

    Returns:
        The error `data.no_images`.
    """
    return DataError(
        "data.no_images",
        "there are no images in the folder",
        where=with_faults(listing),
        expected="a folder per class with images in it, or train/ valid/ test/ with a folder per class",
        fix="give the folder that holds the class folders",
        path=str(listing.root),
    )


def with_faults(listing: Listing) -> str:
    """Describe a listing without images, for the part `where` of an error.

    Args:
        listing: What was found instead.

    Returns:
        Its folder, the first of its faults, and its notes.
    """
    faults = (*listing.problems, *listing.faults)
    nothing = np.zeros(0, np.int32)
    notes = folder_notes(listing, nothing, nothing)
    return (
        str(listing.root)
        + "".join(f"\n  {fault.path}: {fault.reason}" for fault in faults[:20])
        + "".join(f"\n  {note}" for note in notes)
    )
