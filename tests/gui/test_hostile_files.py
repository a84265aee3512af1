"""Files of a run that are missing, links to elsewhere, pipes, devices, folders, or may not be written."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.hostile_runs import DATA, Visitor, WholeRun, pairs, unopened
from trainer.errors import DataError
from trainer.store.folder import RunFolder
from trainer.store.requests import post

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify, /proc")
NEEDED = (
    *("journal.jsonl", "run.toml", "environment.json", "metrics.csv", "summary.json", "log.txt"),
    *("checkpoints", "predictions", "snapshots", "evaluation"),
    *("checkpoints/best-000000003.safetensors", "predictions/epoch-0002.npz", "snapshots/epoch-0003.npz"),
    *("evaluation/test.json", "evaluation/test.npz", "evaluation/test.txt"),
)
STEERING = ("owner.json", "lock", "requests")
PICTURES = (f"{DATA}/index.json", f"{DATA}/valid.npy", f"{DATA}/test.npy", DATA, ".data")
FILES = tuple(name for name in (*NEEDED, "owner.json", "lock", "viewer.json", *PICTURES[:3]) if "." in name)
FOLDERS = ("checkpoints", "predictions", "snapshots", "evaluation", "requests", *PICTURES[3:])


@pytest.fixture
def visit(qtbot: QtBot, window: Window, tmp_path: Path) -> Visitor:
    return Visitor(qtbot, window, tmp_path)


@pytest.fixture
def run(root: Path) -> RunFolder:
    made = WholeRun(root)
    made.make()
    return made.folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What lies elsewhere, and is nobody's business."""
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


def place(run: RunFolder, name: str) -> Path:
    return (run.path.parent if name.startswith(".data") else run.path) / name


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


# -- missing ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_is_named(name: str, visit: Visitor, run: RunFolder) -> None:
    remove(place(run, name))
    said = visit(run)
    assert f"{name} is missing." in said


@pytest.mark.slow
@pytest.mark.parametrize("name", [*STEERING, "viewer.json"])
def test_what_an_ended_run_does_not_need_is_not_missed(name: str, visit: Visitor, run: RunFolder) -> None:
    remove(place(run, name))
    assert "is missing" not in visit(run)


@pytest.mark.slow
@pytest.mark.parametrize("name", STEERING)
def test_a_lost_run_needs_it(name: str, visit: Visitor, root: Path) -> None:
    made = WholeRun(root, ended=False)
    made.make()
    remove(place(made.folder, name))
    assert f"{name} is missing." in visit(made.folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_missing_images_are_told(name: str, visit: Visitor, run: RunFolder) -> None:
    remove(place(run, name))
    assert DATA in visit(run)


@pytest.mark.slow
def test_nothing_but_the_journal(visit: Visitor, run: RunFolder) -> None:
    for path in run.path.iterdir():
        if path != run.journal:
            remove(path)
    said = visit(run)
    assert "is missing." in said
    assert "more)" in said
    assert "epoch 3 of 3" in said, "what is known is shown"


@pytest.mark.slow
def test_nothing_but_the_summary(visit: Visitor, run: RunFolder) -> None:
    for path in run.path.iterdir():
        if path != run.summary:
            remove(path)
    assert "journal.jsonl is missing." in visit(run)


def test_what_comes_back_is_no_longer_missed(visit: Visitor, run: RunFolder) -> None:
    text = run.run_toml.read_bytes()
    run.run_toml.unlink()
    visit(run)
    assert visit.window.banner.text("folder") is not None
    run.run_toml.write_bytes(text)
    visit.qtbot.waitUntil(lambda: visit.window.banner.text("folder") is None)


# -- links to elsewhere ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_link_in_place_of_a_file_is_named_and_not_followed(
    name: str, visit: Visitor, run: RunFolder, outside: Path
) -> None:
    path, secret = place(run, name), outside / "secret"
    path.rename(secret)  # just what the window would like to read
    path.symlink_to(secret)
    with unopened(outside):
        said = visit(run)
    if name == "journal.jsonl":
        assert f"{path}" in said
        assert "link" in said
        assert "epoch 3 of 3" not in said
    else:
        assert f"{name} is a link. It was not opened." in said


@pytest.mark.parametrize("name", FOLDERS)
def test_a_link_in_place_of_a_folder_is_named_and_not_followed(
    name: str, visit: Visitor, run: RunFolder, outside: Path
) -> None:
    path, secret = place(run, name), outside / "secrets"
    path.rename(secret)
    path.symlink_to(secret, target_is_directory=True)
    with unopened(outside):
        said = visit(run)
    assert f"{name} is a link. It was not opened." in said


