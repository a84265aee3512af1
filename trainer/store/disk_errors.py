"""Errors of the file system, as people read them. [no torch]"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

from trainer.errors import DiskError

NOT_REGULAR = "not a regular file"
"""What a system error says that stands for a link, a pipe or a device in place of a file."""
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
"""Error numbers of a path on which there is no folder: nothing, a file, or a link to itself."""
_NO_PATH = {errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
OF_THE_SYSTEM = _NO_PATH | _FULL | {errno.EIO, errno.EROFS, errno.ESTALE}
"""Error numbers for which no code can be blamed."""
TOO_MANY = {errno.EMFILE, errno.ENFILE}
"""Error numbers of a process or a machine that has no descriptor left, whatever it opens."""


def disk_error(error: OSError, path: str | Path, needed: int = 0) -> DiskError:
    """Make the error for people: `disk.full`, `disk.read_only`, `disk.not_regular`, `disk.path`, `disk.too_many_files`
    or, for all others, `disk.failed`.

    Args:
        error: What the system said.
        path: The file or folder.
        needed: Bytes to write. Default: 0, not known.

    Returns:
        The error to raise.
    """
    path = Path(path)
    free = _free_bytes(path.parent)
    reason = error.strerror or str(error)
    name = errno.errorcode.get(error.errno or 0, "")
    parameters: dict[str, Any] = {"path": str(path), "errno": name}
    if error.errno in _FULL:
        room = f"{needed:,} bytes needed" + ("" if free is None else f", {free:,} free")
        return DiskError(
            "disk.full",
            f"The disk is full ({room}): {reason}.",
            where=str(path),
            fix="Free some space.",
            needed=needed,
            free="?" if free is None else free,
            reason=reason,
            **parameters,
        )
    if error.errno in _DENIED:
        fix = "Make the folder writable, or choose another with --runs."
        what = f"Not allowed to write: {reason}."
        return DiskError("disk.read_only", what, where=str(path), fix=fix, reason=reason, **parameters)
    if error.strerror == NOT_REGULAR:
        what = "This is not a regular file but a link, a folder, a pipe or a device. It was not opened."
        return DiskError("disk.not_regular", what, where=str(path), fix="Put the file itself there.", **parameters)
    if error.errno in TOO_MANY:
        what = f"It cannot be opened, since too many files are open: {reason}."
        fix = "Raise the limit (`ulimit -n 1024`), or close other programs, then resume the run."
        return DiskError("disk.too_many_files", what, where=str(path), fix=fix, **parameters)
    if error.errno in _NO_PATH:
        what = f"This path cannot be used: {reason}."
        fix = "Check each part of the path: none may be a file, a link to itself or longer than 255 bytes."
        return DiskError("disk.path", what, where=str(path), fix=fix, **parameters)
    fix = "Check the disk; for a network folder, the connection."
    what = f"The file system failed: {reason}."
    return DiskError("disk.failed", what, where=str(path), fix=fix, reason=reason, **parameters)


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
