"""Records which files a piece of code opens for writing, creates or deletes, as Python's audit events report them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "os.symlink", "os.link"}

_watching: list[list[Path]] = []
"""What is found, for each open watch; a callback's own threads count."""
_installed: list[bool] = []


@contextmanager
def watched_writes() -> Iterator[list[Path]]:
    """Record the paths that are changed within a `with` block.

    Devices, byte code and Python's own temporary folders do not count.

    Yields:
        The paths in order; grows while the block runs.
    """
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_hear)  # it stays for good, and does nothing while no one watches
    found: list[Path] = []
    _watching.append(found)
    try:
        yield found
    finally:
        _watching[:] = [one for one in _watching if one is not found]


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching or (event != "open" and event not in _CHANGING):
        return
    if event == "open" and not _writes(arguments):
        return
    for one in arguments[: 2 if event == "os.rename" else 1]:
        if isinstance(one, str | bytes | os.PathLike):
            path = Path(os.path.abspath(os.fsdecode(one)))  # noqa: PTH100 - links are not followed
            for found in _watching if _counts(path) else ():
                found.append(path)


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & _WRITING)


def _counts(path: Path) -> bool:
    temporary = Path(tempfile.gettempdir())
    first = path.relative_to(temporary).parts[:1] if path.is_relative_to(temporary) else ()
    if any(name.startswith(tempfile.gettempprefix()) for name in first):
        return False
    return path.suffix != ".pyc" and "__pycache__" not in path.parts and not path.is_relative_to("/dev")
