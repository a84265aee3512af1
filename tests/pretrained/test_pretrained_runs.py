"""Runs on a pretrained network, from the settings to what is left of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from trainer.errors import UsageError
from trainer.export import export_run
from trainer.inference import load_trained
from trainer.launch import open_settings_data, resume, start
from trainer.pretrained import extraction, feature_data
from trainer.settings import Settings, merge
from trainer.store.folder import RunFolder, find_run
from trainer.store.run_files import settings_text


def chosen(photos: Path, **train: Any) -> Settings:
    return merge(
        {
            "model": "efficientnet_lite0",
            "data": {"source": str(photos)},
            "backbone": {"size": 32},
            "train": {"epochs": 3, "batch": 16, "optimizer": "sgd", **train},
        }
    )


def trained(photos: Path, root: Path, name: str = "run", **train: Any) -> RunFolder:
    start(chosen(photos, **train), root, name=name)
    return find_run(root, name)


def test_a_run_knows_its_weights_and_predicts_from_files(photos: Path, tmp_path: Path) -> None:
    folder = trained(photos, tmp_path / "runs")
    (weights,) = (tmp_path / "runs" / ".data" / "weights").iterdir()
    assert f'digest = "{weights.stem}"' in settings_text(folder)
    loaded = load_trained(folder)
    trainer = loaded.trainer
    assert loaded.weights == "best"
    table = trainer.predict([photos / "red" / "00.png", photos / "blue" / "00.png"])
    np.testing.assert_allclose(table[["blue", "red"]].sum(axis=1), 1, atol=1e-5)
    with torch.no_grad():
        features = trainer.feed.prepare([photos / "red" / "00.png"])  # type: ignore[attr-defined]
        np.testing.assert_allclose(
            table.iloc[0][["blue", "red"]].to_numpy(float), trainer.model(features).softmax(1)[0], atol=1e-5
        )


def test_grey_images_go_through_a_network_for_colours(tmp_path: Path) -> None:
    settings = merge(
        {"model": "efficientnet_lite0", "backbone": {"size": 32}, "data": {"samples": 40}, "train": {"epochs": 1}}
    )
    images = open_settings_data(settings)
    assert (images.mean, images.std) == ((127 / 255,), (128 / 255,))
    start(merge(settings.model_dump(), {"data": {"samples": 40, "valid": 0.02, "test": 0.02}}), tmp_path, name="run")
    trainer = load_trained(find_run(tmp_path, "run")).trainer
    assert len(trainer.predict(images.published("train").pixels[:3])) == 3


def test_resumed_equals_unbroken(photos: Path, tmp_path: Path) -> None:
    whole = trained(photos, tmp_path / "runs", "whole", epochs=4)
    short = trained(photos, tmp_path / "runs", "short", epochs=2)
    resume(short, epochs=4)
    one, other = (load_trained(folder).trainer.model.state_dict() for folder in (whole, short))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_second_run_asks_the_network_nothing(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained(photos, tmp_path / "runs", "first")
    monkeypatch.setattr("trainer.pretrained.frozen.make_extractor", lambda *args: pytest.fail("the features are there"))
    trained(photos, tmp_path / "runs", "second", seed=5)


def test_extraction_goes_on_where_it_was_ended(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a kill: what has reached the disk is not made again, and the result is the same."""
    monkeypatch.setattr(feature_data, "PIECE", 8)
    monkeypatch.setattr(feature_data, "CHUNK", 8)
    made, asked = extraction.make_extractor, []

    def ending_after(count: int) -> Any:
        def make(*args: Any) -> Any:
            extract = made(*args)

            def counted(images: torch.Tensor) -> Any:
                if len(asked) == count:
                    raise KeyboardInterrupt
                asked.append(len(images))
                return extract(images)

            return counted

        return make

    monkeypatch.setattr("trainer.pretrained.frozen.make_extractor", ending_after(3))
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whichever way the run reports it
        trained(photos, tmp_path / "runs", "ended")
    assert len(asked) == 3
    monkeypatch.setattr("trainer.pretrained.frozen.make_extractor", ending_after(100))
    trained(photos, tmp_path / "runs", "again")
    assert sum(asked) == 48
    monkeypatch.setattr("trainer.pretrained.frozen.make_extractor", made)
    other = trained(photos, tmp_path / "other")
    one, same = (load_trained(find_run(tmp_path / "runs", "again")).trainer, load_trained(other).trainer)
    for name, tensor in one.model.state_dict().items():
        # within rounding: in one process torch has other numbers of threads before and after a run
        torch.testing.assert_close(tensor, same.model.state_dict()[name], rtol=1e-3, atol=1e-3)


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("pt", "pt2", "onnx")]


