"""Names of folders and files that mean something in a folder of images. [no torch]"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from trainer.store.folder import RunFolder

FIRST_SPLIT_NAMES = {"train": 0, "valid": 1, "val": 1, "test": 2}
"""Folders of splits in version 0.1.0, in lower case only."""
SPLIT_NAMES = {**FIRST_SPLIT_NAMES, "training": 0, "validation": 1, "dev": 1, "testing": 2, "eval": 2}
"""Folders of splits and the index of the split, in any letter case."""
SYSTEM_FOLDERS = frozenset(
    ("__macosx", "__pycache__", "@eadir", "$recycle.bin", "system volume information", "lost+found")
)
"""Made by operating systems and programs, in lower case; folders whose name begins with a dot are ignored as well."""
SYSTEM_FILES = frozenset(("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r"))
"""Likewise, in lower case."""

LOOKED_AT = 50
"""Entries of a folder that are looked at for runs: a folder of runs holds little else."""


def is_system_folder(folder: str) -> bool:
    """Check by its name whether a folder is hidden, or made by an operating system or a program."""
    return folder.startswith(".") or folder.lower() in SYSTEM_FOLDERS


def holds_runs(folder: str) -> bool:
    """Check whether a folder is a run folder or holds some: beside class folders it is not a class.

    Args:
        folder: Path of the folder.

    Returns:
        Whether it is; False if it cannot be read.
    """
    try:
        if RunFolder(Path(folder)).journal.exists():
            return True
        with os.scandir(folder) as entries:
            for entry in islice(entries, LOOKED_AT):
                if entry.is_dir() and RunFolder(Path(entry.path)).journal.exists():
                    return True
    except OSError:  # looked at again later, where the reason is reported
        pass
    return False
