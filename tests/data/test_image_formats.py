"""Formats of the extra `photos`, files that are called wrongly, and 12-bit data in 16-bit files."""

from __future__ import annotations

import importlib.machinery
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.data.image_folders import make_images
from trainer.data import image_formats, open_data
from trainer.data.decode import no_warnings, read_image, read_size
from trainer.data.image_formats import suffix_of, unread_format
from trainer.data.sources import load_pictures
from trainer.data.validation import FaultyDataError

CACHED = (image_formats._photo_formats, image_formats.image_suffixes, image_formats.pillow_formats)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Not in the folder that is listed."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def looked_for_anew() -> Iterator[None]:
    """What is installed is kept for the life of a process."""
    for found in CACHED:
        found.cache_clear()
    yield
    for found in CACHED:
        found.cache_clear()


def without_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_formats, "photos_installed", lambda: False)


def avif(path: Path, orientation: int = 1) -> Image.Image:
    if not image_formats.pillow_has("avif"):
        pytest.skip("this Pillow has no AVIF")
    image = Image.new("RGB", (40, 20))
    image.paste((250, 0, 0), (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(path, "AVIF", exif=exif, quality=100)
    return image


def test_without_the_extra_photos_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_photos(monkeypatch)
    make_images(tmp_path, {"a": 5, "b": 5})
    avif(tmp_path / "a" / "x.avif")
    for number in range(3):
        (tmp_path / "b" / f"{number}.HEIC").write_bytes(b"x")
        (tmp_path / "b" / f"{number}.jp2").write_bytes(b"x")
    (note,) = open_data(str(tmp_path)).notes
    for part in ("7 pictures", "HEIC (b: 3)", "JPEG 2000 (b: 3)", "AVIF (a: 1)", "epochscope[photos]"):
        assert part in str(note)


def test_with_the_extra_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AVIF and JPEG 2000 come with Pillow; the module of HEIC need not load for them."""
    without_photos(monkeypatch)
    make_images(tmp_path, {"a": 5, "b": 5})
    avif(tmp_path / "a" / "x.avif")
    before = load_pictures(str(tmp_path))
    monkeypatch.setattr(image_formats, "photos_installed", lambda: True)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    for found in CACHED:
        found.cache_clear()
    after = load_pictures(str(tmp_path))
    assert (len(before.paths), len(after.paths)) == (10, 11)
    assert not after.faults
    assert not after.notes


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["tif", "lzw.tif", "avif", "heic"])
def test_orientation_is_applied_as_in_a_png(
    tmp_path: Path, kind: str, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "heic":
        pytest.importorskip("pillow_heif").register_heif_opener()
    else:
        monkeypatch.setattr(image_formats, "_photo_formats", lambda: ("HEIF", "AVIF"))
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = avif(tmp_path / "x.avif", orientation)
    path = tmp_path / f"x.{kind}"
    if kind == "heic":
        image.save(path, exif=exif.tobytes(), quality=100)
    elif kind != "avif":
        image.save(path, exif=exif, compression="tiff_lzw" if "lzw" in kind else None)
    exif[0x0112] = orientation
    image.save(tmp_path / "x.png", exif=exif)
    upright = ImageOps.exif_transpose(Image.open(tmp_path / "x.png"))
    with no_warnings():
        found = read_image(str(path), (upright.height, upright.width))
        assert read_size(str(path)) == (upright.height, upright.width)
    assert (found.width, found.height) == upright.size
    assert np.abs(found.pixels.astype(int) - np.asarray(upright)).mean() < 8


def test_a_photo_that_is_called_jpg_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_photos(monkeypatch)
    make_images(tmp_path, {"a": 5, "b": 5})
    avif(tmp_path / "a" / "phone.jpg")
    with pytest.raises(FaultyDataError) as caught:
        open_data(str(tmp_path))
    (fault,) = caught.value.faults
    assert fault.path == "a/phone.jpg"
    assert "AVIF" in fault.reason
    assert "epochscope[photos]" in fault.reason


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"8BPS\0\1", "PSD"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", ""),
        (b"", ""),
    ],
)
def test_formats_are_known_by_their_first_bytes(head: bytes, name: str) -> None:
    assert unread_format(head) == name


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.JPG", "jpg"), (".png", ""), ("png", ""), ("a.b.Tif", "tif"), ("a.", ""), ("", "")]
)
def test_suffixes(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


def test_a_spec_is_enough_to_know_that_the_extra_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.machinery.ModuleSpec("pillow_heif", None)
    monkeypatch.setattr(image_formats, "find_spec", lambda name: spec if name == "pillow_heif" else None)
    assert image_formats.photos_installed()
    assert "heic" in image_formats.image_suffixes()


# -- 16 bits


def grey16(folder: Path, name: str, largest: int) -> None:
    values = np.linspace(0, largest, 64).round().astype(np.uint16).reshape(8, 8)
    Image.fromarray(values).save(folder / name)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_twelve_bits_in_sixteen_are_hinted_at(tmp_path: Path, suffix: str) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for index in range(6):
            grey16(tmp_path / name, f"{index}.{suffix}", 4095 if name == "a" else 65535)
    data = open_data(str(tmp_path))
    (note,) = data.notes
    assert note.code == "shallow_16_bit"
    assert note.parameters == {"count": 6, "total": 12, "bits": 12, "factor": 16, "where": "a: 6"}
    # values are not changed in silence
    split = next(part for part in data.sizes if "a/0." in " ".join(data.published(part).paths))
    view = data.published(split)
    row = next(row for row, path in enumerate(view.paths) if path.startswith("a/0."))
    assert view.pixels[row : row + 1].max() == 4095 * 255 // 65535


@pytest.mark.parametrize(("largest", "hinted"), [(255, True), (4095, True), (4096, False), (65535, False), (0, False)])
def test_where_the_hint_begins(tmp_path: Path, largest: int, hinted: bool) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for index in range(6):
            grey16(tmp_path / name, f"{index}.png", largest)
    assert any(note.code == "shallow_16_bit" for note in open_data(str(tmp_path)).notes) is hinted


def colour16(largest: int) -> bytes:
    """A PNG of 8x8 pixels with 16 bits for each colour, which Pillow cannot write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    values = np.linspace(0, largest, 8 * 8 * 3).round().astype(">u2").reshape(8, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    head = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("largest", "bits"), [(4095, 12), (65535, 16), (1023, 10), (0, 0)])
def test_bits_of_colours_are_known_from_their_upper_half(tmp_path: Path, largest: int, bits: int) -> None:
    (tmp_path / "x.png").write_bytes(colour16(largest))
    with no_warnings():
        assert read_image(str(tmp_path / "x.png"), (8, 8)).bits == bits


def test_eight_bits_are_not_hinted_at(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for index in range(6):
            Image.new("L", (8, 8), 3).save(tmp_path / name / f"{index}.png")
    assert not open_data(str(tmp_path)).notes


@pytest.mark.parametrize("suffix", ["tif", "gif", "webp", "png"])
def test_further_pages_and_frames_are_named(tmp_path: Path, suffix: str) -> None:
    make_images(tmp_path, {"a": 5, "b": 5}, suffix=suffix)
    pages = [Image.new("RGB", (12, 10), (60 * page, 99, 9)) for page in range(1, 4)]
    pages[0].save(tmp_path / "a" / f"stack.{suffix}", save_all=True, append_images=pages[1:] if suffix != "png" else [])
    data = load_pictures(str(tmp_path))
    assert [note.code for note in data.notes] == (["first_page_only"] if suffix != "png" else [])
    assert all("a: 1" in str(note) for note in data.notes)
    first = data.pixels[list(data.paths).index(f"a/stack.{suffix}")]
    assert np.abs(first[..., :3].astype(int) - np.asarray(pages[0])).max() < 6
