"""Functions run as TorchScript give the bits that they give as Python, piece by piece or all at once."""

from __future__ import annotations

import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from trainer.data import augment, pixel_planes
from trainer.data.buffers import Workspace
from trainer.data.opening import open_data
from trainer.data.scripted import Scripted

MEAN: tuple[float, ...] = (0.49, 0.48, 0.45)
STD: tuple[float, ...] = (0.25, 0.24, 0.26)


def moved_at_once(pixels: Tensor, where: augment.Coordinates) -> Tensor:
    """The look-up for all images together, an operation at a time, as version 0.2.0 made it."""
    count, height, width = pixels.shape
    padded = torch.zeros(count, height + 2, width + 2, dtype=pixels.dtype)
    padded[:, 1:-1, 1:-1] = pixels
    x = (where.x_by_column + where.x_by_row).round().clamp(0, width + 1)
    y = (where.y_by_column + where.y_by_row).round().clamp(0, height + 1)
    first = torch.arange(count)[:, None, None] * (height + 2) * (width + 2)
    return padded.view(-1)[(x + (width + 2) * y).long() + first]


def normalised_at_once(pixels: Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """A channel at a time, for all images together, as version 0.2.0 made it."""
    out = torch.empty(len(pixels), len(mean), *pixels.shape[1:])
    for channel, (centre, spread) in enumerate(zip(mean, std, strict=True)):
        plane = out[:, channel]
        plane.copy_(pixels if pixels.dtype == torch.uint8 else pixels & (255 << 8 * channel))
        factor = 1 / (255 * spread) / (1 << 8 * channel)
        torch.add(torch.tensor(-centre / spread), plane, alpha=factor, out=plane)
    return out


def random_pixels(count: int, height: int, width: int, *, grey: bool, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    if grey:
        return torch.randint(0, 256, (count, height, width), dtype=torch.uint8, generator=generator)
    return torch.randint(0, 1 << 24, (count, height, width), dtype=torch.int32, generator=generator)


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 9),
    height=st.integers(1, 19),
    width=st.integers(1, 37),
    at_once=st.integers(1, 4),
    grey=st.booleans(),
    compiled=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_pieces_are_the_whole(
    count: int, height: int, width: int, at_once: int, grey: bool, compiled: bool, seed: int
) -> None:
    pixels = random_pixels(count, height, width, grey=grey, seed=seed)
    drawn = augment.draw(count, rotation=20, flip=0.5, crop=2, seed=seed, epoch=1)
    where = augment.coordinates(drawn, height, width)
    channels = slice(0, 1 if grey else 3)
    workspace = Workspace()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pixel_planes, "PIECE_PIXELS", at_once * height * width)
        if not compiled:
            for function in (augment._look_up, augment._normalise):
                patch.setattr(function, "compiled", None)
        moved = augment.apply(pixels, where, workspace).clone()
        out = torch.empty(count, channels.stop, height, width)
        result = augment.Normaliser(MEAN[channels], STD[channels])(pixels, out, workspace)
    assert torch.equal(moved, moved_at_once(pixels, where))
    assert torch.equal(result, normalised_at_once(pixels, MEAN[channels], STD[channels]))


def test_an_epoch_without_torchscript_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = open_data("digits", batch=50, rotation=10, flip=0.5, crop=1)
    found = [(images.clone(), labels) for images, labels in data.train_batches(2)]
    for function in (augment._look_up, augment._normalise):
        monkeypatch.setattr(function, "compiled", None)
    for (images, labels), (plain, same) in zip(found, data.train_batches(2), strict=True):
        assert torch.equal(images, plain)
        assert torch.equal(labels, same)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="TorchScript does not support this Python")
def test_torchscript_takes_the_functions() -> None:
    """Otherwise everything above would hold without any gain."""
    assert augment._look_up.compiled is not None
    assert augment._normalise.compiled is not None


def test_what_torchscript_refuses_runs_as_python() -> None:
    function = Scripted(lambda values, *more: (values.sum().item(), more))  # it takes no lambda
    assert function.compiled is None
    assert function(torch.ones(3), "text") == (3.0, ("text",))
