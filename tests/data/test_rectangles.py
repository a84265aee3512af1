"""Rectangles are drawn as torchvision draws them: the same distribution, without its loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from trainer.data.random_erasing import draw_erased
from trainer.data.rectangles import Rectangles
from trainer.data.resized_crop import draw_crops

SIZES = [(32, 32), (24, 60), (60, 24)]
"""The last two are wider, or higher, than a crop may be: torchvision's fallback is the middle of the image."""


def columns(rectangles: Rectangles) -> np.ndarray:
    """(n, 4)."""
    return torch.stack(rectangles, 1).numpy()


def assert_same_distribution(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Each of top, left, height, width, and area, by the two-sample Kolmogorov-Smirnov test."""
    for first, second in zip([*ours.T, ours[:, 2] * ours[:, 3]], [*theirs.T, theirs[:, 2] * theirs[:, 3]], strict=True):
        assert stats.ks_2samp(first, second).pvalue > 1e-3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("least", [0.08, 0.9])
def test_crops_are_drawn_as_random_resized_crop_draws_them(size: tuple[int, int], least: float) -> None:
    from torchvision.transforms import RandomResizedCrop

    torch.manual_seed(0)
    image = torch.empty(1, *size)
    theirs = [RandomResizedCrop.get_params(image, [least, 1.0], [3 / 4, 4 / 3]) for _ in range(500)]
    ours = draw_crops(6000, *size, least=least, seed=1, epoch=1)
    assert_same_distribution(columns(ours), np.array(theirs))


@pytest.mark.parametrize("size", SIZES)
def test_erased_rectangles_are_those_of_random_erasing(size: tuple[int, int]) -> None:
    from torchvision.transforms import RandomErasing

    torch.manual_seed(0)
    image = torch.empty(1, *size)
    drawn = [RandomErasing.get_params(image, (0.02, 0.33), (0.3, 3.3), [0.0])[:4] for _ in range(500)]
    theirs = [params for params in drawn if params[2:] != size]  # its way to say that nothing fits
    ours = columns(draw_erased(6000, *size, probability=1.0, seed=1, epoch=1))
    ours = ours[ours[:, 2:].any(1)]
    assert len(ours) / 6000 == pytest.approx(len(theirs) / 500, abs=0.04)
    assert_same_distribution(ours, np.array(theirs))


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (1, 9), (512, 8)])
def test_rectangles_lie_in_the_image(size: tuple[int, int]) -> None:
    for drawn in (
        draw_crops(500, *size, least=0.01, seed=3, epoch=2),
        draw_erased(500, *size, probability=1.0, seed=3, epoch=2),
    ):
        top, left, height, width = columns(drawn).T
        assert (np.minimum(top, left) >= 0).all()
        assert (top + height <= size[0]).all()
        assert (left + width <= size[1]).all()
    crops = columns(draw_crops(500, *size, least=0.01, seed=3, epoch=2))
    assert (crops[:, 2:] >= 1).all()


def test_the_whole_image_stays_where_no_part_fits() -> None:
    whole = columns(draw_crops(20, 1, 1, least=1.0, seed=1, epoch=1))
    assert (whole == [0, 0, 1, 1]).all()


def test_erasing_has_its_probability() -> None:
    drawn = draw_erased(20_000, 32, 32, probability=0.25, seed=1, epoch=1)
    assert abs((drawn.height > 0).float().mean() - 0.25) < 0.02
    nothing = draw_erased(200, 32, 32, probability=0.0, seed=1, epoch=1)
    assert not torch.stack(nothing).any()


def test_draws_are_pure_and_differ_between_seeds_and_epochs() -> None:
    for draw in (
        lambda seed, epoch: draw_crops(30, 20, 20, least=0.2, seed=seed, epoch=epoch),
        lambda seed, epoch: draw_erased(30, 20, 20, probability=0.7, seed=seed, epoch=epoch),
    ):
        torch.manual_seed(0)
        first = draw(1, 1)
        torch.manual_seed(1)
        assert torch.equal(torch.stack(first), torch.stack(draw(1, 1)))
        seen = {columns(draw(seed, epoch)).tobytes() for seed in (1, 2) for epoch in (1, 2)}
        assert len(seen) == 4
