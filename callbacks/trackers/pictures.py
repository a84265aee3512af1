"""Pictures for tools that cannot show matrices: a confusion matrix, the first layer's weights, and pictures that
callbacks have reported. [no torch]"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.analysis.first_layer import Weights, coloured
from trainer.events.event import Matrix
from trainer.metrics.confusion import shown
from trainer.plotting.palette import CHANGE_LIGHT, HEAT, ramp
from trainer.store import durable
from trainer.store.pictures import MAX_BYTES, MOST_PIXELS

Pixels = NDArray[np.uint8]
"""(h, w, 3) uint8."""
LARGE, SMALL, FEW = 40, 22, 12
"""Pixels per cell of a matrix, with few classes (room for a number) and with more."""
MOST_WEIGHTS = 64
"""Largest number of templates or filters in a picture."""
NAME = 20
"""Characters of a class name beside a matrix."""
STRONG = 0.6
"""From this fraction on a cell is light enough for dark ink."""


def confusion_picture(confusion: Matrix, names: Sequence[str]) -> Pixels:
    """Draw a confusion matrix: the share of each true class (row) that was predicted as each class (column).

    More than 30 classes are shown as the 15 most confused ones and "other".

    Args:
        confusion: Counts (C, C), true class as row.
        names: Class names (C,).

    Returns:
        (h, w, 3) uint8, with names and, for few classes, percentages.
    """
    from PIL import Image, ImageDraw, ImageFont

    from trainer.confusion_matrix import ConfusionMatrix

    found = shown(ConfusionMatrix.of(confusion), "row")
    known = dict(enumerate(names))  # a loader may not say how its classes are called
    labels = ["other" if number is None else known.get(number, str(number))[:NAME] for number in found.classes]
    count, cell = len(labels), LARGE if len(labels) <= FEW else SMALL
    font = ImageFont.load_default(12)
    margin = 10 + math.ceil(max(font.getlength(label) for label in labels))
    share = np.nan_to_num(found.values)
    cells = ramp(HEAT)[(share * 255).round().astype(np.uint8)]
    side = margin + count * cell
    picture = Image.new("RGB", (side, side), "white")
    picture.paste(Image.fromarray(np.kron(cells, np.ones((cell, cell, 1), np.uint8))), (margin, margin))
    rows, columns = Image.new("RGB", (margin, side), "white"), Image.new("RGB", (margin, side), "white")
    for place, label in enumerate(labels):
        y = margin + (place + 0.5) * cell
        ImageDraw.Draw(rows).text((margin - 6, y), label, "black", font, anchor="rm")
        ImageDraw.Draw(columns).text((6, y), label, "black", font, anchor="lm")
    picture.paste(columns.rotate(90, expand=True), (0, 0))  # from bottom to top
    picture.paste(rows.crop((0, margin, margin, side)), (0, margin))
    if cell == LARGE:
        pen = ImageDraw.Draw(picture)
        for (row, column), value in np.ndenumerate(share):
            at = (margin + (column + 0.5) * cell, margin + (row + 0.5) * cell)
            pen.text(at, f"{100 * value:.0f}", "black" if value > STRONG else "white", font, anchor="mm")
    return np.asarray(picture)


def weight_picture(weights: Weights) -> Pixels:
    """Lay the templates or filters of a first layer out on a sheet, at most 64 of them.

    Args:
        weights: Pictures (n, C, h, w), as `trainer.analysis.first_layer.as_pictures` gives them.

    Returns:
        (h, w, 3) uint8: colours around no weight; three channels as red, green and blue around grey.
    """
    lut = ramp(CHANGE_LIGHT)
    tiles = [coloured(one, weights.scale, lut) for one in weights.pictures[:MOST_WEIGHTS]]
    high, wide = tiles[0].shape[:2]
    times = max(1, LARGE * 2 // max(high, wide))
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    sheet = np.full((rows * (high * times + 2), columns * (wide * times + 2), 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = (place // columns) * (high * times + 2), (place % columns) * (wide * times + 2)
        large = tile.repeat(times, axis=0).repeat(times, axis=1)
        sheet[top : top + high * times, left : left + wide * times] = large
    return sheet


def png_picture(path: Path) -> Pixels:
    """Read a picture that a callback has reported.

    Args:
        path: A PNG file.

    Returns:
        (h, w, 3) uint8; transparent parts are white.

    Raises:
        OSError: It cannot be read, is damaged, or larger than what a callback can report.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(durable.read_bytes(path, MAX_BYTES)), formats=["PNG"]) as image:
            if max(image.size) > MOST_PIXELS:
                raise ValueError(f"it has {image.size[0]} x {image.size[1]} pixels")
            whole = image.convert("RGBA")
    except (ValueError, SyntaxError) as error:  # Pillow raises either
        raise OSError(f"{path}: {error}") from error
    sheet = Image.new("RGBA", whole.size, "white")
    sheet.alpha_composite(whole)
    return np.asarray(sheet.convert("RGB"))
