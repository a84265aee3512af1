"""Decisions about single images and their labels, in one CSV: `path,digest,action,class,when`. [no torch]

Images are never touched: decisions are in a file beside the data or the runs, named by the setting `data.edits`, which
can also be written by hand or in a spreadsheet. A run keeps a copy of those it was trained with.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from trainer.errors import DataError
from trainer.home_path import expanded
from trainer.store import durable
from trainer.store.folder import RunFolder, confined
from trainer.text.csv_text import csv_bytes, csv_text, safe_text

Action = Literal["leave_out", "relabel", "fine"]
ACTIONS: tuple[Action, ...] = get_args(Action)
COLUMNS = ("path", "digest", "action", "class", "when")
MAX_BYTES = 256 << 20
SEPARATORS = ",;\t"
"""Spreadsheets use semicolons in locales with decimal commas."""
OF_RUN = "edits.csv"
_TABLE = f"a CSV file in UTF-8 with the columns {', '.join(COLUMNS)}"
_OTHER_FILE = "correct the setting data.edits (--edits FILE), or leave it out to train with the labels as they are"


@dataclass(frozen=True, slots=True)
class LabelEdit:
    """A decision about one image.

    `path`: relative to the source, with `/`, as `ImageSet.paths`. `digest`: of its content, see
    `trainer.data.label_edits.image_digest`; empty if unknown, and then only the path counts. `action`: "leave_out" (of
    all splits), "relabel" (to the class named `label`), "fine" (reviewed, stays as it is). `when`: ISO 8601, UTC.
    """

    path: str
    digest: str
    action: Action
    label: str = ""
    when: str = ""


def read_edits(path: str | Path) -> tuple[LabelEdit, ...]:
    """The edits in the order of the file; of several for one path, the last counts. Raises DataError `edits.missing`,
    `edits.unreadable` or `edits.line`."""
    try:
        text = durable.read_bytes(path, MAX_BYTES).decode("utf-8-sig")
    except FileNotFoundError as error:
        what = "The file of edits does not exist."
        raise DataError(
            "edits.missing", what, where=str(path), expected=_TABLE, fix=_OTHER_FILE, path=str(path)
        ) from error
    except (OSError, ValueError) as error:
        what = f"The edits cannot be read: {error}"
        raise DataError(
            "edits.unreadable", what, where=str(path), expected=_TABLE, fix=_OTHER_FILE, path=str(path)
        ) from error
    return tuple(_parsed(text, str(path)).values())


def _parsed(text: str, where: str) -> dict[str, LabelEdit]:
    heads_line = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=heads_line.count), strict=True)
    found: dict[str, LabelEdit] = {}
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        if not {"path", "action"} <= set(heads):
            raise _wrong_line(where, 1, f"its columns are {', '.join(heads) or 'none'}")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                edit = _edit(dict(zip(heads, cells, strict=False)), where, reader.line_num)
                found.pop(edit.path, None)
                found[edit.path] = edit
    except csv.Error as error:
        raise _wrong_line(where, reader.line_num, str(error)) from error
    return found


def _edit(row: dict[str, str], where: str, line: int) -> LabelEdit:
    cells = {name: _plain(row.get(name, "")) for name in COLUMNS}
    action: Any = cells["action"].strip().lower().replace(" ", "_").replace("-", "_")
    if action not in ACTIONS:
        raise _wrong_line(where, line, f"the action is {cells['action']!r}")
    if not cells["path"]:
        raise _wrong_line(where, line, "it names no image")
    label = cells["class"].strip() if action == "relabel" else ""
    if action == "relabel" and not label:
        raise _wrong_line(where, line, "it names no class to change the label to")
    return LabelEdit(cells["path"].replace("\\", "/"), cells["digest"].strip(), action, label, cells["when"].strip())


def _plain(cell: str) -> str:
    """Remove the quote before a possible formula, or one of the quotes there."""
    text = cell.lstrip("'")
    return cell[1:] if text != cell and safe_text(text) != text else cell


def _quoted(text: str) -> str:
    """Add a quote where reading would remove one that belongs to the text; `csv_text` adds those before formulas."""
    return f"'{text}" if _plain(text) != text else text


def _wrong_line(where: str, line: int, what: str) -> DataError:
    return DataError(
        "edits.line",
        f"Line {line} of the edits file is invalid: {what}.",
        where=f"{where}:{line}",
        expected=f"{','.join(COLUMNS)}, where action is one of {', '.join(ACTIONS)}",
        fix="correct the line, or delete it",
        path=where,
        line=line,
    )


def write_edits(path: str | Path, edits: Iterable[LabelEdit]) -> None:
    """Replace the file by these edits. Raises DiskError."""
    rows = [(_quoted(one.path), one.digest, one.action, _quoted(one.label), one.when) for one in edits]
    durable.write_bytes(path, csv_bytes(csv_text(COLUMNS, rows)))


def default_edits_path(source: str, root: Path, *, beside_data: bool = False) -> Path:
    """Where the edits of a source can be kept: under the `root` of the runs, or, for a folder or a file, beside it.
    Never inside a folder of images, where it would be reported as an unused file."""
    place = expanded(source)
    there = os.path.exists(place)  # noqa: PTH110 - of a name that is too long pathlib raises
    if beside_data and there:
        return place.parent / f"{place.name}.edits.csv"
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", place.name)[:40].strip("-") or "data"
    whole = str(place.resolve()) if there else source
    return root / ".data" / "edits" / f"{name}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}.csv"


def keep_edits(folder: RunFolder, edits: Iterable[LabelEdit]) -> None:
    """Copy the edits a run is trained with into its folder, so that later decisions do not change it. Raises
    DiskError."""
    write_edits(folder.path / OF_RUN, edits)


def kept_edits(folder: RunFolder) -> Path | None:
    """The run's own copy of its edits; None if there is none. Raises DataError `run.outside`."""
    path = confined(folder, OF_RUN)
    return path if path.is_file() else None


class EditCounts(NamedTuple):
    """Numbers of changed labels and left-out images of a run."""

    relabelled: int
    left_out: int


def kept_counts(folder: RunFolder) -> EditCounts | None:
    """The counts for a run's own copy of its edits; None if there is none. Raises like `read_edits` and
    `kept_edits`."""
    path = kept_edits(folder)
    if path is None:
        return None
    actions = [edit.action for edit in read_edits(path)]
    return EditCounts(actions.count("relabel"), actions.count("leave_out"))
