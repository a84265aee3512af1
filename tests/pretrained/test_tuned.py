"""A pretrained network that is trained further: from a head that fits, resumed bit for bit, exported whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from trainer.engine.session import Session
from trainer.errors import UsageError
from trainer.export import export_run
from trainer.inference import load_trained
from trainer.launch import build, resume, start
from trainer.settings import Settings, merge
from trainer.store.folder import RunFolder, find_run
from trainer.store.run_files import settings_text


def chosen(photos: Path, *, backbone: dict[str, Any] | None = None, **train: Any) -> Settings:
    return merge(
        {
            "model": "efficientnet_lite0",
            "data": {"source": str(photos)},
            "augment": {"flip": 0.5, "crop": 2},
            "backbone": {"size": 32, "tune": "top", **(backbone or {})},
            "train": {"epochs": 2, "batch": 16, "optimizer": "adamw", "threads": 1, **train},
        }
    )


def trained(photos: Path, root: Path, name: str = "run", **options: Any) -> RunFolder:
    start(chosen(photos, **options), root, name=name)
    return find_run(root, name)


def state(folder: RunFolder) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = load_trained(folder).trainer.model.state_dict()
    return found


def test_the_top_is_trained_and_the_rest_stays(
    photos: Path, tmp_path: Path, random_weights: dict[str, torch.Tensor]
) -> None:
    folder = trained(photos, tmp_path / "runs")
    body = {name.removeprefix("network.body."): tensor for name, tensor in state(folder).items() if "body" in name}
    changed = {
        int(name.split(".")[1]) for name, tensor in body.items() if not torch.equal(tensor, random_weights[name])
    }
    assert changed == set(range(12, 18))
    # by default the statistics of batch normalisation are those the network brought
    for name, tensor in body.items():
        assert "running" not in name or torch.equal(tensor, random_weights[name])


@pytest.mark.slow
def test_all_of_it_and_its_statistics_can_be_trained(
    photos: Path, tmp_path: Path, random_weights: dict[str, torch.Tensor]
) -> None:
    folder = trained(photos, tmp_path / "runs", backbone={"tune": "all", "freeze_batchnorm": False, "lr_factor": 1.0})
    found = state(folder)
    same = [name for name, tensor in random_weights.items() if torch.equal(found[f"network.body.{name}"], tensor)]
    assert same == []


def test_it_begins_with_a_head_that_fits(photos: Path, tmp_path: Path) -> None:
    """Before the first step it says what softmax regression on the features says, up to how both were trained."""
    session = Session(())
    trainer = build(chosen(photos, backbone={"penalty": 1.0}), session, root=tmp_path)
    found = trainer.evaluate("train").metrics.accuracy
    trainer.model.head.load_state_dict(  # type: ignore[union-attr]
        {name: torch.zeros_like(tensor) for name, tensor in trainer.model.head.state_dict().items()}  # type: ignore[union-attr]
    )
    assert found > trainer.evaluate("train").metrics.accuracy + 0.2


def test_resumed_equals_unbroken(photos: Path, tmp_path: Path) -> None:
    whole = trained(photos, tmp_path / "runs", "whole", epochs=2)
    short = trained(photos, tmp_path / "runs", "short", epochs=1)
    resume(short, epochs=2)
    one, other = state(whole), state(short)
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_resume_and_predict_compute_no_features(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = trained(photos, tmp_path / "runs", epochs=1)
    monkeypatch.setattr("trainer.pretrained.tuned.build_frozen", lambda *args, **rest: pytest.fail("not needed"))
    load_trained(folder).trainer.predict([photos / "red" / "00.png"])
    resume(folder, epochs=2)


def test_the_exported_model_is_the_whole_network(photos: Path, tmp_path: Path) -> None:
    from trainer.export.preprocessing import read_pixels
    from trainer.export.weights import open_weights

    folder = trained(photos, tmp_path / "runs")
    export_run(folder, "safetensors", tmp_path / "model.safetensors")
    model, about = open_weights(tmp_path / "model.safetensors")
    pixels = read_pixels(photos / "red" / "00.png", about)
    found = model(torch.from_numpy(pixels)).softmax(1)[0].detach().numpy()
    wanted = load_trained(folder).trainer.predict([photos / "red" / "00.png"]).iloc[0][["blue", "red"]]
    np.testing.assert_allclose(found, wanted.to_numpy(float), atol=1e-4)


@pytest.mark.slow
def test_what_a_run_has_learnt_is_a_backbone_for_another(photos: Path, tmp_path: Path) -> None:
    folder = trained(photos, tmp_path / "runs")
    file = tmp_path / "model.safetensors"
    export_run(folder, "safetensors", file)
    other = trained(photos, tmp_path / "runs", "other", backbone={"weights": str(file)}, epochs=1)
    (digest,) = (line.split('"')[1] for line in settings_text(other).splitlines() if line.startswith("digest"))
    kept = load_file(tmp_path / "runs" / ".data" / "weights" / f"{digest}.safetensors")
    learnt = state(folder)
    assert all(torch.equal(tensor, learnt[f"network.body.{name}"]) for name, tensor in kept.items())


def test_weights_for_another_network_are_refused_and_named(photos: Path, tmp_path: Path) -> None:
    for name, content, code in (
        ("other.safetensors", save({"conv1.weight": torch.zeros(1)}), "weights.other_network"),
        ("broken.safetensors", b"broken", "weights.file"),
        ("code.pth", b"cos\nsystem\n(S'true'\ntR.", "weights.file"),  # a pickle that runs a command
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError) as caught:
            trained(photos, tmp_path / "runs", backbone={"weights": str(tmp_path / name)})
        assert caught.value.code == code
        assert str(tmp_path / name) in caught.value.where
    with pytest.raises(UsageError, match="cannot be read"):
        trained(photos, tmp_path / "runs", backbone={"weights": str(tmp_path / "none.pth")})


def test_a_hidden_layer_as_head(photos: Path, tmp_path: Path) -> None:
    settings = merge(
        chosen(photos, backbone={"tune": "head"}).model_dump(),
        {"head": {"kind": "mlp", "hidden": 8, "dropout": 0.2}, "augment": {"crop": 0}},
    )
    start(settings, tmp_path / "runs", name="run")
    shapes = {name: tuple(tensor.shape) for name, tensor in state(find_run(tmp_path / "runs", "run")).items()}
    assert shapes["1.weight"] == (8, 1904)
    assert (2, 8) in shapes.values()
    export_run(find_run(tmp_path / "runs", "run"), "safetensors", tmp_path / "model.safetensors")
