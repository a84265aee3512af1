"""Several files that belong together: all of them are written, or none. [no torch]"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from trainer.errors import DiskError
from trainer.store import durable
from trainer.store.output_file import remove_stale
from trainer.store.temporary_names import anonymous_name, temporary_name


def write_files(folder: str | Path, files: Mapping[str, bytes], *, mode: int = 0o600) -> None:
    """Write `files`, contents by name, into `folder`, durably: all of them or none. Raises DiskError.

    They are written into a temporary folder beside it, which is then renamed. If the folder exists, files of these
    names are replaced and others kept; if one cannot be replaced, the old ones are restored. After a kill or a power
    cut each name has its old file or its new one, and the temporary folder may stay until the next time. `mode`:
    permissions of the files, minus the umask; a new folder is as readable as its files.
    """
    folder = Path(folder)
    temp = folder.absolute().with_name(temporary_name())
    remove_stale(temp.parent)
    try:
        durable.make_folder(temp)
        for name, data in files.items():
            with _named(folder / name):
                durable.write_bytes(temp / name, data, mode=mode)
        if folder.is_dir():
            _replace_all(temp, folder, list(files))
        else:
            if mode & 0o077:
                temp.chmod(0o755)
            durable.move(temp, folder)
    finally:
        durable.remove_tree(temp)


def _replace_all(new: Path, folder: Path, names: Iterable[str]) -> None:
    """Move each file of `new` into `folder`, replacing older ones: renaming needs no disk space."""
    old = folder.absolute().with_name(anonymous_name())
    begun: list[str] = []
    try:
        durable.make_folder(old)
        for name in names:
            if (folder / name).is_dir():
                raise durable.disk_error(IsADirectoryError(errno.EISDIR, "a folder of this name"), folder / name)
            begun.append(name)
            if os.path.lexists(folder / name):
                _keep_beside(folder / name, old / name)
            durable.move(new / name, folder / name)
    except BaseException:
        for name in begun:
            # report the first error
            with contextlib.suppress(DiskError):
                if not os.path.lexists(new / name):
                    durable.move(folder / name, new / name)
                if os.path.lexists(old / name):
                    durable.move(old / name, folder / name)
        raise
    finally:
        if not any(os.path.lexists(old / name) and not os.path.lexists(folder / name) for name in begun):
            durable.remove_tree(old)  # otherwise it holds the only copy


def _keep_beside(path: Path, kept: Path) -> None:
    """Give a file a second name, so that it survives being replaced; where the disk has no hard links, it is moved."""
    if path.is_file() and not path.is_symlink():
        with contextlib.suppress(OSError):
            return durable.seam.link(path, kept)
    return durable.move(path, kept)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors name the requested file, not the temporary one."""
    try:
        yield
    except DiskError as error:
        if not isinstance(error.__cause__, OSError):
            raise
        raise durable.disk_error(error.__cause__, path, int(error.parameters.get("needed") or 0)) from error.__cause__
