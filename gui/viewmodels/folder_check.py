"""Problems in a run folder: files that are missing, not regular files, unreadable or outside. No Qt.

Links are not followed, and only regular files are opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import msgspec

from gui.viewmodels.run import RunModel
from trainer.errors import DataError, NewerVersionError
from trainer.events import SPLITS
from trainer.store import calibration_file, checkpoint, durable, notes
from trainer.store import summary as summaries
from trainer.store.change_stamp import change_stamp
from trainer.store.folder import SUBFOLDERS, RunFolder, confined
from trainer.store.run_files import settings_text
from trainer.store.versions import check_json_version
from trainer.text.json_text import parse_json
from trainer.text.toml_text import parse_toml

Problem = Literal["missing", "link", "no_file", "no_folder", "unreadable", "outside", "newer"]
RECORDS = ("journal.jsonl", "run.toml", "environment.json", "summary.json", "log.txt")
STEERING = ("owner.json", "lock", "requests")
"""Files needed only while a run is active."""
FILES = (*RECORDS, "metrics.csv", "owner.json", "lock", "viewer.json")
EVALUATION = tuple(f"evaluation/{split}{end}" for split in SPLITS for end in (".json", ".txt", ".npz"))
PICTURES = ("index.json", "valid.npy", "test.npy")
MAX_JSON = 64 << 20
_table_decoder = msgspec.json.Decoder(dict[str, Any])
MOST = 100
"""Largest number of problems reported; a run of a thousand epochs can lack a thousand files."""


@dataclass(frozen=True)
class FolderProblem:
    """A problem with a file.

    Attributes:
        file: The file, as the run names it.
        problem: What is wrong.
        reason: The system's reason, in English; may be empty.
    """

    file: str
    problem: Problem
    reason: str = ""


def examine(folder: RunFolder, model: RunModel, alive: bool) -> list[FolderProblem]:
    """Find the problems in a run folder. Missing files of an active run are not reported: they may still appear.

    Args:
        folder: Folder of the run.
        model: The run.
        alive: Whether an engine is working on it.

    Returns:
        At most `MOST` problems.
    """
    found = {one.file: one for one in _wrong_kinds(folder, model)}
    if not alive:
        for file in _expected(model):
            if file.split("/")[0] not in found and not _there(folder, file):
                found.setdefault(file, FolderProblem(file, "missing"))
            if len(found) >= MOST:
                break
    for file, read in _READERS.items():
        if file not in found and file.split("/")[0] not in found and _there(folder, file):
            try:
                read(folder.path / file)
            except NewerVersionError:
                found[file] = FolderProblem(file, "newer")
            except (OSError, ValueError) as error:
                found[file] = FolderProblem(file, "unreadable", str(error)[:200])
    kinds = () if "checkpoints" in found else checkpoint.KINDS
    for path in (file for kind in kinds for file in checkpoint.find(folder.checkpoints, kind)[:1]):
        try:
            checkpoint.check_format(path)
        except NewerVersionError:
            found[path.name] = FolderProblem(f"checkpoints/{path.name}", "newer")
    return list(found.values())[:MOST]


def stamp(folder: RunFolder, model: RunModel, alive: bool) -> tuple[object, ...]:
    """Make a stamp: while it stays equal, `examine` would give the same result.

    Args:
        folder: Folder of the run.
        model: The run.
        alive: Whether an engine is working on it.

    Returns:
        The stamp.
    """
    places = (folder.path, *(folder.path / part for part in SUBFOLDERS), *_pictures(folder, model))
    return model.ended is None, alive, model.epochs.rows, *(change_stamp(path, follow=False) for path in places)


def _wrong_kinds(folder: RunFolder, model: RunModel) -> Iterator[FolderProblem]:
    for part in SUBFOLDERS:
        yield from _kind(folder.path / part, part, stat.S_ISDIR, "no_folder")
    inside = () if folder.evaluation.is_symlink() else (*EVALUATION, calibration_file.FILE)
    for file in (*FILES, *inside):
        yield from _kind(folder.path / file, file, stat.S_ISREG, "no_file")
    pictures = _pictures(folder, model)
    for path in pictures[:2]:
        yield from _kind(path, _name(folder, path), stat.S_ISDIR, "no_folder")
    for path in pictures[2:]:
        yield from _kind(path, _name(folder, path), stat.S_ISREG, "no_file")
    for file in _named(model):
        try:
            path = confined(folder, file)
        except (DataError, ValueError):
            yield FolderProblem(file[:200], "link" if _is_link(folder, file) else "outside")
        else:
            yield from _kind(path, file[:200], stat.S_ISREG, "no_file")


def _is_link(folder: RunFolder, file: str) -> bool:
    parts = PurePosixPath(file).parts
    try:
        return bool(parts) and parts[0] != "/" and ".." not in parts and (folder.path / file).is_symlink()
    except (OSError, ValueError):
        return False


def _kind(path: Path, file: str, wanted: Callable[[int], bool], otherwise: Problem) -> Iterator[FolderProblem]:
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISLNK(mode):
        yield FolderProblem(file, "link")
    elif not wanted(mode):
        yield FolderProblem(file, otherwise)


def _there(folder: RunFolder, file: str) -> bool:
    try:
        return os.path.lexists(folder.path / file)
    except ValueError:
        return False


def _named(model: RunModel) -> Iterator[str]:
    """Files that the journal tells of."""
    yield from model.predictions.values()
    yield from model.weights.values()
    yield from (event.path for kind, event in model.checkpoints.items() if kind != "manual")


def _expected(model: RunModel) -> Iterator[str]:
    # of the machine and its packages nothing is recorded before the data are read
    yield from (name for name in RECORDS if model.info is not None or name != "environment.json")
    if model.epochs.rows:
        yield "metrics.csv"
    if model.ended is None:
        yield from STEERING
    for part in ("checkpoints", "predictions", "snapshots"):
        if getattr(model, "weights" if part == "snapshots" else part):
            yield part
    if model.evaluations:
        yield "evaluation"
    yield from (file for file in EVALUATION if file.split("/")[1].split(".")[0] in model.evaluations)
    yield from _named(model)


def _pictures(folder: RunFolder, model: RunModel) -> list[Path]:
    """The folder of all published images, that of this run's, and the files in it."""
    parts = PurePosixPath(model.images or "").parts
    if len(parts) != 2 or parts[0] != ".data" or parts[1] == "..":
        return []
    whole = folder.path.parent / ".data"
    return [whole, whole / parts[1], *(whole / parts[1] / name for name in PICTURES)]


def _name(folder: RunFolder, path: Path) -> str:
    return path.relative_to(folder.path.parent).as_posix()[:200]


def _figures(path: Path) -> None:
    text = durable.read_bytes(path, MAX_JSON)
    parse_json(_table_decoder, text)
    if path.parent.name == "evaluation":
        check_json_version("evaluation", text, path)


_READERS: dict[str, Callable[[Path], object]] = {
    "run.toml": lambda path: parse_toml(settings_text(RunFolder(path.parent))),
    "summary.json": summaries.read,
    "viewer.json": notes.load,
    "environment.json": _figures,
    **{f"evaluation/{split}.json": _figures for split in SPLITS},
    calibration_file.FILE: lambda path: calibration_file.read(RunFolder(path.parents[1])),
}
