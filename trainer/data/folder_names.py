"""Names of folders and files that mean something in a folder of images. [no torch]"""

from __future__ import annotations

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


def is_system_folder(folder: str) -> bool:
    """Check by its name whether a folder is hidden, or made by an operating system or a program."""
    return folder.startswith(".") or folder.lower() in SYSTEM_FOLDERS
