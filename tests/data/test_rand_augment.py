"""Each operation of RandAugment is torchvision's, with the magnitude that torchvision's has."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.data.packed_images import EXACT, assert_cut, pack, random_images, unpack
from trainer.data.buffers import Workspace
from trainer.data.rand_augment import OPERATIONS, Operations, apply_operations, draw_operations, strength

SHAPES = [(3, 16, 16), (3, 11, 24), (1, 17, 9), (3, 2, 5)]


def theirs(image: Tensor, name: str, magnitude: int, negative: bool) -> Tensor:
    """What `torchvision.transforms.v2.RandAugment` does to a uint8 image (C, H, W)."""
    from torchvision.transforms.v2 import InterpolationMode, RandAugment

    make, has_sign = RandAugment._AUGMENTATION_SPACE[name]
    sizes = make(31, *image.shape[1:])
    size = float(sizes[magnitude]) if sizes is not None else 0.0
    size = -size if has_sign and negative else size
    return RandAugment()._apply_image_or_video_transform(image, name, size, InterpolationMode.NEAREST, {Any: None})


def ours(images: Tensor, names: list[str], negative: list[bool], magnitude: int) -> Tensor:
    """The first operation is the one named, the second none."""
    which = torch.tensor([[OPERATIONS.index(name), 0] for name in names])
    signs = torch.tensor([[sign, False] for sign in negative])
    return unpack(apply_operations(pack(images), Operations(which, signs), magnitude, Workspace()))


def test_the_operations_are_torchvisions() -> None:
    from torchvision.transforms.v2 import RandAugment

    assert tuple(RandAugment._AUGMENTATION_SPACE) == OPERATIONS


def places_near_the_border(name: str, magnitude: int, negative: bool, height: int, width: int) -> np.ndarray:
    """(H, W): where a moved pixel comes from within 1e-3 of the border between two, in float64."""
    size = strength(name, magnitude, height if name == "TranslateY" else width) * (-1 if negative else 1)
    row, column = np.mgrid[:height, :width].astype(np.float64)
    x, y = column, row
    if name == "ShearX":
        x = column + size * (row + 0.5)
    elif name == "ShearY":
        y = row + size * (column + 0.5)
    elif name == "Rotate":
        cos, sin = math.cos(math.radians(size)), math.sin(math.radians(size))
        across, down = column - (width - 1) / 2, row - (height - 1) / 2
        x, y = cos * across - sin * down + (width - 1) / 2, sin * across + cos * down + (height - 1) / 2
    return (abs(x - np.floor(x) - 0.5) < 1e-3) | (abs(y - np.floor(y) - 0.5) < 1e-3)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_each_operation_is_torchvisions(name: str, shape: tuple[int, int, int]) -> None:
    moved = name.startswith(("Shear", "Translate", "Rotate"))
    for magnitude in (1, 9, 17, 30):
        images = random_images(8, *shape, seed=magnitude)
        negative = [index % 2 == 1 for index in range(8)]
        found = ours(images, [name] * 8, negative, magnitude)
        for index in range(8):
            expected = theirs(images[index], name, magnitude, negative[index])
            difference = (found[index].int() - expected.int()).abs()
            if moved:
                border = places_near_the_border(name, magnitude, negative[index], *shape[1:])
                assert not (difference.amax(0).numpy() * ~border).any()
            elif name in ("Identity", "Posterize", "Solarize", "Equalize"):
                assert not difference.any()
            else:
                change = {"Color": "saturation"}.get(name, name.lower())
                factor = 1 + strength(name, magnitude, 0) * (-1 if negative[index] else 1)
                exact = EXACT[change](images[index].numpy().astype(np.float64), factor)
                assert_cut(found[index], exact)
                assert_cut(expected, exact)


def test_operations_of_several_images_do_not_get_mixed_up() -> None:
    images = random_images(56, 3, 20, 20, seed=4)
    names = [OPERATIONS[(5 * index) % 14] for index in range(56)]
    negative = [index % 3 == 0 for index in range(56)]
    found = ours(images, names, negative, 9)
    for index in range(56):
        alone = ours(images[index : index + 1], [names[index]], [negative[index]], 9)
        assert torch.equal(found[index : index + 1], alone)


def test_the_second_operation_follows_the_first() -> None:
    images = random_images(14, 3, 20, 20, seed=4)
    order = torch.arange(14)
    which = torch.stack([order, order.flip(0)], 1)
    signs = torch.zeros(14, 2, dtype=torch.bool)
    found = unpack(apply_operations(pack(images), Operations(which, signs), 9, Workspace()))
    names = list(OPERATIONS)
    first = ours(images, names, [False] * 14, 9)
    assert torch.equal(found, ours(first, names[::-1], [False] * 14, 9))


def test_draws_are_even_and_pure() -> None:
    drawn = draw_operations(28_000, seed=1, epoch=1)
    counts = torch.stack([torch.bincount(drawn.which[:, turn], minlength=14) for turn in (0, 1)])
    assert ((counts - 2000).abs() < 250).all()
    assert abs(drawn.negative.float().mean() - 0.5) < 0.01
    # one after the other is independent
    assert abs(float(np.corrcoef(drawn.which.numpy().T)[0, 1])) < 0.03
    torch.manual_seed(5)
    again = draw_operations(28_000, seed=1, epoch=1)
    assert torch.equal(drawn.which, again.which)
    assert torch.equal(drawn.negative, again.negative)
    assert not torch.equal(drawn.which, draw_operations(28_000, seed=1, epoch=2).which)
