"""Small pictures of files: a few at a time, not too many kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from gui.widgets.file_thumbnails import KEPT, SIDE, FileThumbnails, image_size, read_scaled, thumbnail
from tests.gui.panels.predict.predictions import picture


def test_thumbnails_are_small_and_made_a_few_at_a_time(tmp_path: Path, qapp: Any) -> None:
    images = [picture(tmp_path / f"{number}.png") for number in range(3)]
    found = thumbnail(str(images[0]))
    assert (found.width(), found.height()) == (SIDE, SIDE * 2 // 3)
    assert thumbnail(str(tmp_path / "nothing")).isNull()
    (tmp_path / "text.png").write_bytes(b"x" * 100)
    assert thumbnail(str(tmp_path / "text.png")).isNull()
    made = FileThumbnails()
    made.left = 2
    assert [made.get(str(image), 1.0) is not None for image in images] == [True, True, False]
    assert made.missed


def test_the_size_of_an_image_is_that_of_the_upright_one(tmp_path: Path, qapp: Any) -> None:
    upright = Image.new("RGB", (30, 20))
    orientation = Image.Exif()
    orientation[0x0112] = 6  # a camera held on its side
    upright.save(tmp_path / "turned.jpg", exif=orientation)
    assert image_size(str(tmp_path / "turned.jpg")).toTuple() == (20, 30)
    assert read_scaled(str(tmp_path / "turned.jpg")).size().toTuple() == (20, 30)
    (tmp_path / "no.png").write_bytes(b"no image")
    assert not image_size(str(tmp_path / "no.png")).isValid()


def test_only_so_many_thumbnails_are_kept(tmp_path: Path, qapp: Any) -> None:
    made = FileThumbnails()
    made.left = KEPT + 5
    for number in range(KEPT + 5):
        made.get(str(tmp_path / f"{number}"), 1.0)
    assert len(made) == KEPT


def test_a_wide_image_has_a_thumbnail_of_a_pixel(tmp_path: Path, qapp: Any) -> None:
    assert thumbnail(str(picture(tmp_path / "line.png", 3000, 1))).height() == 1
