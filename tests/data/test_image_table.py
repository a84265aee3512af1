"""Tables of images: the same images, labels and splits as a folder that holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.data.image_folders import make_images
from trainer import ImageClassifier, Trainer, build_model, open_data
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


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_a_first_line_for_excel_is_no_head(photos: Path, tmp_path: Path, line: str) -> None:
    frame = pd.DataFrame(rows(photos, tmp_path), columns=["path", "label"])
    table = frame.to_csv(index=False, sep=";")
    (tmp_path / "labels.csv").write_bytes(line.encode("utf-8-sig") + table.encode())
    same(open_data(str(tmp_path / "labels.csv")), open_data(str(photos)))


@pytest.mark.parametrize("words", [(True, False), ("True", "False"), ("yes", "no"), (1, 0)])
def test_a_column_that_says_which_images_validate(photos: Path, tmp_path: Path, words: tuple[Any, Any]) -> None:
    frame = pd.DataFrame(rows(photos, tmp_path), columns=["fname", "labels"]).rename(columns={"fname": "filename"})
    validates = [number % 3 == 0 for number in range(len(frame))]
    frame["is_valid"] = [words[0] if one else words[1] for one in validates]
    frame.to_csv(tmp_path / "labels.csv", index=False)
    named = frame.drop(columns="is_valid").assign(split=["valid" if one else "train" for one in validates])
    named["filename"] = [str(tmp_path / name) for name in named["filename"]]
    same(open_data(str(tmp_path / "labels.csv")), open_data(named))
    assert open_data(str(tmp_path / "labels.csv")).sizes["valid"] == sum(validates)


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
        (["1.0", "2.0"], ("1", "2")),
        (["1.0", "1.5"], ("1.0", "1.5")),
        ([b"b", b"a"], ("a", "b")),
        (pd.Categorical([1.0, 2.0]), ("1", "2")),
        (pd.Categorical(["1.0", "2.0"]), ("1.0", "2.0")),
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


def test_whole_numbers_with_and_without_a_point_are_one_class(photos: Path) -> None:
    """pandas writes 1.0 where a label of the column is missing."""
    labels = ["1", "1.0"] * 6 + ["2.0", "2"] * 6
    data = open_data([(path, label) for (path, _), label in zip(rows(photos), labels, strict=True)])
    assert data.classes == ("1", "2")


def test_classes_that_differ_in_letter_case_are_told(photos: Path) -> None:
    labels = ["cat", "Cat"] * 6 + ["dog"] * 12
    table = open_data([(path, label) for (path, _), label in zip(rows(photos), labels, strict=True)])
    images = open_data([(Image.new("L", (9, 9)), label) for label in labels])
    for data in (table, images):
        assert [note.parameters for note in data.notes if note.code == "similar_names"] == [
            {"count": 2, "names": "Cat, cat"}
        ]


@pytest.mark.parametrize("image", [np.zeros((9, 9, 3), np.uint8), Image.new("RGB", (9, 9)), {"bytes": b""}])
def test_a_column_of_images_is_refused_in_a_few_words(image: Any) -> None:
    with pytest.raises(UsageError) as caught:
        open_data(pd.DataFrame({"image": [image] * 4, "label": [0, 1] * 2}))
    assert caught.value.code == "table.columns"
    assert len(str(caught.value)) < 300


def test_a_table_of_pixels_is_refused_in_a_few_words() -> None:
    with pytest.raises(UsageError) as caught:
        open_data(pd.DataFrame(np.zeros((4, 3072), np.uint8)).assign(label=0))
    assert "and 3061 more" in str(caught.value)


def test_paths_without_extension_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        open_data(pd.DataFrame({"path": ["a1", "b2"], "label": ["cat", "dog"]}))
    assert "they have no extension" in caught.value.fix


def test_rows_that_repeat_an_image_are_told_and_count_once(photos: Path) -> None:
    found = rows(photos)
    data = open_data(found + found[:5])
    same(data, open_data(found))
    (note,) = data.notes
    assert (note.code, note.parameters["count"]) == ("repeated_rows", 5)
    with pytest.warns(UserWarning, match="5 rows of the table list an image again"):
        ImageClassifier(epochs=1).fit([path for path, _ in found + found[:5]], [name for _, name in found + found[:5]])


@pytest.mark.parametrize("form", ["column", "mapping"])
def test_an_image_is_not_trained_on_and_tested_on(photos: Path, form: str) -> None:
    found = rows(photos)
    tables: Any = {"train": found, "test": found[:3]}
    if form == "column":
        split = [(*row, name) for name, some in tables.items() for row in some]
        tables = pd.DataFrame(split, columns=["path", "label", "split"])
    with pytest.raises(FaultyDataError) as caught:
        open_data(tables)
    assert [(fault.code, fault.reason) for fault in caught.value.faults] == [
        ("in_two_splits", "it is listed twice, in train and in test")
    ] * 3
    data = open_data(found, valid=0)
    trainer = Trainer(build_model("softmax", data.input_shape, 2), data, epochs=1)
    if form == "column":  # to be evaluated they are one set of images
        assert trainer.evaluate(tables).metrics.samples == len(found)


def test_a_table_without_usable_labels_is_not_told_that_its_images_are_missing(photos: Path) -> None:
    with pytest.raises(DataError, match="no row of the table can be used"):
        open_data(pd.DataFrame([(path, 0.5) for path, _ in rows(photos)], columns=["path", "label"]))
    with pytest.raises(DataError, match="no row of the table can be used"):
        open_data([(rows(photos)[0][0], 0.5), ("elsewhere/no.png", "cat")])


def test_a_missing_image_is_named_as_it_was_given(photos: Path) -> None:
    with pytest.raises(FaultyDataError) as caught:
        open_data([*rows(photos), ("elsewhere/no.png", rows(photos)[0][1])])
    assert [fault.path for fault in caught.value.faults] == ["elsewhere/no.png"]
