"""Names of temporary files and folders. They tell who writes them, so that what a killed process has left can be told
from what is being written. [no torch]"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import re
import secrets
import time
from pathlib import Path

from trainer.store.process import process_started

TEMP_SUFFIX = ".tmp"
LONGEST_PAUSE = 24 * 3600.0
"""Seconds after which a writer that cannot be looked up, as on another machine, counts as dead."""
_NAME = re.compile(r"\.epochscope-([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{16}\.tmp", re.ASCII)
_ANONYMOUS = re.compile(r"\.[0-9a-f]{16}\.tmp", re.ASCII)
"""Names up to version 0.2.0; still those of what nobody but its writer may remove."""


def temporary_name() -> str:
    """A new hidden name for a file or folder that this process writes."""
    return f".epochscope-{_here()}-{os.getpid()}-{secrets.token_hex(8)}{TEMP_SUFFIX}"


def anonymous_name() -> str:
    """The same without its writer, for what must never be removed by another: it may hold the only copy of a file."""
    return f".{secrets.token_hex(8)}{TEMP_SUFFIX}"


def is_temporary(name: str) -> bool:
    """Whether a name is one of these."""
    return bool(_NAME.fullmatch(name) or _ANONYMOUS.fullmatch(name))


def is_stale(path: Path) -> bool:
    """Whether `path` has such a name and its writer is dead."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return False
    if found[1] == _here():
        return process_started(int(found[2])) is None
    try:
        return time.time() - path.lstat().st_mtime > LONGEST_PAUSE
    except OSError:
        return False


@functools.cache
def _here() -> str:
    """Where process numbers mean the same as here: this machine since it was started, this container."""
    parts = [platform.node()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            parts.append(Path(path).readlink().name if path.endswith("pid") else Path(path).read_text("ascii"))
        except OSError:  # not on Linux
            continue
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
