"""Where an image of a run is: in the folder of its data, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from gui.viewmodels.image_files import image_file


def model(source: object) -> object:
    return SimpleNamespace(info=SimpleNamespace(settings={"data": {"source": source}}))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("photos/cat/1.png", "photos/cat/notes.txt", "elsewhere/2.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "photos"


def test_the_file_in_the_folder_of_the_data(photos: Path) -> None:
    assert image_file(model(str(photos)), "cat/1.png") == photos / "cat" / "1.png"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path", ["cat/2.png", "cat/notes.txt", "../elsewhere/2.png", "cat/../../elsewhere/2.png", "", "cat"]
)
def test_what_is_no_image_of_that_folder_is_not_found(photos: Path, path: str) -> None:
    assert image_file(model(str(photos)), path) is None  # type: ignore[arg-type]


def test_an_absolute_path_is_not_found(photos: Path) -> None:
    outside = photos.parent / "elsewhere" / "2.png"
    assert image_file(model(str(photos)), outside.as_posix()) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["digits", "photos", "", None, 3])
def test_data_that_are_no_folder_have_no_files(photos: Path, source: object) -> None:
    assert image_file(model(source), "cat/1.png") is None  # type: ignore[arg-type]


def test_a_run_without_settings_has_no_files() -> None:
    assert image_file(SimpleNamespace(info=None), "cat/1.png") is None  # type: ignore[arg-type]
