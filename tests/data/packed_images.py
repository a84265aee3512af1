"""Random images as the engine packs them, and what torchvision makes of one of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

CLOSE = 1e-3
"""How near to the border between two values float32 cannot tell them apart."""


def random_images(count: int, channels: int, height: int, width: int, seed: int) -> Tensor:
    """(n, C, H, W) uint8: noise, ramps, flat and two-coloured images, in turn."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, channels, height, width), dtype=torch.uint8, generator=generator)
    ramp = torch.linspace(30, 220, width).to(torch.uint8).expand(channels, height, width)
    for index in range(count):
        if index % 4 == 1:
            images[index] = ramp + images[index] // 16
        elif index % 4 == 2:
            images[index] = images[index, :, :1, :1]
        elif index % 4 == 3:
            images[index] = torch.where(images[index] > 128, 200, 90)
    return images


def pack(images: Tensor) -> Tensor:
    """(n, C, H, W) uint8 to packed (n, H, W)."""
    if images.shape[1] == 1:
        return images[:, 0].clone()
    rgbx = torch.zeros(*images[:, 0].shape, 4, dtype=torch.uint8)
    rgbx[..., :3] = images.permute(0, 2, 3, 1)
    return rgbx.view(torch.int32).squeeze(3)


def unpack(pixels: Tensor) -> Tensor:
    """The opposite of `pack`."""
    if pixels.dtype == torch.uint8:
        return pixels[:, None].clone()
    return pixels.contiguous().view(torch.uint8).view(*pixels.shape, 4)[..., :3].permute(0, 3, 1, 2).clone()


def greys(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) twice: cut to whole values, with what float32 may have lost subtracted and added before."""
    if len(image) == 1:
        return image[0], image[0]
    exact = (image * np.array([0.2989, 0.587, 0.114])[:, None, None]).sum(0)
    return np.floor(exact - 1e-4), np.floor(exact + 1e-4)


def sharp(image: np.ndarray, factor: float) -> np.ndarray:
    """Blurred by a kernel of 1/13 around 5/13, and the image moved away from that; edges as they were."""
    height, width = image.shape[1:]
    found = image.copy()
    if min(height, width) > 2:
        shifted = [image[:, y : y + height - 2, x : x + width - 2] for y in range(3) for x in range(3)]
        inner = image[:, 1:-1, 1:-1]
        found[:, 1:-1, 1:-1] = inner * factor + np.rint((sum(shifted) + 4 * inner) / 13) * (1 - factor)
    return found


def stretched(image: np.ndarray) -> np.ndarray:
    """From the darkest to the brightest of each channel, to 0 ... 255."""
    low, high = image.min((1, 2), keepdims=True), image.max((1, 2), keepdims=True)
    return np.where(low == high, image, (image - low) * 255 / np.maximum(high - low, 1))


EXACT: dict[str, Callable[[np.ndarray, float], list[np.ndarray]]] = {
    "brightness": lambda image, factor: [image * factor],
    "contrast": lambda image, factor: [image * factor + grey.mean() * (1 - factor) for grey in greys(image)],
    "saturation": lambda image, factor: [
        image * factor + grey * (1 - factor) if len(image) == 3 else image for grey in greys(image)
    ],
    "sharpness": lambda image, factor: [sharp(image, factor)],
    "autocontrast": lambda image, factor: [stretched(image)],
}
"""float64 (C, H, W) and a factor to the values that are cut to 0 ... 255, and then to whole ones: one, or two between
which they lie."""


def assert_cut(found: Tensor, exact: list[np.ndarray]) -> None:
    """`found` (uint8) is what float32 may make of the `exact` values, cut to whole ones."""
    low = np.clip(np.floor(np.minimum(*exact[:1], *exact[-1:]) - CLOSE), 0, 255)
    high = np.clip(np.floor(np.maximum(*exact[:1], *exact[-1:]) + CLOSE), 0, 255)
    assert (low <= found.numpy()).all()
    assert (found.numpy() <= high).all()
