"""Snapshots: a viewer without torch and without the data set sees what the engine saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from callbacks.snapshots import MAX_WEIGHT_BYTES, Snapshots, first_weight
from tests.engine.fakes import FaultyDisk, Recorder, callback, make
from trainer import Trainer, build_model, open_data
from trainer.events import EpochEnded, EpochStarted, SnapshotSaved
from trainer.store import durable
from trainer.store.arrays import read_arrays
from trainer.store.thumbnails import open_published


@pytest.fixture(scope="module")
def digits() -> Any:
    return open_data("digits")


def train(digits: Any, folder: Path, *others: Any) -> tuple[Trainer, Recorder]:
    recorder = Recorder()
    model = build_model("softmax", digits.input_shape, 10, {}, 3)
    trainer = Trainer(model, digits, epochs=2, device="cpu", run_dir=folder, callbacks=[recorder, *others])
    trainer.fit()
    return trainer, recorder


def test_predictions_are_in_the_order_of_the_published_images(digits: Any, tmp_path: Path) -> None:
    weights: dict[int, Any] = {}

    def keep(event: EpochEnded, run: Any) -> None:
        weights[event.epoch] = {name: value.clone() for name, value in run.model.state_dict().items()}

    trainer, _ = train(digits, tmp_path / "run", callback(on_epoch_ended=keep))
    valid = open_published(tmp_path, digits.fingerprint).splits["valid"]
    assert valid.images.shape == (digits.sizes["valid"], 8, 8, 3)
    for epoch in (1, 2):
        found = read_arrays(tmp_path / "run" / "predictions" / f"epoch-{epoch:04d}.npz")
        assert {name: array.dtype.str[1:] for name, array in found.items()} == {
            "predicted": "u2",
            "confidence": "f2",
            "loss": "f4",
        }
        trainer.model.load_state_dict(weights[epoch])
        with torch.no_grad():
            logits = trainer.model(digits.prepare(np.asarray(valid.images)))
        np.testing.assert_array_equal(found["predicted"], logits.argmax(1).numpy())
        np.testing.assert_allclose(found["confidence"], logits.softmax(1).max(1).values.numpy(), rtol=2e-3)
        losses = nn.functional.cross_entropy(logits, torch.tensor(valid.labels), reduction="none")
        np.testing.assert_allclose(found["loss"], losses.numpy(), rtol=1e-4, atol=1e-6)
        weight = read_arrays(tmp_path / "run" / "snapshots" / f"epoch-{epoch:04d}.npz")["weight"]
        np.testing.assert_array_equal(weight, weights[epoch]["1.weight"].numpy())


def test_every_file_has_its_event_and_every_event_its_file(digits: Any, tmp_path: Path) -> None:
    _, recorder = train(digits, tmp_path / "run")
    events = recorder.of(SnapshotSaved)
    assert [(event.kind, event.split, event.epoch) for event in events] == [
        ("images", None, 0),
        ("predictions", "valid", 1),
        ("weights", None, 1),
        ("predictions", "valid", 2),
        ("weights", None, 2),
    ]
    for event in events[1:]:
        assert (tmp_path / "run" / event.path).stat().st_size == event.bytes
    assert events[0].path == f".data/{digits.fingerprint}"
    assert {path.name for path in (tmp_path / events[0].path).iterdir()} == {"valid.npy", "test.npy", "index.json"}


def test_images_are_published_once_for_all_runs_on_the_same_data(digits: Any, tmp_path: Path) -> None:
    train(digits, tmp_path / "one")
    file = tmp_path / ".data" / digits.fingerprint / "valid.npy"
    before = file.stat().st_mtime_ns
    train(digits, tmp_path / "two")
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("model", "shape", "dtype"),
    [
        (nn.Linear(10, 3), (3, 10), "float32"),
        (nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 2)), (2, 4), "float32"),
        (nn.Conv2d(3, 8, 3), (8, 3, 3, 3), "float32"),
        (nn.Linear(3072, 160, bias=False), (160, 3072), "float16"),
        (nn.Linear(150_528, 10, bias=False), (3, 150_528), "float16"),
        (nn.Linear(600_000, 2, bias=False), (0, 600_000), "float16"),
    ],
)
def test_the_first_layer_takes_at_most_one_megabyte(model: nn.Module, shape: tuple[int, ...], dtype: str) -> None:
    weight = first_weight(model)
    if shape[0] == 0:
        assert weight is None
        return
    assert weight.shape == shape
    assert weight.dtype == dtype
    assert weight.nbytes <= MAX_WEIGHT_BYTES
    first = next(parameter for parameter in model.parameters() if parameter.ndim >= 2)
    np.testing.assert_allclose(weight, first.detach().numpy()[: len(weight)], rtol=1e-3, atol=1e-6)


def test_a_model_of_vectors_has_no_first_layer() -> None:
    assert first_weight(nn.BatchNorm1d(4)) is None


def test_a_snapshot_that_cannot_be_written_is_left_out_and_told_nowhere_but_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FaultyDisk("predictions")
    monkeypatch.setattr(durable, "seam", disk)
    recorder = Recorder()
    trainer = make(epochs=3, callbacks=[recorder, Snapshots()], run_dir=tmp_path / "run")
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch == 2))
    assert trainer.fit().status == "completed"
    told = [event.epoch for event in recorder.of(SnapshotSaved) if event.kind == "predictions"]
    assert told == [1, 3]
    assert sorted(path.name for path in (tmp_path / "run" / "predictions").iterdir()) == [
        "epoch-0001.npz",
        "epoch-0003.npz",
    ]
    assert "epoch-0002.npz" in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")


def test_data_of_the_callers_own_has_predictions_and_weights_but_no_images(tmp_path: Path) -> None:
    recorder = Recorder()
    make(callbacks=[recorder], epochs=1, run_dir=tmp_path / "run").fit()
    assert [event.kind for event in recorder.of(SnapshotSaved)] == ["predictions", "weights"]
    assert not (tmp_path / ".data").exists()
