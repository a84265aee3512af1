"""Random resized crops: a part of each image, scaled back to the image's size.

Parameters are drawn as `torchvision.transforms.RandomResizedCrop` does, pixels are those of its functional
`resized_crop`, bilinear. A part is never larger than the image, so nothing is scaled down: antialiasing, torchvision's
default, and plain bilinear interpolation are the same here. The result is bit for bit that of torchvision for uint8 on
CPUs with AVX2 (columns first, rounded to whole values, then rows; weights are multiples of 2**-14). Where torchvision
has to compute in float32, it rounds only once, and a value may differ by 1.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from trainer.data.augment import generator_for
from trainer.data.buffers import Workspace
from trainer.data.pixel_planes import join_planes, pieces, split_planes
from trainer.data.rectangles import Rectangles, draw_rectangles

ASPECT = (3 / 4, 4 / 3)
"""Range of width / height of the part."""
WEIGHT_STEPS = 1 << 14
"""Weights are multiples of 1 / this."""
ALONE_PIXELS = 1 << 12
"""Pixels from which an image is scaled on its own on a CPU: PyTorch's operation on uint8 gives the same bits, three
times as fast at 224 x 224 pixels, but a call costs as much as a small image."""


def draw_crops(count: int, height: int, width: int, *, least: float, seed: int, epoch: int) -> Rectangles:
    """Draw the crops of an epoch: a pure function of its arguments.

    Args:
        count: Number of images n.
        height: Height of an image in pixels.
        width: Width of an image in pixels.
        least: Smallest part of the area that is kept, in (0, 1].
        seed: Seed of the run.
        epoch: Number of the epoch, from 1.

    Returns:
        Crops of images 0 ... n - 1; if none fits, the middle of the image, as much as `ASPECT` allows.
    """
    rows, columns = min(height, round(width / ASPECT[0])), min(width, round(height * ASPECT[1]))
    middle = torch.tensor([(height - rows) // 2, (width - columns) // 2, rows, columns])
    return draw_rectangles(
        Rectangles(*middle[:, None].repeat(1, count)),
        (height, width),
        area=(least, 1.0),
        aspect=ASPECT,
        largest=(height, width),
        smallest=1,
        generator=generator_for("resized_crop", seed, epoch),
    )


def resize_crops(pixels: Tensor, crops: Rectangles, workspace: Workspace) -> Tensor:
    """Replace each image in place with a crop of it, scaled to the same size.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        crops: Part of each image, on the CPU.
        workspace: Memory for what is computed in between.

    Returns:
        The same tensor.
    """
    _, height, width = pixels.shape
    if pixels.device.type == "cpu" and height * width >= ALONE_PIXELS:
        return _resize_each(pixels, crops)
    columns = _neighbours(crops.left, crops.width, width).to(pixels.device)
    rows = _neighbours(crops.top, crops.height, height).to(pixels.device)
    for some in pieces(pixels):
        _resize(pixels[some], columns.pick(some), rows.pick(some), workspace)
    return pixels


def _resize_each(pixels: Tensor, crops: Rectangles) -> Tensor:
    count, height, width = pixels.shape
    images = pixels.view(torch.uint8).view(count, height, width, -1).permute(0, 3, 1, 2)
    for image, (top, left, rows, columns) in zip(images.split(1), torch.stack(crops, 1).tolist(), strict=True):
        if (rows, columns) != (height, width):
            part = image[:, :, top : top + rows, left : left + columns]
            image.copy_(interpolate(part, size=(height, width), mode="bilinear", antialias=True))
    return pixels


class _Neighbours(NamedTuple):
    """Between which two pixels of a line each new one is: n images, `size` new pixels."""

    first: Tensor
    """(n, size) int32."""
    second: Tensor
    """(n, size) int32: the next, or the same at the end of the part."""
    near: Tensor
    """(n, size) float32: weight of the first, a multiple of 2**-14: products and sums of uint8 with it are exact."""
    far: Tensor
    """(n, size) float32: weight of the second."""

    def pick(self, some: slice) -> _Neighbours:
        return _Neighbours(*(part[some] for part in self))

    def to(self, device: torch.device) -> _Neighbours:
        return _Neighbours(*(part.to(device) for part in self))


def _neighbours(begin: Tensor, length: Tensor, size: int) -> _Neighbours:
    """Pixels begin ... begin + length - 1 spread over `size`, the centres of pixels at halves."""
    halves = torch.arange(size, dtype=torch.float64) + 0.5
    places = halves * (length.double() / size)[:, None] - 0.5
    below = places.floor()
    last = (length - 1).double()[:, None]
    first, second = below.clamp(min=0), torch.minimum(below + 1, last)
    share = places - below
    near, far = (((part * WEIGHT_STEPS + 0.5).floor() / WEIGHT_STEPS).float() for part in (1 - share, share))
    return _Neighbours((begin[:, None] + first).int(), (begin[:, None] + second).int(), near, far)


def _resize(pixels: Tensor, columns: _Neighbours, rows: _Neighbours, workspace: Workspace) -> None:
    count, height, width = pixels.shape
    taken = []
    line = torch.arange(0, count * height * width, width, dtype=torch.int32, device=pixels.device)
    for name, which in (("left", columns.first), ("right", columns.second)):
        index = workspace.get("index", pixels, (count, height, width), torch.int32)
        torch.add(line.view(count, height, 1), which[:, None, :], out=index)
        found = workspace.get("found", pixels, (count, height, width), pixels.dtype)
        torch.index_select(pixels.view(-1), 0, index.view(-1), out=found.view(-1))
        taken.append(split_planes(found, workspace, name))
    across = _between(taken, columns.near[None, :, None], columns.far[None, :, None]).view(-1, width)
    image = torch.arange(0, len(across), height, dtype=torch.int32, device=pixels.device).view(-1, count, 1)
    taken = []
    for name, which in (("upper", rows.first), ("lower", rows.second)):
        block = workspace.get(name, across, tuple(across.shape), torch.float32)
        torch.index_select(across, 0, (image + which).view(-1), out=block)
        taken.append(block.view(-1, count, height, width))
    join_planes(_between(taken, rows.near[None, ..., None], rows.far[None, ..., None]), pixels)


def _between(planes: list[Tensor], near: Tensor, far: Tensor) -> Tensor:
    """Whole values between those of two tensors by their weights; overwrites both."""
    first, second = planes
    return first.mul_(near).add_(second.mul_(far)).add_(0.5).floor_()
