"""From an image file to pixels of the wanted size. [no torch]

The policy: EXIF orientation applied, alpha on white, grey to RGB, 16 bits to 8, first frame of an animation; then the
image is scaled to cover the target, and what sticks out is cropped evenly.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from trainer.data.file_stamp import FilePlace, NotRegularError, open_file
from trainer.data.image_formats import FORMATS, INSTALL, WITH_PHOTOS, pillow_formats, unread_format
from trainer.data.image_set import Progress
from trainer.data.pixel_budget import SHARED, Room

MAX_PIXELS = 89_478_485
"""Largest image in pixels: Pillow's own limit (a quarter of a gigabyte as RGB), here an error at once instead of a
warning first."""
LARGE = 4_000_000
"""Pixels above which an image waits until there is room for it, see `PixelBudget`."""
TILE = 2_048
"""Side in pixels of what is put on white at a time, so that a large image is not in memory several times."""
MODES = ("RGB", "L", "P", "RGBA", "CMYK", "LA", "1", "I;16", "YCbCr", "PA", "other")
"""Pillow modes by the number that stands for them in `facts`."""


class UnreadableError(Exception):
    """An image cannot be used.

    Args:
        code: Stable word, as in `Fault.code`.
        reason: Why, for people.

    Attributes:
        code: Stable word, as in `Fault.code`.
        reason: Why, for people.
    """

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Decoded:
    """An image after the policy, and what it was before."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) uint8, or (H, W) for grey."""
    width: int
    """Original width in pixels, as displayed."""
    height: int
    """Original height in pixels, as displayed."""
    mode: str
    """Pillow mode of the file."""
    bits: int = 0
    """For 16 bits per channel: how many bits the largest value needs, 0 for a black image; else 0."""
    first_of_several: bool = False
    """Whether the file has further pages or frames, which are ignored."""


class FilePart(NamedTuple):
    """An image that is part of a file."""

    path: str
    """Path of the file."""
    offset: int
    """First byte of the image."""
    length: int
    """Bytes of the image."""


def located(root: str, place: FilePlace) -> str | FilePart:
    """Complete a place that is relative to a folder.

    Args:
        root: The folder.
        place: Path, or part of a file, relative to `root`.

    Returns:
        What `read_image` takes.
    """
    if isinstance(place, str):
        return f"{root}/{place}"
    path, offset, length = place
    return FilePart(f"{root}/{path}", offset, length)


def read_image(
    path: str | FilePart, target: tuple[int, int], *, grey: bool = False, room: Room = SHARED.room
) -> Decoded:
    """Decode a file and fit it to a size. Call it within `no_warnings`.

    Args:
        path: The image file, or the part of a file that holds the image.
        target: (height, width) of the result, in pixels.
        grey: Convert to grey instead of RGB.
        room: Gives room to a large image. Default: that which all threads of this process share.

    Returns:
        The pixels, and what the file was.

    Raises:
        UnreadableError: The file is missing, damaged, too large, or not an image in a supported format.
    """
    with _opened(path) as image:
        deep = _sixteen_bits(image)
        width, height = displayed_size(image)
        pixels = image.width * image.height
        if pixels > MAX_PIXELS:
            raise UnreadableError("oversized", f"{image.width}x{image.height} pixels, more than {MAX_PIXELS:,}")
        mode = image.mode
        shorter = 2 * max(target)
        image.draft("RGB", (shorter, shorter))  # large JPEGs are scaled while they are decoded, never below this
        if "progressive" not in image.info:  # of those, libjpeg keeps the coefficients of all pixels
            pixels = image.width * image.height
        with room(pixels) if pixels > LARGE else nullcontext():
            bits = _bits(image) if deep else 0
            if pixels > LARGE and _orientation(image) > 1:
                ImageOps.exif_transpose(image, in_place=True)  # the original is let go
            fitted = fit(image, target, grey=grey)
        return Decoded(fitted, width, height, mode, bits, _has_more(image))


