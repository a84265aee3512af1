"""The map: features are what the last layer gets, PCA is the plain singular value decomposition, the file is whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from trainer.analysis.embedding import features, neighbours, project, stratified
from trainer.errors import DataError
from trainer.models import build_model


def batches(images: Tensor, size: int = 16) -> Iterator[tuple[Tensor, Tensor]]:
    for part in images.split(size):
        yield part, torch.zeros(len(part), dtype=torch.int64)


def test_features_are_what_the_last_linear_layer_gets() -> None:
    model = build_model("cnn", (3, 8, 8), 4, {"width": 8})
    model.train()
    images = torch.randn(50, 3, 8, 8)
    indices = np.array([0, 3, 15, 16, 40, 49])
    found, said, source = features(model, batches(images), indices)
    assert source == "features"
    assert model.training
    assert not any(layer._forward_pre_hooks for layer in model.modules())
    model.eval()
    with torch.no_grad():
        logits = model(images[indices]).numpy()
    assert np.array_equal(said, logits.argmax(axis=1))
    last = next(layer for layer in reversed(list(model.modules())) if isinstance(layer, nn.Linear))
    with torch.no_grad():
        again = last(torch.from_numpy(found)).numpy()
    assert again == pytest.approx(logits, abs=1e-5)


def test_a_layer_that_was_frozen_is_still_frozen_afterwards() -> None:
    model = build_model("cnn", (3, 8, 8), 4, {"width": 8}).train()
    frozen = next(layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)).eval()
    before = [module.training for module in model.modules()]
    features(model, batches(torch.randn(4, 3, 8, 8)), np.arange(4))
    assert not frozen.training
    assert [module.training for module in model.modules()] == before


@pytest.mark.parametrize("model", [build_model("softmax", (1, 4, 4), 3), nn.Sequential(nn.Flatten(), nn.Softsign())])
def test_of_a_linear_model_and_one_without_linear_layers_it_is_the_logits(model: nn.Module) -> None:
    images = torch.randn(20, 1, 4, 4)
    found, _, source = features(model, batches(images), np.arange(20))
    with torch.no_grad():
        assert found == pytest.approx(model.eval()(images).numpy(), abs=1e-6)
    assert source == "logits"


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 40), st.integers(1, 12), st.integers(0, 99))
def test_pca_is_the_singular_value_decomposition(count: int, wide: int, seed: int) -> None:
    seen = np.random.default_rng(seed).normal(size=(count, wide)).astype(np.float32)
    points, explained = project(seen)
    centred = seen.astype(np.float64) - seen.mean(axis=0, dtype=np.float64)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    plain = np.zeros((count, 2))
    kept = min(2, wide, count)
    plain[:, :kept] = (left * values)[:, :kept]
    assert np.abs(points) == pytest.approx(np.abs(plain), abs=1e-4)  # up to the sign of each direction
    assert explained[:kept] == pytest.approx((values**2 / (values**2).sum())[:kept], abs=1e-5)


def test_what_does_not_vary_or_is_not_finite() -> None:
    same = np.ones((10, 4), np.float32)
    points, explained = project(same)
    assert not points.any()
    assert not explained.any()
    assert not neighbours(same).any()
    for wrong, code in ((same[:2], "map.too_few"), (same * np.nan, "map.not_finite")):
        with pytest.raises(DataError) as caught:
            project(wrong)
        assert caught.value.code == code


@pytest.mark.parametrize("count", [3, 4])
def test_few_images_stay_where_pca_puts_them(count: int) -> None:
    seen = np.random.default_rng(0).normal(size=(count, 6)).astype(np.float32)
    assert neighbours(seen) == pytest.approx(project(seen)[0], abs=1e-5)


def test_neighbours_stay_neighbours() -> None:
    random = np.random.default_rng(0)
    middles = random.normal(size=(3, 60)) * 10
    kinds = np.repeat(np.arange(3), 30)
    seen = (middles[kinds] + random.normal(size=(90, 60))).astype(np.float32)
    laid = neighbours(seen)
    apart = np.linalg.norm(laid[:, None] - laid[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(kinds[apart.argmin(axis=1)], kinds)
    assert np.array_equal(laid, neighbours(seen))


@given(st.lists(st.integers(0, 4), max_size=300), st.integers(1, 100))
def test_a_sample_gives_each_class_its_share(labels: list[int], most: int) -> None:
    truth = np.array(labels, np.int64)
    chosen = stratified(truth, most)
    assert len(chosen) == min(most, len(truth))
    assert np.array_equal(chosen, np.unique(chosen))
    for label in range(5):
        share = np.sum(truth == label) * len(chosen) / max(1, len(truth))
        assert abs(np.sum(truth[chosen] == label) - share) <= 2
