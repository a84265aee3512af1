"""Erasing is torchvision's `erase` with 0, on normalised images."""

from __future__ import annotations

import pytest
import torch

from trainer.data.random_erasing import draw_erased, erase


@pytest.mark.parametrize("channels", [1, 3])
def test_equals_torchvision(channels: int) -> None:
    from torchvision.transforms.v2 import functional as tv

    images = torch.randn(60, channels, 14, 9, generator=torch.Generator().manual_seed(1))
    erased = draw_erased(60, 14, 9, probability=0.6, seed=1, epoch=1)
    found = erase(images.clone(), erased)
    empty = torch.zeros(channels, 1, 1)
    for index, (top, left, height, width) in enumerate(torch.stack(erased, 1).tolist()):
        theirs = tv.erase(images[index], top, left, height, width, empty)
        assert torch.equal(found[index], theirs)
    assert 0 < (found == 0).any(3).any(2).any(1).sum() < 60


def test_nothing_is_erased_of_nothing() -> None:
    images = torch.ones(3, 1, 4, 4)
    erased = draw_erased(3, 4, 4, probability=0.0, seed=1, epoch=1)
    assert torch.equal(erase(images.clone(), erased), images)
