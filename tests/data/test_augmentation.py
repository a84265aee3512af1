"""All random changes together: a pure function of (seed, epoch, index), in the order that `Augmentation` says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.data.image_folders import make_images
from tests.data.packed_images import random_images
from trainer.data import ImageData, augment, open_data, pixel_planes
from trainer.data.buffers import Workspace
from trainer.data.color_jitter import draw_factors, jitter_colors
from trainer.data.pixel_block import packed
from trainer.data.rand_augment import apply_operations, draw_operations
from trainer.data.random_erasing import draw_erased, erase
from trainer.data.resized_crop import draw_crops, resize_crops

MORE: dict[str, Any] = {"resized_crop": 0.3, "jitter": 0.4, "erasing": 0.5, "randaugment": 9}
ALL: dict[str, Any] = {"rotation": 10.0, "flip": 0.5, "crop": 1, **MORE}
COUNT = 90
Open = Callable[..., ImageData]


@pytest.fixture(params=[1, 3], ids=["grey", "colour"])
def source(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """90 images of 20 x 24 pixels, of three classes."""
    images = random_images(COUNT, request.param, 20, 24, seed=1).permute(0, 2, 3, 1).numpy()
    return images, torch.arange(COUNT).numpy() % 3


@pytest.fixture
def opened(source: Any) -> Open:
    def make(**options: Any) -> ImageData:
        return open_data(source, **{"valid": 0.0, "test": 0.0, "batch": 8, **options})

    return make


def images_of(data: ImageData, epoch: int = 1, first: int = 0) -> Tensor:
    return torch.cat([images for images, _ in data.train_batches(epoch, first)])


def test_the_changes_come_one_after_the_other(opened: Open, source: Any) -> None:
    data = opened(**ALL)
    channels, height, width = data.input_shape
    order, seed, workspace = data.order(2), 1234, Workspace()
    about = {"seed": seed, "epoch": 2}
    pixels = packed(data.packed_pixels(data.rows("train")))[order].clone()
    resize_crops(pixels, draw_crops(COUNT, height, width, least=0.3, **about).pick(order), workspace)
    moved = augment.draw(COUNT, rotation=10.0, flip=0.5, crop=1, **about).pick(order)
    pixels = augment.apply(pixels, augment.coordinates(moved, height, width), workspace).clone()
    apply_operations(pixels, draw_operations(COUNT, **about).pick(order), 9, workspace)
    jitter_colors(pixels, draw_factors(COUNT, strength=0.4, **about).pick(order), workspace)
    normalised = augment.Normaliser(data.mean, data.std)(pixels, torch.empty(COUNT, channels, height, width), workspace)
    expected = erase(normalised, draw_erased(COUNT, height, width, probability=0.5, **about).pick(order))
    torch.testing.assert_close(images_of(data, 2), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("options", [{name: value} for name, value in MORE.items()] + [ALL], ids=[*MORE, "all"])
def test_the_same_wherever_an_epoch_begins_and_whatever_the_batches(opened: Open, options: dict[str, Any]) -> None:
    data = opened(**options)
    whole = images_of(data)
    assert torch.equal(images_of(opened(**options), first=5), whole[40:])
    assert torch.equal(images_of(opened(batch=30, **options)), whole)
    assert torch.equal(images_of(data), whole)
    plain = images_of(opened())
    assert (whole != plain).flatten(1).any(1).float().mean() > 0.3
    second = images_of(data, epoch=2)
    assert not torch.equal(second[data.order(2).argsort()], whole[data.order(1).argsort()])


def test_the_same_in_pieces_of_any_size_and_by_any_number_of_threads(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = images_of(opened(**ALL))
    threads = torch.get_num_threads()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    for size, number in ((1, 1), (1000, 2), (1 << 22, 3)):
        monkeypatch.setattr(pixel_planes, "PIECE_PIXELS", size)
        torch.set_num_threads(number)
        try:
            assert torch.equal(images_of(opened(**ALL)), whole)
        finally:
            torch.set_num_threads(threads)
    assert torch.equal(torch.get_rng_state(), before)


def test_other_changes_are_drawn_as_without_the_new_ones(opened: Open) -> None:
    """A run with rotation, flip and crop sees the same as before; a further change comes on top."""
    moves = {name: ALL[name] for name in ("rotation", "flip", "crop")}
    plain, further = opened(**moves), opened(**moves, erasing=0.5)
    assert torch.equal(plain.order(1), further.order(1))
    assert torch.equal(plain.flips(3), opened(**ALL).flips(3))
    found, expected = images_of(further), images_of(plain)
    kept = found != 0
    assert torch.equal(found[kept], expected[kept])
    assert not kept.all()


def test_validation_and_statistics_are_not_changed(opened: Open) -> None:
    plain, changed = opened(valid=0.2), opened(valid=0.2, **ALL)
    assert (plain.mean, plain.std, plain.fingerprint) == (changed.mean, changed.std, changed.fingerprint)
    for split in ("train", "valid"):
        for (one, _), (other, _) in zip(plain.eval_batches(split, 7), changed.eval_batches(split, 7), strict=True):
            assert torch.equal(one, other)


def test_an_image_that_is_drawn_twice_is_changed_in_two_ways(tmp_path: Path) -> None:
    make_images(tmp_path / "set", {"cat": 40, "dog": 6})
    for name, value in {**MORE, "erasing": 1.0}.items():
        data = open_data(str(tmp_path / "set"), batch=4, sampling="balanced", **{name: value})
        images, _, rows = data.preview(data.sizes["train"])
        assert torch.equal(images, images_of(data))
        assert torch.equal(images[20:], images_of(data, first=5))
        twice = max(rows.tolist(), key=rows.tolist().count)
        alike = images[rows == twice].flatten(1)
        assert len(alike.unique(dim=0)) > 1


def test_preview_is_what_the_engine_gets(opened: Open) -> None:
    data = opened(**ALL)
    images, _, _ = data.preview(37, epoch=3)
    assert torch.equal(images, torch.cat([batch for batch, _ in islice(data.train_batches(3), 5)])[:37])


def test_larger_images_than_a_chunk_holds() -> None:
    images = random_images(6, 3, 512, 512, seed=1).permute(0, 2, 3, 1).numpy()
    data = open_data((images, torch.arange(6).numpy() % 2), valid=0.0, test=0.0, size=512, batch=2, **ALL)
    assert images_of(data).shape == (6, 3, 512, 512)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("options", [{name: value} for name, value in MORE.items()] + [ALL], ids=[*MORE, "all"])
def test_on_a_device_everything_is_the_same(opened: Open, options: dict[str, Any]) -> None:
    data = opened(**options)
    expected = images_of(data)
    data.to("cuda")
    torch.testing.assert_close(images_of(data).cpu(), expected)
