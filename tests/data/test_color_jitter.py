"""Colour jitter: torchvision's `adjust_brightness`, `adjust_contrast` and `adjust_saturation`, one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.packed_images import EXACT, assert_cut, pack, random_images, unpack
from trainer.data import pixel_planes
from trainer.data.buffers import Workspace
from trainer.data.color_jitter import ColorFactors, draw_factors, jitter_colors


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    channels=st.sampled_from([1, 3]),
    strength=st.sampled_from([0.1, 0.4, 1.0]),
    seed=st.integers(0, 2**32),
)
def test_each_factor_is_torchvisions(
    name: str, height: int, width: int, channels: int, strength: float, seed: int
) -> None:
    from torchvision.transforms.v2 import functional as tv

    images = random_images(8, channels, height, width, seed)
    drawn = draw_factors(8, strength=strength, seed=seed, epoch=1)
    one = torch.ones(8)
    factors = ColorFactors(one, one, one)._replace(**{name: getattr(drawn, name)})
    found = unpack(jitter_colors(pack(images), factors, Workspace()))
    for index, image in enumerate(images):
        factor = getattr(drawn, name)[index].item()
        theirs = getattr(tv, f"adjust_{name}")(image, factor)
        exact = EXACT[name](image.numpy().astype(np.float64), factor)
        assert_cut(found[index], exact)
        assert_cut(theirs, exact)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_three_one_after_the_other(channels: int) -> None:
    """What differs by 1 after one step may differ a little more after the next: seldom, and never by much."""
    from torchvision.transforms.v2 import functional as tv

    images = random_images(160, channels, 19, 16, seed=3)[::4]  # of flat ones, all values are close to a whole one
    factors = draw_factors(40, strength=0.4, seed=3, epoch=1)
    found = unpack(jitter_colors(pack(images), factors, Workspace()))
    theirs = []
    for image, brightness, contrast, saturation in zip(images, *(part.tolist() for part in factors), strict=True):
        bright = tv.adjust_contrast(tv.adjust_brightness(image, brightness), contrast)
        theirs.append(tv.adjust_saturation(bright, saturation))
    difference = (found.int() - torch.stack(theirs).int()).abs()
    assert difference.max() <= 2
    assert (difference > 0).float().mean() < 1e-3


def test_factors_lie_in_their_range_and_use_it() -> None:
    drawn = draw_factors(20_000, strength=0.4, seed=1, epoch=1)
    for part in drawn:
        assert 0.6 - 1e-6 <= part.min() < 0.601
        assert 1.399 < part.max() <= 1.4 + 1e-6
        assert abs(part.mean() - 1) < 0.01
    assert draw_factors(20_000, strength=1.0, seed=1, epoch=1).contrast.min() >= 0
    assert torch.equal(drawn.contrast, draw_factors(20_000, strength=0.4, seed=1, epoch=1).contrast)
    assert not torch.equal(drawn.contrast, draw_factors(20_000, strength=0.4, seed=1, epoch=2).contrast)
    assert not torch.equal(drawn.contrast, drawn.brightness)


def test_an_image_comes_out_alike_in_any_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixel_planes, "PIECE_PIXELS", 10_000)
    images = pack(random_images(10, 3, 50, 60, seed=2))
    factors = draw_factors(10, strength=0.5, seed=2, epoch=1)
    together = jitter_colors(images.clone(), factors, Workspace())
    for index in (0, 3, 9):
        some = slice(index, index + 1)
        assert torch.equal(together[some], jitter_colors(images[some].clone(), factors.pick(some), Workspace()))
