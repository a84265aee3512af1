"""One writer per run: a lock that ends with its process, and a safe way to query it. [no torch]

POSIX record locks (lockf), because flock survives in forked workers after their parent is killed. Closing any
descriptor of the file would release such a lock; hence it is opened once, and a process never reopens the lock it
holds.

Written by hand: filelock and portalocker use flock on POSIX.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
import threading
from pathlib import Path

from trainer.errors import UsageError
from trainer.store import durable
from trainer.store.disk_errors import disk_error

_held: set[str] = set()
"""Real paths of the locks this process holds: record locks do not exclude a second Trainer in the same process."""
_guard = threading.Lock()
_BUSY = {errno.EACCES, errno.EAGAIN, getattr(errno, "EDEADLOCK", errno.EDEADLK)}


class RunLock:
    """Take the lock on construction, hold it until `release` or the end of the process.

    `holder` describes the owner for the error text ("pid 17 on ada since ..."). Raises UsageError `run.busy` if another
    writer, in this process or elsewhere, has it, and DiskError if locks do not work.
    """

    def __init__(self, path: str | Path, *, holder: str = "another process") -> None:
        self.path = Path(path)
        self._key = os.path.realpath(path)
        self._fd: int | None = None
        with _guard:
            if self._key in _held:
                raise _busy(self.path, holder)
            _held.add(self._key)
        try:
            self._fd = _take(self.path)
        except BaseException as error:
            _forget(self._key)
            if isinstance(error, BlockingIOError):
                raise _busy(self.path, holder) from None
            if isinstance(error, OSError):
                raise disk_error(error, self.path) from error
            raise

    def release(self) -> None:
        """Release the lock; harmless if it has been released."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
            _forget(self._key)


def is_locked(path: str | Path) -> bool | None:
    """Whether some process holds the lock, without taking it. None: cannot be queried here (Windows, no access)."""
    with _guard:
        # opening and closing our own lock would release it
        if os.path.realpath(path) in _held:
            return True
        if sys.platform == "win32":
            return None
        try:
            fd = durable.open_regular(path)
        except FileNotFoundError:
            return False
        except OSError:
            return None
        try:
            return _query(fd)
        except OSError:
            return None
        finally:
            os.close(fd)


def _forget(key: str) -> None:
    with _guard:
        _held.discard(key)


def _busy(path: Path, holder: str) -> UsageError:
    return UsageError(
        "run.busy",
        f"This run is being written by {holder}.",
        where=str(path.parent),
        fix="Wait until it ends, or stop it first.",
        path=str(path.parent),
        holder=holder,
    )


def _take(path: Path) -> int:
    fd = durable.seam.open(path, os.O_RDWR | os.O_CREAT)
    try:
        _lock(fd)
    except OSError as error:
        os.close(fd)
        if error.errno in _BUSY:
            raise BlockingIOError(error.errno, "the lock is taken") from None
        raise
    return fd


def _lock(fd: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _query(fd: int) -> bool:
    if sys.platform == "win32":
        raise OSError(errno.ENOTSUP, "no such query")
    import fcntl

    layout, at = _flock_layout(sys.platform)
    values = [0] * 5
    values[at] = fcntl.F_WRLCK
    answer = fcntl.fcntl(fd, fcntl.F_GETLK, struct.pack(layout, *values))
    return int(struct.unpack(layout, answer)[at]) != fcntl.F_UNLCK


def _flock_layout(platform: str) -> tuple[str, int]:
    """Layout of C's `struct flock`, and which of its five fields is the type. Whence, start and length are 0: all."""
    if platform.startswith("linux"):
        return "@hhqqi4x", 0  # type, whence, start, length, pid
    return "@qqihh", 3  # macOS, BSD: start, length, pid, type, whence
