"""The data source of features, beside the images that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data import open_data
from trainer.data.loaders import DataSource
from trainer.pretrained.feature_data import FeatureData

WIDTH = 6


class Extractor:
    """Six numbers of an image; counts the images it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, images: Tensor) -> NDArray[np.float32]:
        self.asked += len(images)
        left, right = images[..., : images.shape[3] // 2], images[..., images.shape[3] // 2 :]
        return torch.cat([left.mean((2, 3)), right.mean((2, 3))], 1).numpy()


def made(photos: Path, store: Path, extract: Extractor, flip: float = 0.0, **options: Any) -> FeatureData:
    images = open_data(str(photos), flip=flip, **options)
    return FeatureData(images, lambda: extract, WIDTH, store, {"network": "six"}, mirrored=flip > 0)


@pytest.fixture
def features(photos: Path, tmp_path: Path) -> Callable[..., FeatureData]:
    return lambda extract, **options: made(photos, tmp_path / "store", extract, **options)


def test_batches_are_the_features_of_the_images_in_their_order(features: Callable[..., FeatureData]) -> None:
    data, oracle = features(Extractor(), batch=10), Extractor()
    assert isinstance(data, DataSource)
    assert data.input_shape == (WIDTH,)
    for epoch in (1, 2):
        pairs = list(zip(data.train_batches(epoch), data.images.train_batches(epoch), strict=True))
        assert len(pairs) == data.steps_per_epoch
        for (found, labels), (images, same) in pairs:
            np.testing.assert_allclose(found.numpy(), oracle(images), atol=1e-6)
            assert torch.equal(labels, same)
    for split in data.sizes:
        for (found, labels), (images, same) in zip(
            data.eval_batches(split, 7), data.images.eval_batches(split, 7), strict=True
        ):
            np.testing.assert_allclose(found.numpy(), oracle(images), atol=1e-6)
            assert torch.equal(labels, same)


def test_a_flip_shows_the_features_of_the_mirrored_image(features: Callable[..., FeatureData]) -> None:
    data, oracle = features(Extractor(), batch=16, flip=0.5), Extractor()
    for (found, _), (images, _) in zip(data.train_batches(3), data.images.train_batches(3), strict=True):
        np.testing.assert_allclose(found.numpy(), oracle(images), atol=1e-6)
    halves = torch.cat([found for found, _ in data.train_batches(3)])
    assert not torch.equal(halves.sort(0).values, torch.cat([f for f, _ in data.train_batches(4)]).sort(0).values)


def test_an_epoch_can_begin_anywhere(features: Callable[..., FeatureData]) -> None:
    data = features(Extractor(), batch=10, flip=0.5)
    whole = [found for found, _ in data.train_batches(2)]
    for first in range(data.steps_per_epoch + 1):
        rest = [found for found, _ in data.train_batches(2, first)]
        assert len(rest) == len(whole) - first
        assert all(torch.equal(one, other) for one, other in zip(rest, whole[first:], strict=True))


def test_a_last_image_alone_joins_the_batch_before(features: Callable[..., FeatureData]) -> None:
    size = features(Extractor()).sizes["train"]
    sizes = [len(found) for found, _ in features(Extractor(), batch=size - 1).train_batches(1)]
    assert sizes == [size]


def test_each_image_goes_through_the_network_once(features: Callable[..., FeatureData]) -> None:
    first, second, third = Extractor(), Extractor(), Extractor()
    features(first)
    assert first.asked == 48
    features(second, batch=5, seed=3)  # another split of the same images
    assert second.asked == 0
    data = features(third, flip=0.5)
    assert third.asked == data.sizes["train"], "only the mirrored ones are new"


def test_only_new_images_are_extracted_when_a_folder_grows(features: Callable[..., FeatureData], photos: Path) -> None:
    features(Extractor())
    (photos / "red" / "new.png").write_bytes((photos / "blue" / "00.png").read_bytes()[:])
    again = Extractor()
    features(again)
    assert again.asked == 0, "this image is known from the other class"


def test_statistics_are_those_of_the_training_images(features: Callable[..., FeatureData]) -> None:
    data = features(Extractor(), batch=100)
    ((found, _),) = data.train_batches(1)
    mean, std = data.statistics()
    np.testing.assert_allclose(mean.numpy(), found.numpy().mean(0), rtol=1e-5)
    np.testing.assert_allclose(std.numpy(), found.numpy().std(0), rtol=1e-4)


def test_new_images_are_prepared_as_those_of_the_data(features: Callable[..., FeatureData], photos: Path) -> None:
    data = features(Extractor())
    view = data.published("valid")
    found = data.prepare([photos / path for path in view.paths])
    ((wanted, _),) = data.eval_batches("valid", 100)
    torch.testing.assert_close(found, wanted)
    assert data.prepare([]).shape == (0, WIDTH)
