"""Whole files that fuzzed inputs are made from."""

from __future__ import annotations

import contextlib
import io
import pickle
import signal
import struct
import warnings
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.image_folders import make_images, noise
from tests.data.tar_shards import samples, tar_bytes
from tests.reliability.model_files import onnx_file
from trainer.callback import Callback
from trainer.cli import main
from trainer.data.image_formats import pillow_formats
from trainer.export import export_run
from trainer.export.graph import ONNX_PACKAGES
from trainer.search.search_plan import SearchPlan
from trainer.search.search_space import parse_space
from trainer.settings import merge
from trainer.store.folder import RunFolder

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
    for name, content in (*_pictures(), *photographs()):
        (pictures / name).write_bytes(content)
    (folder / "shard.tar").write_bytes(tar_bytes(samples(*"aabbccaabbcc").items()))
    _make_downloads(folder / "downloads")
    _make_data_set(folder / "data-set", folder / "photos")
    _make_models(folder / "models", folder / "runs" / "done")
    _make_search(folder / "searches", folder / "photos")


def _make_runs(folder: Path) -> None:
    from trainer.launch import start

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


def photographs() -> Iterator[tuple[str, bytes]]:
    """Formats of the extra `photos`, as far as they can be read here."""
    colour = noise(40, 30)
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = 6, "a camera"
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("photo.heic", "HEIF", {"exif": exif}),
        ("several.heic", "HEIF", {"save_all": True, "append_images": [colour.rotate(90)]}),
        ("photo.avif", "AVIF", {"exif": exif}),
        ("moving.avif", "AVIF", {"save_all": True, "append_images": [colour.rotate(90)]}),
        ("lossy.jp2", "JPEG2000", {"irreversible": True, "quality_layers": [20]}),
        ("lossless.jp2", "JPEG2000", {}),
        ("bare.j2k", "JPEG2000", {"no_jp2": True}),
    ]
    for name, form, options in made:
        if form in pillow_formats():
            buffer = io.BytesIO()
            colour.save(buffer, format=form, **options)
            yield name, buffer.getvalue()


def _make_data_set(folder: Path, photos: Path) -> None:
    """As `save_to_disk` of Hugging Face's `datasets` writes one, where it is installed."""
    if find_spec("datasets") is None:
        folder.mkdir()
        (folder / "state.json").write_text('{"_data_files": [{"filename": "data.arrow"}], "_split": null}')
        return
    import datasets

    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    paths = sorted(photos.rglob("*.png"))
    images = [{"bytes": path.read_bytes(), "path": None} for path in paths]
    rows = {"image": images, "label": [path.parent.name for path in paths]}
    datasets.Dataset.from_dict(rows, features=features).train_test_split(0.25, seed=1).save_to_disk(str(folder))


def _make_models(folder: Path, run: Path) -> None:
    """Exported models; of ONNX one that points elsewhere, where ONNX is not installed."""
    folder.mkdir()
    forms = ["safetensors", "pt", "pt2"]
    if all(find_spec(package) for package in ONNX_PACKAGES):
        forms.append("onnx")
    else:
        (folder / "it.onnx").write_bytes(onnx_file(Path("/etc/passwd")))
    for form in forms:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # of the exporters' own
            export_run(RunFolder(run), form, folder / f"it.{form}")


def _make_search(root: Path, photos: Path) -> None:
    """A search of two trials, where Optuna is installed."""
    root.mkdir()
    if find_spec("optuna") is None:
        return
    from trainer.search.parameter_search import ParameterSearch

    settings = merge({"model": "softmax", "data": {"source": str(photos), "valid": 0.3}, "train": {"epochs": 1}})
    plan = SearchPlan(settings, parse_space(("train.lr=1e-3..1:log", "train.batch=4,8")), trials=2)
    ParameterSearch(plan, root, "few").run()


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
