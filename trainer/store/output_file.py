"""Files that a person asked for, in a folder of theirs: exports, tables, pictures. [no torch]"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from trainer.errors import DiskError, UsageError
from trainer.store import durable
from trainer.store.temporary_names import is_stale

OUTPUT_MODE = 0o666
"""Permissions before the umask: these files are made to be handed on."""


def check_output(path: Path | None) -> None:
    """Refuse the name of a file that could not be written, before the work whose results are to go there. Raises
    UsageError `export.no_folder` or `export.is_folder`."""
    if path is None:
        return
    folder = str(path.absolute().parent)
    if not os.path.isdir(folder):  # noqa: PTH112  # of a name that is too long pathlib raises
        raise UsageError(
            "export.no_folder",
            f"There is no folder {folder}.",
            where=str(path),
            fix="create it first, or choose another",
            path=folder,
        )
    if os.path.isdir(path):  # noqa: PTH112
        raise UsageError(
            "export.is_folder",
            f"{path} is a folder.",
            expected="the name of a file to write",
            fix="give the file a name in it",
            path=str(path),
        )


def write_output(
    path: str | Path, data: bytes | Iterable[bytes], *, check: Callable[[Path], None] | None = None
) -> None:
    """`durable.write_bytes`, or `write_chunks` for an iterable, after removing what killed writers have left there.
    Raises DiskError."""
    path = Path(path)
    remove_stale(path.absolute().parent)
    durable.write_chunks(path, (data,) if isinstance(data, bytes) else data, check=check, mode=OUTPUT_MODE)


def remove_stale(folder: str | Path) -> None:
    """Remove temporary files and folders of ours whose writers are dead; nothing else. What cannot be removed stays."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for path in [Path(entry.path) for entry in entries if is_stale(Path(entry.path))]:
            if path.is_dir() and not path.is_symlink():
                durable.remove_tree(path)
                continue
            with contextlib.suppress(DiskError):
                durable.remove(path)
