"""Runs that were thrown away, and brought back: they lie in `.trash` under the root of all runs. [no torch]"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from trainer.errors import UsageError
from trainer.store import durable
from trainer.store.folder import RunFolder, is_alive
from trainer.store.run_creation import numbered_names

NAME = ".trash"


def discard(folder: RunFolder) -> Path:
    """Move a run to the trash of its root; returns where it is kept now.

    Raises UsageError `run.live` for a run that is being trained, and DiskError.
    """
    if is_alive(folder):
        raise _live(folder)
    trash = folder.path.parent / NAME
    durable.ensure_folder(trash)
    names = numbered_names(f"{folder.name}.{datetime.now():%Y%m%d-%H%M%S}")
    target = next(path for path in map(trash.joinpath, names) if not os.path.lexists(path))
    durable.move(folder.path, target)
    if is_alive(RunFolder(target)):  # an engine began while it was moved
        durable.move(target, folder.path)
        raise _live(folder)
    return target


def restore(kept_in: Path, folder: RunFolder) -> None:
    """Move a run back to where it was. Raises UsageError `run.exists` if that name is taken by now, and DiskError."""
    if os.path.lexists(folder.path):
        raise UsageError(
            "run.exists",
            f"There is already a run named {folder.name!r}.",
            where=str(folder.path),
            fix=f"The other one stays in {kept_in}.",
            name=folder.name,
        )
    durable.move(kept_in, folder.path)


def _live(folder: RunFolder) -> UsageError:
    return UsageError(
        "run.live",
        f"{folder.name} is being trained; it was not deleted.",
        where=str(folder.path),
        fix="Stop it first.",
        name=folder.name,
    )