def read_size(path: str | FilePart) -> tuple[int, int] | None:
    """Read the size of an image from its header.

    Args:
        path: The image file, or the part of a file that holds the image.

    Returns:
        (height, width) in pixels as displayed; None if the file cannot be read.
    """
    head = read_head(path)
    return None if head is None else head[:2]


def read_head(path: str | FilePart) -> tuple[int, int, str] | None:
    """Read size and mode of an image from its header.

    Args:
        path: The image file, or the part of a file that holds the image.

    Returns:
        (height, width, Pillow mode), the size as displayed; None if the file cannot be read.
    """
    try:
        with _opened(path) as image:
            width, height = displayed_size(image)
            return height, width, image.mode
    except UnreadableError:
        return None


@contextmanager
def _opened(path: str | FilePart) -> Iterator[Image.Image]:
    """The one place where an image file is opened. Raises `UnreadableError`."""
    with _reasons(path), _stream(path) as file, Image.open(file, formats=pillow_formats()) as image:
        yield image


def read_bytes(path: str | FilePart) -> bytes:
    """Read an image file as it is.

    Args:
        path: The image file, or the part of a file that holds the image.

    Returns:
        All of its bytes.

    Raises:
        OSError: The file cannot be read.
        UnreadableError: The file ends before the image does.
    """
    with _stream(path) as file:
        return file.read()


def _stream(path: str | FilePart) -> BinaryIO:
    if isinstance(path, str):
        return open_file(path)
    with open_file(path.path) as file:
        file.seek(path.offset)
        content = file.read(path.length)
    if len(content) < path.length:
        raise UnreadableError("truncated", "the shard ends before this image does")
    return io.BytesIO(content)


def _sixteen_bits(image: Image.Image) -> bool:
    """Whether the file has 16 bits a channel. To be asked before anything else: what tells it is lost in decoding."""
    return image.mode.startswith("I;16") or any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _has_more(image: Image.Image) -> bool:
    """Whether there are further pages or frames. The second picture in a JPEG is a preview or a depth map."""
    if image.format not in ("TIFF", "GIF", "WEBP"):
        return False
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # the first picture was read: what a damaged second one raises does not matter
        return False


def _bits(image: Image.Image) -> int:
    """`Decoded.bits` of an image with 16 bits a channel; of colours, Pillow keeps the upper half."""
    grey = image.mode.startswith("I;16")
    largest = int(np.asarray(image).max()) if grey else max(int(high) for _, high in _extrema(image))
    return 0 if not largest else largest.bit_length() if grey else 8 + largest.bit_length()


def _extrema(image: Image.Image) -> list[Any]:
    """Smallest and largest value of each colour, without alpha."""
    return [image.getchannel(band).getextrema() for band in image.getbands() if band not in "Aa"]


def displayed_size(image: Image.Image) -> tuple[int, int]:
    """Get the size of an image after the EXIF orientation is applied. TIFF images are already turned by Pillow itself.

    Args:
        image: An open image.

    Returns:
        (width, height) in pixels.
    """
    if image.format == "TIFF":
        return image.width, image.height
    return (image.height, image.width) if _orientation(image) >= 5 else (image.width, image.height)


def fit(image: Image.Image, target: tuple[int, int], *, grey: bool = False) -> NDArray[np.uint8]:
    """Apply the policy to an open image.

    Args:
        image: An open image.
        target: (height, width) of the result, in pixels.
        grey: Convert to grey instead of RGB.

    Returns:
        Pixels uint8 (H, W, 3), or (H, W) if `grey`.

    Raises:
        UnreadableError: `mode`: the image has 32 bits per channel.
    """
    if _orientation(image) > 1:
        image = ImageOps.exif_transpose(image)
    image, mode = _opaque(image), "L" if grey else "RGB"
    if image.mode != mode:  # Pillow would copy it otherwise
        image = image.convert(mode)
    size = (target[1], target[0])
    if image.size != size:
        image = ImageOps.fit(image, size, Image.Resampling.BICUBIC)
    return np.asarray(image)


