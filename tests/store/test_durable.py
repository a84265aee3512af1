"""Old content or new content, never a mix; every failure is a DiskError that names the path."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash_counts import Count
from trainer.errors import DiskError
from trainer.store import durable
from trainer.store.rate_curves import RateCurve, write_curve
from trainer.store.search_folder import SearchFolder, make_search

CURVE = RateCurve(
    rates=(0.1,),
    losses=(1.0,),
    smoothed=(1.0,),
    stopped="end",
    rule="steepest",
    proposal=None,
    proposals={},
    present=0.1,
)
FAULTS = [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, "short"]
Put = Callable[..., Any]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def error_of(action: Callable[..., object], *arguments: object) -> DiskError | None:
    try:
        action(*arguments)
    except DiskError as error:
        return error
    return None


def calls_of(put: Put, action: Callable[[], object]) -> int:
    seam = put(at=0)
    action()
    return len(seam.calls)


def test_a_file_is_replaced_as_a_whole_in_this_order(tmp_path: Path, seam_with: Put) -> None:
    path = tmp_path / "a.json"
    seam = seam_with(at=0)
    durable.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    written = seam.calls[: seam.calls.index("replace")]
    assert [call for call in written if call != "read"] == ["open", "write", "fsync", "close", "open", "close"]
    assert seam.calls[seam.calls.index("replace") :] == ["replace", "open", "fsync", "close"]
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("how", FAULTS, ids=str)
def test_whichever_call_fails_the_file_is_old_or_new(
    tmp_path: Path, seam_with: Put, how: int | str, persistent: bool, count: Count
) -> None:
    old, new = b"old" * 1000, b"new!" * 1000
    path = tmp_path / "a.bin"
    for at in range(1, calls_of(seam_with, lambda: durable.write_bytes(path, new)) + 1):
        seam_with()
        durable.write_bytes(path, old)
        seam = seam_with(at, how, persistent=persistent)
        error = error_of(durable.write_bytes, path, new)
        assert path.read_bytes() in ((old, new) if error else (new,))
        count("faults", 1)
        if error:
            assert error.code in ("disk.full", "disk.read_only", "disk.failed")
            assert str(path) in str(error)
            assert error.fix
        assert seam.faults >= 1
        if not persistent:
            assert names(tmp_path) == ["a.bin"], "no temp is left where deleting works"
        seam_with()
        durable.write_bytes(path, new)  # once the disk is well again, writing works again
        assert path.read_bytes() == new
        durable.remove_leftovers(tmp_path)
        assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("old", [None, b"old"])
def test_what_does_not_pass_its_check_is_not_installed(tmp_path: Path, old: bytes | None) -> None:
    path, seen = tmp_path / "a.bin", []
    if old is not None:
        path.write_bytes(old)

    def refuse(temp: Path) -> None:
        seen.append((temp.parent, temp.read_bytes(), path.exists()))
        raise LookupError("not this one")

    with pytest.raises(LookupError, match="not this one"):
        durable.write_chunks(path, (b"new",), check=refuse)
    assert seen == [(tmp_path, b"new", old is not None)]
    assert names(tmp_path) == ([] if old is None else ["a.bin"])
    assert old is None or path.read_bytes() == old
    durable.write_chunks(path, (b"new",), check=lambda temp: None)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.bin"]


def test_content_that_reads_back_differently_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Rotten(durable.Seam):
        def read(self, fd: int, count: int) -> bytes:
            return super().read(fd, count).replace(b"e", b"f")

    path = tmp_path / "a.txt"
    durable.write_text(path, "old")
    monkeypatch.setattr(durable, "seam", Rotten())
    with pytest.raises(DiskError, match="differs"):
        durable.write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"


def test_the_error_of_a_full_disk_says_how_much_is_needed_and_free(tmp_path: Path, seam_with: Put) -> None:
    seam_with(2, errno.ENOSPC)
    with pytest.raises(DiskError) as caught:
        durable.write_bytes(tmp_path / "a", b"x" * 12345)
    assert caught.value.code == "disk.full"
    assert caught.value.parameters["needed"] == 12345
    assert isinstance(caught.value.parameters["free"], int)
    assert "12,345 bytes needed" in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_really_full_device_is_disk_full() -> None:
    file = durable.AppendFile("/dev/full")
    with pytest.raises(DiskError) as caught:
        file.append(b"line\n")
    assert caught.value.code == "disk.full"
    file.close()


def test_an_error_of_another_kind_leaves_no_temp(tmp_path: Path) -> None:
    def pieces() -> Any:
        yield b"a"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        durable.write_chunks(tmp_path / "a", pieces())
    assert names(tmp_path) == []


def test_windows_tries_again_while_the_file_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Held(durable.Seam):
        refusals = 3

        def replace(self, source: Path, target: Path) -> None:
            if self.refusals:
                self.refusals -= 1
                raise PermissionError(13, "held by an indexer")
            super().replace(source, target)

    waits: list[float] = []
    monkeypatch.setattr(durable, "WINDOWS", True)
    monkeypatch.setattr(durable, "seam", Held())
    monkeypatch.setattr("trainer.store.durable.time.sleep", waits.append)
    durable.write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert len(waits) == 3
    assert waits == sorted(waits)
    durable.seam.refusals = 100  # type: ignore[attr-defined]
    with pytest.raises(DiskError) as caught:
        durable.write_bytes(tmp_path / "a", b"newer")
    assert caught.value.code == "disk.read_only"
    assert (tmp_path / "a").read_bytes() == b"new"


def test_json_is_strict(tmp_path: Path) -> None:
    durable.write_json(tmp_path / "a.json", {"ö": [1, None]})
    assert (tmp_path / "a.json").read_bytes() == '{\n "ö": [\n  1,\n  null\n ]\n}\n'.encode()
    with pytest.raises(ValueError, match=r"NaN|nan"):
        durable.write_json(tmp_path / "a.json", float("nan"))


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_files_and_folders_are_private(tmp_path: Path) -> None:
    durable.make_folder(tmp_path / "x" / "y")
    durable.write_bytes(tmp_path / "x" / "y" / "z", b"")
    durable.AppendFile(tmp_path / "x" / "y" / "log").close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("x/y/*")} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "x", tmp_path / "x" / "y")} == {0o700}


def test_a_folder_is_made_once(tmp_path: Path, seam_with: Put) -> None:
    durable.make_folder(tmp_path / "a" / "b")
    with pytest.raises(FileExistsError):
        durable.make_folder(tmp_path / "a" / "b")
    for at in range(1, calls_of(seam_with, lambda: durable.make_folder(tmp_path / "c" / "d")) + 1):
        seam_with(at, errno.EROFS)
        with pytest.raises(DiskError):
            durable.make_folder(tmp_path / f"e{at}" / "f")
    (tmp_path / "file").write_bytes(b"")
    seam_with()
    with pytest.raises(DiskError):
        durable.make_folder(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    "use",
    [
        lambda root: durable.ensure_folder(root / "a" / "b"),
        lambda root: make_search(SearchFolder(root / "a" / "b")),
        lambda root: write_curve(root / "a" / "curve.json", CURVE),
    ],
    ids=["ensure_folder", "make_search", "write_curve"],
)
def test_of_two_processes_that_make_a_folder_at_once_none_fails(
    use: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class TheOtherWasFirst(durable.Seam):
        def mkdir(self, path: Path) -> None:
            super().mkdir(path)
            super().mkdir(path)

    monkeypatch.setattr(durable, "seam", TheOtherWasFirst())
    use(tmp_path)
    assert (tmp_path / "a").is_dir()
    monkeypatch.setattr(durable, "seam", durable.Seam())
    use(tmp_path)


def test_remove_and_touch(tmp_path: Path, seam_with: Put) -> None:
    path = tmp_path / "a"
    durable.write_bytes(path, b"")
    os.utime(path, (0, 0))
    durable.touch(path)
    assert path.stat().st_mtime > 1e9
    seam_with(1, errno.EACCES)
    with pytest.raises(DiskError):
        durable.remove(path)
    durable.remove(path)
    durable.remove(path)
    with pytest.raises(DiskError):
        durable.touch(path)
    assert durable.remove_leftovers(tmp_path / "missing") == 0


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("how", FAULTS, ids=str)
def test_appended_lines_are_whole_whatever_fails(
    tmp_path: Path, seam_with: Put, how: int | str, persistent: bool, count: Count
) -> None:
    lines = [b"line %d\n" % number for number in range(5)]
    for at in range(1, 12):
        path = tmp_path / f"{at}.log"
        seam_with(at, how, persistent=persistent)
        acknowledged = []
        try:
            file = durable.AppendFile(path)
        except DiskError:
            continue
        for line in lines:
            error = error_of(file.append, line)
            assert error is None or str(path) in str(error)
            acknowledged += [] if error else [line]
            error_of(file.sync)
        count("faults", 1)
        seam_with()
        file.append(b"after\n")
        file.close()
        acknowledged.append(b"after\n")
        found = path.read_bytes().splitlines(keepends=True)
        assert [line for line in found if not line.endswith(b"~\n")] == acknowledged


@pytest.mark.parametrize("tail", [b"", b"whole\n", b"torn", b"whole\ntorn"])
def test_a_torn_tail_is_closed_and_never_made_valid(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(tail)
    file = durable.AppendFile(path)
    assert path.read_bytes() == tail, "opening changes nothing"
    file.append(b"next\n")
    file.append(b"last\n")
    file.close()
    file.close()
    torn = b"~\n" if tail.endswith(b"torn") else b""
    assert path.read_bytes() == tail + torn + b"next\nlast\n"
    with pytest.raises(ValueError, match="closed"):
        file.append(b"no\n")


def test_reading_refuses_what_is_no_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert durable.read_bytes(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="larger"):
        durable.read_bytes(tmp_path / "a", 4)
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path / "a")
        for name in ("pipe", "link"):
            with pytest.raises(OSError, match=r".+"):
                durable.read_bytes(tmp_path / name, 5)
        with pytest.raises(OSError, match="not a regular"):
            durable.read_bytes("/dev/zero", 5)


@pytest.mark.parametrize("path", [".", "..", "/", "new/and/deep"])
def test_any_folder_may_be_there(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        durable.ensure_folder(path)
        assert Path(path).is_dir()
