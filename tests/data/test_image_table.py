"""Tables of images: the same images, labels and splits as a folder that holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.data.image_folders import make_images
from trainer import Trainer, build_model, open_data
from trainer.data.validation import FaultyDataError
from trainer.errors import DataError, UsageError


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    make_images(tmp_path / "photos", {"cat": 12, "dog": 12})
    return tmp_path / "photos"


def rows(photos: Path, base: Path | None = None) -> list[tuple[str, str]]:
    found = sorted(photos.rglob("*.png"))
    return [(str(path.relative_to(base) if base else path), path.parent.name) for path in found]


def same(first: Any, second: Any) -> None:
    """Both hold the same images with the same labels in the same splits."""
    assert first.classes == second.classes
    assert first.sizes == second.sizes
    for split in first.sizes:
        one, other = first.published(split), second.published(split)
        np.testing.assert_array_equal(one.pixels[:], other.pixels[:])
        assert one.labels.tolist() == other.labels.tolist()


@pytest.mark.parametrize("heads", [("path", "label"), ("File Name", "Class"), ("image_path", "target"), ("a", "b")])
def test_a_csv_file_is_the_folder_it_lists(photos: Path, tmp_path: Path, heads: tuple[str, str]) -> None:
    frame = pd.DataFrame(rows(photos, tmp_path), columns=list(heads))
    frame.to_csv(tmp_path / "labels.csv", index=False)
    same(open_data(str(tmp_path / "labels.csv")), open_data(str(photos)))


@pytest.mark.parametrize(("sep", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-8")])
def test_separators_and_marks_of_spreadsheets(photos: Path, tmp_path: Path, sep: str, encoding: str) -> None:
    frame = pd.DataFrame(rows(photos, tmp_path), columns=["path", "label"])
    frame["note"] = "a, b"
    frame.to_csv(tmp_path / "labels.csv", index=False, sep=sep, encoding=encoding)
    same(open_data(str(tmp_path / "labels.csv")), open_data(str(photos)))


def test_a_frame_and_a_list_are_the_folder_they_list(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = open_data(str(photos))
    same(open_data(pd.DataFrame(rows(photos), columns=["path", "label"])), folder)
    same(open_data([(Path(path), label) for path, label in rows(photos)]), folder)
    monkeypatch.chdir(photos.parent)
    same(open_data(rows(photos, photos.parent)), folder)


def test_splits_by_a_column_and_by_a_mapping(photos: Path) -> None:
    frame = pd.DataFrame(rows(photos), columns=["path", "label"])
    frame["split"] = (["train"] * 8 + ["Validation"] * 2 + ["testing"] * 2) * 2
    by_column = open_data(frame)
    assert by_column.sizes == {"train": 16, "valid": 4, "test": 4}
    assert {Path(path).name for path in by_column.published("valid").paths} == {
        Path(path).name for path in frame.path[frame.split == "Validation"]
    }
    parts = {"train": "train", "validation": "Validation", "test": "testing"}
    same(open_data({key: frame[frame.split == value].drop(columns="split") for key, value in parts.items()}), by_column)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([10, 9], ("9", "10")),
        ([1.0, 2.0], ("1", "2")),
        (["10", "9"], ("9", "10")),
        (["b", "10"], ("10", "b")),
        (pd.Categorical(["small", "large"], ["small", "large"]), ("small", "large")),
    ],
    ids=str,
)
def test_the_order_of_classes(photos: Path, labels: Any, classes: tuple[str, ...]) -> None:
    paths = [path for path, _ in rows(photos)]
    frame = pd.DataFrame({"path": [*paths[:12], *paths[12:]], "label": np.repeat(np.asarray(labels, object), 12)})
    if isinstance(labels, pd.Categorical):
        frame["label"] = pd.Categorical(frame.label, labels.categories)
    assert open_data(frame).classes == classes


def test_rows_that_cannot_be_used_are_all_named(photos: Path) -> None:
    good = rows(photos)
    bad: list[tuple[Any, Any]] = [("nowhere.png", "cat"), (good[0][0], "dog"), (good[1][0], float("nan")), ("", "cat")]
    with pytest.raises(FaultyDataError) as caught:
        open_data(pd.DataFrame([*good, *bad], columns=["path", "label"]))
    assert {fault.code for fault in caught.value.faults} == {"missing", "two_labels", "no_label", "no_path"}
    data = open_data(pd.DataFrame([*good, *bad], columns=["path", "label"]), skip_bad=True)
    assert sum(data.sizes.values()) == 24
    assert "4 unreadable images" in str(data.notes[0])


def test_an_image_that_is_listed_twice_is_one_image(photos: Path) -> None:
    good = rows(photos)
    same(open_data([*good, *good[:5]]), open_data(good))


@pytest.mark.parametrize("columns", [["a"], ["a", "b", "c"]])
def test_columns_that_cannot_be_told_apart_are_refused(columns: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        open_data(pd.DataFrame([["x"] * len(columns)], columns=columns))
    assert caught.value.code == "table.columns"
    assert ", ".join(columns) in str(caught.value)


def test_a_split_that_is_none_is_named(photos: Path) -> None:
    frame = pd.DataFrame(rows(photos), columns=["path", "label"])
    frame["split"] = ["train", "trail"] * 12
    with pytest.raises(FaultyDataError) as caught:
        open_data(frame)
    assert "'trail'" in str(caught.value)


def test_a_table_without_any_image_says_where_it_looked(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label\na.png,cat\nb.png,dog\n", "utf-8")
    with pytest.raises(DataError) as caught:
        open_data(str(tmp_path / "labels.csv"))
    assert caught.value.code == "data.no_images"
    assert str(tmp_path) in str(caught.value)
    (tmp_path / "broken.csv").write_bytes(b"\xff\xfe\x00path,label\n")
    with pytest.raises(UsageError) as usage:
        open_data(str(tmp_path / "broken.csv"))
    assert usage.value.code == "table.unreadable"


def test_a_trainer_takes_a_table_as_it_is(photos: Path) -> None:
    frame = pd.DataFrame(rows(photos), columns=["path", "label"])
    data = open_data(frame)
    trainer = Trainer(build_model("softmax", data.input_shape, 2), frame, epochs=1, device="cpu")
    assert trainer.fit().status == "completed"
    assert trainer.classes == ("cat", "dog")


def test_a_changed_image_is_found(photos: Path) -> None:
    good = rows(photos)
    before = open_data(good).fingerprint
    assert open_data(good).fingerprint == before
    Path(good[0][0]).write_bytes(Path(good[1][0]).read_bytes())
    assert open_data(good).fingerprint != before
    assert open_data([*good[:-1], (good[-1][0], "cat")], skip_bad=True).fingerprint != before


def test_classes_of_thousands_of_digits_are_names(photos: Path) -> None:
    """Python reads no number of more than 4,300 digits."""
    labels = {"cat": "1" * 5_000, "dog": "2" * 5_000}
    found = open_data([(path, labels[name]) for path, name in rows(photos)])
    assert found.classes == tuple(labels.values())


def test_a_table_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    os.truncate(tmp_path / "a.csv", 300 << 20)
    with pytest.raises(UsageError, match="more than"):
        open_data(str(tmp_path / "a.csv"))