def _orientation(image: Image.Image) -> int:
    """1 (upright) to 8; 1 as well where the EXIF block is damaged: its pixels may still be good."""
    if "exif" not in image.info and image.format not in ("TIFF", "PNG"):
        return 1
    try:
        value = image.getexif().get(0x0112, 1)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _opaque(image: Image.Image) -> Image.Image:
    """Without alpha (on white), in a mode that converts to RGB without surprises."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint32)
        values *= 255
        values //= 65535
        return Image.fromarray(values.astype(np.uint8))
    if image.mode in ("I", "F"):
        raise UnreadableError("mode", f"32 bits a channel (mode {image.mode}), expected 8 or 16")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _on_white(image)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    if max(image.size) <= TILE:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    whole = Image.new("RGB", image.size)
    for top in range(0, image.height, TILE):
        for left in range(0, image.width, TILE):
            box = (left, top, min(left + TILE, image.width), min(top + TILE, image.height))
            whole.paste(_on_white(image.crop(box)).convert("RGB"), box)
    return whole


@contextmanager
def no_warnings() -> Iterator[None]:
    """Silence Pillow's warnings about odd files, for any number of images: they are either faults or of no interest.

    Yields:
        Nothing; a decompression bomb is an error within.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


@contextmanager
def _reasons(path: str | FilePart) -> Iterator[None]:
    """Everything Pillow raises on a bad file becomes `UnreadableError`."""
    try:
        yield
    except UnreadableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableError("oversized", f"more than {MAX_PIXELS:,} pixels") from None
    except UnidentifiedImageError:
        raise UnreadableError("unreadable", _unknown(path)) from None
    except PermissionError:
        raise UnreadableError("permission", "no permission to read it") from None
    except IsADirectoryError:
        raise UnreadableError("not_a_file", "a folder, not an image") from None
    except NotRegularError:
        raise UnreadableError("not_a_file", "not a regular file") from None
    except FileNotFoundError:
        raise UnreadableError("missing", "the file does not exist") from None
    except MemoryError:
        raise UnreadableError("oversized", "too large for the memory of this machine") from None
    except Exception as error:  # Pillow's readers let all kinds of errors through: the next image must not suffer
        text = str(error) or type(error).__name__
        raise UnreadableError("truncated" if "truncated" in text else "unreadable", text) from None


def _unknown(path: str | FilePart) -> str:
    """Why Pillow does not know a file."""
    with _stream(path) as file:
        name = unread_format(file.read(16))
    if not name:
        return f"not an image in a known format ({', '.join(FORMATS)})"
    advice = f"convert it to JPEG or PNG, or {INSTALL}" if name in WITH_PHOTOS else "convert it to JPEG or PNG"
    return f"a picture in the format {name}, which is not read here: {advice}"


def as_picture(image: Any) -> Image.Image:
    """Make a Pillow image.

    Args:
        image: A Pillow image or a uint8 array (H, W), (H, W, C) or (C, H, W), C 1, 3 or 4.

    Returns:
        A Pillow image.

    Raises:
        UnreadableError: `array`: the array is of another type or shape.
    """
    if isinstance(image, Image.Image):
        return image
    array = np.asarray(image)
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.shape[2] not in (1, 3, 4):
        array = array.transpose(1, 2, 0)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise UnreadableError("array", f"got {array.dtype} {array.shape}, expected uint8 (H, W) or (H, W, 1, 3 or 4)")
    return Image.fromarray(array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array)


def resize_all(images: NDArray[np.uint8], size: int, progress: Progress) -> NDArray[np.uint8]:
    """Resize images, by the same policy as files.

    Args:
        images: Pixels uint8 (N, H, W) or (N, H, W, 3).
        size: Side of the square result, in pixels.
        progress: Called with the stage "decode".

    Returns:
        Pixels uint8 (N, size, size) or (N, size, size, 3).
    """
    grey = images.ndim == 3
    result = np.empty((len(images), size, size) if grey else (len(images), size, size, 3), np.uint8)
    for index, image in enumerate(images):
        if index % 256 == 0:
            progress("decode", index, len(images))
        result[index] = fit(Image.fromarray(image), (size, size), grey=grey)
    return result
