"""The only module that writes files that must survive a crash. [no torch]

A file is replaced as a whole: temp in the same folder, write, flush, fsync, close, reopen and verify, replace, fsync
the folder. Whatever goes wrong, the path holds the old content or the new, never a mixture. System errors become
`DiskError` with the path, the bytes needed and the bytes free.

Written by hand: the usual library, atomicwrites, is archived and does not read back.

Every system call goes through `seam`, so that tests can record all calls or make the Nth one fail.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from trainer.store.disk_errors import NOT_REGULAR, disk_error
from trainer.store.temporary_names import TEMP_SUFFIX, temporary_name

WINDOWS = sys.platform == "win32"
_CHUNK = 1 << 20
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_REPLACE_WAITS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between retries on Windows, where a virus scanner or an indexer may briefly hold the file."""
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}
"""Error numbers of network file systems that lack an operation."""


class Seam:
    """The system calls for writing files; tests replace this object."""

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        return os.open(path, flags | _FLAGS, mode)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        return os.write(fd, data)

    def read(self, fd: int, count: int) -> bytes:
        return os.read(fd, count)

    def fsync(self, fd: int) -> None:
        if sys.platform == "darwin":
            import fcntl

            # plain fsync leaves the data in the drive's own cache on macOS
            with contextlib.suppress(OSError):
                fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
                return
        os.fsync(fd)

    def close(self, fd: int) -> None:
        os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)  # noqa: PTH105 - the seam names system calls

    def link(self, source: Path, target: Path) -> None:
        os.link(source, target)

    def mkdir(self, path: Path) -> None:
        path.mkdir(mode=0o700)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def remove_tree(self, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)

    def touch(self, path: Path) -> None:
        os.utime(path)


seam = Seam()


