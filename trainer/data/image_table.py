"""Images listed in a table: a CSV file, a DataFrame or a list of (path, label). [no torch]"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.data.named_labels import label_text
from trainer.data.table_columns import find_columns, looks_like_image, path_text, split_cells
from trainer.errors import UsageError
from trainer.text.text_file import read_text

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t", "|")
"""Separators of fields; the most frequent one in the first line is used."""
_EXCEL = re.compile(r'"?sep=(.)"?\r?', re.IGNORECASE)
"""A first line by which Excel is told the separator."""


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
            fix="save it as CSV in UTF-8 (in Excel: CSV UTF-8)",
        ) from error
    head: list[Any] = lines[0] if lines else []
    if any(looks_like_image(cell) for cell in head):
        head = list(range(len(head)))
    else:
        del lines[:1]
    return table_of_frame(pd.DataFrame(lines, columns=head, dtype=object), path.name, path.parent)


def _read_lines(path: Path) -> list[list[str]]:
    """The fields of each line, as many as the first one has. Raises ValueError for a line with more."""
    text = read_text(path, 256 << 20)
    start, _, rest = text.partition("\n")
    if told := _EXCEL.fullmatch(start):
        text, separator = rest, told[1]
    else:
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


def table_of_frame(frame: pd.DataFrame, name: str = "table", base: Path | None = None) -> Table:
    """Make a table from a DataFrame with columns of paths, labels and optionally splits; see `find_columns`.

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
    paths, labels, splits = find_columns(frame)
    categories = getattr(frame[labels].dtype, "categories", ())
    found = [frame[paths], frame[labels], *([split_cells(frame, splits)] if splits is not None else [])]
    rows = [TableRow(path_text(path), *rest) for path, *rest in zip(*found, strict=True)]
    return Table(name, base, rows, tuple(label_text(one) for one in categories))


def table_of_pairs(pairs: Sequence[Any]) -> Table:
    """Make a table from a list of (path, label); relative paths start from the working folder."""
    return Table("list", Path.cwd(), [TableRow(os.fspath(path), label) for path, label in pairs])


def joined(tables: Mapping[str, Table]) -> Table:
    """Join tables of several splits, by name of the split."""
    rows = [
        TableRow(str(one.base / row.path) if row.path else "", row.label, split)
        for split, one in tables.items()
        for row in one.rows
    ]
    first = tables.get("train", next(iter(tables.values())))
    return Table(first.name, first.base, rows, first.classes)
