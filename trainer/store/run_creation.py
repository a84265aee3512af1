"""The folder of a new run: its name, and how it comes to be there as a whole. [no torch]"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from trainer.errors import DiskError, UsageError
from trainer.store import durable, lock
from trainer.store.folder import SUBFOLDERS, RunFolder
from trainer.store.output_file import remove_stale
from trainer.store.run_files import write_settings
from trainer.store.temporary_names import is_temporary, temporary_name

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}", re.ASCII)
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def check_name(name: str) -> str:
    """The name, if it is valid for a run on every platform. Raises UsageError `run.name`."""
    if not _NAME.fullmatch(name) or name.endswith(".") or _DEVICES.fullmatch(name) or name == "last":
        raise UsageError(
            "run.name",
            f"{name!r} cannot be the name of a run.",
            expected="1 to 64 of A-Z a-z 0-9 . _ -, no dot at either end; not `last`, and no Windows device name",
            fix="Choose another with --name.",
            name=name,
        )
    return name


def dated_name(stem: str) -> str:
    """A name for a run: date, time, and `stem` with invalid characters replaced."""
    return f"{datetime.now():%Y%m%d-%H%M%S}-{re.sub(r'[^A-Za-z0-9_-]+', '-', stem)[:40].strip('-') or 'run'}"


def numbered_names(name: str) -> Iterator[str]:
    """`name`, `name`-2, `name`-3 and so on."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def create_run(
    root: str | Path, name: str | None = None, *, stem: str = "run", settings: Mapping[str, Any] | None = None
) -> RunFolder:
    """Create the folder of a new run with its `settings`, by default named by date, time and `stem`.

    It is made under a temporary name and then renamed, so that a process killed meanwhile occupies no name.

    Raises UsageError `run.name`, or `run.exists` if there is one of that name, and DiskError.
    """
    root = Path(root)
    if name is not None:
        path = root / check_name(name)
        if is_free(path) and _make(path, settings):
            return RunFolder(path)
        raise UsageError(
            "run.exists",
            f"There is already a run named {name!r}.",
            where=str(path),
            fix=f"Choose another --name, or continue that one: epochscope resume {name}",
            name=name,
        )
    paths = (root / tried for tried in numbered_names(dated_name(stem)))
    return RunFolder(next(path for path in paths if not os.path.lexists(path) and _make(path, settings)))


def is_free(path: Path) -> bool:
    """Whether a new run can have this folder: nothing is there, or what a process left that was killed before it had
    written run.toml (only by version 0.2.0 and earlier)."""
    if not os.path.lexists(path):
        return True
    if path.is_symlink() or lock.is_locked(RunFolder(path).lock):
        return False
    try:
        return all(_is_leftover(one) for one in path.iterdir())
    except OSError:  # a file, or not ours to read
        return False


def _is_leftover(path: Path) -> bool:
    if path.is_symlink():
        return False
    try:
        if path.is_dir():
            return path.name in SUBFOLDERS and not any(path.iterdir())
        path.lstat()
    except FileNotFoundError:  # another process that wants the name has removed it just now
        return True
    return path.name == "lock" or is_temporary(path.name)


def _make(path: Path, settings: Mapping[str, Any] | None) -> bool:
    """Make the folder; False where another process has taken the name meanwhile."""
    remove_stale(path.parent)
    made = path.with_name(temporary_name())
    try:
        durable.make_folder(made)
        for part in SUBFOLDERS:
            durable.make_folder(made / part)
        if settings is not None:
            write_settings(RunFolder(made), settings)
        _clear(path)
    except BaseException:
        durable.remove_tree(made)
        raise
    return _renamed(made, path)


def _renamed(made: Path, path: Path) -> bool:
    try:
        durable.move(made, path)
    except BaseException as error:
        if made.exists():
            durable.remove_tree(made)
            if isinstance(error, DiskError) and os.path.lexists(path):
                return False
        else:  # it has its name, but not for sure after a power cut
            durable.remove_tree(path)
        raise
    return True


def _clear(path: Path) -> None:
    """Remove a folder for which `is_free` holds. If another process has put a run there since, that stays: its folder
    is not empty, and what is deleted inside is named relative to the folder that was opened here."""
    with contextlib.suppress(OSError):
        if os.rmdir in os.supports_dir_fd:
            opened = durable.seam.open(path, os.O_RDONLY)
            try:
                names = os.listdir(opened)  # noqa: PTH208 - a descriptor
                if all(_is_leftover(path / name) for name in names):
                    for name in names:
                        with contextlib.suppress(FileNotFoundError):
                            (os.rmdir if name in SUBFOLDERS else os.unlink)(name, dir_fd=opened)
            finally:
                durable.seam.close(opened)
        path.rmdir()
