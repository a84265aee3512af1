"""Several files that belong together: all of them are written, or none. [no torch]"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from trainer.errors import DiskError
from trainer.store import durable
from trainer.store.disk_errors import disk_error
from trainer.store.output_file import remove_stale
from trainer.store.temporary_names import anonymous_name, temporary_name


def write_files(folder: str | Path, files: Mapping[str, bytes], *, mode: int = 0o600) -> None:
    """Write `files`, contents by name, into `folder`, durably: all of them or none. Raises DiskError.

    They are written into a temporary folder beside it, which is then renamed. If the folder exists, files of these
    names are replaced and others kept; if one cannot be replaced, the old ones are restored. After a kill or a power
    cut each name has its old file or its new one, and the temporary folder may stay until the next time. `mode`:
    permissions of the files, minus the umask; a new folder is as readable as its files.
    """
    with file_set(folder, mode=mode) as temp:
        for name, data in files.items():
            durable.write_bytes(temp / name, data, mode=mode)


@contextlib.contextmanager
def file_set(folder: str | Path, *, mode: int = 0o600) -> Iterator[Path]:
    """A temporary folder beside `folder` to write into, for files that `write_files` cannot hold in memory or that
    others write. What is in it at the end of the block takes its place in `folder` as `write_files` says; if the block
    raises, all of it is removed. Raises DiskError.
    """
    folder = Path(folder)
    temp = folder.absolute().with_name(temporary_name())
    remove_stale(temp.parent)
    try:
        durable.make_folder(temp)
        yield temp
        if folder.is_dir():
            _replace_all(temp, folder, sorted(path.name for path in temp.iterdir()))
        else:
            if mode & 0o077:
                temp.chmod(0o755)
            durable.move(temp, folder)
    except DiskError as error:  # names the requested file, not the temporary one
        error.where = error.where.replace(str(temp), str(folder))
        if "path" in error.parameters:
            error.parameters["path"] = str(error.parameters["path"]).replace(str(temp), str(folder))
        raise
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
                raise disk_error(IsADirectoryError(errno.EISDIR, "a folder of this name"), folder / name)
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
