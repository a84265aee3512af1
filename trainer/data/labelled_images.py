"""Labelled images to evaluate a trained model on: files, and the class of the model that each belongs to. [no torch]

They need not be fit to train on: classes may be missing, one class is enough, and nothing is divided.
"""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from trainer.data.class_names import looks, sounds
from trainer.data.folder_notes import folder_notes
from trainer.data.folder_scan import Listing, scan
from trainer.data.image_set import DataNote, Fault, Progress, no_progress
from trainer.data.image_table import read_table, table_of_frame, table_of_pairs
from trainer.data.shard_names import is_shards
from trainer.data.source_names import TABLE_SUFFIXES
from trainer.data.sources import is_frame, is_pairs
from trainer.data.table_listing import table_listing
from trainer.data.validation import FaultyDataError, fixes
from trainer.errors import DataError, UsageError
from trainer.home_path import expanded

NAMED = 20
"""Classes that an error lists, at most."""
_UNUSABLE = frozenset(("name", "permission", "no_class_folders"))
"""Problems of a folder that matter here; others, such as a class without images, only keep it from being trained on."""


@dataclass(frozen=True)
class LabelledImages:
    """N labelled image files."""

    name: str
    """Name of the source."""
    paths: list[str] = field(default_factory=list)
    """Paths as the source gives them; relative ones start from the working folder."""
    labels: list[int] = field(default_factory=list)
    """Class of each image (N,), in the order of the model's classes."""
    faults: tuple[Fault, ...] = ()
    """Entries of the source that are not files; files that turn out to be unreadable are not among them."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Number of images of each class that the model does not know."""
    notes: tuple[DataNote, ...] = ()
    """Remarks for people."""


def find_labelled(
    source: Any, classes: Sequence[str], *, skip_unknown: bool = False, progress: Progress = no_progress
) -> LabelledImages:
    """Find labelled images, without opening them.

    Classes are matched by name: names that differ only in Unicode form, spaces or letter case match if the match is
    unambiguous.

    Args:
        source: A folder with one sub-folder per class, or train/ valid/ test/ with such folders (all of them
            together); a CSV file of paths and labels; a DataFrame; or a list of (path, label).
        classes: Class names of the model.
        skip_unknown: Leave out images of other classes instead of raising.
        progress: Called with the stage "scan".

    Returns:
        The images.

    Raises:
        UsageError: `evaluate.no_folder`: there is no such source; or its table cannot be read.
        DataError: `data.unknown_class`: the model does not know a class; `data.no_images`: there are no images.
    """
    listing, source, numbers = _opened(source, progress)
    problems = [one for one in listing.problems if one.code in _UNUSABLE]
    if problems:
        what = f"the images in {source} cannot be used"
        raise FaultyDataError(f"data.{problems[0].code}", what, problems, fix=fixes(problems, ()))
    known = class_finder(classes)
    place_of = class_places(listing.classes, classes) if numbers else [known(name) for name in listing.classes]
    unknown = Counter(listing.classes[label] for label in listing.labels if place_of[label] is None)
    if unknown and not skip_unknown:
        raise _unknown_classes(source, listing, unknown, classes, known)
    found = LabelledImages(
        Path(source).name or str(source),
        faults=tuple(one for one in listing.faults if one.code != "in_two_splits"),  # all are evaluated together
        skipped=dict(unknown),
        notes=folder_notes(listing, np.zeros(0, np.int32), np.zeros(0, np.int32)),
    )
    for path, label in zip(listing.paths, listing.labels, strict=True):
        if (place := place_of[label]) is not None:
            found.paths.append(str(listing.root / path))
            found.labels.append(place)
    if not found.paths:
        raise _no_images(source, found)
    return found


def class_finder(classes: Sequence[str]) -> Callable[[str], int | None]:
    """Make a function that finds a class by name: the same name, else the only one that looks the same, else the only
    one that also differs in letter case.

    Args:
        classes: Class names.

    Returns:
        From a name to its place among the classes; None if there is none.
    """
    exact = {name: place for place, name in enumerate(classes)}
    tables = [(key, _only(classes, key)) for key in (looks, sounds)]

    def find(name: str) -> int | None:
        if name in exact:
            return exact[name]
        return next((table[found] for key, table in tables if (found := key(name)) in table), None)

    return find


