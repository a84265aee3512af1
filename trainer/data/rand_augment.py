"""RandAugment (Cubuk et al. 2020, https://arxiv.org/abs/1909.13719): two of 14 operations, drawn for each image.

Operations, magnitudes and signs are those of `torchvision.transforms.v2.RandAugment`, but images of a batch that got
the same operation are changed together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from trainer.data import color_operations as colors
from trainer.data.augment import Coordinates, apply, generator_for
from trainer.data.buffers import Workspace
from trainer.data.pixel_planes import join_planes, pieces, split_planes

PER_IMAGE = 2
"""Operations per image."""
STEPS = 31
"""Number of magnitudes, 0 ... 30."""
MOVES = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate")
FACTORS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Brightness": colors.brighten,
    "Color": colors.saturate,
    "Contrast": colors.contrast,
    "Sharpness": colors.sharpen,
}
OPERATIONS = ("Identity", *MOVES, *FACTORS, "Posterize", "Solarize", "AutoContrast", "Equalize")


class Operations(NamedTuple):
    """Random operations on n images."""

    which: Tensor
    """(n, 2) int64: places in `OPERATIONS`."""
    negative: Tensor
    """(n, 2) bool: whether an operation with two directions goes in the negative one."""

    def pick(self, which: Tensor | slice) -> Operations:
        """Select images.

        Args:
            which: Indices int64 (k,), a bool mask (n,), or a slice.

        Returns:
            Their operations.
        """
        return Operations(self.which[which], self.negative[which])


def draw_operations(count: int, *, seed: int, epoch: int) -> Operations:
    """Draw the operations of an epoch: a pure function of its arguments.

    Args:
        count: Number of images n.
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        Operations on images 0 ... n - 1, on the CPU.
    """
    generator = generator_for("randaugment", seed, epoch)
    which = torch.randint(len(OPERATIONS), (count, PER_IMAGE), generator=generator)
    return Operations(which, torch.rand(count, PER_IMAGE, generator=generator, dtype=torch.float32) <= 0.5)


def apply_operations(pixels: Tensor, operations: Operations, magnitude: int, workspace: Workspace) -> Tensor:
    """Apply operations to images in place.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        operations: Operations on the n images, on the CPU.
        magnitude: Magnitude, 0 to 30.
        workspace: Memory for what is computed in between.

    Returns:
        The same tensor.
    """
    for turn in range(PER_IMAGE):
        kinds = operations.which[:, turn]
        # known without asking the device: which images get an operation, and how many
        members = kinds.argsort(stable=True).split(torch.bincount(kinds, minlength=len(OPERATIONS)).tolist())
        for name, images in zip(OPERATIONS, members, strict=True):
            if name == "Identity" or not len(images):
                continue
            negative = operations.negative[images, turn].to(pixels.device)
            _apply_one(name, pixels, images.to(pixels.device), negative, magnitude, workspace)
    return pixels


def _apply_one(
    name: str, pixels: Tensor, images: Tensor, negative: Tensor, magnitude: int, workspace: Workspace
) -> None:
    """One operation on the `images` (k,) among `pixels`."""
    height, width = pixels.shape[1:]
    for some in pieces(pixels[: len(images)]):
        taken = pixels.index_select(0, images[some])
        if name == "Posterize":
            taken = colors.posterize(taken, int(strength(name, magnitude, 0)))
        elif name in MOVES:
            size = _signed(strength(name, magnitude, height if name == "TranslateY" else width), negative[some])
            taken = apply(taken, move(name, size, height, width), workspace)
        else:
            planes = recolor(name, split_planes(taken, workspace), magnitude, negative[some])
            join_planes(planes, taken)
        pixels.index_copy_(0, images[some], taken)


def recolor(name: str, planes: Tensor, magnitude: int, negative: Tensor) -> Tensor:
    """Apply an operation that does not move pixels; see `color_operations`.

    Args:
        name: One of `OPERATIONS`.
        planes: Planes float32 (C, n, H, W).
        magnitude: Magnitude, 0 to 30.
        negative: Which images get the negative direction, bool (n,).

    Returns:
        The changed planes.
    """
    if (change := FACTORS.get(name)) is not None:
        return change(planes, 1 + _signed(strength(name, magnitude, 0), negative))
    if name == "Solarize":
        return colors.solarize(planes, strength(name, magnitude, 0))
    return colors.stretch(planes) if name == "AutoContrast" else colors.equalize(planes)


@lru_cache
def strength(name: str, magnitude: int, side: int) -> float:
    """Translate a magnitude into the parameter of an operation.

    Args:
        name: One of `OPERATIONS`.
        magnitude: Magnitude, 0 to 30.
        side: Side of the image in pixels, for translations.

    Returns:
        By operation: a shear factor, what is added to a factor of 1, degrees, whole pixels, bits, or a threshold in 0
        ... 255.
    """
    if name == "Posterize":
        return 8 - round(magnitude / ((STEPS - 1) / 4))
    if name == "Solarize":
        return 255 * torch.linspace(1, 0, STEPS)[magnitude].item()
    largest = {"ShearX": 0.3, "ShearY": 0.3, "TranslateX": 150 / 331 * side, "TranslateY": 150 / 331 * side}
    found = torch.linspace(0, largest.get(name, 30.0 if name == "Rotate" else 0.9), STEPS)[magnitude].item()
    return float(math.floor(found)) if name.startswith("Translate") else found


def _signed(size: float, negative: Tensor) -> Tensor:
    """(n,) float32."""
    return torch.where(negative, -size, size)


def move(name: str, size: Tensor, height: int, width: int) -> Coordinates:
    """Compute the lookup of an operation that moves pixels.

    Args:
        name: One of `MOVES`.
        size: Shear factor, pixels or degrees of each image, float32 (n,).
        height: Height of an image in pixels.
        width: Width of an image in pixels.

    Returns:
        Source of each pixel.
    """
    one, zero = torch.ones_like(size), torch.zeros_like(size)
    column = torch.arange(width, dtype=torch.float32, device=size.device) - (width - 1) / 2
    row = torch.arange(height, dtype=torch.float32, device=size.device) - (height - 1) / 2
    turn = size * (math.pi / 180) if name == "Rotate" else zero
    cos, sin = turn.cos(), turn.sin()
    right = size if name == "ShearX" else -sin
    down = size if name == "ShearY" else sin
    # torchvision shears about the image's corner
    x0 = size * (height / 2) if name == "ShearX" else -size if name == "TranslateX" else zero
    y0 = size * (width / 2) if name == "ShearY" else -size if name == "TranslateY" else zero
    across = cos if name == "Rotate" else one
    return Coordinates(
        (across[:, None] * column)[:, None, :],
        (right[:, None] * row + (x0 + (width + 1) / 2)[:, None])[:, :, None],
        (down[:, None] * column)[:, None, :],
        (across[:, None] * row + (y0 + (height + 1) / 2)[:, None])[:, :, None],
    )
