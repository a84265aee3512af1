"""The images that a table lists, as a `Listing`: which of them are there, and with which label. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from trainer.data.class_names import class_names
from trainer.data.file_stamp import file_stamp
from trainer.data.folder_scan import Listing
from trainer.data.image_folder import load_listing
from trainer.data.image_formats import suffix_of
from trainer.data.image_set import Fault, ImageSet
from trainer.data.image_table import Table, TableRow
from trainer.data.named_labels import in_order, label_text, part_of, split_problems, whole_numbers
from trainer.data.read_options import ReadOptions
from trainer.errors import DataError
from trainer.events import SPLITS


def load_table(table: Table, options: ReadOptions) -> ImageSet:
    """Decode and check the images of a table; arguments and errors are those of `load_folder`. Faults name paths as the
    table has them."""
    options.progress("scan", 0, 0)
    listing = table_listing(table)
    if not listing.paths:
        missing = bool(listing.faults) and all(fault.code == "missing" for fault in listing.faults)
        faults = "".join(f"\n  {fault.path}: {fault.reason}" for fault in (listing.faults or listing.problems)[:20])
        raise DataError(
            "data.no_images",
            "none of the images in the table exists" if missing else "no row of the table can be used",
            where=f"{table.name}, paths from {table.base}{faults}",
            expected="a column of paths of images, and one of their labels",
            fix=f"correct the paths: relative ones start from {table.base}{_no_suffix(table)}"
            if missing
            else "correct the rows",
            path=table.name,
        )
    return load_listing(listing, table.name, options.policy("table"), options)


def _no_suffix(table: Table) -> str:
    bare = all(not suffix_of(row.path) for row in table.rows)
    return "; they have no extension, such as .jpg" if bare else ""


def table_listing(table: Table) -> Listing:
    """List the images of a table, in its order; what cannot be used is recorded as a fault."""
    base = Path(os.path.abspath(table.base))  # noqa: PTH100  # links are not followed
    places = [_place(base, row.path) for row in table.rows]
    root = _common_folder([place for place, row in zip(places, table.rows, strict=True) if row.path], base)
    listing = Listing(root)
    names = [label_text(row.label) for row in table.rows]
    names = names if table.classes else whole_numbers(names)
    listing.classes = list(table.classes) or in_order({name for name in names if name})
    listing.names = class_names({}, listing.classes)
    labels = {name: number for number, name in enumerate(listing.classes)}
    seen: dict[str, tuple[str, int]] = {}
    for row, name, place in zip(table.rows, names, places, strict=True):
        path = os.path.relpath(place, root).replace(os.sep, "/")
        part = part_of(row.split)
        fault = _wrong(row, name, part, seen.get(path), labels)
        if fault is not None:
            listing.faults.append(fault)
        elif path in seen:
            listing.leave("", "repeated", path)
        else:
            seen[path] = (name, part or 0)
            _add(listing, path, row.path, labels[name], part or 0)
    used = set(listing.labels)
    empty = [name for number, name in enumerate(listing.classes) if number not in used]
    listing.problems += [Fault(name, "empty_class", "the class has no images") for name in empty]
    listing.problems += split_problems(listing.classes, listing.labels, listing.parts)
    return listing


def _place(base: Path, path: str) -> str:
    """The whole path of a row. A table that was written on Windows has backslashes."""
    place = os.path.normpath(base / path)
    if "\\" in path and os.sep == "/" and not os.path.lexists(place):
        other = os.path.normpath(base / path.replace("\\", "/"))
        return other if os.path.lexists(other) else place
    return place


def _common_folder(paths: list[str], base: Path) -> Path:
    try:
        return Path(os.path.commonpath([os.path.dirname(path) for path in paths]))  # noqa: PTH120
    except ValueError:  # no path at all, or several drives
        return base


def _wrong(
    row: TableRow, name: str, part: int | None, before: tuple[str, int] | None, classes: Mapping[str, int]
) -> Fault | None:
    """Why a row cannot be used; `before`: class and split in an earlier row of the same image."""
    if not row.path:
        return Fault(f"(label {name})", "no_path", "a row without a path")
    if "\0" in row.path:
        return Fault(row.path.replace("\0", "\\0"), "missing", "there is no such file")
    if not name:
        return Fault(row.path, "no_label", f"its label is {row.label!r}: expected a text or a whole number")
    if name not in classes:
        return Fault(row.path, "no_label", f"its label is {name!r}: the training table has {', '.join(classes)}")
    if part is None:
        return Fault(row.path, "unknown_split", f"its split is {row.split!r}: expected train, valid or test")
    if before is not None and before[0] != name:
        return Fault(row.path, "two_labels", f"it is listed twice, as {before[0]!r} and as {name!r}")
    if before is not None and before[1] != part:
        return Fault(row.path, "in_two_splits", f"it is listed twice, in {SPLITS[before[1]]} and in {SPLITS[part]}")
    return None


def _add(listing: Listing, path: str, given: str, label: int, part: int) -> None:
    full = listing.root / path
    try:
        info = full.stat()
        if not full.is_file():
            listing.faults.append(Fault(given, "not_a_file", "a folder or a device, not an image"))
            return
        stamp = file_stamp(info, str(full))
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        listing.faults.append(Fault(given, "missing", reason))
        return
    listing.paths.append(path)
    listing.stamps.append(stamp)
    listing.labels.append(label)
    listing.parts.append(part)
