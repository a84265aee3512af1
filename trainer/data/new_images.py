"""New images, brought to the size of those a model was trained on. [no torch]"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from trainer.data.decode import UnreadableError, as_picture, fit, no_warnings, read_image
from trainer.data.image_set import Fault, pack
from trainer.data.validation import unreadable
from trainer.store.process import usable_cores

CHANNELS = (1, 3, 4)


def decode_new(images: Any, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Decode new images; files are decoded on all cores.

    Args:
        images: One of, or a sequence of, paths, Pillow images and uint8 arrays (H, W) or (H, W, 1, 3 or 4); an array
            may hold several, (N, ...).
        shape: (channels, height, width) of the model's images.

    Returns:
        Packed pixels uint8 (N, H, W, 1 or 4), see `pack`.

    Raises:
        FaultyDataError: Images cannot be read; it names every one.
    """
    several = [images] if is_single(images) else list(channels_last(images))
    files = all(isinstance(image, (str, Path)) for image in several)  # a Pillow image may be in the list twice
    with no_warnings(), ThreadPoolExecutor(usable_cores() if files else 1) as pool:
        found = list(pool.map(lambda image: _decoded(image, shape), several))
    faults = [
        Fault(image_name(image, place), one.code, one.reason)
        for place, (image, one) in enumerate(zip(several, found, strict=True))
        if isinstance(one, UnreadableError)
    ]
    if faults:
        raise unreadable(faults)
    pixels = [one for one in found if not isinstance(one, UnreadableError)]
    return pack(np.stack(pixels)) if pixels else np.empty(0, np.uint8)


def is_single(images: Any) -> bool:
    """Check whether something is one image. An array (A, B, C) is one if C is 1, 3 or 4; else it is A grey images.

    Args:
        images: What was given as images.

    Returns:
        Whether it is one image.
    """
    if isinstance(images, (str, Path, Image.Image)):
        return True
    shape: Any = getattr(images, "shape", (0,) * 4)
    return len(shape) in (0, 2) or (len(shape) == 3 and shape[2] in CHANNELS)


def channels_last(images: Any) -> Any:
    """Bring arrays (N, C, H, W) into the order (N, H, W, C); anything else stays as it is."""
    shape: Any = getattr(images, "shape", ())
    first = len(shape) == 4 and shape[1] in CHANNELS and shape[3] not in CHANNELS
    return np.asarray(images).transpose(0, 2, 3, 1) if first else images


def image_name(image: Any, place: int) -> str:
    """What faults call it: its path, else its place in the list."""
    return str(image) if isinstance(image, (str, Path)) else f"image {place}"


def _decoded(image: Any, shape: tuple[int, int, int]) -> NDArray[np.uint8] | UnreadableError:
    channels, height, width = shape
    try:
        return _fit_any(image, (height, width), grey=channels == 1)
    except UnreadableError as error:
        return error


def _fit_any(image: Any, target: tuple[int, int], *, grey: bool) -> NDArray[np.uint8]:
    if isinstance(image, (str, Path)):
        return read_image(str(image), target, grey=grey).pixels
    return fit(as_picture(image), target, grey=grey)
