"""`predict` of folders: every image below, a table, folders of classes; nothing overwritten, nothing passed over."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from trainer.data.image_search import find_images
from trainer.errors import DiskError, UsageError
from trainer.export.class_folders import copy_into, safe_name


@pytest.fixture
def new_photos(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    for number, name in enumerate(("2.png", "10.png", "deeper/1.PNG", ".hidden.png", "__MACOSX/2.png")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8), 40 * number, np.uint8)).save(path)
    (folder / "notes.txt").write_text("no image")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_a_folder_stands_for_all_images_below_in_their_order(new_photos: Path) -> None:
    found = find_images([str(new_photos)])
    assert [Path(path).relative_to(new_photos).as_posix() for path in found.images] == [
        "2.png",
        "10.png",
        "deeper/1.PNG",
    ]
    assert dict(found.left_out) == {"txt": 1}


@pytest.mark.parametrize(
    "folder", ["__macosx", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found", ".git"]
)
def test_folders_that_training_leaves_out_hold_no_images_here_either(new_photos: Path, folder: str) -> None:
    before = find_images([str(new_photos)])
    left = new_photos / "deeper" / folder
    left.mkdir(parents=True)
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(left / "3.png")
    (new_photos / "Thumbs.db").write_bytes(b"previews")
    assert find_images([str(new_photos)]) == before


def test_the_table_has_what_the_screen_has(cli: Cli, done: str, new_photos: Path, tmp_path: Path) -> None:
    table = tmp_path / "classes.csv"
    answer = cli("predict", done, new_photos, "--csv", table)
    assert answer.code == 0
    assert "1 txt" in answer.err
    wanted = cli("predict", done, new_photos, "--json").document["images"]
    rows = rows_of(table)
    assert [row["image"] for row in rows] == [row["image"] for row in wanted]
    for row, one in zip(rows, wanted, strict=True):
        assert (row["class"], row["class_2"], row["class_3"]) == tuple(entry["class"] for entry in one["top"])
        assert float(row["confidence"]) == one["confidence"]
        assert row["unsure"] == "false"


def test_images_are_sorted_into_their_classes_and_unsure_ones_set_aside(
    cli: Cli, done: str, new_photos: Path, tmp_path: Path
) -> None:
    target = tmp_path / "sorted"
    rows = cli("predict", done, new_photos, "--json").document["images"]
    bound = sorted(row["confidence"] for row in rows)[1]
    assert cli("predict", done, new_photos, "--sort-into", target, "--unsure", str(bound)).code == 0
    for row in rows:
        folder = "unsure" if row["confidence"] < bound else row["class"]
        assert (target / folder / Path(row["image"]).name).read_bytes() == Path(row["image"]).read_bytes()
    count = sum(path.is_file() for path in target.rglob("*"))
    assert count == len(rows)
    cli("predict", done, new_photos, "--sort-into", target, "--unsure", str(bound))
    assert sum(path.is_file() for path in target.rglob("*")) == count, "the same copies are not made twice"


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    for name, content in (("a/x.png", b"one"), ("b/x.png", b"two"), ("c/x.png", b"one")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    images = [(str(tmp_path / name / "x.png"), "cat") for name in "abc"]
    assert copy_into(tmp_path / "out", images) == {"cat": 3}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out" / "cat").iterdir()} == {
        "x.png": b"one",
        "x-2.png": b"two",
    }


def test_copies_never_end_up_among_the_images(tmp_path: Path) -> None:
    for name in ("inbox/x.png", "cat/deep/y.png"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(name.encode())
    assert copy_into(tmp_path, [(str(tmp_path / "inbox" / "x.png"), "dog")], ["cat", "dog"]) == {"dog": 1}
    for path in (tmp_path / "cat" / "deep" / "y.png", tmp_path / "dog" / "x.png"):
        with pytest.raises(UsageError) as caught:
            copy_into(tmp_path, [(str(path), "dog")], ["cat", "dog"])
        assert caught.value.code == "export.among_copies"
    assert sorted(path.name for path in tmp_path.rglob("*.png")) == ["x.png", "x.png", "y.png"]


def test_a_table_that_cannot_be_written_is_refused_before_anything_is_read(cli: Cli, done: str, tmp_path: Path) -> None:
    for table in (tmp_path, tmp_path / "none" / "x.csv"):
        for words in (("predict", done, "nothing.png"), ("evaluate", done, "--data", "nothing")):
            answer = cli(*words, "--csv", table)
            assert answer.code == 4
            assert "folder" in answer.err
            assert "nothing" not in answer.err


def test_without_a_readable_image_nothing_is_made(cli: Cli, done: str, tmp_path: Path) -> None:
    answer = cli(
        "predict", done, tmp_path / "nothing.png", "--csv", tmp_path / "c.csv", "--sort-into", tmp_path / "out"
    )
    assert (answer.code, answer.out) == (5, "")
    assert "nothing.png: the file does not exist" in " ".join(answer.err.split())
    assert not {"c.csv", "out"} & {path.name for path in tmp_path.iterdir()}


def test_a_file_where_a_folder_is_needed_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"one")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cat").write_bytes(b"a file")
    with pytest.raises(DiskError):
        copy_into(tmp_path / "out", [(str(tmp_path / "x.png"), "cat")])
    assert (tmp_path / "out" / "cat").read_bytes() == b"a file"


def test_every_class_has_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"one")
    names = ["a/b", "a:b", "A_B", "..", "", "con\n"]
    copy_into(tmp_path / "out", [(str(tmp_path / "x.png"), name) for name in names])
    folders = list((tmp_path / "out").iterdir())
    assert len({folder.name.casefold() for folder in folders}) == len(names)
    assert all(folder.is_dir() and safe_name(folder.name) == folder.name for folder in folders)


def test_bad_images_are_named_and_the_rest_is_done(cli: Cli, done: str, new_photos: Path, tmp_path: Path) -> None:
    (new_photos / "bad.png").write_bytes(b"no image")
    table = tmp_path / "classes.csv"
    answer = cli("predict", done, new_photos, "--csv", table)
    assert answer.code == 5
    assert "bad.png" in answer.err
    assert len(rows_of(table)) == 3


def test_a_folder_without_images_and_a_confidence_that_is_none(cli: Cli, done: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = cli("predict", done, tmp_path / "empty")
    assert answer.code == 5
    assert "no images" in answer.err
    answer = cli("predict", done, tmp_path / "empty", "--unsure", "60")
    assert answer.code == 4
    assert "0 to 1" in answer.err


def test_sorting_into_a_file_is_refused(cli: Cli, done: str, new_photos: Path) -> None:
    answer = cli("predict", done, new_photos, "--sort-into", new_photos / "notes.txt")
    assert answer.code == 4
    assert (new_photos / "notes.txt").read_text() == "no image"
