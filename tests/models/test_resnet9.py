"""The residual network: its first layer whitens, it is symmetric where it is to be, and a run keeps both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from trainer.data.opening import open_data
from trainer.engine.resume import trained_weights
from trainer.inference import load_trained
from trainer.launch import resume, start
from trainer.models import build_model
from trainer.models.resnet9 import ResNet9
from trainer.settings import merge
from trainer.store.folder import RunFolder


def network(shape: tuple[int, int, int] = (3, 16, 16), **options: Any) -> ResNet9:
    made = build_model("resnet9", shape, 4, {"width": 4, **options})
    assert isinstance(made, ResNet9)
    return made


@pytest.fixture
def images() -> Tensor:
    """Neighbouring pixels and channels alike, as in photographs."""
    source = torch.Generator().manual_seed(1)
    rough = torch.randn(400, 3, 18, 18, generator=source)
    smooth = torch.nn.functional.avg_pool2d(rough, 3, 1)
    return smooth + 0.5 * smooth.mean(1, keepdim=True)


def test_responses_of_the_whitened_layer_are_uncorrelated_with_variance_one(images: Tensor) -> None:
    model = network()
    before = model.whitening(images)[:, :12].permute(1, 0, 2, 3).reshape(12, -1)
    assert not torch.allclose(before @ before.T / before.shape[1], torch.eye(12), atol=0.2)
    model.whiten(images)
    found = model.whitening(images).permute(1, 0, 2, 3).reshape(24, -1)
    assert torch.allclose(found[:12], -found[12:])
    assert torch.allclose(found[:12] @ found[:12].T / found.shape[1], torch.eye(12), atol=0.05)


def test_filters_and_scales_are_not_trained() -> None:
    frozen = [one for one in network().modules() for part in one.parameters(False) if not part.requires_grad]
    assert [type(one) for one in frozen] == [torch.nn.Conv2d, *[torch.nn.BatchNorm2d] * 6]


def test_at_first_a_convolution_passes_on_its_input(images: Tensor) -> None:
    for one in network().stages.modules():
        if isinstance(one, torch.nn.Conv2d):
            given = images[:2].mean(1, keepdim=True).repeat(1, one.in_channels, 1, 1)
            given = given * torch.arange(1, one.in_channels + 1)[:, None, None]
            kept = min(one.in_channels, one.out_channels)
            assert torch.allclose(one(given)[:, :kept], given[:, :kept])


def test_mirror_images_are_averaged_in_evaluation_only(images: Tensor) -> None:
    plain, both = network(), network(mirror=True)
    assert torch.equal(plain.head.weight, both.head.weight)
    for model in (plain, both):
        model.eval()
    with torch.no_grad():
        one, other = plain(images), plain(images.flip(3))
        assert torch.equal(both(images), (one + other) / 2)
        assert torch.allclose(both(images), both(images.flip(3)), atol=1e-6)
        assert not torch.allclose(one, other, atol=1e-4)
        for model in (plain, both):
            model.train()
        assert torch.equal(both(images), plain(images))


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 33), (1, 28, 28), (3, 64, 64)])
def test_images_of_other_sizes(shape: tuple[int, int, int]) -> None:
    assert network(shape)(torch.zeros(2, *shape)).shape == (2, 4)


def test_a_run_whitens_its_training_images_once(tmp_path: Path) -> None:
    values = {"model": "resnet9", "resnet9": {"width": 4}, "train": {"epochs": 1, "device": "cpu", "threads": 1}}
    start(merge(values), tmp_path, name="run")
    folder = RunFolder(tmp_path / "run")
    filters = trained_weights(folder).tensors["whitening.weight"]
    data = open_data("digits", seed=1234)
    expected = build_model("resnet9", data.input_shape, 10, {"width": 4})
    expected.whiten(next(iter(data.eval_batches("train", 5000)))[0])
    assert torch.allclose(filters, expected.whitening.weight, atol=1e-5)
    resume(folder, epochs=2)
    assert torch.equal(trained_weights(folder).tensors["whitening.weight"], filters)
    assert torch.equal(load_trained(folder).trainer.model.whitening.weight, filters)
