"""One preparation of images: the documentation's, `read_pixels` and `predict` make the same pixels of a file."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from tests.data.image_folders import make_images
from tests.docs.pages import DOCS, blocks
from tests.export.conftest import CLASSES, Train
from tests.export.test_graphs import need
from trainer.cli.predict import predictions
from trainer.data.decode import no_warnings, read_image
from trainer.errors import DataError
from trainer.export import export_run
from trainer.export.metadata import preparation
from trainer.export.preprocessing import read_pixels
from trainer.export.weights import open_weights
from trainer.inference import load_trained
from trainer.store.folder import RunFolder

PAGE = DOCS / "guides" / "export.md"
ORIENTATION = 0x0112
FILES = {"L": "png", "RGB": "jpg", "LA": "png", "RGBA": "png", "P": "gif", "CMYK": "jpg", "I;16": "png", "1": "png"}
TARGETS = {"grey": (8, 8), "colour": (10, 12)}


def snippet(number: int) -> str:
    """The example that prepares an image by hand, and those after it."""
    codes = [block.code for block in blocks(PAGE) if block.language == "python"]
    return codes[next(place for place, code in enumerate(codes) if "def prepare(" in code) + number]


@pytest.fixture(scope="module")
def prepare() -> Callable[[Path, Any], NDArray[np.uint8]]:
    """As the documentation has it, with no more than Pillow and numpy."""
    tree = ast.parse(snippet(0))
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    names: dict[str, Any] = {}
    exec("import numpy\nfrom PIL import Image, ImageOps\n" + ast.unparse(function), names)
    found: Callable[[Path, Any], NDArray[np.uint8]] = names["prepare"]
    return found


def about(kind: str) -> dict[str, Any]:
    height, width = TARGETS[kind]
    channels = 1 if kind == "grey" else 3
    return {
        "input": {"size": [width, height], "shape": [height, width, channels], "mode": "L" if channels == 1 else "RGB"}
    }


def photo(mode: str, width: int = 47, height: int = 31, seed: int = 0) -> Image.Image:
    """Smooth blobs, so that each step shows, with all values of its mode."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (5, 7, 4), dtype=np.uint8), "RGBA")
    image = small.resize((width, height), Image.Resampling.BICUBIC)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image)[..., 0].astype(np.uint16) * 257 - 3 * np.uint16(5))
    if mode == "P":
        flat = image.convert("RGB").quantize(16)
        flat.info["transparency"] = 3
        return flat
    return image.convert(mode) if mode in ("RGBA", "LA") else image.convert("RGB").convert(mode)


def options(file: Path, exif: Image.Exif) -> dict[str, Any]:
    """For `save`: GIF has no EXIF."""
    return {} if file.suffix == ".gif" else {"exif": exif}


