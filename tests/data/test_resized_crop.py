"""A part of an image scaled back is torchvision's `resized_crop`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tests.data.packed_images import pack, random_images, unpack
from trainer.data import pixel_planes, resized_crop
from trainer.data.buffers import Workspace
from trainer.data.resized_crop import draw_crops, resize_crops


def stretched(lines: np.ndarray, size: int) -> np.ndarray:
    """The last axis (whole values) spread over `size`: triangles of two pixels, weights of 14 bits, whole numbers."""
    length = lines.shape[-1]
    places = (np.arange(size)[:, None] + 0.5) * length / size - 0.5
    weights = np.maximum(0, 1 - abs(np.arange(length) - places))
    whole = np.floor(weights / weights.sum(1, keepdims=True) * 2**14 + 0.5).astype(np.int64)
    return (lines @ whole.T + 2**13) >> 14


SIZES = {"height": st.integers(1, 40), "width": st.integers(1, 40), "channels": st.sampled_from([1, 3])}
CROPS = {**SIZES, "least": st.sampled_from([0.01, 0.08, 0.5, 1.0]), "seed": st.integers(0, 2**32)}
ROUNDING = 0.5 + 0.5 + 4 * 255 / 2**15
"""How far whole numbers may be from the real ones: lines are rounded, then columns, and two weights for each."""


def parts_and_crops(height: int, width: int, channels: int, least: float, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Of some images, a part (C, h, w) as it was cut out, and what it was scaled to (C, H, W)."""
    images = random_images(4, channels, height, width, seed)
    crops = draw_crops(4, height, width, least=least, seed=seed, epoch=1)
    found = unpack(resize_crops(pack(images), crops, Workspace()))
    for image, crop, (top, left, rows, columns) in zip(images, found, torch.stack(crops, 1).tolist(), strict=True):
        yield image[:, top : top + rows, left : left + columns], crop


@settings(max_examples=30, deadline=None)
@given(**CROPS)
def test_equals_the_definition_and_is_bilinear(height: int, width: int, **drawn: Any) -> None:
    """The definition in whole numbers to the bit, torch's interpolation of real numbers to the rounding: neither
    depends on what the processor can do."""
    for part, crop in parts_and_crops(height, width, **drawn):
        whole = part.numpy().astype(np.int64)
        expected = stretched(stretched(whole, width).swapaxes(1, 2), height).swapaxes(1, 2)
        assert np.array_equal(crop.numpy(), expected)
        # a part is never larger than the image, so there is nothing to smooth: torch's kernel with `antialias` would
        # give the same, but goes wrong where the part is one pixel high
        real = torch.nn.functional.interpolate(part[None].double(), (height, width), mode="bilinear")[0]
        assert (crop - real).abs().max() <= ROUNDING


def in_whole_numbers() -> bool:
    """Whether torch scales uint8 images in whole numbers, as we do. Else it converts them to float32, and rounds once,
    at the end: so without AVX2, and before 2.15 with AVX-512, too."""
    recent = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 15)
    return torch.backends.cpu.get_cpu_capability() in (("AVX2", "AVX512") if recent else ("AVX2",))


@pytest.mark.skipif(not in_whole_numbers(), reason="torch scales in floating point on this processor, and rounds once")
@settings(max_examples=30, deadline=None)
@given(**CROPS)
def test_equals_torchvision(height: int, width: int, **drawn: Any) -> None:
    from torchvision.transforms.v2 import functional as tv

    for part, crop in parts_and_crops(height, width, **drawn):
        assert torch.equal(crop, tv.resize(part, [height, width], antialias=True))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(64, 64), (70, 100)])
def test_large_images_are_scaled_alone_to_the_same_bits(
    size: tuple[int, int], channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = pack(random_images(12, channels, *size, seed=9))
    crops = draw_crops(12, *size, least=0.02, seed=9, epoch=1)
    alone = resize_crops(images.clone(), crops, Workspace())
    monkeypatch.setattr(resized_crop, "ALONE_PIXELS", 1 << 30)
    assert torch.equal(alone, resize_crops(images.clone(), crops, Workspace()))


def test_the_whole_image_stays_as_it_is() -> None:
    images = random_images(4, 3, 17, 11, seed=1)
    crops = draw_crops(4, 17, 11, least=1.0, seed=1, epoch=1)
    whole = crops._replace(
        top=torch.zeros(4, dtype=torch.int64),
        left=torch.zeros(4, dtype=torch.int64),
        height=torch.full((4,), 17),
        width=torch.full((4,), 11),
    )
    assert torch.equal(unpack(resize_crops(pack(images), whole, Workspace())), images)


def test_an_image_comes_out_alike_in_any_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixel_planes, "PIECE_PIXELS", 10_000)
    images = pack(random_images(20, 3, 50, 60, seed=2))
    crops = draw_crops(20, 50, 60, least=0.08, seed=2, epoch=1)
    together: Tensor = resize_crops(images.clone(), crops, Workspace())
    for index in (0, 1, 7, 19):
        some = slice(index, index + 1)
        alone = resize_crops(images[some].clone(), crops.pick(some), Workspace())
        assert torch.equal(together[some], alone)
