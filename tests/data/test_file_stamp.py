"""A changed file is found, whatever its size and modification time say."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.image_folders import make_images, noise
from trainer.data import file_stamp, open_data
from trainer.data.sources import load_pictures


def in_place(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.write(content)


def replaced(path: Path, content: bytes) -> None:
    other = path.with_name("other.tmp")
    other.write_bytes(content)
    other.replace(path)


def through_a_link(path: Path, content: bytes) -> None:
    target = path.with_name(".target")
    path.rename(target)
    path.symlink_to(target)
    target.write_bytes(content)


@pytest.mark.parametrize("change", [in_place, replaced, through_a_link])
@pytest.mark.parametrize("sampled", [False, True])
def test_the_same_size_and_time_do_not_hide_a_change(
    tmp_path: Path, change: Callable[[Path, bytes], None], sampled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sampled:
        monkeypatch.setattr(file_stamp, "HAS_CHANGE_TIME", False)
    make_images(tmp_path / "set", {"a": 5, "b": 5}, suffix="bmp")
    first = open_data(str(tmp_path / "set"))
    path, other = tmp_path / "set" / "a" / "000.bmp", tmp_path / "other.bmp"
    noise(12, 10, seed=77).save(other)
    before = path.stat()
    change(path, other.read_bytes())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    pictures = load_pictures(str(tmp_path / "set"))
    assert np.array_equal(pictures.pixels[0, :, :, :3], np.asarray(Image.open(other)))
    assert open_data(str(tmp_path / "set")).fingerprint != first.fingerprint


def test_two_files_that_change_places_are_found(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"a": 5, "b": 5}, suffix="bmp")
    first, second = (tmp_path / "set" / name / "000.bmp" for name in "ab")
    for path in (first, second):
        os.utime(path, ns=(5, 5))
    before = open_data(str(tmp_path / "set")).fingerprint
    first.rename(tmp_path / "x")
    second.rename(first)
    (tmp_path / "x").rename(second)
    assert open_data(str(tmp_path / "set")).fingerprint != before


def test_a_cache_that_was_written_to_is_made_again(tmp_path: Path, cache: Path) -> None:
    """Also where none of the images that are compared is touched, and the times are put back."""
    make_images(tmp_path / "set", {"a": 200, "b": 200}, size=(4, 4), suffix="bmp")
    right = load_pictures(str(tmp_path / "set"))
    good = np.array(right.pixels)
    (pixels,) = cache.glob("images/*/*/pixels")
    times = pixels.stat()
    with pixels.open("r+b") as file:
        file.seek(64)  # the second image
        file.write(bytes(64))
    os.utime(pixels, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert np.array_equal(load_pictures(str(tmp_path / "set")).pixels, good)


def test_a_file_of_this_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(file_stamp.time, "sleep", slept.append)
    monkeypatch.setattr(file_stamp.time, "time_ns", lambda: 1_000_000_000)
    file_stamp.settle([(1, 0, 995_000_000, 0), (1, 0, 5, 0)])
    assert slept == [pytest.approx(0.015)]
    file_stamp.settle([(1, 0, 900_000_000, 0)])
    file_stamp.settle([(1, 0, 2_000_000_000, 0)])  # of a clock that goes ahead
    file_stamp.settle([])
    assert len(slept) == 1


def test_samples_are_of_start_middle_and_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_stamp, "HAS_CHANGE_TIME", False)
    path = tmp_path / "file"
    seen = set()
    for place in (0, 50_000, 99_999):
        content = bytearray(100_000)
        content[place] = 1
        path.write_bytes(content)
        os.utime(path, ns=(5, 5))
        seen.add(file_stamp.file_stamp(path.stat(), str(path)))
    assert len(seen) == 3
    path.write_bytes(b"")
    assert file_stamp.file_stamp(path.stat(), str(path))[0] == 0
