"""pictures/ of a run folder: PNG files that callbacks want seen. [no torch]"""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from trainer.errors import UsageError
from trainer.store import durable
from trainer.store.folder import RunFolder

FOLDER = "pictures"
MOST_PIXELS = 4096
"""Of a side."""
MAX_BYTES = 16 << 20


class SavedPicture(NamedTuple):
    """A PNG file of a run. `path`: relative to the run folder, with `/`."""

    path: str
    width: int
    height: int
    bytes: int


def save_picture(folder: RunFolder, name: str, step: int, picture: Any) -> SavedPicture:
    """Write a picture of an array, a PIL image, or the file that is already there; one of the same name and step is
    replaced. Raises UsageError `report.picture` where it cannot be one, or is too large, DiskError."""
    if isinstance(picture, str | Path):
        return _there(folder, name, Path(picture))
    image = _image(name, picture)
    text = io.BytesIO()
    image.save(text, "PNG")
    data = text.getvalue()
    _check(name, image.size, len(data))
    path = folder.path / FOLDER / f"{_stem(name)}-{step:09d}.png"
    durable.ensure_folder(path.parent)
    durable.write_bytes(path, data)
    width, height = image.size
    return SavedPicture(f"{FOLDER}/{path.name}", width, height, len(data))


def _image(name: str, picture: Any) -> Any:
    from PIL import Image

    if not isinstance(picture, Image.Image):
        array = np.asarray(picture)
        if array.dtype != np.uint8 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
            raise _refused(name, f"an array of {array.dtype} with the shape {array.shape}")
        _check(name, (array.shape[1], array.shape[0]))
        return Image.fromarray(np.ascontiguousarray(array))
    _check(name, picture.size)
    return picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGBA")


def _there(folder: RunFolder, name: str, path: Path) -> SavedPicture:
    from PIL import Image

    whole = (path if path.is_absolute() else folder.path / path).resolve()
    inside = folder.path.resolve()
    if not whole.is_relative_to(inside) or not whole.is_file():
        raise _refused(name, f"{str(path)!r:.300}, which is not a file in the run folder")
    size = whole.stat().st_size
    _check(name, (1, 1), size)
    try:
        with Image.open(io.BytesIO(durable.read_bytes(whole, MAX_BYTES)), formats=["PNG"]) as image:
            pixels = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused(name, f"{str(path)!r:.300}, which is not a PNG file") from error
    _check(name, pixels, size)
    width, height = pixels
    return SavedPicture(whole.relative_to(inside).as_posix(), width, height, size)


def _stem(name: str) -> str:
    """The beginning of a file's name: the same for the same name, different for different ones."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-") or "picture"
    return plain if plain == name else f"{plain}-{zlib.crc32(name.encode('utf-8', 'replace')):08x}"


def _check(name: str, size: tuple[int, int], length: int = 0) -> None:
    if not (min(size) > 0 and max(size) <= MOST_PIXELS):
        raise _refused(name, f"{size[0]:,} x {size[1]:,} pixels")
    if length > MAX_BYTES:
        raise _refused(name, f"a file of {length:,} bytes")


def _refused(name: str, what: str) -> UsageError:
    return UsageError(
        "report.picture",
        f"The picture {name!r:.100} is not shown: got {what}.",
        expected="an array (H, W), (H, W, 3) or (H, W, 4) uint8, a PIL image, or a PNG file in the run folder; "
        f"at most {MOST_PIXELS:,} x {MOST_PIXELS:,} pixels and {MAX_BYTES >> 20} MB",
        fix="run.log_picture('name', array), smaller if need be",
        name=name[:100],
    )