@contextlib.contextmanager
def _for_people(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from error


def write_bytes(path: str | Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace the file by `data`, durably. Raises DiskError; the path then holds either its old content or all of the
    new. `mode`: permissions of a new file, minus the umask.
    """
    write_chunks(path, (data,), mode=mode)


def write_chunks(
    path: str | Path,
    chunks: Iterable[bytes | memoryview],
    *,
    check: Callable[[Path], None] | None = None,
    mode: int = 0o600,
) -> None:
    """`write_bytes` for content produced in pieces. Pieces are flat buffers of bytes. `check` is called with the
    finished temporary file before it replaces the old one; what it raises is passed on, and the path stays unchanged.
    """
    path = Path(path)
    temp = path.with_name(temporary_name())
    written = 0

    def counted() -> Iterator[bytes | memoryview]:
        nonlocal written
        for chunk in chunks:
            written += len(chunk)
            yield chunk

    try:
        digest = _write_new(temp, counted(), mode)
        if _digest(temp) != digest:
            raise OSError(errno.EIO, "what was read back differs from what was written")
        if check is not None:
            check(temp)
        _replace(temp, path)
        sync_folder(path.parent)
    except BaseException as error:
        # after a successful replace there is no temp left
        with contextlib.suppress(OSError):
            seam.unlink(temp)
        if isinstance(error, OSError):
            raise disk_error(error, path, written) from error
        raise


def write_text(path: str | Path, text: str) -> None:
    """`write_bytes` of the text in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: str | Path, obj: Any) -> None:
    """`write_bytes` of readable JSON. Raises ValueError for NaN and infinities, TypeError for values JSON cannot
    hold."""
    write_text(path, json.dumps(obj, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _write_new(path: Path, chunks: Iterable[bytes | memoryview], mode: int) -> bytes:
    digest = hashlib.sha256()
    fd = seam.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        for chunk in chunks:
            digest.update(chunk)
            _write_all(fd, chunk)
        seam.fsync(fd)
    except BaseException:
        with contextlib.suppress(OSError):
            seam.close(fd)
        raise
    seam.close(fd)  # a full network disk may be reported only here
    return digest.digest()


def _write_all(fd: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[seam.write(fd, view) :]


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    fd = seam.open(path, os.O_RDONLY)
    try:
        while chunk := seam.read(fd, _CHUNK):
            digest.update(chunk)
    finally:
        seam.close(fd)
    return digest.digest()


def _patiently(action: Callable[[], None]) -> None:
    """Windows refuses while another process reads the file: retry for two seconds."""
    for wait in _REPLACE_WAITS if WINDOWS else ():
        try:
            return action()
        except PermissionError:
            time.sleep(wait)
    return action()


def _replace(source: Path, target: Path) -> None:
    _patiently(lambda: seam.replace(source, target))


def sync_folder(folder: str | Path) -> None:
    """Make the names in a folder durable. Raises OSError. Windows neither has nor needs such a call."""
    if WINDOWS:
        return
    # a folder may be reached through a link, a file may not
    fd = seam.open(os.path.realpath(folder), os.O_RDONLY)
    try:
        seam.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        seam.close(fd)


def make_folder(path: str | Path) -> None:
    """Make a new folder, mode 0700, and its missing parents, durably.

    Raises FileExistsError if it exists (the process that creates it owns it), DiskError otherwise.
    """
    path = Path(path)
    missing = [parent for parent in path.parents if not parent.exists()]
    with _for_people(path):
        _sync_name([path, *path.parents][len(missing) + 1] if path.parents else path)
        for parent in reversed(missing):
            with contextlib.suppress(FileExistsError):
                seam.mkdir(parent)
            sync_folder(parent.parent)
    try:
        seam.mkdir(path)
    except FileExistsError:
        with _for_people(path):
            _sync_name(path)
        raise
    except OSError as error:
        raise disk_error(error, path) from error
    with _for_people(path):
        sync_folder(path.parent)


def ensure_folder(path: str | Path) -> None:
    """`make_folder`, but it may exist: of several processes that make it at once, none fails. Raises DiskError."""
    with contextlib.suppress(FileExistsError):
        make_folder(path)


def _sync_name(folder: Path) -> None:
    """For a folder that exists: the process that made it may have been killed before its name was durable."""
    with contextlib.suppress(PermissionError):  # what is above our folders may not be ours to open
        sync_folder(folder.parent)


def remove(path: str | Path) -> None:
    """Delete a file, if it still exists. Raises DiskError."""
    path = Path(path)
    with _for_people(path), contextlib.suppress(FileNotFoundError):
        _patiently(lambda: seam.unlink(path))


def move(source: str | Path, target: str | Path) -> None:
    """Rename a file or a folder within the same file system, durably. Raises DiskError."""
    source, target = Path(source), Path(target)
    with _for_people(target):
        _replace(source, target)
        for folder in {source.parent, target.parent}:
            sync_folder(folder)


def remove_tree(path: str | Path) -> None:
    """Delete a folder and everything in it; what cannot be deleted stays."""
    seam.remove_tree(Path(path))


def remove_leftovers(folder: str | Path) -> int:
    """Delete temps that a killed writer left in `folder`; returns how many. Only for the holder of the run's lock.
    Folders stay: what was exported into the run folder may have its only copy there. Raises DiskError."""
    temps = [entry for entry in _names(Path(folder)) if entry.startswith(".") and entry.endswith(TEMP_SUFFIX)]
    leftovers = [name for name in temps if not (Path(folder) / name).is_dir()]
    for name in leftovers:
        remove(Path(folder) / name)
    return len(leftovers)


def _names(folder: Path) -> list[str]:
    with _for_people(folder):
        try:
            return os.listdir(folder)  # noqa: PTH208 - names are all that is needed
        except FileNotFoundError:
            return []


def touch(path: str | Path) -> None:
    """Set the file's modification time to now. Raises DiskError."""
    path = Path(path)
    with _for_people(path):
        seam.touch(path)


class AppendFile:
    """A file that only grows, line by line; once `append` has returned, the line survives the end of the process.

    A torn last line (power cut, full disk) is never completed into a valid one: the next append closes it with `~`
    and a line feed, so that its checksum fails.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with _for_people(self.path):
            self._fd: int | None = seam.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            try:
                self._torn = self._ends_torn()
                # even of a file that was there: whoever made it may have been killed before this
                sync_folder(self.path.parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    seam.close(self._fd)
                raise

    def _ends_torn(self) -> bool:
        assert self._fd is not None
        if os.lseek(self._fd, 0, os.SEEK_END) == 0:
            return False
        os.lseek(self._fd, -1, os.SEEK_END)
        return seam.read(self._fd, 1) != b"\n"

    def append(self, line: bytes) -> None:
        """Append one line, which ends with its only line feed. Raises DiskError; part of the line may then have been
        written."""
        if self._fd is None:
            raise ValueError(f"{self.path} is closed")
        data = b"~\n" + line if self._torn else line
        done = 0
        try:
            while done < len(data):
                done += seam.write(self._fd, data[done:] if done else data)
            self._torn = False
        except BaseException as error:
            self._torn = True
            with contextlib.suppress(OSError):
                self._torn = self._ends_torn()
            if isinstance(error, OSError):
                raise disk_error(error, self.path, len(data)) from error
            raise

    def sync(self) -> None:
        """Wait until all appended lines would survive a power cut. Raises DiskError."""
        if self._fd is not None:
            with _for_people(self.path):
                seam.fsync(self._fd)

    def close(self) -> None:
        """Close the file; harmless if it is closed already. Raises DiskError."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with _for_people(self.path):
                seam.close(fd)


def open_regular(path: str | Path) -> int:
    """A descriptor for reading a regular file, never a link, a pipe or a device. Raises OSError."""
    # opening some devices has effects: check first, and check again what was opened
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, NOT_REGULAR, str(path))
    fd = os.open(path, os.O_RDONLY | _FLAGS | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, NOT_REGULAR, str(path))
    return fd


def read_bytes(path: str | Path, limit: int) -> bytes:
    """Read all of a regular file of at most `limit` bytes. Raises OSError, also if it is larger or not a regular
    file."""
    with os.fdopen(open_regular(path), "rb", buffering=0) as file:
        if os.fstat(file.fileno()).st_size > limit:
            raise OSError(errno.EFBIG, f"larger than {limit:,} bytes", str(path))
        return file.readall()
