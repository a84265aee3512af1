"""A folder as a source: `train/ valid/ test/` with a folder of images per class, or just the class folders. [no torch]

Nothing in it is left out silently: `ImageSet.left_out` counts it, `ImageSet.notes` reports it.
"""

from __future__ import annotations

import os
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
from trainer.data.image_set import RULES, Fault, ImageSet
from trainer.data.read_options import ReadOptions
from trainer.errors import DataError
from trainer.events import SPLITS


def load_folder(root: Path, options: ReadOptions) -> ImageSet:
    """List a folder, decode its images (or map the cache) and check them.

    Args:
        root: The folder.
        options: How it is read.

    Returns:
        The images, with faults and problems.

    Raises:
        DataError: `data.no_images`: the folder has no images; `data.folder_unreadable`: it cannot be read.
        DiskError: The cache cannot be written.
    """
    listing = scan(root, options.progress, options.rules)
    if not listing.paths:
        raise no_images(listing)
    name = root.resolve().name or os.path.realpath(root)
    return load_listing(listing, name, _policy(listing, options), options)


def load_listing(listing: Listing, name: str, policy: str, options: ReadOptions) -> ImageSet:
    """Decode listed files (or map the cache) and check them.

    Args:
        listing: The files, at least one.
        name: Name of the source.
        policy: What decides about the pixels besides the files and their folder.
        options: How they are read.

    Returns:
        The images, with faults and problems.

    Raises:
        DiskError: The cache cannot be written.
    """
    source = os.path.realpath(listing.root)

    def build(work: Path) -> dict[str, Any]:
        settle(listing.stamps)
        return _decode(listing, source, work, options)

    def usable(entry: Entry) -> bool:
        return not _readable_now(entry, listing)

    entry = cached(source, policy, listing.state(), build, usable)
    options.progress("check", 0, 0)
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


def _policy(listing: Listing, options: ReadOptions) -> str:
    """What decides about the pixels besides the files. Entries of older rules stand beside that of today's."""
    older = listing.rules < RULES and listing.state() != scan(listing.root, options.progress).state()
    return f"folder {options.size} rules {listing.rules}" if older else options.policy("folder")


def _decode(listing: Listing, source: str, work: Path, options: ReadOptions) -> dict[str, Any]:
    """Fill the cache entry. The usual size is guessed from a sample; if all files say otherwise, once more."""
    some = np.unique(np.linspace(0, len(listing.paths) - 1, 256).astype(int)).tolist()
    with no_warnings():
        places = listing.files()
        heads = [head for index in some if (head := read_size(located(source, places[index])))]
    target = options.target(heads)
    while True:
        kept = listing.keeps(len(places) * target[0] * target[1] * 4)
        job = Job(source, str(work), *target, keep=kept, digests=listing.digests)
        faults = decode_all(job, places, listing.bytes(), options.progress)
        facts = np.fromfile(work / "facts", np.int32).reshape(-1, FACTS)
        sizes = [(height, width) for width, height in facts[:, :2].tolist() if width]
        wanted = options.target(sizes)
        if wanted == target:
            about = {"shape": (*target, 4), "count": len(places), "facts": FACTS, "faults": faults}
            return about if kept else {**about, "kept": False}
        target = wanted


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
