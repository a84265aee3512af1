"""Rotation, flip and crop of a whole batch as one lookup, then normalisation.

With the same parameters the result equals torchvision's functional operations on tensors, image by image: `rotate`
(nearest, zero fill, about the centre), `hflip`, `pad` with zeros, `crop` to the original size. Only pixels whose source
is within 1e-3 of the border between two pixels may differ.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from trainer.data.buffers import Workspace
from trainer.data.pixel_planes import images_at_once
from trainer.data.scripted import Scripted
from trainer.data.split import mix

FAR = 1e6
"""Coordinate of pixels outside the image: any rotation of it stays outside."""


class Parameters(NamedTuple):
    """Random changes of n images."""

    angle: Tensor
    """(n,) float32, degrees, counter-clockwise."""
    flip: Tensor
    """(n,) bool: mirrored left to right after the rotation."""
    shift: Tensor
    """(n, 2) int64: where the crop begins, in pixels down and right of the unpadded image's corner; in -crop ... crop.
    """

    def pick(self, which: Tensor | slice) -> Parameters:
        """Select images.

        Args:
            which: Indices int64 (k,), a bool mask (n,), or a slice.

        Returns:
            Their parameters.
        """
        return Parameters(self.angle[which], self.flip[which], self.shift[which])

    def to(self, device: torch.device) -> Parameters:
        """Move to a device.

        Args:
            device: The device.

        Returns:
            The parameters there.
        """
        return Parameters(self.angle.to(device), self.flip.to(device), self.shift.to(device))


def draw(count: int, *, rotation: float, flip: float, crop: int, seed: int, epoch: int) -> Parameters:
    """Draw the parameters of an epoch: a pure function of its arguments, no global state touched.

    Args:
        count: Number of images n.
        rotation: Largest angle to either side, in degrees.
        flip: Probability of mirroring an image, in [0, 1].
        crop: Zero padding in pixels on each side, 0 or more.
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        Parameters of images 0 ... n - 1, on the CPU.
    """
    generator = generator_for("augment", seed, epoch)
    angle = (torch.rand(count, generator=generator, dtype=torch.float32) * 2 - 1) * rotation
    mirrored = torch.rand(count, generator=generator, dtype=torch.float32) < flip
    shift = torch.randint(-crop, crop + 1, (count, 2), generator=generator)
    return Parameters(angle, mirrored, shift)


def draw_order(count: int, *, seed: int, epoch: int) -> Tensor:
    """Draw the order of the images in an epoch.

    Args:
        count: Number of images n.
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        A permutation of 0 ... n - 1, int64.
    """
    return torch.randperm(count, generator=generator_for("order", seed, epoch))


def draw_balanced(labels: Tensor, *, seed: int, epoch: int) -> Tensor:
    """Draw images so that every class that occurs is equally likely, as `torch.utils.data.WeightedRandomSampler` does
    with weights 1 / images of the class.

    Args:
        labels: Class of each image int64 (n,).
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        Places of n images, drawn with replacement, int64 (n,).
    """
    counts = torch.bincount(labels)
    weights = 1 / counts[labels].double()
    return torch.multinomial(weights, len(labels), replacement=True, generator=generator_for("order", seed, epoch))


def generator_for(purpose: str, seed: int, epoch: int) -> torch.Generator:
    """Make a random generator whose state depends on nothing but the arguments.

    Args:
        purpose: What is drawn; different purposes get independent streams.
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        A generator on the CPU.
    """
    return torch.Generator().manual_seed(mix(purpose, seed, epoch))


class Coordinates(NamedTuple):
    """Source of each pixel of n images, in the image padded by one pixel on each side.

    A rotation is the sum of a part that depends on the column and one that depends on the row: vectors are enough.
    """

    x_by_column: Tensor
    """(n, 1, W) float32: part of the source column that depends on the column."""
    x_by_row: Tensor
    """(n, H, 1) float32: part of the source column that depends on the row."""
    y_by_column: Tensor
    """(n, 1, W) float32: part of the source row that depends on the column."""
    y_by_row: Tensor
    """(n, H, 1) float32: part of the source row that depends on the row."""

    def pick(self, which: slice) -> Coordinates:
        """Select images.

        Args:
            which: A slice of the n images.

        Returns:
            Their coordinates.
        """
        return Coordinates(*(vector[which] for vector in self))


def coordinates(parameters: Parameters, height: int, width: int) -> Coordinates:
    """Combine rotation, flip and crop into one lookup.

    Args:
        parameters: Parameters of n images.
        height: Height H of an image in pixels.
        width: Width W of an image in pixels.

    Returns:
        Source of each pixel; `FAR` away where the crop reaches beyond the image.
    """
    radians = parameters.angle * (math.pi / 180)
    cos, sin = radians.cos()[:, None], radians.sin()[:, None]
    sign = 1 - 2 * parameters.flip[:, None].float()  # about the centre a flip is a change of sign
    x = _centred(width, parameters.shift[:, 1:]) * sign
    y = _centred(height, parameters.shift[:, :1])
    return Coordinates(
        (cos * x)[:, None, :],
        ((width + 1) / 2 - sin * y)[:, :, None],
        (sin * x)[:, None, :],
        ((height + 1) / 2 + cos * y)[:, :, None],
    )


def _centred(size: int, shift: Tensor) -> Tensor:
    """(n, size): coordinates from the centre, moved by the crop."""
    middle = (size - 1) / 2
    centred = torch.arange(size, dtype=torch.float32, device=shift.device) - middle + shift
    return centred.masked_fill_(centred.abs() > middle, FAR)


def apply(pixels: Tensor, where: Coordinates, workspace: Workspace) -> Tensor:
    """Augment images.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        where: Source of each pixel.
        workspace: Memory for the result and what is computed in between.

    Returns:
        Packed pixels of the same shape and type; overwritten by the next call with the same `workspace`.
    """
    count, height, width = pixels.shape
    piece = _piece(pixels, _look_up)
    padded = workspace.get("padded", pixels, (piece, height + 2, width + 2), pixels.dtype)
    x, y = (workspace.get(name, pixels, (piece, height, width), torch.float32) for name in "xy")
    index = workspace.get("index", pixels, (piece, height, width), torch.int32)
    result = workspace.get("augmented", pixels, (count, height, width), pixels.dtype)
    _look_up(pixels, *where, padded, x, y, index, result)
    return result


def _piece(pixels: Tensor, function: Scripted) -> int:
    """Images that are processed together: as many as a core's cache holds, unless each operation asks for the lock."""
    return images_at_once(pixels) if function.compiled else max(1, len(pixels))


