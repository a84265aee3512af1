"""The parts of a pretrained network, beside a few lines that say what each must be."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.preprocessing import StandardScaler

from trainer.models import build_model
from trainer.models.efficientnet_lite import EfficientNetLite0, SameConv2d, converted
from trainer.models.feature_network import FeatureNetwork, Resize, Standardize


@given(
    size=st.tuples(st.integers(1, 17), st.integers(1, 17)),
    kernel=st.sampled_from([1, 3, 5]),
    stride=st.sampled_from([1, 2]),
)
def test_same_padding_is_that_of_tensorflow(size: tuple[int, int], kernel: int, stride: int) -> None:
    """tf.nn: ceil(size / stride) outputs; the padding they need is split evenly, an odd pixel goes behind."""
    layer = SameConv2d(1, 1, kernel, stride, bias=False).double().requires_grad_(False)
    image = torch.randn(1, 1, *size, dtype=torch.float64)
    wanted = np.zeros([math.ceil(side / stride) for side in size])
    before = [max((math.ceil(side / stride) - 1) * stride + kernel - side, 0) // 2 for side in size]
    for row, column in np.ndindex(wanted.shape):
        for i, j in np.ndindex(kernel, kernel):
            y, x = row * stride + i - before[0], column * stride + j - before[1]
            if 0 <= y < size[0] and 0 <= x < size[1]:
                wanted[row, column] += float(image[0, 0, y, x] * layer.weight[0, 0, i, j])
    np.testing.assert_allclose(layer(image)[0, 0].numpy(), wanted, atol=1e-9)


def test_the_published_order_of_tensors_is_ours() -> None:
    network = EfficientNetLite0().eval()
    published = {f"other name {number}": tensor for number, tensor in enumerate(network.state_dict().values())}
    again = EfficientNetLite0().eval()
    again.load_state_dict(converted(published))
    images = torch.rand(2, 3, 64, 64)
    torch.testing.assert_close(again(images), network(images))
    with pytest.raises(ValueError, match="EfficientNet-Lite0"):
        converted(dict(list(published.items())[1:]))


@pytest.mark.parametrize(("size", "to"), [((32, 32), 128), ((20, 48), 64), ((64, 40), 24)])
def test_resize_is_pillows_bicubic(size: tuple[int, int], to: int) -> None:
    pixels = np.random.default_rng(1).integers(
        70, 180, (*size, 3), dtype=np.uint8
    )  # what overshoots stays in 0 ... 255
    wanted = np.asarray(Image.fromarray(pixels).resize((to, to), Image.Resampling.BICUBIC), np.float32)
    found = Resize(size, to)(torch.from_numpy(pixels).permute(2, 0, 1)[None].float())[0].permute(1, 2, 0).numpy()
    assert np.abs(found - wanted).max() <= 1.5, "Pillow rounds twice"


def test_features_are_means_over_the_maps_of_the_network() -> None:
    network = FeatureNetwork("efficientnet_lite0", (3, 64, 64), 64).eval()
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        found = network(images)
        maps, means = images, []
        for number, block in enumerate(network.body.blocks):
            maps = block(maps)
            if number in (11, 15, 16, 17):
                means.append(maps.flatten(2).mean(2))
    torch.testing.assert_close(found, torch.cat(means, 1))
    assert found.shape == (2, network.width)


def test_a_grey_image_is_seen_as_one_of_three_equal_channels() -> None:
    grey, colour = (
        FeatureNetwork("efficientnet_lite0", (1, 32, 32), 48).eval(),
        FeatureNetwork("efficientnet_lite0", (3, 32, 32), 48).eval(),
    )
    colour.load_state_dict(grey.state_dict())
    images = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(grey(images), colour(images.expand(-1, 3, -1, -1)))


def test_standardize_is_scikit_learns() -> None:
    features = np.random.default_rng(0).normal(3, 2, (50, 4)).astype(np.float32)
    features[:, 3] = 0.7  # the same in all images
    layer = Standardize(4)
    std = features.astype(np.float64).std(0) + 1e-9  # as rounding leaves it
    layer.fit(torch.from_numpy(features.mean(0)), torch.from_numpy(std).float())
    assert layer.scale[3] == 1
    wanted = StandardScaler().fit_transform(features)
    np.testing.assert_allclose(layer(torch.from_numpy(features)).numpy(), wanted, atol=1e-4)


def test_a_new_classifier_depends_on_its_seed_alone() -> None:
    first, second, other = (build_model("efficientnet_lite0", (3, 8, 8), 3, {"size": 32}, seed) for seed in (1, 1, 2))
    weights = [torch.cat([value.flatten() for value in model.parameters()]) for model in (first, second, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