@pytest.mark.parametrize("kind", ["safetensors", *SLOW])
def test_an_exported_model_takes_raw_pixels(photos: Path, tmp_path: Path, kind: str) -> None:
    if kind == "onnx":
        pytest.importorskip("onnxscript")
    folder = trained(photos, tmp_path / "runs")
    path = tmp_path / f"model.{kind}"
    export_run(folder, kind, path)  # reads it back and compares logits with the run's own
    if kind == "safetensors":
        from trainer.export.preprocessing import read_pixels
        from trainer.export.weights import open_weights

        model, about = open_weights(path)
        pixels = read_pixels(photos / "red" / "00.png", about)
        found = model(torch.from_numpy(pixels)).softmax(1)[0].detach().numpy()
        wanted = load_trained(folder).trainer.predict([photos / "red" / "00.png"]).iloc[0][["blue", "red"]]
        np.testing.assert_allclose(found, wanted.to_numpy(float), atol=1e-4)


def test_random_changes_a_frozen_network_cannot_follow_are_refused(photos: Path, tmp_path: Path) -> None:
    settings = merge(chosen(photos).model_dump(), {"augment": {"rotation": 5, "crop": 2}})
    with pytest.raises(UsageError) as caught:
        start(settings, tmp_path / "runs")
    assert caught.value.code == "pretrained.augment"
    assert "--augment.rotation 0 --augment.crop 0" in caught.value.fix


@pytest.mark.parametrize("name", ["resized_crop", "jitter", "erasing", "randaugment", "mixup", "cutmix"])
def test_each_further_random_change_is_refused(name: str, photos: Path, tmp_path: Path) -> None:
    settings = merge(chosen(photos).model_dump(), {"augment": {name: 1}})
    with pytest.raises(UsageError) as caught:
        start(settings, tmp_path / "runs")
    assert caught.value.code == "pretrained.augment"
    assert f"--augment.{name.replace('_', '-')} 0" in caught.value.fix


def test_the_penalty_is_that_of_scikit_learn(photos: Path, tmp_path: Path) -> None:
    """C = 1 / penalty: the same minimum. Of two classes scikit-learn has one difference of weights, half of whose
    square is what both of ours are penalised by."""
    from sklearn.linear_model import LogisticRegression

    settings = merge(
        chosen(photos, epochs=400, batch=100, lr=0.02).model_dump(),
        {"backbone": {"penalty": 20.0}, "train": {"schedule": "cosine"}},
    )
    start(settings, tmp_path / "runs", name="run")
    trainer = load_trained(find_run(tmp_path / "runs", "run")).trainer
    (features, labels) = next(iter(trainer.feed.train_batches(1)))
    standardized = trainer.model[0](features).numpy()  # type: ignore[index]
    oracle = LogisticRegression(C=2 / 20, solver="newton-cg", max_iter=5000).fit(standardized, labels.numpy())
    with torch.no_grad():
        found = trainer.model(features).softmax(1)[:, 1].numpy()
    np.testing.assert_allclose(found, oracle.predict_proba(standardized)[:, 1], atol=0.02)


def test_images_of_up_to_64_pixels_are_enlarged_photographs_are_not(photos: Path, tmp_path: Path) -> None:
    settings = merge(chosen(photos).model_dump(), {"backbone": {"size": None}})
    start(settings, tmp_path / "runs", name="run")
    (index,) = (tmp_path / "runs" / ".data" / "features").glob("*/index.json")
    assert json.loads(index.read_text())["network"]["size"] == 128
