"""The policy for single images: what lands where, and what is refused with which reason."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.image_folders import noise
from trainer.data import decode as module
from trainer.data.decode import Decoded, UnreadableError, fit, no_warnings, read_image, read_size


def decode(path: Path, size: tuple[int, int] = (10, 12)) -> Decoded:
    with no_warnings():
        return read_image(str(path), size)


def test_pixels_of_the_wanted_size_stay_as_they_are(tmp_path: Path) -> None:
    image = noise(12, 10)
    image.save(tmp_path / "a.png")
    decoded = decode(tmp_path / "a.png")
    assert np.array_equal(decoded.pixels, np.asarray(image))
    assert (decoded.width, decoded.height, decoded.mode) == (12, 10, "RGB")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_alpha_lands_on_white(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", (12, 10), (200, 0, 0, 0))
    image.paste((10, 10, 10, 255), (0, 0, 6, 10))
    if mode == "P":
        image = image.quantize(4)
    else:
        image = image.convert(mode)
    image.save(tmp_path / "a.png")
    pixels = decode(tmp_path / "a.png").pixels
    assert (pixels[:, 6:] == 255).all()
    assert (abs(pixels[:, :6].astype(int) - 10) <= 2).all()


def test_a_transparent_colour_lands_on_white(tmp_path: Path) -> None:
    image = Image.new("RGB", (12, 10), (1, 2, 3))
    image.save(tmp_path / "a.png", transparency=(1, 2, 3))
    assert (decode(tmp_path / "a.png").pixels == 255).all()


@pytest.mark.parametrize(("mode", "value"), [("L", 77), ("1", 255), ("CMYK", (0, 0, 0, 0)), ("YCbCr", (128, 128, 128))])
def test_other_modes_become_rgb(tmp_path: Path, mode: str, value: int | tuple[int, ...]) -> None:
    # compressed: Pillow 11 cannot read its own YCbCr without
    Image.new(mode, (12, 10), value).save(tmp_path / "a.tiff", compression="tiff_adobe_deflate")
    pixels = decode(tmp_path / "a.tiff").pixels
    assert pixels.shape == (10, 12, 3)
    grey = {"L": 77, "YCbCr": 128}.get(mode, 255)
    assert (abs(pixels.astype(int) - grey) <= 1).all()


def test_16_bit_grey_keeps_its_tones(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 120).astype(np.uint16).reshape(10, 12)
    Image.fromarray(values).save(tmp_path / "a.png")
    assert np.allclose(decode(tmp_path / "a.png").pixels[..., 1], values / 257, atol=1)


def test_float_images_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((10, 12), np.float32)).save(tmp_path / "a.tiff")
    with pytest.raises(UnreadableError, match="32 bits"):
        decode(tmp_path / "a.tiff")


def test_the_first_frame_of_an_animation_counts(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (12, 10), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (decode(tmp_path / "a.gif").pixels == [255, 0, 0]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str) -> None:
    upright = Image.new("RGB", (12, 10), "white")
    upright.paste("black", (0, 0, 6, 5))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    stored.save(path, exif=exif, **({"quality": 100, "subsampling": 0} if suffix == "jpg" else {}))
    decoded = decode(path)
    assert (decoded.width, decoded.height) == (12, 10)
    assert read_size(str(path)) == (10, 12)
    assert (abs(decoded.pixels.astype(int) - np.asarray(upright)) < 40).all()


def test_a_damaged_exif_block_does_not_cost_the_image(tmp_path: Path) -> None:
    image = noise(12, 10)
    image.save(tmp_path / "a.jpg", quality=95, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff\x01\x12")
    assert decode(tmp_path / "a.jpg").pixels.shape == (10, 12, 3)


def test_other_sizes_are_scaled_and_cut_evenly(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 10), "white")
    image.paste("black", (15, 0, 25, 10))
    image.save(tmp_path / "a.png")
    assert (decode(tmp_path / "a.png", (10, 10)).pixels == 0).all()
    assert decode(tmp_path / "a.png", (64, 64)).pixels.shape == (64, 64, 3)


def test_large_jpegs_are_scaled_while_decoding_with_the_same_result(tmp_path: Path) -> None:
    large = noise(8, 8, seed=3).resize((2048, 1024), Image.Resampling.BICUBIC)
    large.save(tmp_path / "a.jpg", quality=95)
    decoded = decode(tmp_path / "a.jpg", (16, 16))
    assert (decoded.width, decoded.height) == (2048, 1024)
    assert abs(decoded.pixels.astype(int) - fit(large, (16, 16))).max() < 8


def photograph(seed: int, width: int = 1200, height: int = 900) -> Image.Image:
    """Shapes, texture of several sizes and the noise of a sensor: what a decoder's scaling could lose."""
    random = np.random.default_rng(seed)
    shapes = Image.fromarray(random.integers(0, 256, (9, 12, 3), np.uint8))
    pixels = np.asarray(shapes.resize((width, height), Image.Resampling.BICUBIC)).astype(np.float32)
    for size in (4, 16, 64):
        texture = random.normal(0, 14, (height // size + 1, width // size + 1)).astype(np.float32)
        pixels += np.asarray(Image.fromarray(texture).resize((width, height), Image.Resampling.BICUBIC))[..., None]
    pixels += random.normal(0, 4, (height, width, 1)).astype(np.float32)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


SAVED = [
    {},
    {"subsampling": 0},
    {"progressive": True},
    {"orientation": 6},
    {"mode": "L"},
    {"mode": "CMYK"},
]


@pytest.mark.parametrize("saved", SAVED, ids=str)
@pytest.mark.parametrize("target", [(224, 224), (64, 64), (32, 100), (100, 32)])
def test_what_the_decoders_scaling_loses_is_below_what_can_be_seen(
    tmp_path: Path, saved: dict[str, Any], target: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a level of 255 on average, which is what rounding to whole levels may cost. With the side asked of the
    decoder as small as the result, it is more. An image is never scaled to less than twice the size of the result."""
    path, options = tmp_path / "a.jpg", dict(saved)
    exif = Image.Exif()
    exif[0x0112] = options.pop("orientation", 1)
    photograph(1).convert(options.pop("mode", "RGB")).save(path, quality=90, exif=exif, **options)
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(
        module, "fit", lambda image, *args, **more: given.append(image.size) or fit(image, *args, **more)
    )
    decoded = decode(path, target)
    with Image.open(path) as image:
        whole = fit(image, target)
    assert abs(decoded.pixels.astype(int) - whole).mean() < 0.5
    assert min(given[0]) >= 2 * max(target)


def test_verdicts_are_those_of_the_whole_decode(tmp_path: Path) -> None:
    """Nearest class mean, of photographs whose classes were drawn by lot: as close to the border as can be."""
    found: dict[str, list[np.ndarray]] = {"scaled": [], "whole": []}
    for number in range(24):
        photograph(number).save(tmp_path / "a.jpg", quality=90)
        found["scaled"].append(decode(tmp_path / "a.jpg", (64, 64)).pixels.astype(np.float64))
        with Image.open(tmp_path / "a.jpg") as image:
            found["whole"].append(fit(image, (64, 64)).astype(np.float64))
    scaled, whole = (np.stack(found[name]).reshape(24, -1) for name in ("scaled", "whole"))
    means = np.stack([whole[label::3][:4].mean(0) for label in range(3)])
    verdicts = [((images[:, None] - means) ** 2).sum(2).argmin(1).tolist() for images in (scaled, whole)]
    assert verdicts[0] == verdicts[1]
    assert set(verdicts[1][12:]) == {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "options", "asked"),
    [("a.png", {}, 1), ("a.jpg", {}, 0), ("a.jpg", {"progressive": True}, 1), ("small.png", {}, 0)],
)
def test_room_is_asked_for_what_a_large_image_takes_in_memory(
    tmp_path: Path, name: str, options: dict[str, Any], asked: int
) -> None:
    """A JPEG is scaled while it is decoded; of a progressive one, the coefficients of all pixels are kept."""
    size = (400, 300) if name.startswith("small") else (2400, 2000)
    Image.new("RGB", size, "red").save(tmp_path / name, **options)
    rooms: list[int] = []

    @contextmanager
    def room(pixels: int) -> Iterator[None]:
        rooms.append(pixels)
        yield

    with no_warnings():
        read_image(str(tmp_path / name), (16, 16), room=room)
    assert rooms == [2400 * 2000] * asked


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "bmp", "webp", "tiff", "ppm"])
def test_truncated_files_are_found(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    noise(64, 64).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 5])
    with pytest.raises(UnreadableError) as caught:
        decode(path)
    assert caught.value.code in ("truncated", "unreadable")
    if suffix == "jpg":
        assert caught.value.code == "truncated"


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM"])
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UnreadableError):
        decode(tmp_path / "a.png")


def test_bombs_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    for side in (10_000, 60_000):
        head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
        png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
        (tmp_path / "a.png").write_bytes(png)
        with pytest.raises(UnreadableError) as caught:
            decode(tmp_path / "a.png")
        assert caught.value.code == "oversized"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of POSIX")
def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to("/dev/zero")
    for name in ("a.png", "b.png"):
        with pytest.raises(UnreadableError) as caught:
            decode(tmp_path / name)
        assert caught.value.code == "not_a_file"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "I;16"])
@pytest.mark.parametrize("grey", [False, True])
def test_large_images_give_the_same_pixels(
    tmp_path: Path, mode: str, grey: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece by piece and turned in place, so that they are not in memory several times."""
    exif = Image.Exif()
    exif[0x0112] = 6
    if mode == "I;16":
        image = Image.fromarray(np.random.default_rng(0).integers(0, 65536, (30, 41), dtype=np.uint16))
    else:
        image = noise(41, 30, 3, "RGBA").convert("RGBA" if mode == "P" else mode)
        image = image.quantize(32) if mode == "P" else image
    image.save(tmp_path / "a.png", exif=exif)
    with no_warnings():
        small = read_image(str(tmp_path / "a.png"), (8, 8), grey=grey)
        monkeypatch.setattr(module, "LARGE", 10)
        monkeypatch.setattr(module, "TILE", 7)
        large = read_image(str(tmp_path / "a.png"), (8, 8), grey=grey)
    assert np.array_equal(small.pixels, large.pixels)
    assert (small.width, small.height, small.bits) == (large.width, large.height, large.bits)
