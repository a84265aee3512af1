"""Columns of a table of images: which of them holds paths, labels and splits. [no torch]"""

from __future__ import annotations

import os
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from trainer.data.image_formats import image_suffixes, suffix_of
from trainer.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

PATH_COLUMNS = ("path", "file", "filename", "filepath", "image", "imagepath", "imagefile", "img", "imgpath")
LABEL_COLUMNS = ("label", "class", "target", "category", "classname", "labelname", "labels", "y")
SPLIT_COLUMNS = ("split", "set", "subset", "partition", "datasplit", "isvalid")
"""Column names in lower case, without spaces, `_` and `-`; of each list, the first one that exists is used."""
_FLAGS = {"true": "valid", "1": "valid", "yes": "valid", "false": "train", "0": "train", "no": "train"}
NAMED = 12
"""Columns that an error lists, at most."""


def looks_like_image(text: Any) -> bool:
    """Check whether a cell looks like the path of an image.

    Args:
        text: The cell.

    Returns:
        Whether it ends as the names of images do.
    """
    return suffix_of(str(text).strip()) in image_suffixes()


def paths_of_frame(frame: pd.DataFrame) -> list[str]:
    """Get image paths from a DataFrame with or without labels; the column is found as in `find_columns`.

    Args:
        frame: The DataFrame.

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
            where=_heads(frame),
            expected="a column named path",
            fix="rename the column: frame.rename(columns={...: 'path'})",
        )
    return [path_text(path) for path in frame[column]]


def path_text(path: Any) -> str:
    """Read the path in a cell.

    Args:
        path: The cell.

    Returns:
        The path; "" if the cell is empty.

    Raises:
        UsageError: `table.columns`: it holds something else, such as an image.
    """
    if path is None or isinstance(path, float) or type(path).__name__ == "NAType":
        return ""
    if not isinstance(path, str | os.PathLike | Integral):
        raise UsageError(
            "table.columns",
            f"The column of paths holds values of type {type(path).__name__}.",
            expected="paths of image files",
            fix="give images in memory as arrays (X, y), or as a list of (Pillow image, label)",
        )
    return str(path).strip()


def _heads(frame: pd.DataFrame) -> str:
    names = [str(column) for column in frame.columns]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"columns: {', '.join(names[:NAMED]) or 'none'}{more}"


def _check_heads(frame: pd.DataFrame) -> None:
    """Raises UsageError for names of columns that name none."""
    heads = [str(column) for column in frame.columns]
    twice = sorted({head for head in heads if heads.count(head) > 1})
    images = [head for head in heads if looks_like_image(head)]
    if twice or images:
        raise UsageError(
            "table.columns",
            f"Two columns of the table are named {twice[0]!r}."
            if twice
            else f"A column of the table is named {images[0]!r}, which looks like an image.",
            where=_heads(frame),
            expected="columns named path and label, and optionally split (train, valid or test)",
            fix="give each column a name of its own"
            if twice
            else "read the file with header=None, so that its first line is an image as the others are",
        )


def split_cells(frame: pd.DataFrame, column: Any) -> list[Any]:
    """Read the column of splits.

    Args:
        frame: The DataFrame.
        column: Name of the column.

    Returns:
        A cell each; of a column like fastai's `is_valid`, true or false, "valid" or "train".
    """
    cells = list(frame[column])
    return [_FLAGS.get(str(cell).strip().lower(), cell) for cell in cells] if _plain(column) == "isvalid" else cells


def _plain(column: Any) -> str:
    return "".join(char for char in str(column).lower() if char not in " _-")


def _named(frame: pd.DataFrame, names: Sequence[str]) -> Any:
    plain = {_plain(column): column for column in frame.columns}
    return next((plain[name] for name in names if name in plain), None)


def _path_column(frame: pd.DataFrame) -> Any:
    """That of the paths, by its name, else by its first entry; None where there is none."""
    found = _named(frame, PATH_COLUMNS)
    if found is not None or not len(frame):
        return found
    known = (_named(frame, LABEL_COLUMNS), _named(frame, SPLIT_COLUMNS))
    others = [column for column in frame.columns if column not in known]
    return next((column for column in others if looks_like_image(frame[column].iloc[0])), None)


def find_columns(frame: pd.DataFrame) -> tuple[Any, Any, Any]:
    """Find the columns of paths, labels and splits.

    Args:
        frame: The DataFrame.

    Returns:
        Their names; the last one None if there is none.

    Raises:
        UsageError: `table.columns`: the columns are not clear.
    """
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
            where=_heads(frame),
            expected="columns named path and label, and optionally split (train, valid or test)",
            fix="name the columns like this",
        )
    return paths, labels, splits