def test_a_request_is_not_written_through_a_link(run: RunFolder, outside: Path) -> None:
    run.requests.rmdir()
    run.requests.symlink_to(outside, target_is_directory=True)
    with pytest.raises(DataError, match="outside"):
        post(run, "stop", source="test")
    assert list(outside.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["journal.jsonl", "log.txt", "predictions/epoch-0002.npz", "viewer.json"])
def test_a_link_to_itself_and_to_nothing(name: str, visit: Visitor, run: RunFolder) -> None:
    path = place(run, name)
    for target in (path.name, "nowhere"):
        path.unlink()
        path.symlink_to(target)
        visit.window.show_run(None)
        assert "link" in visit(run)


# -- no files at all -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), pairs(FILES, ("pipe", "socket", "folder", "device")))
def test_what_is_no_file_is_named_and_not_opened(name: str, kind: str, visit: Visitor, run: RunFolder) -> None:
    path = place(run, name)
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o600)
    elif kind == "folder":
        path.mkdir()
    else:
        try:
            os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # zeros without end
        except PermissionError:
            pytest.skip("devices are made by root")
    said = visit(run)
    if name == "journal.jsonl":
        assert f"{path}" in said
        assert "not a regular file" in said
    else:
        assert f"{name} is not a file. It was not opened." in said


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_in_place_of_a_folder(name: str, visit: Visitor, run: RunFolder) -> None:
    path = place(run, name)
    remove(path)
    path.write_text("no folder", "utf-8")
    assert f"{name} is not a folder. It was not opened." in visit(run)


RECORDS = ("summary.json", "run.toml", "viewer.json", "environment.json", "evaluation/test.json")
CONTENTS = (b"", b"{", b"\xff\xfe", b"[" * 200_000, b"\0" * 100, b"<b>", b'{"a": 1}' * 2)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "content"), pairs(RECORDS, CONTENTS))
def test_a_record_that_cannot_be_read_is_named(name: str, content: bytes, visit: Visitor, run: RunFolder) -> None:
    place(run, name).write_bytes(content)
    said = visit(run)
    if name != "run.toml" or content:
        assert f"{name} cannot be read: " in said


# -- not to be written -----------------------------------------------------------------------------------------------


@contextmanager
def as_nobody_special() -> Iterator[None]:
    """Root without its power over permissions (capabilities of this thread, given back afterwards)."""
    libc = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(head, sets) == 0
    before = sets[0]
    sets[0] = before & ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(head, sets) == 0
    try:
        yield
    finally:
        sets[0] = before
        assert libc.capset(head, sets) == 0


@contextmanager
def without_rights(run: RunFolder, folder: int, file: int) -> Iterator[None]:
    places = [run.path, *run.path.rglob("*")]
    modes = {path: path.stat().st_mode for path in places}
    for path in reversed(places):
        path.chmod(folder if path.is_dir() else file)
    try:
        with as_nobody_special():
            yield
    finally:
        for path in places:
            path.chmod(modes[path])


def test_a_run_that_may_only_be_read(visit: Visitor, run: RunFolder) -> None:
    with without_rights(run, 0o500, 0o400):
        with pytest.raises(PermissionError):
            (run.path / "new").touch()
        said = visit(run)
        assert "epoch 3 of 3" in said
        assert visit.window.banner._lines == {}, "it can be read, and nobody wants to write"
        visit.window.runs_side.panel._annotate(run.name, "a note", "")
        labels = [label.text() for label in visit.window.runs_side.panel.notice.findChildren(QLabel)]
        assert any("viewer.json" in label for label in labels), "that a note cannot be kept is told"
    assert "mine" in run.viewer.read_text("utf-8")


def test_a_run_that_may_not_be_read(visit: Visitor, run: RunFolder) -> None:
    with without_rights(run, 0o500, 0o000):
        visit.window.open_run(run.path)
        visit.qtbot.waitUntil(lambda: visit.window.banner.text("unreadable") is not None)
        assert "journal.jsonl" in (visit.window.banner.text("unreadable") or "")
        assert visit.window.refresh_timer.timer.interval() > 0, "it does not try again without pause"
    visit.qtbot.waitUntil(lambda: visit.window.banner.text("unreadable") is None)
    visit.qtbot.waitUntil(lambda: visit.window.epoch_bar.slider.maximum() == 3)
