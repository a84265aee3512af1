"""Camera, date and time of day of photographs; files that are not there are counted."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from trainer.data.photo_facts import photo_facts


def photo(path: Path, taken: str = "", make: str = "", model: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if make:
        exif[0x010F] = make
    if model:
        exif[0x0110] = model
    if taken:
        exif[0x8769] = {0x9003: taken}  # as Pillow 11.0 writes it, too
    Image.new("RGB", (8, 8)).save(path, exif=exif)


def test_when_and_with_what(tmp_path: Path) -> None:
    photo(tmp_path / "a" / "1.jpg", "2024:05:01 23:30:00", "Canon\0", "Canon EOS 80D")
    photo(tmp_path / "a" / "2.jpeg", "2024:05:02 06:00:00", "Nikon", "D90 ")
    photo(tmp_path / "a" / "3.jpg", "0000:00:00 00:00:00")
    Image.new("RGB", (8, 8)).save(tmp_path / "a" / "4.png")
    told = []
    paths = ["a/1.jpg", "a/2.jpeg", "a/3.jpg", "a/4.png"]
    found = photo_facts(tmp_path, paths, lambda done, total: told.append((done, total)))
    assert found.facts.words["camera"] == [("Canon EOS 80D",), ("Nikon D90",), (), ()]
    assert found.facts.words["daytime"] == [("evening",), ("morning",), (), ()]
    days = found.facts.numbers["date"].tolist()
    assert days[0] == pytest.approx((datetime(2024, 5, 1, 23, 30) - datetime(1970, 1, 1)).total_seconds() / 86400)
    assert [math.isnan(one) for one in days] == [False, False, True, True]
    assert (found.read, found.missing) == (3, 0)
    assert told[-1] == (4, 4)


@pytest.mark.parametrize("bad", ["gone", "damaged", "outside", "absolute"])
def test_files_that_cannot_be_looked_into_are_counted(tmp_path: Path, bad: str) -> None:
    photo(tmp_path / "in" / "good.jpg", "2024:05:01 12:00:00")
    photo(tmp_path / "other.jpg", "2024:05:01 12:00:00", "Canon", "EOS")
    (tmp_path / "in" / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe1 no photograph")
    path = {"outside": "../other.jpg", "absolute": str(tmp_path / "other.jpg")}.get(bad, f"{bad}.jpg")
    found = photo_facts(tmp_path / "in", ["good.jpg", path])
    assert (found.read, found.missing) == (1, 1)
    assert found.facts.words["daytime"] == [("afternoon",), ()]
    assert found.facts.words["camera"] == [(), ()]
