"""Real CIFAR-10 images: every format of softmax regression and of the CNN gives the run's own logits."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import torch

from tests.export.conftest import Train, truth
from tests.export.test_graphs import load_plainly, need
from trainer.export import export_run
from trainer.export.weights import open_weights
from trainer.store.folder import RunFolder

IMAGES = os.environ.get("EPOCHSCOPE_CIFAR10", "")
PER_CLASS = 40

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cifar10,
    pytest.mark.skipif(not IMAGES, reason="EPOCHSCOPE_CIFAR10 names no folder with the CIFAR-10 images"),
]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first few images of each class: a model of them is no worse to export."""
    root = tmp_path_factory.mktemp("cifar10")
    for part in ("train", "test"):
        for folder in sorted(Path(IMAGES, part).iterdir()):
            (root / part / folder.name).mkdir(parents=True)
            for path in sorted(folder.iterdir())[:PER_CLASS]:
                shutil.copyfile(path, root / part / folder.name / path.name)
    return root


@pytest.fixture(scope="module", params=["seed", "cnn"])
def run(request: pytest.FixtureRequest, train: Train, images: Path) -> RunFolder:
    """A run by a recipe, as it comes but for the number of epochs."""
    return train(request.param, images, "--recipe", request.param, "--epochs", 1)


@pytest.mark.parametrize("name", ["safetensors", "pt"])
def test_weights(run: RunFolder, name: str, tmp_path: Path) -> None:
    made = export_run(run, name, tmp_path)
    assert made.facts["difference"] == 0.0
    assert made.facts["images"] == 24
    pixels, expected = truth(run)
    with torch.no_grad():
        torch.testing.assert_close(open_weights(made.path)[0](torch.from_numpy(pixels)), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["pt2", "onnx"])
def test_graphs(run: RunFolder, name: str, tmp_path: Path) -> None:
    need(name)
    made = export_run(run, name, tmp_path)
    assert made.facts["difference"] <= made.facts["tolerance"]
    ask, about = load_plainly(made.path)
    pixels, expected = truth(run)
    torch.testing.assert_close(ask(pixels), expected, rtol=1e-4, atol=1e-4)
    assert about["classes"][0] == "airplane"
    assert about["input"]["shape"] == [32, 32, 3]
