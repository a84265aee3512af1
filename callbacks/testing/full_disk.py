"""A disk that is full for a while: for our files and for those that a callback opens itself."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trainer.store import durable

_WRITING = os.O_WRONLY | os.O_RDWR


class FullDisk(durable.Seam):
    """The system calls of `trainer.store.durable`, without syncing.

    While it is full, writing, and opening a file for writing, raise OSError ENOSPC.

    Attributes:
        full: Whether the disk is full. Default: False.
    """

    def __init__(self) -> None:
        self.full = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the real disk within a `with` block.

        Yields:
            Nothing.
        """
        before, real_open = durable.seam, io.open

        def checked_open(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if set(mode) & set("wax+") and not isinstance(file, int):
                self._check(file)
            return real_open(file, mode, *arguments, **options)

        try:
            durable.seam = self
            builtins.open = io.open = checked_open  # Path.open calls that of io
            yield
        finally:
            durable.seam = before
            builtins.open = io.open = real_open

    def _check(self, path: object = None) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), None if path is None else str(path))

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        """Open a file, unless it is for writing and the disk is full; as `os.open`."""
        if flags & _WRITING:
            self._check(path)
        return super().open(path, flags, mode)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """Write, unless the disk is full; as `os.write`."""
        self._check()
        return super().write(fd, data)

    def mkdir(self, path: Path) -> None:
        """Make a folder, unless the disk is full."""
        self._check(path)
        super().mkdir(path)

    def fsync(self, fd: int) -> None:
        """Do nothing: no power cut happens here."""
