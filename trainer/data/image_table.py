"""Images listed in a table: a CSV file, a DataFrame or a list of (path, label). [no torch]"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.data.class_names import same_looking
from trainer.data.file_stamp import file_stamp
from trainer.data.folder_names import SPLIT_NAMES
from trainer.data.folder_scan import Listing
from trainer.data.image_folder import LARGEST, load_listing, policy_of_files
from trainer.data.image_formats import image_suffixes, suffix_of
from trainer.data.image_set import Fault, ImageSet, Progress
from trainer.errors import DataError, UsageError
from trainer.events import SPLITS
from trainer.text.text_file import read_text

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t", "|")
"""Separators of fields; the most frequent one in the first line is used."""
PATH_COLUMNS = ("path", "file", "filename", "filepath", "image", "imagepath", "imagefile", "img", "imgpath")
LABEL_COLUMNS = ("label", "class", "target", "category", "classname", "labelname", "labels", "y")
SPLIT_COLUMNS = ("split", "set", "subset", "partition", "datasplit")
"""Column names in lower case, without spaces, `_` and `-`; of each list, the first one that exists is used."""


@dataclass(frozen=True)
class TableRow:
    """One image: its path, and label and split as in the table."""

    path: str
    label: Any
    split: Any = None


@dataclass(frozen=True)
class Table:
    """Content of a table."""

    name: str
    """Name of the source."""
    base: Path
    """Folder that relative paths start from."""
    rows: list[TableRow]
    """One for each image."""
    classes: tuple[str, ...] = ()
    """Class names in order, if the table defines them."""


def load_table(table: Table, size: int | None, progress: Progress, large: int = LARGEST) -> ImageSet:
    """Decode and check the images of a table; arguments and errors are those of `load_folder`. Faults name paths as the
    table has them."""
    progress("scan", 0, 0)
    listing = table_listing(table)
    if not listing.paths:
        faults = "".join(f"\n  {fault.path}: {fault.reason}" for fault in (listing.faults or listing.problems)[:20])
        raise DataError(
            "data.no_images",
            "none of the images in the table exists",
            where=f"{table.name}, paths from {table.base}{faults}",
            expected="a column of paths of images, and one of their labels",
            fix=f"correct the paths: relative ones start from {table.base}",
            path=table.name,
        )
    return load_listing(listing, table.name, policy_of_files(size, "table", large), size, progress, large)


def read_table(path: Path) -> Table:
    """Read a CSV or TSV file in UTF-8, its fields separated by commas, semicolons, tabs or bars.

    The first line has the column names; if it contains the path of an image, it is the first image. Empty lines are
    ignored.

    Args:
        path: The file.

    Returns:
        The table.

    Raises:
        UsageError: `table.unreadable`: it is not such a file; `table.columns`: the columns are not clear.
    """
    import pandas as pd

    try:
        lines = _read_lines(path)
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(
            "table.unreadable",
            f"The table cannot be read: {error}",
            where=str(path),
            expected="a CSV file in UTF-8 with a column of paths and one of labels",
        ) from error
    head: list[Any] = lines[0] if lines else []
    if any(_looks_like_image(cell) for cell in head):
        head = list(range(len(head)))
    else:
        del lines[:1]
    return table_of_frame(pd.DataFrame(lines, columns=head, dtype=object), path.name, path.parent)


def _read_lines(path: Path) -> list[list[str]]:
    """The fields of each line, as many as the first one has. Raises ValueError for a line with more."""
    text = read_text(path, 256 << 20)
    start = text.partition("\n")[0]
    separator = max(SEPARATORS, key=re.sub(r'"[^"]*"', "", start).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    lines: list[list[str]] = []
    for fields in reader:
        if not any(field.strip() for field in fields):
            continue
        width = len(lines[0]) if lines else len(fields)
        if any(field.strip() for field in fields[width:]):
            raise ValueError(f"line {reader.line_num} has {len(fields)} fields, the first one {width}")
        lines.append([*fields[:width], *[""] * (width - len(fields))])
    return lines


def _looks_like_image(text: Any) -> bool:
    return suffix_of(str(text).strip()) in image_suffixes()


def table_of_frame(frame: pd.DataFrame, name: str = "table", base: Path | None = None) -> Table:
    """Make a table from a DataFrame with columns of paths, labels and optionally splits; see `PATH_COLUMNS` and so on.

    If the names are others, the column whose first entry looks like an image path is that of the paths. Labels are
    texts, whole numbers or categories, ordered as the categories, by number, or alphabetically.

    Args:
        frame: The DataFrame.
        name: Name of the source. Default: "table".
        base: Folder that relative paths start from. None: the working folder.

    Raises:
        UsageError: `table.columns`: the columns are not clear.
    """
    base = Path.cwd() if base is None else base
    paths, labels, splits = _columns(frame)
    categories = getattr(frame[labels].dtype, "categories", ())
    found = [frame[paths], frame[labels], *([frame[splits]] if splits is not None else [])]
    rows = [TableRow(_path_text(path), *rest) for path, *rest in zip(*found, strict=True)]
    return Table(name, base, rows, tuple(str(one) for one in categories))


def paths_of_frame(frame: pd.DataFrame, base: Path | None = None) -> list[str]:
    """Get image paths from a DataFrame with or without labels; the column is found as in `table_of_frame`.

    Args:
        frame: The DataFrame.
        base: Folder that relative paths start from. None: paths stay as they are.

    Returns:
        The paths; "" for empty cells.

    Raises:
        UsageError: `table.columns`: the column is not clear.
    """
    _check_heads(frame)
    column = _path_column(frame)
    if column is None and len(frame.columns) == 1:
        column = frame.columns[0]
    if column is None:
        raise UsageError(
            "table.columns",
            "The table has no column of paths.",
            where=f"columns: {', '.join(str(one) for one in frame.columns)}",
            expected="a column called path",
            fix="rename the column: frame.rename(columns={...: 'path'})",
        )
    paths = [_path_text(path) for path in frame[column]]
    return paths if base is None else [str(base / path) if path else "" for path in paths]


def table_of_pairs(pairs: Sequence[Any], name: str = "list") -> Table:
    """Make a table from a list of (path, label); relative paths start from the working folder."""
    return Table(name, Path.cwd(), [TableRow(os.fspath(path), label) for path, label in pairs])


def joined(tables: Mapping[str, Table]) -> Table:
    """Join tables of several splits, by name of the split."""
    rows = [
        TableRow(str(one.base / row.path) if row.path else "", row.label, split)
        for split, one in tables.items()
        for row in one.rows
    ]
    first = tables.get("train", next(iter(tables.values())))
    return Table(first.name, first.base, rows, first.classes)


def _path_text(path: Any) -> str:
    """The path in a cell; empty where the cell is."""
    return "" if path is None or isinstance(path, float) or type(path).__name__ == "NAType" else str(path).strip()


def _check_heads(frame: pd.DataFrame) -> None:
    """Raises UsageError for names of columns that name none."""
    heads = [str(column) for column in frame.columns]
    twice = sorted({head for head in heads if heads.count(head) > 1})
    images = [head for head in heads if _looks_like_image(head)]
    if twice or images:
        raise UsageError(
            "table.columns",
            f"Two columns of the table are called {twice[0]!r}."
            if twice
            else f"A column of the table is called {images[0]!r}, which looks like an image.",
            where=f"columns: {', '.join(heads)}",
            expected="columns named path and label, and optionally split (train, valid or test)",
            fix="give each column a name of its own"
            if twice
            else "read the file with header=None, so that its first line is an image as the others are",
        )


def _named(frame: pd.DataFrame, names: Sequence[str]) -> Any:
    plain = {"".join(char for char in str(column).lower() if char not in " _-"): column for column in frame.columns}
    return next((plain[name] for name in names if name in plain), None)


def _path_column(frame: pd.DataFrame) -> Any:
    """That of the paths, by its name, else by its first entry; None where there is none."""
    found = _named(frame, PATH_COLUMNS)
    if found is not None or not len(frame):
        return found
    known = (_named(frame, LABEL_COLUMNS), _named(frame, SPLIT_COLUMNS))
    others = [column for column in frame.columns if column not in known]
    return next((column for column in others if _looks_like_image(frame[column].iloc[0])), None)


def _columns(frame: pd.DataFrame) -> tuple[Any, Any, Any]:
    """The columns of paths, labels and splits; the last one None where there is none."""
    _check_heads(frame)
    labels, splits = _named(frame, LABEL_COLUMNS), _named(frame, SPLIT_COLUMNS)
    paths = _path_column(frame)
    others = [column for column in frame.columns if column not in (paths, labels, splits)]
    if labels is None and len(others) == 1:
        labels = others[0]
    if paths is None or labels is None:
        missing = " and ".join(what for what, column in (("paths", paths), ("labels", labels)) if column is None)
        raise UsageError(
            "table.columns",
            f"The table has no column of {missing} that can be told from the others.",
            where=f"columns: {', '.join(map(str, frame.columns)) or 'none'}",
            expected="columns named path and label, and optionally split (train, valid or test)",
            fix="name the columns like this",
        )
    return paths, labels, splits


def table_listing(table: Table) -> Listing:
    """List the images of a table, in its order; what cannot be used is recorded as a fault."""
    base = Path(os.path.abspath(table.base))  # noqa: PTH100  # links are not followed
    places = [_place(base, row.path) for row in table.rows]
    root = _common_folder([place for place, row in zip(places, table.rows, strict=True) if row.path], base)
    listing = Listing(root)
    names = [label_text(row.label) for row in table.rows]
    listing.classes = list(table.classes) or in_order({name for name in names if name})
    labels = {name: number for number, name in enumerate(listing.classes)}
    seen: dict[str, str] = {}
    for row, name, place in zip(table.rows, names, places, strict=True):
        path = os.path.relpath(place, root).replace(os.sep, "/")
        part = _part(row.split)
        fault = _wrong(row, name, part, seen.get(path), labels)
        if fault is not None:
            listing.faults.append(fault)
        elif path not in seen:
            seen[path] = name
            _add(listing, path, labels[name], part or 0)
    used = set(listing.labels)
    empty = [name for number, name in enumerate(listing.classes) if number not in used]
    listing.problems += [Fault(name, "empty_class", "the class has no images") for name in empty]
    listing.problems += split_problems(listing.classes, listing.labels, listing.parts)
    return listing


def split_problems(classes: Sequence[str], labels: Sequence[int], parts: Sequence[int]) -> list[Fault]:
    """Find problems of splits that a source brings itself: no training images, classes that could be tested but never
    learned, and class names that look the same. `labels` and `parts` (an index into SPLITS) are of each image."""
    found = [
        Fault(
            name, "same_name", f"this name and {first!a} look the same, as they differ only in Unicode form or blanks"
        )
        for first, name in same_looking(classes)
    ]
    groups = set(zip(parts, labels, strict=True))
    if groups and not any(part == 0 for part, _ in groups):
        return [*found, Fault("train", "missing_split", "there are no training images")]
    return found + [
        Fault(
            f"{SPLITS[part]}: {classes[label]}",
            "class_not_in_train",
            f"the class is in {SPLITS[part]} but not in train",
        )
        for part, label in sorted(groups)
        if (0, label) not in groups
    ]


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


def _wrong(row: TableRow, name: str, part: int | None, before: str | None, classes: Mapping[str, int]) -> Fault | None:
    """Why a row cannot be used."""
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
    if before is not None and before != name:
        return Fault(row.path, "two_labels", f"it is listed twice, as {before!r} and as {name!r}")
    return None


def label_text(label: Any) -> str:
    """Get the class that a label names; empty if it names none."""
    if isinstance(label, float) or type(label).__name__ in ("float32", "float64", "float16"):
        return str(int(label)) if math.isfinite(label) and label == int(label) else ""
    text = str(label).strip()
    return "" if label is None or text in ("", "nan", "NaN", "<NA>", "NaT") else text


def in_order(names: set[str]) -> list[str]:
    """Sort names: by value if all are whole numbers, else alphabetically."""
    numbers = all(re.fullmatch(r"-?\d{1,4000}", name) for name in names)  # longer ones Python does not read
    return sorted(names, key=int) if numbers else sorted(names)


def _part(split: Any) -> int | None:
    """Index into SPLITS; None for what is no split."""
    text = "" if split is None or split != split else str(split).strip().lower()
    return SPLIT_NAMES.get(text) if text else 0


def _add(listing: Listing, path: str, label: int, part: int) -> None:
    full = listing.root / path
    try:
        info = full.stat()
        if not full.is_file():
            listing.faults.append(Fault(path, "not_a_file", "a folder or a device, not an image"))
            return
        stamp = file_stamp(info, str(full))
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
        listing.faults.append(Fault(path, "missing", reason))
        return
    listing.paths.append(path)
    listing.stamps.append(stamp)
    listing.labels.append(label)
    listing.parts.append(part)


def splits_of(tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Translate the keys of a mapping to "train", "valid" and "test".

    Args:
        tables: Data by name of the split, such as "val" or "testing".

    Yields:
        Name of the split and its data.

    Raises:
        UsageError: `data.splits`: a key is not the name of a split.
    """
    for key, value in tables.items():
        part = SPLIT_NAMES.get(str(key).strip().lower())
        if part is None:
            raise UsageError(
                "data.splits",
                f"The data has the splits {sorted(map(str, tables))}.",
                expected="a mapping with 'train', and optionally 'valid' and 'test'",
                fix="rename the keys, for example {'train': ..., 'valid': ...}",
            )
        yield SPLITS[part], value
