"""`explain`, and the helper's requests explain and similar."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from trainer.store.arrays import read_arrays


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file that looks like a digit."""
    path = tmp_path / "one.png"
    pixels = np.zeros((8, 8), np.uint8)
    pixels[1:7, 3:5] = 240
    Image.fromarray(pixels).save(path)
    return path


def test_a_picture_and_the_nearest_training_images(cli: Cli, done: str, image: Path, tmp_path: Path) -> None:
    answer = cli("explain", done, image, "--out", tmp_path / "seen.png", "--neighbors", 3)
    assert answer.code == 0
    assert "weight times pixel, exact" in answer.out
    assert len(answer.out.split("distance")[1].splitlines()) == 4
    with Image.open(tmp_path / "seen.png") as seen:
        pixels = np.asarray(seen)
    side = (pixels.shape[1] - 8) // 2
    assert side == pixels.shape[0] >= 384
    assert np.array_equal(pixels[5, 5], [0, 0, 0]), "on the left is the image as it is"
    assert len(np.unique(pixels[:, side + 8 :].reshape(-1, 3), axis=0)) > 50, "on the right are colours"


def test_as_json_and_for_another_class(cli: Cli, done: str, image: Path) -> None:
    found = cli("explain", done, image, "--class", "7", "--json").document
    assert (found["explained"]["class"], found["method"], found["out"]) == ("7", "linear", None)
    assert found["explained"]["probability"] <= found["confidence"]
    distances = [one["distance"] for one in found["neighbors"]]
    assert distances == sorted(distances)
    assert len(distances) == 5
    assert cli("explain", done, image, "--json", "--neighbors", 0).document["neighbors"] is None


def test_wrong_use_is_told(cli: Cli, done: str, image: Path, tmp_path: Path) -> None:
    for arguments, text in (
        ((image, "--class", "cat"), "no class 'cat'"),
        ((image, "--neighbors", -1), "--neighbors"),
        ((tmp_path / "gone.png",), "gone.png"),
    ):
        answer = cli("explain", done, *arguments)
        assert answer.code in (4, 5)
        assert text in answer.err
        assert "Traceback" not in answer.err


def test_without_the_training_images_there_is_still_a_heat_map(cli: Cli, photos: Path, tmp_path: Path) -> None:
    assert cli("train", photos, "--epochs", 1, "--skip-bad", "--name", "seen").code == 0
    image = shutil.copy(photos / "cats" / "1.png", tmp_path / "cat.png")
    shutil.rmtree(photos)
    answer = cli("explain", "seen", image)
    assert answer.code == 0
    assert "heat map for" in answer.out
    assert "no similar images: The images that this run was trained on are missing." in answer.err


def test_the_helper_explains_images_of_the_run_and_files(
    ask: Any,
    done: str,
    image: Path,
    tmp_path: Path,
) -> None:
    out = {"out": str(tmp_path / "map.npz"), "run": done}
    first, second, true = ask(
        {"do": "explain", "split": "valid", "place": 3, **out},
        {"do": "explain", "images": [str(image)], **out},
        {"do": "explain", "split": "train", "place": 3, "label": 2, **out, "out": str(tmp_path / "two.npz")},
    )
    assert (first["ok"], first["method"], first["weights"]) == (True, "linear", "best")
    assert first["label"] == first["predicted"]
    assert 0 <= first["true"] < 10
    assert (second["true"], second["path"]) == (-1, str(image))
    arrays = read_arrays(tmp_path / "map.npz")
    assert (arrays["map"].shape, arrays["pixels"].shape, arrays["probabilities"].shape) == ((8, 8), (8, 8, 3), (10,))
    assert arrays["probabilities"][second["predicted"]] == pytest.approx(second["confidence"])
    assert true["label"] == 2


def test_the_helper_finds_similar_images(ask: Any, done: str, tmp_path: Path) -> None:
    out = {"out": str(tmp_path / "similar.npz"), "run": done}
    (found,) = ask({"do": "similar", "split": "valid", "place": 3, "n": 4, **out})
    (same,) = found["of_class"]
    assert len(found["neighbors"]) == 4
    assert same["distance"] >= found["neighbors"][0]["distance"]
    assert read_arrays(tmp_path / "similar.npz")["images"].shape == (5, 8, 8, 3)
    out["out"] = str(tmp_path / "again.npz")
    (on,) = ask({"do": "similar", "split": "train", "place": same["place"], "n": 20, **out})
    assert same["place"] not in [one["place"] for one in on["neighbors"]]
    assert json.dumps(on)


def test_the_helper_tells_what_it_does_not_understand(ask: Any, done: str, tmp_path: Path) -> None:
    out = {"out": str(tmp_path / "map.npz"), "run": done}
    answers = ask(
        {"do": "explain", **out},
        {"do": "explain", "split": "tset", "place": 1, **out},
        {"do": "explain", "split": "valid", "place": 10**9, **out},
        {"do": "explain", "split": "valid", "place": 1, "label": 10, **out},
        {"do": "explain", "split": "valid", "place": 1, "run": done},
        {"do": "similar", "split": "valid", "place": 1, "n": 0, **out},
        {"do": "similar", "images": [str(tmp_path / "gone.png")], **out},
    )
    codes = [one["code"] for one in answers]
    assert codes[:5] == ["assist.image", "assist.image", "explain.place", "assist.number", "assist.out"]
    assert codes[5:] == ["assist.number", "data.unreadable"]
