"""Several files: all or none, whichever call to the system fails."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.crash_counts import Count
from trainer.errors import DiskError
from trainer.store import durable
from trainer.store.file_set import write_files

NEW = {"a.svg": b"new a", "b.csv": b"new b"}
OLD = {"b.csv": b"old b", "other": b"kept"}


def content(folder: Path) -> dict[str, bytes] | None:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else None


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class FailsAt(durable.Seam):
    """The call of this number fails, and all writes after it: a disk that is full stays full."""

    def __init__(self, number: int) -> None:
        self.number, self.calls = number, 0

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        self._count()
        return super().open(path, flags, mode)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self._count()
        return super().write(fd, data)

    def fsync(self, fd: int) -> None:
        self._count()  # and no more: hundreds of real ones take their time

    def replace(self, source: Path, target: Path) -> None:
        self._count()
        super().replace(source, target)

    def mkdir(self, path: Path) -> None:
        self._count()
        super().mkdir(path)


@pytest.mark.parametrize("before", [None, {}, OLD])
def test_all_or_none_at_every_call(
    before: dict[str, bytes] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    failures = 0
    for number in range(1, 200):
        folder = tmp_path / str(number) / "figures"
        folder.parent.mkdir()
        if before is not None:
            folder.mkdir()
            for name, data in before.items():
                (folder / name).write_bytes(data)
        seam = FailsAt(number)
        monkeypatch.setattr(durable, "seam", seam)
        try:
            write_files(folder, NEW, mode=0o666)
        except DiskError:
            failures += 1
            # syncing the folder comes last: by then all is in place
            assert content(folder) in (before, {**(before or {}), **NEW})
            monkeypatch.setattr(durable, "seam", durable.Seam())
            write_files(folder, NEW, mode=0o666)
        assert content(folder) == {**(before or {}), **NEW}
        assert names_in(folder.parent) == ["figures"]
        if seam.calls < number:
            break
    count("faults", failures)
    assert 10 < failures < 199


def test_a_full_disk_names_the_file_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(durable.Seam):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable, "seam", Full())
    with pytest.raises(DiskError, match="The disk is full") as caught:
        write_files(tmp_path / "figures", NEW)
    assert caught.value.where == str(tmp_path / "figures" / "a.svg")
    assert names_in(tmp_path) == []


def test_a_folder_in_the_place_of_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "figures" / "b.csv").mkdir(parents=True)
    (tmp_path / "figures" / "b.csv" / "mine").write_text("kept")
    with pytest.raises(DiskError):
        write_files(tmp_path / "figures", NEW)
    assert names_in(tmp_path / "figures") == ["b.csv"]
    assert (tmp_path / "figures" / "b.csv" / "mine").read_text() == "kept"


def test_others_may_read_what_is_made_for_them(tmp_path: Path) -> None:
    write_files(tmp_path / "shared", NEW, mode=0o666)
    write_files(tmp_path / "own", NEW)
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
