"""Inputs that are small on the disk and large in memory, or that only claim to be large."""

from __future__ import annotations

import io
import os
import random
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from tests.reliability.fuzz_runs import changed_npz, copied_runs
from tests.reliability.fuzz_wholes import photographs
from tests.reliability.fuzzing import Action, Bench, Trap, command


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int, colour: int = 6, *, orientation: int = 1, text: int = 0, rows: int = -1) -> bytes:
    """A picture of nothing. `rows`: as many as are there; `text`: bytes of a compressed comment."""
    depth = {0: 1, 2: 3, 6: 4}[colour]
    packer = zlib.compressobj(1)
    row = bytes(1 + width * depth)
    pixels = b"".join(packer.compress(row) for _ in range(height if rows < 0 else rows)) + packer.flush()
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0" + struct.pack("<I", orientation) + bytes(4)
    parts = [(b"IHDR", struct.pack(">2I5B", width, height, 8, colour, 0, 0, 0)), (b"eXIf", exif)]
    if text:
        packer = zlib.compressobj(9)
        zeros = b"".join(packer.compress(bytes(1 << 20)) for _ in range(text >> 20)) + packer.flush()
        parts += [(b"zTXt", b"comment\0\0" + zeros), (b"iCCP", b"icc\0\0" + zeros)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in [*parts, (b"IDAT", pixels), (b"IEND", b"")])


def pictures() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Decompression bombs, by file name."""
    yield "as-large-as-allowed.png", lambda: png_bomb(9_400, 9_400)
    yield "turned.png", lambda: png_bomb(9_400, 9_400, orientation=6)
    yield "long.png", lambda: png_bomb(80_000_000, 1)
    yield "too-large.png", lambda: png_bomb(100_000, 100_000, rows=10)
    yield "nothing-there.png", lambda: png_bomb(9_400, 9_400, rows=0)
    yield "texts.png", lambda: png_bomb(40, 40, text=1 << 30)
    yield "too-large.gif", lambda: b"GIF89a" + struct.pack("<2H", 65_535, 65_535) + b"\xf0\0\0" + bytes(6) + b"\x2c"
    yield (
        "too-large.bmp",
        lambda: (
            b"BM" + struct.pack("<3I", 54, 0, 54) + struct.pack("<I2i2H6I", 40, 2**31 - 1, 2**31 - 1, 1, 24, *[0] * 6)
        ),
    )
    yield "too-large.ppm", lambda: b"P6 999999999 999999999 255\n"
    for name, data in photographs():
        if (large := _enlarged(data)) is not None:
            yield f"too-large-{name}", partial(bytes, large)
    yield "too-large.webp", lambda: b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f" + bytes(8)


def _enlarged(data: bytes) -> bytes | None:
    """A photograph that claims 100,000 pixels a side; None where it does not say its size in a known place."""
    size = struct.pack(">2I", 100_000, 100_000)
    for mark, gap in ((b"ispe", 4), (b"\xff\x4f\xff\x51", 4)):  # of HEIC and AVIF, of JPEG 2000
        if (at := data.find(mark)) >= 0:
            at += len(mark) + gap
            return data[:at] + size + data[at + len(size) :]
    return None


def picture(name: str, make: Callable[[], bytes]) -> Trap:
    def trap(bench: Bench) -> Iterable[Action]:
        folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
        (folder / "cat" / name).write_bytes(make())
        copied_runs(bench)
        return [command("data", folder, "--skip-bad"), command("predict", "done", folder / "cat" / name)]

    return trap


def _zip_bomb(name: str, size: int) -> bytes:
    """A member of that many zeros."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def zipped_arrays(bench: Bench) -> Iterable[Action]:
    runs = copied_runs(bench)
    bomb = _zip_bomb("predicted.npy", 2 << 30)
    for path in (runs / "done").rglob("*.npz"):
        path.write_bytes(bomb)
    (bench.inputs / "it.pt").write_bytes(_zip_bomb("it/data.pkl", 2 << 30))
    return [
        command("slices", "done"),
        command("export", "done", "--format", "report", "--out", bench.out / "it.html"),
        command("train", bench.wholes / "photos", "--model", "efficientnet_lite0", "--weights", bench.inputs / "it.pt"),
    ]


def lying_arrays(bench: Bench) -> Iterable[Action]:
    """Headers of arrays with every shape and type that is not there."""
    runs = copied_runs(bench)
    draw = random.Random(0)
    paths = sorted((runs / "done").rglob("*.npz"))
    wholes = {path: path.read_bytes() for path in paths}
    for _ in range(40):
        for path in paths:
            path.write_bytes(changed_npz(wholes[path], draw))
        yield command("slices", "done")
        yield command("export", "done", "--format", "report", "--out", bench.out / "it.html")


def packed_shards(bench: Bench) -> Iterable[Action]:
    folder = bench.inputs / "shards"
    folder.mkdir()
    packer = zlib.compressobj(9, wbits=31)
    (folder / "train.tar.gz").write_bytes(
        b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 11)) + packer.flush()
    )
    return [command("data", folder), command("data", folder / "train.tar.gz")]


def sparse(wanted: str, size: int) -> Trap:
    """A file that claims to be large, and is all zeros."""

    def trap(bench: Bench) -> Iterable[Action]:
        run = copied_runs(bench) / "done"
        bench.may_change += [run]
        for path in [*run.rglob(wanted)] or [run / wanted]:
            os.truncate(path, size)
        return [
            command("runs", "show", "done"),
            command("runs", "list"),
            command("export", "done", "--format", "report", "--out", bench.out / "it.html"),
            command("evaluate", "done"),
        ]

    return trap


def sparse_data(bench: Bench) -> Iterable[Action]:
    folder = Path(shutil.copytree(bench.wholes / "photos", bench.inputs / "photos"))
    for name in ("cat/it.png", "cat/it.bmp", "cat/it.tif", "it.tar", "it.csv"):
        (folder / name).touch()
        os.truncate(folder / name, 8 << 30)
    return [
        command("data", folder),
        command("data", folder / "it.tar"),
        command("data", folder / "it.csv"),
        command("data", folder, "--edits", folder / "it.csv"),
    ]
