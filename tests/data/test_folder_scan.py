"""Folders as people have them: what is found, and that nothing is left out without a word."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.image_folders import make_images, noise
from trainer import Trainer, build_model
from trainer.data import inspect_source, open_data
from trainer.data.class_names import class_names, looks, same_looking
from trainer.data.folder_scan import Listing, scan
from trainer.data.image_set import no_progress
from trainer.data.validation import FaultyDataError
from trainer.errors import DataError


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Not in the folder that is listed."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(folder))
    return folder


def listed(root: Path) -> Listing:
    return scan(root, no_progress)


def notes(root: Path) -> dict[str, str]:
    return {note.code: str(note) for note in open_data(str(root)).notes}


def codes(root: Path) -> dict[str, str]:
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(root))
    return {fault.path: fault.code for fault in caught.value.faults}


def link(path: Path, target: str | Path) -> None:
    try:
        path.symlink_to(target, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")


# -- splits


@pytest.mark.parametrize("train", ["train", "Train", "TRAINING", "training "])
@pytest.mark.parametrize("valid", ["val", "Valid", "validation", "Validation", "DEV"])
@pytest.mark.parametrize("test", ["test", "Testing", "EVAL"])
def test_splits_go_by_their_usual_names(tmp_path: Path, train: str, valid: str, test: str) -> None:
    for split, count in ((train, 6), (valid, 3), (test, 2)):
        for name in "ab":
            (tmp_path / split / name).mkdir(parents=True)
            for index in range(count):
                (tmp_path / split / name / f"{index}.png").touch()
    found = listed(tmp_path)
    assert [found.parts.count(part) for part in range(3)] == [12, 6, 4]
    assert found.classes == ["a", "b"]
    assert not found.problems


@pytest.mark.parametrize("names", [("val", "validation"), ("valid", "dev"), ("test", "eval"), ("train", "training")])
def test_a_split_that_is_there_twice_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    for split in {"train", *names}:
        make_images(tmp_path / split, {"a": 4, "b": 4})
    assert list(codes(tmp_path).values()) == ["two_splits"]
    problems = listed(tmp_path).problems
    assert all(name in problems[0].reason for name in names)


def test_classes_may_be_called_like_splits(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"dev": 5, "eval": 5, "prod": 5})
    make_images(tmp_path / "set" / "dev", {"2020": 2})
    data = open_data(str(tmp_path / "set"))
    assert data.classes == ("dev", "eval", "prod")
    assert sum(data.sizes.values()) == 17


def test_splits_without_classes_are_not_the_classes(tmp_path: Path) -> None:
    make_images(tmp_path / "flat", {"train": 5, "Test": 5})
    assert "no_class_folders" in codes(tmp_path / "flat").values()
    make_images(tmp_path / "half" / "train", {"cat": 5, "dog": 5})
    make_images(tmp_path / "half", {"test": 5})
    assert "such as test" in notes(tmp_path / "half")["folders_beside"]


def test_unreadable_images_are_counted_in_each_class(tmp_path: Path) -> None:
    make_images(tmp_path / "train", {"cat": 5, "dog": 5})
    (tmp_path / "train" / "dog" / "x.png").write_bytes(b"x")
    (note,) = open_data(str(tmp_path), skip_bad=True).notes
    assert "1 unreadable image (dog: 1)" in str(note)


def test_folders_beside_the_splits_are_named(tmp_path: Path) -> None:
    for split in ("train", "Validation", "Holdout"):
        make_images(tmp_path / split, {"a": 5, "b": 5})
    assert "Holdout" in notes(tmp_path)["folders_beside"]


# -- images below a class


def test_images_in_sub_folders_are_those_that_torchvision_finds(tmp_path: Path) -> None:
    from torchvision.datasets import ImageFolder

    for folder in ("a/2020/may", "a/2020", "a", "b/x.y", "b/z.png/deep"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for index in range(3):
            noise(6, 6, index).save(tmp_path / folder / f"{index}.png")
    found = listed(tmp_path)
    theirs = [
        (Path(path).relative_to(tmp_path).as_posix(), label) for path, label in ImageFolder(str(tmp_path)).samples
    ]
    assert sorted(zip(found.paths, found.labels, strict=True)) == sorted(theirs)
    assert not found.faults
    assert "a/2020/" in notes(tmp_path)["nested_images"]


def test_one_folder_too_high_is_explained(tmp_path: Path) -> None:
    make_images(tmp_path / "set" / "images", {"cat": 5, "dog": 5})
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(tmp_path / "set"))
    assert "images/, which holds cat, dog" in str(caught.value)


def test_links_that_lead_back_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "set"
    make_images(root, {"a": 5, "b": 5, "b/more": 2})
    link(root / "a" / "up", "..")
    link(root / "a" / "self", "self")
    link(root / "here", ".")
    link(root / "b" / "more" / "again", root / "b")
    link(root / "c", tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(root / "a", tmp_path / "elsewhere" / "deep", ignore=shutil.ignore_patterns("up", "self"))
    found = listed(root)
    assert found.classes == ["a", "b", "c"]
    # a/up leads to the root, which is listed already
    assert len(found.paths) == len(set(found.paths)) == 17
    assert {one.kind for one in found.left_out()} == {"loop", "other"}
    assert sum(one.count for one in found.left_out() if one.kind == "loop") == 3
    assert "not followed: 3 links" in notes(root)["link_loops"]


def test_folders_that_link_to_each_other_are_listed_once(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(9)]
    make_images(tmp_path, {f"a/{name}": 1 for name in names} | {"b": 1})
    for name in names:
        for other in names:
            if other != name:
                link(tmp_path / "a" / name / other, tmp_path / "a" / other)
    assert listed(tmp_path).labels.count(0) == 9


# -- what is no class, and what is not read


def test_what_systems_and_programs_leave_is_no_class(tmp_path: Path) -> None:
    make_images(tmp_path, {"a": 5, "b": 5})
    for folder in (
        ".ipynb_checkpoints",
        "__MACOSX",
        "__MACOSX/a",
        "a/.ipynb_checkpoints",
        "b/__MACOSX",
        "@eaDir",
        ".git",
    ):
        (tmp_path / folder).mkdir()
        noise(6, 6).save(tmp_path / folder / "0.png")
    for file in ("a/._000.png", "a/Thumbs.db", "b/desktop.ini", "b/.DS_Store", "Thumbs.db"):
        (tmp_path / file).write_bytes(b"x")
    data = open_data(str(tmp_path))
    assert data.classes == ("a", "b")
    assert sum(data.sizes.values()) == 10
    assert data.notes == ()


def test_formats_that_are_not_read_are_counted_in_each_class(tmp_path: Path) -> None:
    for split in ("train", "val"):
        make_images(tmp_path / split, {"cat": 5, "dog": 5})
    for number in range(4):
        (tmp_path / "train" / "cat" / f"{number}.SVG").write_bytes(b"x")
        (tmp_path / "val" / "cat" / f"{number}.CR2").write_bytes(b"x")
    (tmp_path / "train" / "dog" / "x.psd").write_bytes(b"x")
    (tmp_path / "train" / "dog" / "movie.mp4").write_bytes(b"x")
    (tmp_path / "train" / "dog" / ".hidden.png").write_bytes(b"x")
    (tmp_path / "train" / "loose.png").write_bytes(b"x")
    found = notes(tmp_path)
    assert found.keys() == {"unread_formats", "other_files", "hidden_images", "images_without_class"}
    for part in ("9 pictures", "RAW (cat: 4)", "SVG (cat: 4)", "PSD (dog: 1)", "convert"):
        assert part in found["unread_formats"]
    assert "movie.mp4" in found["other_files"]
    assert ".hidden.png" in found["hidden_images"]
    assert "loose.png" in found["images_without_class"]
    assert inspect_source(str(tmp_path)).unread() == {"cat": 8, "dog": 1}


def test_a_class_of_unread_formats_only_says_so(tmp_path: Path) -> None:
    make_images(tmp_path, {"a": 5, "b": 5, "c": 0})
    (tmp_path / "c" / "x.nef").write_bytes(b"x")
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(tmp_path))
    assert "RAW" in str(caught.value)
    shutil.rmtree(tmp_path / "a")
    shutil.rmtree(tmp_path / "b")
    with pytest.raises(DataError) as alone:
        open_data(str(tmp_path))
    assert alone.value.code == "data.no_images"
    assert "RAW (c: 1)" in str(alone.value)


def test_advice_fits_the_fault(tmp_path: Path) -> None:
    make_images(tmp_path, {"a": 5, "b": 1})
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(tmp_path))
    assert "add images to the class" in caught.value.fix
    assert "--data.valid 0" in caught.value.fix
    assert "skip" not in caught.value.fix


# -- names

COMPOSED, SPLIT_UP = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))


@pytest.mark.parametrize("other", [SPLIT_UP, f"{COMPOSED} ", f"{COMPOSED}\u200b", f"\u00a0{COMPOSED}"])
def test_names_that_look_the_same_are_refused(tmp_path: Path, other: str) -> None:
    try:
        make_images(tmp_path, {COMPOSED: 4, other: 4, "b": 4})
    except FileExistsError:
        pytest.skip("one folder for this file system")
    found = codes(tmp_path)
    assert list(found.values()) == ["same_name"]
    (problem,) = listed(tmp_path).problems
    assert "\\xe9" in problem.reason or "e\\u0301" in problem.reason  # what cannot be seen is spelt out


def test_names_that_differ_in_capitals_are_two_classes_and_named(tmp_path: Path) -> None:
    try:
        make_images(tmp_path, {"Cat": 5, "cat": 5})
    except FileExistsError:
        pytest.skip("one folder for this file system")
    assert "Cat, cat" in notes(tmp_path)["similar_names"]
    assert open_data(str(tmp_path)).classes == ("Cat", "cat")


def test_the_same_class_in_another_form_in_another_split(tmp_path: Path) -> None:
    make_images(tmp_path / "train", {COMPOSED: 4, "Cat": 4, "dog": 4})
    make_images(tmp_path / "val", {SPLIT_UP: 2, "cat": 2, "dog ": 2})
    data = open_data(str(tmp_path), test=0)
    assert data.classes == ("Cat", "dog", COMPOSED)
    assert data.sizes == {"train": 12, "valid": 6}
    assert sorted(data.published("valid").labels.tolist()) == [0, 0, 1, 1, 2, 2]
    assert {note.code for note in data.notes} == {"renamed_class"}
    assert len(data.notes) == 3


def test_classes_are_matched_only_where_one_can_be_meant() -> None:
    assert not class_names({"val": ["CAT"]}, ["Cat", "cat"]).renamed
    assert not class_names({"val": ["CAT", "cat"]}, ["Cat"]).renamed
    assert not class_names({"val": ["Cat", "cat"]}, ["Cat"]).renamed
    assert class_names({"val": ["cat", "dog"]}, ["Cat", "dog"]).renamed == {("val", "cat"): "Cat"}


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=8))
def test_every_form_of_a_name_looks_the_same(name: str) -> None:
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    assert len({looks(form) for form in forms}) == 1
    assert len(same_looking(dict.fromkeys(forms))) == len(set(forms)) - 1
    assert class_names({"train": [name], "val": [forms[1]]}, [name]).of("val", forms[1]) == name


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not hold here")
def test_a_sub_folder_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    make_images(tmp_path, {"a": 5, "b": 5, "b/closed": 2})
    (tmp_path / "b" / "closed").chmod(0)
    try:
        assert codes(tmp_path) == {"b/closed": "permission"}
    finally:
        (tmp_path / "b" / "closed").chmod(0o700)


@pytest.mark.parametrize("name", ["runs/first", "first"])
def test_runs_beside_the_classes_are_no_class(tmp_path: Path, name: str) -> None:
    make_images(tmp_path, {"cat": 8, "dog": 8})
    before = open_data(tmp_path)
    run_dir = tmp_path / name
    model = build_model("softmax", before.input_shape, 2)
    Trainer(model, before, epochs=1, device="cpu", run_dir=run_dir).fit()
    noise(9, 9).save(run_dir / "curve.png")
    after = open_data(tmp_path)
    assert after.classes == ("cat", "dog")
    assert after.fingerprint == before.fingerprint
    assert [note.parameters for note in after.notes if note.code == "folders_beside"] == [
        {"count": 1, "example": run_dir.relative_to(tmp_path).parts[0]}
    ]