def same(file: Path, prepare: Callable[[Path, Any], NDArray[np.uint8]], kind: str) -> None:
    with no_warnings():
        expected = read_image(str(file), TARGETS[kind], grey=kind == "grey").pixels
    facts = about(kind)
    mine, theirs = read_pixels(file, facts), prepare(file, facts)
    assert mine.shape == theirs.shape == (1, *facts["input"]["shape"])
    np.testing.assert_array_equal(theirs[0].reshape(expected.shape), expected)
    np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("mode", FILES)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_every_mode(
    tmp_path: Path, prepare: Callable[..., NDArray[np.uint8]], orientation: int, mode: str, kind: str
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    file = tmp_path / f"photo.{FILES[mode]}"
    image = photo(mode, seed=orientation)
    image.save(file, **options(file, exif))
    same(file, prepare, kind)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize(
    ("name", "size", "mode", "more"),
    [
        ("large.jpg", (1600, 1111), "RGB", {}),  # scaled while it is decoded
        ("large-grey.jpg", (900, 1200), "L", {}),
        ("tiny.png", (1, 1), "RGBA", {}),
        ("thin.png", (1, 300), "RGB", {}),
        ("wide.webp", (300, 9), "RGBA", {"lossless": True}),
        ("key.png", (40, 30), "RGB", {"transparency": (0, 0, 0)}),
        ("key-grey.png", (40, 30), "L", {"transparency": 7}),
        ("palette.png", (40, 30), "P", {"transparency": bytes(range(0, 256, 16))}),
        ("plain.bmp", (40, 30), "RGB", {}),
        ("deep.tiff", (40, 30), "I;16", {}),
        ("exact.png", (12, 10), "LA", {}),
    ],
)
def test_sizes_formats_and_transparency(
    tmp_path: Path,
    prepare: Callable[..., NDArray[np.uint8]],
    name: str,
    size: tuple[int, int],
    mode: str,
    more: dict[str, Any],
    kind: str,
) -> None:
    photo(mode, *size).save(tmp_path / name, **more)
    same(tmp_path / name, prepare, kind)


def test_the_description_says_every_step() -> None:
    steps = {one["step"]: one for one in preparation((12, 10), 3)}
    assert list(steps) == ["open", "draft", "orientation", "bit_depth", "transparency", "mode", "fit"]
    assert steps["transparency"]["background"] == [255, 255, 255]
    assert (steps["fit"]["size"], steps["fit"]["resample"], steps["fit"]["antialias"]) == ([12, 10], "bicubic", True)
    assert (steps["mode"]["mode"], steps["draft"]["at_least"]) == ("RGB", [24, 24])


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"bad\.png"):
        read_pixels([tmp_path / "bad.png"], about("grey"))
    assert read_pixels([], about("grey")).shape == (0, 8, 8, 1)


@pytest.fixture(scope="module")
def birds(train: Train, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A small CNN on colour images, its data set in place."""
    folder = tmp_path_factory.mktemp("data") / "birds"
    make_images(folder, CLASSES)
    return train("birds", folder, "--model", "cnn", "--cnn.width", 4, "--epochs", 1, "--threads", 1)


@pytest.fixture(scope="module")
def answers(birds: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, dict[str, float]]:
    """Photographs of every mode, lying on their side where their format can say so, and what `predict` says of each."""
    folder = tmp_path_factory.mktemp("photos")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    for number, (mode, ending) in enumerate(FILES.items()):
        file = folder / f"{number}.{ending}"
        photo(mode, seed=number).save(file, **options(file, exif))
    files = sorted(folder.iterdir())
    answered, _ = predictions(load_trained(birds).trainer, [str(file) for file in files])
    return {
        file: {entry["class"]: entry["probability"] for entry in row["top"]}
        for file, row in zip(files, answered, strict=True)
    }


@pytest.mark.parametrize("ending", ["safetensors", "pt", "pth"])
def test_opened_weights_say_what_predict_says(
    birds: RunFolder, answers: dict[Path, dict[str, float]], tmp_path: Path, ending: str
) -> None:
    made = export_run(birds, "pt" if ending == "pth" else ending, tmp_path / f"birds.{ending}")
    model, facts = open_weights(made.path)
    assert facts["temperature"] != 1
    logits = model(torch.from_numpy(read_pixels(list(answers), facts)))
    found = (logits / facts["temperature"]).softmax(1)
    for told, shares in zip(answers.values(), found.tolist(), strict=True):
        assert dict(zip(facts["classes"], shares, strict=True)) == pytest.approx(told, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_the_readmes_snippets_give_predicts_probabilities(
    birds: RunFolder,
    answers: dict[Path, dict[str, float]],
    prepare: Callable[..., NDArray[np.uint8]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
) -> None:
    need("onnx")
    monkeypatch.chdir(tmp_path)
    export_run(birds, "pt2" if number else "onnx", "birds.pt2" if number else "birds.onnx")
    for file, told in answers.items():
        names: dict[str, Any] = {"prepare": prepare}
        exec(snippet(number).replace("photo.png", str(file)), names)
        assert capsys.readouterr().out.strip() == max(told, key=lambda name: told[name])
        shares = (torch.as_tensor(names["logits"])[0] / names["about"]["temperature"]).softmax(0).tolist()
        assert dict(zip(names["about"]["classes"], shares, strict=True)) == pytest.approx(told, abs=1e-4)
