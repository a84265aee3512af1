"""Whether a file may have changed since it was last looked at, without opening it. [no torch]"""

from __future__ import annotations

import os

Stamp = tuple[int, ...]
"""Modification time (ns), change time (ns), bytes and inode of a file; empty if there is none. While it stays equal,
the file need not be read again."""


def change_stamp(path: str | os.PathLike[str], *, follow: bool = True) -> Stamp:
    """Make the stamp of a file or folder.

    Writing in place and replacing both change it, also where size and modification time are set back.

    Args:
        path: The file or folder.
        follow: Whether to look at what a link points to, not at the link. Default: True.

    Returns:
        The stamp.
    """
    try:
        about = os.stat(path, follow_symlinks=follow)  # noqa: PTH116 - of thousands of files, as texts
    except (OSError, ValueError):  # ValueError: no name of a file, as a damaged record may have it
        return ()
    return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino
