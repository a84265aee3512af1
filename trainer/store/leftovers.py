"""Temporary files that killed writers have left: the next process that works on a run removes them. [no torch]"""

from __future__ import annotations

import os

from trainer.store import durable, pictures, rate_curves, search_folder
from trainer.store.folder import SUBFOLDERS, RunFolder
from trainer.store.output_file import remove_stale

SHARED = (".data", rate_curves.FOLDER, search_folder.FOLDER)
"""Beside the run: what it shares with others."""


def sweep(folder: RunFolder) -> None:
    """Remove them from the run, whose lock the caller holds, and from what runs share. There nobody holds a lock:
    what goes is that of processes that are dead. Raises DiskError."""
    for part in ("", *SUBFOLDERS, pictures.FOLDER):
        durable.remove_leftovers(folder.path / part)
    for name in SHARED:
        for place, _, _ in os.walk(folder.path.parent / name):
            remove_stale(place)
