"""Whole files that fuzzed inputs are made from."""

from __future__ import annotations

import contextlib
import io
import pickle
import signal
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.image_folders import make_images, noise
from tests.data.tar_shards import samples, tar_bytes
from trainer.callback import Callback
from trainer.cli import main

STEPS = 3
"""Steps of a run until it is stopped."""


class Interrupt(Callback):
    """As by Ctrl-C: the run can be resumed."""

    def on_batch_ended(self, event: Any, run: Any) -> None:
        if event.step == STEPS:
            signal.raise_signal(signal.SIGINT)


def make_wholes(folder: Path) -> None:
    """Everything that inputs are made from."""
    make_images(folder / "photos", {"cat": 12, "dog": 12})
    _make_runs(folder)
    pictures = folder / "pictures"
    pictures.mkdir()
    for name, content in _pictures():
        (pictures / name).write_bytes(content)
    (folder / "shard.tar").write_bytes(tar_bytes(samples(*"aabbccaabbcc").items()))
    _make_downloads(folder / "downloads")


def _make_runs(folder: Path) -> None:
    from trainer.launch import start
    from trainer.settings import merge

    runs, photos = folder / "runs", str(folder / "photos")
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(printed):
        patch.setenv("EPOCHSCOPE_RUNS", str(runs))
        patch.setenv("EPOCHSCOPE_CACHE", str(folder / "cache"))
        for name, source in (("done", photos), ("digits", "digits")):
            line = ["train", source, "--epochs", "2", "--name", name, "--batch", "4", "--data.valid", "0.3", "--json"]
            with contextlib.redirect_stdout(io.StringIO()):
                assert main([*line, "--model", "softmax"]) == 0, printed.getvalue()
        settings = {"data": {"source": photos, "valid": 0.3}, "train": {"batch": 2, "epochs": 3, "optimizer": "sgd"}}
        result = start(
            merge(settings, {"model": "softmax"}), runs, name="stopped", callbacks=[Interrupt()], signals=True
        )
        assert result.status == "stopped"


def _pictures() -> Iterator[tuple[str, bytes]]:
    """A file of each format, and of its kinds."""
    colour, alpha, grey = noise(40, 30), noise(40, 30, 1, "RGBA"), noise(40, 30, 2, "L")
    deep = Image.fromarray(np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50)
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x0132] = 6, "a camera", "2020:01:02 03:04:05"
    made: list[tuple[str, Image.Image, dict[str, Any]]] = [
        ("colour.png", colour, {"exif": exif}),
        ("alpha.png", alpha, {}),
        ("deep.png", deep, {}),
        ("palette.png", colour.quantize(16), {"transparency": 1}),
        ("baseline.jpg", colour, {"exif": exif}),
        ("progressive.jpg", colour, {"progressive": True, "quality": 95}),
        ("cmyk.jpg", colour.convert("CMYK"), {}),
        ("moving.gif", grey, {"save_all": True, "append_images": [colour.convert("P"), grey]}),
        ("plain.bmp", colour, {}),
        ("palette.bmp", colour.quantize(16), {}),
        ("lossy.webp", colour, {"exif": exif}),
        ("lossless.webp", alpha, {"lossless": True}),
        ("moving.webp", colour, {"save_all": True, "append_images": [colour.rotate(90)]}),
        ("raw.tif", colour, {"exif": exif}),
        ("packed.tif", alpha, {"compression": "tiff_lzw"}),
        ("deep.tif", deep, {"compression": "tiff_adobe_deflate"}),
        ("pages.tif", grey, {"save_all": True, "append_images": [grey]}),
        ("colour.ppm", colour, {}),
        ("bits.pbm", grey.convert("1"), {}),
    ]
    for name, image, options in made:
        buffer = io.BytesIO()
        image.save(
            buffer,
            format={"jpg": "JPEG", "tif": "TIFF", "pbm": "PPM"}.get(name[-3:]) or name.rpartition(".")[2],
            **options,
        )
        yield name, buffer.getvalue()
    yield "plain.pgm", b"P2\n# a comment\n4 4\n255\n" + b"1 2 3 4\n" * 4


def _make_downloads(folder: Path) -> None:
    """Small files in the formats of CIFAR-10 and MNIST."""
    draw = np.random.default_rng(0)
    cifar = folder / "cifar-10-batches-py"
    cifar.mkdir(parents=True)
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        part = {"data": draw.integers(0, 255, (4, 3072), dtype=np.uint8), "labels": [0, 1, 2, 3]}
        (cifar / name).write_bytes(pickle.dumps(part, 2))
    (cifar / "batches.meta").write_bytes(pickle.dumps({"label_names": [f"class {n}" for n in range(10)]}, 2))
    mnist = folder / "MNIST" / "raw"
    mnist.mkdir(parents=True)
    for part, count in (("train", 6), ("t10k", 3)):
        images = struct.pack(">4B3i", 0, 0, 8, 3, count, 28, 28) + draw.bytes(count * 784)
        (mnist / f"{part}-images-idx3-ubyte").write_bytes(images)
        (mnist / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">4Bi", 0, 0, 8, 1, count) + bytes(range(count)))


@cache
def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
