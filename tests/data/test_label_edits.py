"""Edits of labels: what they change, what they leave as it is, and that the split does not move under them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.image_folders import make_images, noise
from trainer.data.image_set import ImageSet, pack
from trainer.data.inspection import inspect_source
from trainer.data.label_edits import apply_edits, image_digest
from trainer.data.opening import open_data
from trainer.data.sources import load_pictures
from trainer.data.split import split_pictures
from trainer.errors import DataError
from trainer.store.edits_file import LabelEdit, write_edits

CLASSES = {"cat": 12, "dog": 12}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    make_images(tmp_path / "images", CLASSES)
    return tmp_path / "images"


def arrays(labels: list[int], classes: int) -> ImageSet:
    """Images in memory, each of another grey."""
    count = len(labels)
    pixels = pack(np.arange(count, dtype=np.uint8)[:, None, None].repeat(2, 1).repeat(2, 2))
    return ImageSet(
        name="made",
        classes=tuple(f"class {number}" for number in range(classes)),
        pixels=pixels,
        labels=np.array(labels),
        parts=np.zeros(count, np.uint8),
        sizes=np.full((count, 2), 2, np.int32),
        sums=np.zeros((count, 2, 1), np.int64),
        paths=[f"train/{number:06d}" for number in range(count)],
        digest="",
    )


def test_labels_are_changed_and_images_left_out(images: Path, tmp_path: Path) -> None:
    plain = open_data(str(images), valid=0.25, test=0.25, batch=4)
    kept = plain.published("train").paths
    edits = [
        LabelEdit(kept[0], "", "leave_out"),
        LabelEdit(kept[1], "", "relabel", "dog"),
        LabelEdit(kept[2], "", "fine"),
    ]
    write_edits(tmp_path / "edits.csv", edits)
    edited = open_data(str(images), valid=0.25, test=0.25, batch=4, edits=str(tmp_path / "edits.csv"))
    assert edited.published("train").paths == kept[1:]
    assert edited.published("train").labels[0] == edited.classes.index("dog")
    assert edited.edits == tuple(edits)
    assert edited.fingerprint != plain.fingerprint
    assert any("1 label changed, 1 image left out" in str(note) for note in edited.notes)
    assert sum(inspect_source(str(images), edits=str(tmp_path / "edits.csv")).counts["train"]) < sum(CLASSES.values())


def test_edits_that_change_nothing_leave_the_data_the_same(images: Path, tmp_path: Path) -> None:
    edits = [LabelEdit("cat/000.png", "", "fine"), LabelEdit("cat/001.png", "", "relabel", "cat")]
    write_edits(tmp_path / "edits.csv", edits)
    edited = open_data(str(images), edits=str(tmp_path / "edits.csv"))
    assert edited.fingerprint == open_data(str(images)).fingerprint
    assert edited.edits == (edits[0],)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), labels=st.lists(st.integers(0, 2), min_size=30, max_size=60), seed=st.integers(0, 99))
def test_the_split_stays_where_it_was(data: st.DataObject, labels: list[int], seed: int) -> None:
    labels[:12] = [0, 1, 2] * 4  # enough of each for three parts
    pictures = arrays(labels, 3)
    rows = data.draw(st.sets(st.integers(12, len(labels) - 1)))
    edits = [
        LabelEdit(pictures.paths[row], "", *data.draw(st.sampled_from([("leave_out", ""), ("relabel", "class 1")])))
        for row in rows
    ]
    edited, applied = apply_edits(pictures, edits, "edits.csv")
    before, _ = split_pictures(pictures, valid=0.2, test=0.2, seed=seed, samples=10)
    after, _ = split_pictures(edited, valid=0.2, test=0.2, seed=seed, samples=10)
    gone = {row for row, edit in zip(rows, edits, strict=True) if edit.action == "leave_out"}
    for part, members in before.items():
        assert after.get(part, np.empty(0)).tolist() == [row for row in members.tolist() if row not in gone]
    assert applied.left_out == len(gone)
    assert not applied.unmatched


def test_an_image_is_known_by_its_content(images: Path) -> None:
    pictures = load_pictures(str(images))
    digest = image_digest(pictures, 0)
    path = pictures.paths[0]
    assert apply_edits(pictures, [LabelEdit(path, digest, "leave_out")], "f")[1].left_out == 1
    shutil.move(images / path, images / "dog" / f"moved-{Path(path).name}")
    shutil.move(images / "dog" / f"moved-{Path(path).name}", images / "dog" / "x.png")
    noise(12, 10, seed=77).save(images / path)
    found = apply_edits(load_pictures(str(images)), [LabelEdit(path, digest, "leave_out")], "f")
    assert found[1].left_out == 0
    assert [edit.path for edit in found[1].unmatched] == [path]
    assert any("fit no image" in str(note) for note in found[0].notes)


def test_an_image_that_was_moved_is_found_by_name_and_content(images: Path) -> None:
    pictures = load_pictures(str(images))
    edit = LabelEdit("cat/000.png", image_digest(pictures, pictures.paths.index("cat/000.png")), "relabel", "cat")
    (images / "dog" / "deeper").mkdir()
    shutil.move(images / "cat" / "000.png", images / "dog" / "deeper" / "000.png")
    moved = load_pictures(str(images))
    edited, applied = apply_edits(moved, [edit], "f")
    assert applied.relabelled == 1
    assert edited.labels[moved.paths.index("dog/deeper/000.png")] == 0


def test_images_in_memory_are_known_by_their_pixels_where_the_size_is_the_same() -> None:
    pictures = arrays([0, 1] * 5, 2)
    digest = image_digest(pictures, 3)
    assert digest.startswith("pixels:2x2:")
    fits = apply_edits(pictures, [LabelEdit("train/000003", digest, "leave_out")], "f")[1]
    differs = apply_edits(pictures, [LabelEdit("train/000004", digest, "leave_out")], "f")[1]
    other_size = digest.replace("2x2", "3x3")
    resized = apply_edits(pictures, [LabelEdit("train/000004", other_size, "leave_out")], "f")[1]
    assert (fits.left_out, differs.left_out, resized.left_out) == (1, 0, 1)


def test_a_class_that_edits_empty_and_one_that_is_not_there_are_errors(images: Path, tmp_path: Path) -> None:
    file = tmp_path / "edits.csv"
    write_edits(file, [LabelEdit(f"cat/{number:03d}.png", "", "relabel", "dog") for number in range(12)])
    with pytest.raises(DataError, match="cat: the edits leave it without images") as caught:
        open_data(str(images), edits=str(file))
    assert caught.value.code == "data.empty_class"
    write_edits(file, [LabelEdit("cat/000.png", "", "relabel", "bird")])
    with pytest.raises(DataError, match="classes that the data does not have: bird") as caught:
        open_data(str(images), edits=str(file))
    assert caught.value.code == "edits.unknown_class"


def test_a_broken_image_that_is_left_out_stops_nothing(images: Path, tmp_path: Path) -> None:
    (images / "cat" / "000.png").write_bytes(b"no image")
    file = tmp_path / "edits.csv"
    write_edits(file, [LabelEdit("cat/000.png", "", "leave_out")])
    assert "cat/000.png" not in open_data(str(images), edits=str(file)).published("train").paths
