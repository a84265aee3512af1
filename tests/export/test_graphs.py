"""pt2 and onnx: the whole model, from raw pixels to the logits of the run, read by somebody else's reader."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tests.export.conftest import CLASSES, nothing_in, truth
from trainer.analysis.trained_model import TrainedModel
from trainer.cli import main
from trainer.errors import DiskError, UsageError
from trainer.export import export_run, graph
from trainer.store.folder import RunFolder

FORMATS = ("pt2", "onnx")
ONNX = graph.ONNX_PACKAGES
Ask = Callable[[Any], torch.Tensor]


def need(name: str) -> None:
    for package in ONNX if name == "onnx" else ():
        pytest.importorskip(package, reason="ONNX comes with epochscope[onnx]")


def load_plainly(path: Path) -> tuple[Ask, dict[str, Any]]:
    """As somebody without epochscope would."""
    if path.suffix == ".pt2":
        extra = {"epochscope.json": ""}
        module = torch.export.load(path, extra_files=extra).module()
        return lambda pixels: module(torch.tensor(pixels)).detach(), json.loads(extra["epochscope.json"])
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    about = json.loads(session.get_modelmeta().custom_metadata_map["epochscope"])
    return lambda pixels: torch.tensor(session.run(["logits"], {"pixels": pixels})[0]), about


def test_missing_packages_are_named_before_anything_is_made(
    digits: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "find_spec", lambda name: None if name != "onnx" else object())
    with pytest.raises(UsageError) as caught:
        export_run(digits, "onnx", tmp_path)
    assert caught.value.code == "onnx.missing"
    assert "onnxscript, onnxruntime" in caught.value.what
    assert caught.value.fix == "pip install 'epochscope[onnx]'"
    assert nothing_in(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("which", ["digits", "convolutions"])
def test_it_gives_the_logits_of_the_run_for_any_number_of_raw_images(
    which: str, name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    need(name)
    run = request.getfixturevalue(which)
    made = export_run(run, name, tmp_path)
    assert made.facts["images"] == 24
    assert made.facts["difference"] <= made.facts["tolerance"]
    ask, about = load_plainly(made.path)
    for count in (1, 3, 100):
        pixels, expected = truth(run, count)
        torch.testing.assert_close(ask(pixels), expected, rtol=1e-4, atol=1e-4)
    assert about["classes"] == [str(digit) for digit in range(10)]
    assert (about["input"]["shape"], about["input"]["dtype"]) == ([8, 8, 1], "uint8")


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_names_travel_and_images_need_not_be_square(photos: RunFolder, name: str, tmp_path: Path) -> None:
    need(name)
    ask, about = load_plainly(export_run(photos, name, tmp_path).path)
    assert about["classes"] == sorted(CLASSES)
    assert about["input"]["shape"] == [10, 12, 3]
    assert ask(np.zeros((5, 10, 12, 3), np.uint8)).shape == (5, 3)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_the_class_is_that_of_predict(
    digits: RunFolder, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need(name)
    ask, about = load_plainly(export_run(digits, name, tmp_path).path)
    pixels = truth(digits, 20).pixels
    paths = [tmp_path / f"{number}.png" for number in range(len(pixels))]
    for path, image in zip(paths, pixels, strict=True):
        Image.fromarray(image[..., 0]).save(path)
    capsys.readouterr()
    assert main(["predict", str(digits.path), *map(str, paths), "--json"]) == 0
    told = [row["class"] for row in json.loads(capsys.readouterr().out)["images"]]
    read = np.stack([np.asarray(Image.open(path).convert(about["input"]["mode"]))[..., None] for path in paths])
    assert [about["classes"][place] for place in ask(read).argmax(1)] == told


@pytest.mark.slow
def test_there_is_no_pickle_in_a_pt2(convolutions: RunFolder, tmp_path: Path) -> None:
    with zipfile.ZipFile(export_run(convolutions, "pt2", tmp_path).path) as archive:
        filled = [name for name in archive.namelist() if archive.getinfo(name).file_size]
        contents = {name: archive.read(name) for name in filled}
    assert not [name for name in filled if name.endswith((".pkl", ".pt"))]
    assert not [name for name, data in contents.items() if data.startswith((b"\x80\x02", b"PK\x03\x04"))]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_graph_that_says_something_else_is_thrown_away(
    digits: RunFolder, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(name)
    right = graph.RawPixels
    monkeypatch.setattr(graph, "RawPixels", lambda model, mean, std: right(model, [m + 0.01 for m in mean], std))
    with pytest.raises(DiskError) as caught:
        export_run(digits, name, tmp_path)
    assert caught.value.code == "export.differs"
    assert nothing_in(tmp_path)


class Choosy(nn.Module):
    """Its way depends on what it sees: no graph can say that."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1)[:, :10] if images.sum() > 0 else images.flatten(1)[:, 10:20]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_model_without_a_graph_is_refused_kindly(
    digits: RunFolder, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(name)
    monkeypatch.setattr(TrainedModel, "plain_model", lambda self, tensors: Choosy())
    with pytest.raises(UsageError) as caught:
        export_run(digits, name, tmp_path)
    assert caught.value.code == "export.failed"
    assert "safetensors" in caught.value.fix
    assert "\n" not in caught.value.what
    assert nothing_in(tmp_path)