def class_places(names: Sequence[str], classes: Sequence[str]) -> list[int | None]:
    """Find several classes by name.

    Args:
        names: Names of classes; or, if none of them is one, numbers of classes from 0.
        classes: Class names.

    Returns:
        Place of each name among the classes; None if there is none.
    """
    known = class_finder(classes)
    found = [known(name) for name in names]
    numbers = all(name.isdecimal() and int(name) < len(classes) for name in names)
    return [int(name) for name in names] if numbers and all(place is None for place in found) else found


def _only(classes: Sequence[str], key: Callable[[str], str]) -> dict[str, int]:
    counts = Counter(map(key, classes))
    return {key(name): place for place, name in enumerate(classes) if counts[key(name)] == 1}


def _opened(source: Any, progress: Progress) -> tuple[Listing, str, bool]:
    """The images, what to call their source, and whether labels may be numbers: folders are named after classes."""
    if is_frame(source):
        return table_listing(table_of_frame(source)), "table", True
    if is_pairs(source):
        return table_listing(table_of_pairs(source)), "list", True
    path = expanded(source)
    return _listing(path, progress), str(source), not os.path.isdir(path)  # noqa: PTH112


def _listing(source: Path, progress: Progress) -> Listing:
    if is_shards(source):
        raise UsageError(
            "evaluate.shards",
            "Tar shards cannot be evaluated by themselves.",
            where=str(source),
            expected="a folder with one sub-folder of images per class, or a CSV file of paths and labels",
            fix="unpack them, or evaluate the run on its own test images: epochscope evaluate RUN",
            path=str(source),
        )
    if os.path.isdir(source):  # noqa: PTH112 - a name that is too long is no folder
        return scan(source, progress)
    if source.suffix.lower() in TABLE_SUFFIXES and os.path.isfile(source):  # noqa: PTH113
        return table_listing(read_table(source))
    there = os.path.exists(source)  # noqa: PTH110
    raise UsageError(
        "evaluate.no_folder",
        f"{source} is a file, neither a folder of images nor a CSV table of them"
        if there
        else f"there is no folder {source}",
        where=str(source),
        expected="a folder with one sub-folder of images per class, or a CSV file of paths and labels",
        fix="to classify images without labels: epochscope predict RUN IMAGE" if there else "check the spelling",
        path=str(source),
    )


def _unknown_classes(
    source: str | Path,
    listing: Listing,
    unknown: Counter[str],
    classes: Sequence[str],
    known: Callable[[str], int | None],
) -> DataError:
    names = sorted(unknown)
    some = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    ours = ", ".join(classes[:NAMED]) + (f" and {len(classes) - NAMED} more" if len(classes) > NAMED else "")
    meant = [f"did you mean {near} for {name}?" for name in names[:NAMED] if (near := _close(name, classes))]
    one = len(names) == 1
    return DataError(
        "data.unknown_class",
        f"{'this class is' if one else f'{len(names)} classes are'} not among those of the run: {some}",
        where=str(source),
        expected=f"classes of the run: {ours}",
        fix="; ".join(
            [
                *_inside(source, listing, set(names), known),
                *meant[:3],
                "rename the folders or labels, or leave these images out with --skip-unknown",
            ]
        ),
        names=some,
        similar=", ".join(filter(None, dict.fromkeys(_close(name, classes) for name in names[:3]))),
        count=len(names),
        path=str(source),
    )


def _close(name: str, classes: Sequence[str]) -> str:
    plain = {sounds(one): one for one in classes}
    near = difflib.get_close_matches(sounds(name), plain, n=1)
    return plain[near[0]] if near else ""


def _inside(source: str | Path, listing: Listing, unknown: set[str], known: Callable[[str], int | None]) -> list[str]:
    """Where the classes of the run are, if they lie a folder deeper."""
    parts = [path.split("/") for path in listing.paths]
    deeper = {names[0] for names in parts if len(names) > 2 and names[0] in unknown and known(names[1]) is not None}
    return [f"perhaps you mean the folder {Path(source, min(deeper))}"] if deeper else []


def _no_images(source: str | Path, found: LabelledImages) -> DataError:
    faults = "".join(f"\n  {fault.path}: {fault.reason}" for fault in found.faults[:NAMED])
    return DataError(
        "data.no_images",
        "there are no images of the run's classes",
        where=f"{source}{faults}" + "".join(f"\n  {note}" for note in found.notes),
        expected="a folder per class with images in it, or a CSV file of paths and labels",
        fix="to classify images without labels: epochscope predict RUN FOLDER",
        path=str(source),
    )
