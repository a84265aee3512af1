"""Disks that fail: full for a while, or gone together with the process."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

from trainer.store import durable


class Dead(BaseException):
    """The process is no more: nothing after this reaches the disk."""


DISKS: list[MortalDisk] = []
"""Those of this test."""


class MortalDisk(durable.Seam):
    """A disk whose process may seem to die, which leaves its files open."""

    def __init__(self) -> None:
        self._opened: dict[int, os.stat_result] = {}
        DISKS.append(self)

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        self._opened[fd] = os.fstat(fd)
        return fd

    def close(self, fd: int) -> None:
        self._opened.pop(fd, None)
        super().close(fd)

    def bury(self) -> None:
        """Close what was open at the death, as the system does for a process."""
        for fd, opened in self._opened.items():
            with contextlib.suppress(OSError):  # closed since, past this disk
                if os.path.samestat(os.fstat(fd), opened):
                    os.close(fd)
        self._opened.clear()


def bury_the_dead() -> None:
    """Close what the processes that seemed to die had open, and forget their disks."""
    while DISKS:
        DISKS.pop().bury()


class CrashDisk(MortalDisk):
    """Dies at the `at`-th call (1-based) whose path `counts`; a write at which it dies may be `torn` in half.

    `calls` lists what was counted: the call and the file or folder it was about. Other threads than the first one
    just find the disk silent.
    """

    def __init__(self, at: int = 0, counts: Callable[[Path], bool] = lambda path: True, *, torn: bool = False) -> None:
        super().__init__()
        self.at = at
        self.counts = counts
        self.torn = torn
        self.calls: list[tuple[str, Path]] = []
        self.dead = False
        self._paths: dict[int, Path] = {}

    def die(self) -> None:
        """Now."""
        self.dead = True
        raise Dead

    def _call(self, name: str, path: Path) -> bool:
        """Whether this is the call to die at."""
        if threading.current_thread() is not threading.main_thread():
            return False
        if self.dead:
            raise Dead
        if not self.counts(path):
            return False
        self.calls.append((name, path))
        self.dead = len(self.calls) == self.at
        if self.dead and not (name == "write" and self.torn):
            raise Dead
        return self.dead

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        self._call("open", Path(path))
        fd = super().open(path, flags, mode)
        self._paths[fd] = Path(path)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self._call("write", self._paths[fd]):
            super().write(fd, memoryview(data)[: len(data) // 2])
            raise Dead
        return super().write(fd, data)

    def read(self, fd: int, count: int) -> bytes:
        self._call("read", self._paths[fd])
        return super().read(fd, count)

    def fsync(self, fd: int) -> None:
        self._call("fsync", self._paths[fd])

    def close(self, fd: int) -> None:
        self._call("close", self._paths[fd])
        del self._paths[fd]
        super().close(fd)

    def replace(self, source: Path, target: Path) -> None:
        self._call("replace", target)
        super().replace(source, target)

    def mkdir(self, path: Path) -> None:
        self._call("mkdir", path)
        super().mkdir(path)

    def unlink(self, path: Path) -> None:
        self._call("unlink", path)
        super().unlink(path)

    def remove_tree(self, path: Path) -> None:
        if self.dead and threading.current_thread() is threading.main_thread():
            raise Dead
        super().remove_tree(path)

    def touch(self, path: Path) -> None:
        super().touch(path)


class FullDisk(durable.Seam):
    """While `full`, no room for files of these names, or in folders of these names; "*" is everything."""

    def __init__(self, *parts: str, number: int = errno.ENOSPC) -> None:
        self.parts = set(parts)
        self.number = number
        self.full = False
        self.refused = 0
        self._paths: dict[int, Path] = {}

    def _check(self, path: Path) -> None:
        if self.full and (self.parts & set(path.parts) or "*" in self.parts):
            self.refused += 1
            raise OSError(self.number, os.strerror(self.number), str(path))

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        if flags & os.O_CREAT:
            self._check(Path(path))
        fd = super().open(path, flags, mode)
        self._paths[fd] = Path(path)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self._check(self._paths[fd])
        return super().write(fd, data)

    def fsync(self, fd: int) -> None:
        pass

    def replace(self, source: Path, target: Path) -> None:
        self._check(target)
        super().replace(source, target)


class FlaggedDisk(FullDisk):
    """Full while there is a file of this name: for several processes at once."""

    def __init__(self, flag: str) -> None:
        super().__init__("*")
        self._flag = flag

    def _check(self, path: Path) -> None:
        self.full = os.path.exists(self._flag)  # noqa: PTH110 - at each call
        super()._check(path)
