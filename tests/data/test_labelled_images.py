"""Labelled images for a trained model: found by the names of its classes, nothing passed over in silence."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from trainer.data.labelled_images import class_finder, find_labelled
from trainer.data.same_files import SAMPLE, copies_of
from trainer.errors import DataError, UsageError

CLASSES = ("cat", "Dög", "one two")


def put(folder: Path, *names: str) -> Path:
    """Files that nobody opens here."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def found(source: Path, **more: bool) -> dict[str, str]:
    images = find_labelled(source, CLASSES, **more)
    return {
        Path(path).relative_to(source).as_posix(): CLASSES[label]
        for path, label in zip(images.paths, images.labels, strict=True)
    }


def test_folders_are_matched_by_name_however_it_is_spelled(tmp_path: Path) -> None:
    other = unicodedata.normalize("NFD", "döG")
    put(tmp_path, "CAT/1.png", "CAT/deeper/2.jpg", f"{other}/3.png", "empty/notes.txt")
    assert found(tmp_path) == {"CAT/1.png": "cat", "CAT/deeper/2.jpg": "cat", f"{other}/3.png": "Dög"}


def test_splits_are_judged_together_and_none_must_be_there(tmp_path: Path) -> None:
    put(tmp_path, "train/cat/1.png", "val/cat/2.png", "test/Dög/3.png")
    assert list(found(tmp_path).values()) == ["cat", "cat", "Dög"]
    put(tmp_path / "more", "test/one two/1.png")
    assert found(tmp_path / "more") == {"test/one two/1.png": "one two"}


def test_a_table_is_read_as_for_training(tmp_path: Path) -> None:
    put(tmp_path, "1.png", "2.png", "3.png")
    (tmp_path / "list.csv").write_text("path,label\n1.png,cat\n2.png,Dög\n4.png,cat\n3.png,\n")
    images = find_labelled(tmp_path / "list.csv", CLASSES)
    assert [(Path(path).name, label) for path, label in zip(images.paths, images.labels, strict=True)] == [
        ("1.png", 0),
        ("2.png", 1),
    ]
    assert {fault.path: fault.code for fault in images.faults} == {"4.png": "missing", "3.png": "no_label"}


def test_labels_in_a_table_may_be_class_numbers(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    (tmp_path / "table.csv").write_text("path,label\na.png,2\nb.png,0\n", encoding="utf-8")
    assert find_labelled(tmp_path / "table.csv", CLASSES).labels == [2, 0]
    put(tmp_path / "folders", "2/a.png")
    with pytest.raises(DataError):  # a folder is named after its class
        find_labelled(tmp_path / "folders", CLASSES)


def test_unknown_classes_are_refused_by_name_or_counted(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", "cats/2.png", "cats/3.png", "xyz/4.png")
    with pytest.raises(DataError) as error:
        find_labelled(tmp_path, CLASSES)
    assert error.value.code == "data.unknown_class"
    assert "cats, xyz" in error.value.what
    assert "cat, Dög, one two" in error.value.expected
    assert "did you mean cat for cats?" in error.value.fix
    images = find_labelled(tmp_path, CLASSES, skip_unknown=True)
    assert (len(images.paths), images.skipped) == (1, {"cats": 2, "xyz": 1})


def test_a_folder_too_high_is_told_where_the_classes_are(tmp_path: Path) -> None:
    put(tmp_path, "photos/cat/1.png", "photos/Dög/1.png")
    with pytest.raises(DataError, match="photos") as error:
        find_labelled(tmp_path, CLASSES)
    assert str(tmp_path / "photos") in error.value.fix


@pytest.mark.parametrize("name", ["nothing", "digits", "x.png", "n" * 300])
def test_what_is_no_source_is_refused(tmp_path: Path, name: str) -> None:
    put(tmp_path, "x.png")
    with pytest.raises(UsageError) as error:
        find_labelled(tmp_path / name, CLASSES)
    assert error.value.code == "evaluate.no_folder"


def test_a_folder_without_labelled_images(tmp_path: Path) -> None:
    put(tmp_path, "1.png", "cat/notes.txt")
    with pytest.raises(DataError) as error:
        find_labelled(tmp_path, CLASSES)
    assert error.value.code == "data.no_images"
    put(tmp_path / "flat", "train/1.png", "test/2.png")
    with pytest.raises(DataError) as error:
        find_labelled(tmp_path / "flat", CLASSES)
    assert error.value.code == "data.no_class_folders"


def test_a_name_that_could_mean_two_classes_means_none() -> None:
    find = class_finder(["a", "A", "b", "B"])
    assert [find(name) for name in ("a", "A", " a", "ａ", "b\u200b", "ｂ")] == [0, 1, 0, None, 2, None]


def test_copies_have_the_same_bytes(tmp_path: Path) -> None:
    long = bytes(range(256)) * 64
    contents = {"a": long, "b": long[:-1] + b"x", "c": b"short", "d": b"other", "e": b"", "f": long}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    assert len(long) > 2 * SAMPLE, "the last byte is not in the sample"
    files = [str(tmp_path / name) for name in ("a", "b", "c", "d", "e", "f", "gone")]
    known = [str(tmp_path / name) for name in ("f", "c", "e", "gone")]
    assert copies_of(files, known) == [0, 2, 5]
    assert copies_of(files, []) == []