@Scripted
def _look_up(
    pixels: Tensor,
    x_by_column: Tensor,
    x_by_row: Tensor,
    y_by_column: Tensor,
    y_by_row: Tensor,
    padded: Tensor,
    x: Tensor,
    y: Tensor,
    index: Tensor,
    result: Tensor,
) -> None:
    """`result` from the `Coordinates`; `padded`, `x`, `y` and `index` are memory for a piece of the images each."""
    height, width = pixels.size(1), pixels.size(2)
    area = (height + 2) * (width + 2)
    piece = padded.size(0)
    first = torch.arange(0, area * piece, area, dtype=torch.int32, device=pixels.device)[:, None, None]
    for start in range(0, pixels.size(0), piece):
        end = min(start + piece, pixels.size(0))
        count = end - start
        padded[:count, 1:-1, 1:-1] = pixels[start:end]
        columns = torch.add(x_by_column[start:end], x_by_row[start:end], out=x[:count])
        rows = torch.add(y_by_column[start:end], y_by_row[start:end], out=y[:count])
        columns.round_().clamp_(0, width + 1)
        rows.round_().clamp_(0, height + 1)
        # for each pixel the place of its source among the padded pixels of the piece
        places = index[:count].copy_(columns.add_(rows, alpha=width + 2)).add_(first[:count])
        torch.index_select(padded.view(-1), 0, places.view(-1), out=result[start:end].view(-1))


def mirror(pixels: Tensor, flip: Tensor) -> Tensor:
    """Mirror images in place: `apply` if only flips are needed, with the same result in a fifth of the time.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        flip: Which images to mirror, bool (n,).

    Returns:
        The same tensor.
    """
    some = flip.nonzero().squeeze(1)
    return pixels.index_copy_(0, some, pixels.index_select(0, some).flip(2))


class Normaliser:
    """Normalises packed pixels: (value / 255 - mean) / std for each channel.

    Args:
        mean: Mean of each channel, for values in [0, 1].
        std: Standard deviation of each channel, above 0.
    """

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        self._factors = [1 / (255 * spread) for spread in std]
        self._offsets = [
            torch.tensor(-centre / spread, dtype=torch.float32) for centre, spread in zip(mean, std, strict=True)
        ]

    def __call__(self, pixels: Tensor, out: Tensor, workspace: Workspace) -> Tensor:
        """Normalise images.

        Args:
            pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
            out: Where the result goes, float32 (n, C, H, W).
            workspace: Memory for what is computed in between.

        Returns:
            `out`.
        """
        piece = _piece(pixels, _normalise)
        byte = (
            pixels
            if pixels.dtype == torch.uint8
            else workspace.get("byte", pixels, (piece, *pixels.shape[1:]), torch.int32)
        )
        _normalise(pixels, self._factors, self._offsets, byte, piece, out)
        return out


@Scripted
def _normalise(
    pixels: Tensor, factors: list[float], offsets: list[Tensor], byte: Tensor, piece: int, out: Tensor
) -> None:
    """See `Normaliser`; `byte`: memory for the bytes of one channel of a piece of the images."""
    for start in range(0, pixels.size(0), piece):
        end = min(start + piece, pixels.size(0))
        some = pixels[start:end]
        for channel in range(len(factors)):
            plane = out[start:end, channel]
            if some.dtype == torch.uint8:
                plane.copy_(some)
            else:
                # the byte stays where it is in the pixel: the factor takes care of its place
                plane.copy_(torch.bitwise_and(some, 255 << 8 * channel, out=byte[: end - start]))
            torch.add(offsets[channel], plane, alpha=factors[channel] / (1 << 8 * channel), out=plane)
