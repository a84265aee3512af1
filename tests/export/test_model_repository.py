"""A run as a folder for Hugging Face: the card as their own reader reads it, and the same predictions from it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.export.conftest import CLASSES, truth
from trainer.export import export_run
from trainer.export.model_repository import CARD
from trainer.export.weights import REPOSITORY, open_weights
from trainer.inference import load_for_images
from trainer.report.run_data import read_run
from trainer.store import calibration_file
from trainer.store.folder import RunFolder


@pytest.fixture(scope="module")
def repository(digits: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_run(digits, "huggingface", tmp_path_factory.mktemp("out") / "model").path


def card(folder: Path) -> Any:
    hub = pytest.importorskip("huggingface_hub", reason="the reader of model cards comes with epochscope[pretrained]")
    return hub.ModelCard.load(folder / CARD)


def test_it_holds_these_files(repository: Path) -> None:
    assert {path.name for path in repository.iterdir()} == {REPOSITORY, CARD, "epochscope.json"}
    about = json.loads((repository / "epochscope.json").read_text("ascii"))
    assert open_weights(repository)[1] == about


def test_it_gives_the_runs_own_logits_and_predictions(digits: RunFolder, repository: Path, tmp_path: Path) -> None:
    model, about = open_weights(repository)
    pixels, logits = truth(digits)
    with torch.no_grad():
        found = model(torch.as_tensor(pixels))
    torch.testing.assert_close(found, logits, rtol=1e-4, atol=1e-4)
    Image.fromarray(np.asarray(pixels[0])[..., 0]).save(tmp_path / "image.png")
    expected = load_for_images(digits).trainer.predict(tmp_path / "image.png").iloc[0, 2:].to_numpy(dtype=float)
    assert np.allclose((found[0] / about["temperature"]).softmax(0).numpy(), expected, atol=1e-6)


def test_the_card_has_our_metrics_intervals_and_calibration(digits: RunFolder, repository: Path) -> None:
    found = card(repository)
    assert found.data.pipeline_tag == "image-classification"
    test = read_run(digits).evaluations["test"]
    results = {one.metric_type: one for one in found.data.eval_results}
    assert results["accuracy"].metric_value == pytest.approx(test.metrics.accuracy, abs=1e-4)
    assert results["f1"].metric_value == pytest.approx(test.metrics.macro_f1, abs=1e-4)
    assert results["f1"].dataset_split == "test"
    low, high = test.intervals.accuracy
    assert f"{test.metrics.accuracy:.4f} ({low:.4f} to {high:.4f})" in found.text
    calibration = calibration_file.read(digits)
    assert f"{calibration.temperature:.4f}" in found.text
    assert f"| test | {calibration.splits['test'].before.ece:.4f} |" in found.text


def test_names_are_no_markup_and_no_path_leaves_the_machine(photos: RunFolder, tmp_path: Path) -> None:
    folder = export_run(photos, "huggingface", tmp_path / "model").path
    found = card(folder)
    for name in CLASSES:
        assert name in found.text
    assert str(tmp_path.parent) not in (folder / CARD).read_text("utf-8")
    assert found.data.eval_results[0].dataset_name == "photos"


def test_the_code_of_the_card_works(repository: Path) -> None:
    text = (repository / CARD).read_text("utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(repository / "photo.jpg")
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=repository, check=True, timeout=100, capture_output=True, text=True
        )
    finally:
        (repository / "photo.jpg").unlink()
    assert done.stdout.split()[0] in map(str, range(10))


def test_a_repository_is_written_again_and_what_is_beside_it_stays(digits: RunFolder, repository: Path) -> None:
    (repository / "LICENSE").write_text("mine")
    export_run(digits, "huggingface", repository, force=True)
    assert (repository / "LICENSE").read_text() == "mine"
    (repository / "LICENSE").unlink()
