"""Models of timm by their own names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from trainer.backbones import find_backbone
from trainer.errors import DataError, UsageError
from trainer.inference import load_trained
from trainer.launch import start
from trainer.models.feature_network import make_body
from trainer.plugins import check_names
from trainer.pretrained.weights import load_weights
from trainer.settings import merge
from trainer.store.folder import find_run

NAME = "timm/mobilenetv3_small_050"


@pytest.fixture
def random_weights() -> None:
    """None: timm's own way is taken."""


@pytest.fixture
def timm() -> Any:
    return pytest.importorskip("timm")


def test_a_model_of_timm_gives_what_timm_says(timm: Any) -> None:
    found = find_backbone(NAME)
    described = timm.models.get_pretrained_cfg("mobilenetv3_small_050")
    assert (found.size, found.mean, found.std) == (224, described.mean, described.std)
    body, width = make_body(NAME)
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        features = body.eval()(images)
        assert features.shape == (2, width)
        torch.testing.assert_close(features, body.forward_head(body.forward_features(images), pre_logits=True))  # type: ignore[operator]


def test_a_run_on_a_model_of_timm(timm: Any, photos: Path, tmp_path: Path) -> None:
    settings = merge(
        {
            "model": NAME,
            "data": {"source": str(photos)},
            "backbone": {"size": 32, "weights": "none"},
            "train": {"epochs": 1, "batch": 16},
        }
    )
    start(settings, tmp_path / "runs", name="run")
    trainer = load_trained(find_run(tmp_path / "runs", "run")).trainer
    assert len(trainer.predict([photos / "red" / "00.png"])) == 1


def test_without_a_network_the_error_names_the_page_and_another_way(
    timm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = timm.create_model
    monkeypatch.setattr(
        timm, "create_model", lambda *args, pretrained, **rest: _refuse() if pretrained else create(*args, **rest)
    )
    with pytest.raises(DataError) as caught:
        load_weights(find_backbone(NAME), tmp_path)
    assert caught.value.code == "pretrained.download"
    assert caught.value.where == "https://huggingface.co/timm/mobilenetv3_small_050.lamb_in1k"
    assert "--weights FILE" in caught.value.fix


def _refuse() -> None:
    raise OSError("no network")


def test_an_unknown_name_is_an_error_with_near_ones(timm: Any) -> None:
    with pytest.raises(UsageError) as caught:
        find_backbone("timm/resnet1")
    assert caught.value.code == "timm.unknown"
    assert "resnet1" in caught.value.expected


def test_without_timm_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.backbones.find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        check_names(merge({"model": NAME}))
    assert caught.value.code == "timm.missing"
    assert "epochscope[pretrained]" in caught.value.fix
