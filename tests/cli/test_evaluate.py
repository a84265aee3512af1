"""`evaluate --map`: the file that the window and reports draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Cli
from trainer.analysis import embedding
from trainer.cli.evaluate import map_line
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder


def test_the_command_writes_a_map_that_can_be_read(
    cli: Cli, runs: Path, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "MOST", 60)
    answer = cli("evaluate", done, "--map", "--no-tsne")
    assert answer.code == 0
    assert "map: PCA of the logits of 60 (each class has its share) of 180 valid images" in answer.out
    path = runs / done / "evaluation" / "map-valid.npz"
    arrays = read_arrays(path)
    assert {name: (one.shape, str(one.dtype)) for name, one in arrays.items()} == {
        "pca": ((60, 2), "float32"),
        "indices": ((60,), "int64"),
        "labels": ((60,), "int64"),
        "predicted": ((60,), "uint16"),
        "explained": ((2,), "float32"),
    }
    evaluated = read_arrays(runs / done / "evaluation" / "valid.npz")["predicted"]
    assert np.array_equal(arrays["predicted"], evaluated[arrays["indices"]])
    found = cli("evaluate", done, "--map", "--json").document["map"]
    assert (found["path"], found["images"], found["total"], found["tsne"]) == (str(path), 60, 180, True)
    assert read_arrays(path)["tsne"].shape == (60, 2)
    assert embedding.map_path(RunFolder(runs / done), "valid") == path


def test_changed_data_are_warned_of(cli: Cli, photos: Path) -> None:
    (photos / "cats" / "cut[bold].png").unlink()
    assert cli("train", photos, "--epochs", 1, "--name", "photos").code == 0
    assert "warning" not in cli("evaluate", "photos").err
    (photos / "cats" / "0.png").write_bytes((photos / "cats" / "1.png").read_bytes())
    changed = cli("evaluate", "photos", "--json")
    assert changed.code == 0
    assert "the data have changed since this run was trained" in changed.err
    assert cli("resume", "photos", "--epochs", 2).code == 5


def test_fewer_than_five_images_get_pca_alone_and_are_told_so() -> None:
    few = np.arange(4)
    points = np.zeros((4, 2), np.float32)
    found = embedding.Embedding(
        "valid", "logits", few, few, few.astype(np.uint16), points, np.array([0.5, 0.25], np.float32), None, 4
    )
    assert map_line(found) == (
        "map: PCA of the logits of all 4 valid images (t-SNE needs at least 5); PCA shows 75% of the variance"
    )
