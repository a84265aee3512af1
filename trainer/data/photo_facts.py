"""When and with which camera photographs were taken, according to their files (EXIF 2.32). [no torch]"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import numpy as np

from trainer.data.image_facts import ImageFacts, Words

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".webp", ".mpo")
"""Files that cameras write EXIF into; others are not opened."""
DAYTIMES = ("night", "morning", "afternoon", "evening")
"""Six hours each from midnight, by the camera's own clock."""
_MAKE, _MODEL, _TIME, _EXIF, _TAKEN = 0x010F, 0x0110, 0x0132, 0x8769, 0x9003
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class PhotoFacts:
    """Facts from the headers of photographs."""

    facts: ImageFacts
    """`date`: days since 1970 by the camera's clock; `daytime`: a word of `DAYTIMES`; `camera`."""
    read: int
    """Number of files read."""
    missing: int
    """Number of files that are missing or cannot be read."""


def photo_facts(
    root: Path, paths: Sequence[str], tell: Callable[[int, int], None] = lambda done, total: None
) -> PhotoFacts:
    """Read the headers of photographs. Missing and damaged files are counted, not raised.

    Args:
        root: Folder of the data.
        paths: Path of each image, relative to `root`, with `/`; one that leads out of `root` counts as missing.
        tell: Called as `tell(done, total)`.

    Returns:
        The facts, in the order of the paths.
    """
    taken, cameras, read, missing = [math.nan] * len(paths), [""] * len(paths), 0, 0
    for place, path in enumerate(paths):
        if place % 256 == 0:
            tell(place, len(paths))
        parts = PurePosixPath(path)
        if parts.suffix.lower() not in SUFFIXES:
            continue
        found = None if parts.is_absolute() or ".." in parts.parts else _header(root / path)
        if found is None:
            missing += 1
            continue
        read += 1
        taken[place], cameras[place] = found
    tell(len(paths), len(paths))
    numbers = {"date": np.array(taken, np.float64)}
    words: dict[str, Words] = {
        "camera": [(camera,) if camera else () for camera in cameras],
        "daytime": [*map(_daytime, taken)],
    }
    return PhotoFacts(ImageFacts(numbers, words), read, missing)


def _daytime(taken: float) -> tuple[str, ...]:
    return (DAYTIMES[int(taken % 1 * len(DAYTIMES))],) if math.isfinite(taken) else ()


def _header(path: Path) -> tuple[float, str] | None:
    """Days since 1970 (NaN where it is not said) and camera ("" likewise); None where the file cannot be read."""
    from PIL import Image

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            exif = image.getexif()
            inner = exif.get_ifd(_EXIF)
    except Exception:  # a damaged header makes Pillow raise nearly anything
        return None
    make, model = (_text(exif.get(tag)) for tag in (_MAKE, _MODEL))
    camera = model if model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()
    return _days(_text(inner.get(_TAKEN)) or _text(exif.get(_TIME))), camera


def _text(value: object) -> str:
    """On one line; cameras fill their fields with blanks and zeros."""
    return " ".join(value.replace("\0", " ").split())[:60] if isinstance(value, str) else ""


def _days(text: str) -> float:
    try:
        since = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S") - datetime(1970, 1, 1)
    except ValueError:  # "0000:00:00 00:00:00" from a camera whose clock was never set
        return math.nan
    return since.total_seconds() / _SECONDS_A_DAY
