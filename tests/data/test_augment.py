"""Augmentation equals torchvision's functional operations, pixel for pixel, and is a pure function of its arguments."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from trainer.data import augment
from trainer.data.buffers import Workspace

BORDER = 1e-3


def ours(images: Tensor, parameters: augment.Parameters) -> Tensor:
    """(n, C, H, W) uint8 in and out."""
    count, channels, height, width = images.shape
    if channels == 1:
        packed = images[:, 0]
    else:
        rgbx = torch.zeros(count, height, width, 4, dtype=torch.uint8)
        rgbx[..., :3] = images.permute(0, 2, 3, 1)
        packed = rgbx.view(torch.int32).squeeze(3)
    where = augment.coordinates(parameters, height, width)
    result = augment.apply(packed.contiguous(), where, Workspace())
    return result.view(torch.uint8).view(count, height, width, -1).permute(0, 3, 1, 2)[:, :channels]


def theirs(image: Tensor, angle: float, flip: bool, shift: tuple[int, int], crop: int) -> Tensor:
    from torchvision.transforms import InterpolationMode
    from torchvision.transforms import functional as tv

    height, width = image.shape[1:]
    image = tv.rotate(image, angle, InterpolationMode.NEAREST)
    image = tv.hflip(image) if flip else image
    return tv.crop(tv.pad(image, [crop] * 4), crop + shift[0], crop + shift[1], height, width)


def near_border(angle: float, flip: bool, shift: tuple[int, int], height: int, width: int) -> np.ndarray:
    """(H, W): where the source coordinate, in float64, lies within BORDER of the border between two pixels."""
    rows = np.arange(height, dtype=np.float64)[:, None] + shift[0] - (height - 1) / 2
    columns = np.arange(width, dtype=np.float64)[None, :] + shift[1] - (width - 1) / 2
    if flip:
        columns = -columns
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x = cos * columns - sin * rows + (width - 1) / 2
    y = sin * columns + cos * rows + (height - 1) / 2
    return (abs(x - np.floor(x) - 0.5) < BORDER) | (abs(y - np.floor(y) - 0.5) < BORDER)


def compare(images: Tensor, parameters: augment.Parameters, crop: int) -> float:
    """Assert parity for all images; returns the share of pixels that could not be judged."""
    result = ours(images, parameters)
    unjudged = 0
    for index in range(len(images)):
        angle, flip = parameters.angle[index].item(), bool(parameters.flip[index])
        shift = (int(parameters.shift[index, 0]), int(parameters.shift[index, 1]))
        expected = theirs(images[index], angle, flip, shift, crop)
        differs = (result[index] != expected).any(0).numpy()
        border = near_border(angle, flip, shift, *images.shape[2:])
        assert not (differs & ~border).any()
        unjudged += int((differs & border).sum())
    return unjudged / (len(images) * images.shape[2] * images.shape[3])


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 23),
    width=st.integers(1, 23),
    channels=st.sampled_from([1, 3]),
    rotation=st.sampled_from([0.0, 5.0, 45.0, 180.0]),
    flip=st.sampled_from([0.0, 0.5, 1.0]),
    crop=st.integers(0, 5),
    seed=st.integers(0, 2**32),
)
def test_equals_torchvision(
    height: int, width: int, channels: int, rotation: float, flip: float, crop: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(1, 256, (4, channels, height, width), dtype=torch.uint8, generator=generator)
    parameters = augment.draw(4, rotation=rotation, flip=flip, crop=crop, seed=seed, epoch=1)
    compare(images, parameters, crop)


@pytest.mark.parametrize("angle", [0.0, 90.0, -90.0, 180.0])
def test_right_angles_of_squares_are_exact(angle: float) -> None:
    images = torch.randint(1, 256, (8, 3, 16, 16), dtype=torch.uint8)
    drawn = augment.draw(8, rotation=0.0, flip=0.5, crop=3, seed=2, epoch=1)
    result = ours(images, drawn._replace(angle=torch.full((8,), angle)))
    for index in range(8):
        turned = torch.rot90(images[index], round(angle / 90), (1, 2))
        down, right = drawn.shift[index].tolist()
        expected = theirs(turned, 0.0, bool(drawn.flip[index]), (down, right), 3)
        assert torch.equal(result[index], expected)


@pytest.mark.cifar10
def test_equals_torchvision_on_real_images() -> None:
    from PIL import Image

    if "EPOCHSCOPE_CIFAR10" not in os.environ:
        pytest.skip("EPOCHSCOPE_CIFAR10 does not name the folder of CIFAR-10 images")
    files = sorted(Path(os.environ["EPOCHSCOPE_CIFAR10"], "train").glob("*/*[05]00.jpg"))
    assert len(files) == 100
    images = torch.stack([torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1) for file in files])
    for epoch in (1, 2, 3):
        parameters = augment.draw(len(images), rotation=5.0, flip=0.5, crop=2, seed=1234, epoch=epoch)
        assert compare(images, parameters, 2) < 1e-3


@pytest.mark.parametrize("channels", [1, 3])
@given(seed=st.integers(0, 99), flip=st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=20, deadline=None)
def test_mirroring_alone_is_the_whole_look_up_without_angle_and_shift(channels: int, seed: int, flip: float) -> None:
    images = torch.randint(
        0, 256, (9, channels, 6, 7), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed)
    )
    drawn = augment.draw(9, rotation=0, flip=flip, crop=0, seed=seed, epoch=1)
    packed = images[:, 0] if channels == 1 else images[:, 0].int() | images[:, 1].int() << 8 | images[:, 2].int() << 16
    whole = augment.apply(packed, augment.coordinates(drawn, 6, 7), Workspace())
    assert torch.equal(augment.mirror(packed.clone(), drawn.flip), whole)


def test_parameters_lie_in_their_ranges_and_use_them() -> None:
    drawn = augment.draw(20_000, rotation=5.0, flip=0.25, crop=2, seed=1, epoch=1)
    assert drawn.angle.abs().max() <= 5
    assert drawn.angle.min() < -4.99 < 4.99 < drawn.angle.max()
    assert abs(drawn.angle.mean()) < 0.1
    assert abs(drawn.flip.float().mean() - 0.25) < 0.01
    assert torch.equal(drawn.shift.unique(), torch.arange(-2, 3))


def test_epochs_and_seeds_differ_and_repeat() -> None:
    def all_of(seed: int, epoch: int) -> bytes:
        drawn = augment.draw(50, rotation=5.0, flip=0.5, crop=2, seed=seed, epoch=epoch)
        return b"".join(part.numpy().tobytes() for part in drawn)

    assert all_of(1, 1) == all_of(1, 1)
    assert len({all_of(seed, epoch) for seed in range(5) for epoch in range(5)}) == 25
    orders = {tuple(augment.draw_order(50, seed=seed, epoch=epoch).tolist()) for seed in (0, 1) for epoch in (1, 2)}
    assert len(orders) == 4
    assert all(sorted(order) == list(range(50)) for order in orders)


def test_balanced_sampling_draws_as_many_of_every_class() -> None:
    labels = torch.tensor([0] * 2000 + [1] * 20 + [3] * 200)  # there may be none of a class
    drawn = augment.draw_balanced(labels, seed=1, epoch=1)
    assert len(drawn) == len(labels)
    share = torch.bincount(labels[drawn], minlength=4) / len(labels)
    np.testing.assert_allclose(share, [1 / 3, 1 / 3, 0, 1 / 3], atol=0.05)
    assert len(set(drawn[labels[drawn] == 1].tolist())) == 20  # each of them, not one again and again
    assert torch.equal(drawn, augment.draw_balanced(labels, seed=1, epoch=1))
    assert not torch.equal(drawn, augment.draw_balanced(labels, seed=1, epoch=2))


def test_normalise_is_what_the_formula_says() -> None:
    values = torch.randint(0, 256, (5, 7, 6, 4), dtype=torch.uint8)
    mean, std = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
    packed = values.view(torch.int32).squeeze(3)
    result = augment.Normaliser(mean, std)(packed, torch.empty(5, 3, 7, 6), Workspace())
    expected = (values[..., :3].double() / 255 - torch.tensor(mean).double()) / torch.tensor(std).double()
    torch.testing.assert_close(result, expected.permute(0, 3, 1, 2).float(), atol=2e-6, rtol=0)
