"""Changes of colour and sharpness of many images at once, as torchvision's functional operations on uint8 make them.

Each takes planes (see `pixel_planes`) of n images, float32 (C, n, H, W) of whole numbers, changes them in place and
returns them. A `factor` is (n,) float32, 1 for no change.
"""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.data.pixel_planes import finish_

GREY = (0.2989, 0.587, 0.114)
"""Shares of red, green and blue in the grey value of a colour, those of torchvision."""


def brighten(planes: Tensor, factor: Tensor) -> Tensor:
    """Change brightness, as torchvision's `adjust_brightness` does.

    Args:
        planes: Planes float32 (C, n, H, W), changed in place.
        factor: Factor of each image float32 (n,).

    Returns:
        The same planes.
    """
    return finish_(planes.mul_(factor[:, None, None]))


def contrast(planes: Tensor, factor: Tensor) -> Tensor:
    """Change contrast, as torchvision's `adjust_contrast` does: away from the image's mean grey, or towards it.

    Args:
        planes: Planes float32 (C, n, H, W), changed in place.
        factor: Factor of each image float32 (n,).

    Returns:
        The same planes.
    """
    height, width = planes.shape[2:]
    # sums of whole numbers, exact in whatever order: of lines in float32, of images as integers
    total = _grey(planes).sum(2).long().sum(1).float()
    mean = total.div(torch.full_like(total, height * width))
    return _blend(planes, mean[:, None, None], factor)


def saturate(planes: Tensor, factor: Tensor) -> Tensor:
    """Change saturation, as torchvision's `adjust_saturation` does: away from each pixel's grey, or towards it. Grey
    images do not change.

    Args:
        planes: Planes float32 (C, n, H, W), changed in place.
        factor: Factor of each image float32 (n,).

    Returns:
        The same planes.
    """
    return planes if len(planes) == 1 else _blend(planes, _grey(planes), factor)


def sharpen(planes: Tensor, factor: Tensor) -> Tensor:
    """Change sharpness, as torchvision's `adjust_sharpness` does: away from the blurred image, or towards it. The
    outermost pixels do not change.

    Args:
        planes: Planes float32 (C, n, H, W), changed in place.
        factor: Factor of each image float32 (n,).

    Returns:
        The same planes.
    """
    if min(planes.shape[2:]) <= 2:
        return planes
    inner = planes[:, :, 1:-1, 1:-1]
    lines = planes[:, :, :-2] + planes[:, :, 1:-1] + planes[:, :, 2:]
    blurred = lines[..., :-2] + lines[..., 1:-1] + lines[..., 2:]
    # weights 1/13 around, 5/13 in the middle; a whole number of 13ths is never halfway between two whole numbers
    blurred.add_(inner * 4).mul_(1 / 13).round_()
    inner.add_(blurred.sub_(inner).mul_((1 - factor)[:, None, None]))
    return finish_(planes)


def solarize(planes: Tensor, threshold: float) -> Tensor:
    """Invert values from a threshold on, as torchvision's `solarize` does.

    Args:
        planes: Planes float32 (C, n, H, W).
        threshold: Smallest value that is inverted, 0 to 255.

    Returns:
        New planes.
    """
    return torch.where(planes >= threshold, 255 - planes, planes)


def stretch(planes: Tensor) -> Tensor:
    """Stretch the contrast of each channel, as torchvision's `autocontrast` does: its darkest value becomes 0, its
    brightest 255.

    Args:
        planes: Planes float32 (C, n, H, W), changed in place.

    Returns:
        The same planes.
    """
    low, high = planes.amin((2, 3), keepdim=True), planes.amax((2, 3), keepdim=True)
    flat = low == high
    scale = ((high - low) * (1 / 255)).masked_fill_(flat, 1)
    return finish_(planes.sub_(low.masked_fill_(flat, 0)).div_(scale))


def equalize(planes: Tensor) -> Tensor:
    """Equalise the histogram of each channel, as torchvision's `equalize` does, by Pillow's rule.

    Args:
        planes: Planes float32 (C, n, H, W), changed in place.

    Returns:
        The same planes.
    """
    channels, count, height, width = planes.shape
    images, area = channels * count, height * width
    place = planes.view(images, area).long()
    place += torch.arange(0, 256 * images, 256, device=planes.device)[:, None]
    flat = place.view(-1)
    histogram = torch.zeros(256 * images, dtype=torch.int64, device=planes.device)
    histogram = histogram.scatter_add_(0, flat, torch.ones_like(flat)).view(images, 256)
    below = histogram.cumsum(1)
    brightest = (below < area).sum(1, keepdim=True)
    step = (area - histogram.gather(1, brightest)).div_(255, rounding_mode="floor")
    table = (below - histogram + step // 2).div_(step.clamp(min=1), rounding_mode="floor").clamp_(0, 255)
    table = torch.where(step > 0, table, torch.arange(256, device=planes.device))
    return planes.copy_(table.float().view(-1).index_select(0, flat).view_as(planes))


def posterize(pixels: Tensor, bits: int) -> Tensor:
    """Keep only the highest bits of each value, as torchvision's `posterize` does; on packed pixels instead of planes.

    Args:
        pixels: Packed pixels (n, H, W), int32 for colour, uint8 for grey.
        bits: Bits to keep, 0 to 8.

    Returns:
        New packed pixels.
    """
    mask = 255 >> (8 - bits) << (8 - bits)
    return pixels & (mask if pixels.dtype == torch.uint8 else mask * 0x010101)


def _grey(planes: Tensor) -> Tensor:
    """(n, H, W), whole numbers."""
    if len(planes) == 1:
        return planes[0]
    red, green, blue = planes.unbind()
    return (red * GREY[0]).add_(green * GREY[1]).add_(blue * GREY[2]).floor_()


def _blend(planes: Tensor, other: Tensor, factor: Tensor) -> Tensor:
    """planes * factor + other * (1 - factor); `other`: (n, H, W) or (n, 1, 1)."""
    return finish_(planes.mul_(factor[:, None, None]).add_(other * (1 - factor)[:, None, None]))
