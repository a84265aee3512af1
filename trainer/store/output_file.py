"""Files that a person asked for, in a folder of theirs: exports, tables, pictures. [no torch]"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from trainer.errors import DiskError
from trainer.store import durable
from trainer.store.temporary_names import is_stale

OUTPUT_MODE = 0o666
"""Permissions before the umask: these files are made to be handed on."""


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
