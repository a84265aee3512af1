"""Figures made of cells: F1 of classes over epochs, confusion matrices, sheets of images. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.confusion import Shown
from trainer.plotting.palette import HEAT, ramp
from trainer.plotting.svg import (
    BEST,
    FULL_WIDTH,
    GRID,
    HALF_WIDTH,
    INK,
    MUTED,
    NAME_WIDTH,
    ON_STRONG,
    SERIES,
    Drawing,
    fit,
    fit_all,
    png,
    short,
    width_of,
)
from trainer.plotting.texts import Texts

Floats = NDArray[np.float64]
MAX_CELLS = 2_500
"""With more cells, a heat map becomes a bitmap: drawings of ten thousand elements are slow to open."""
TILT = 0.67
"""How far column names extend to the right: the cosine of their angle."""
COUNTED = 34
"""Side of a cell in pixels from which it holds a count and a share."""
NAMED = 110
"""Classes up to which a heat map has names."""
STRONG = 0.66
"""Share of a scale from which a cell is strong enough for dark ink in both themes."""
GAP = 14
"""Pixels between the images of a sheet."""


# --- class x epoch


def heat_map(
    name: str, title: str, table: Floats, epochs: Sequence[int], names: Sequence[str], best: int | None, texts: Texts
) -> str:
    """Draw F1 of each class over the epochs as colours; large cells also show the number.

    Args:
        name: Name of the figure.
        title: Title.
        table: F1 float64 (C, E), in [0, 1]; NaN if not known.
        epochs: Numbers of the E epochs.
        names: Class names (C,).
        best: Epoch to mark. None: none.
        texts: Texts and number formats of the report's language.

    Returns:
        An SVG element.
    """
    rows, columns = table.shape
    left = max(min(NAME_WIDTH, max(width_of(one) for one in names)) + 10, width_of(texts["epoch"], 11) + 9)
    cell = min(76.0, (HALF_WIDTH - left - 4) / columns)
    if cell < 30:
        cell = min(52.0, (FULL_WIDTH - left - 4) / columns)
    height = 22.0 if rows <= 30 else max(12.0, 660 / rows) if rows <= NAMED else max(1.0, 900 / rows)
    # few epochs beside few classes: as wide as half a page
    wide = FULL_WIDTH if left + cell * columns > HALF_WIDTH else HALF_WIDTH
    top = 18.0
    bottom = top + rows * height
    drawing = Drawing(name, wide, bottom + 54, title, texts["heat_about"])
    low, high = _range(table)
    _heat_cells(drawing, table, (left, top, cell, height), (low, high), epochs, names, texts)
    if rows <= NAMED:
        for row, label in enumerate(fit_all(names, NAME_WIDTH)):
            drawing.text(left - 7, top + (row + 0.5) * height + 4, label, anchor="end", size=min(12, height - 1))
    _heat_axis(drawing, epochs, left, bottom, cell, texts)
    if best is not None and best in epochs:
        x = left + (list(epochs).index(best) + 0.5) * cell
        drawing.add("path", d=f"M{short(x - 5)} {short(top - 9)}h10l-5 7z", fill=BEST)
        drawing.add(
            "rect", x=x - cell / 2, y=top, width=cell, height=rows * height, stroke=BEST, stroke_width=min(2, cell / 3)
        )
    _heat_scale(drawing, left, bottom + 30, low, high, texts)
    return drawing.svg()


def _range(table: Floats) -> tuple[float, float]:
    finite = table[np.isfinite(table)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    low = math.floor(low * 10) / 10
    return low, max(math.ceil(high * 10) / 10, low + 0.1)


def _heat_cells(
    drawing: Drawing,
    table: Floats,
    place: tuple[float, float, float, float],
    scale: tuple[float, float],
    epochs: Sequence[int],
    names: Sequence[str],
    texts: Texts,
) -> None:
    left, top, wide, high = place
    share = np.nan_to_num((table - scale[0]) / (scale[1] - scale[0])).clip(0, 1)
    colours = ramp(HEAT)[(share * 255).round().astype(np.uint8)]
    colours[~np.isfinite(table)] = 128
    if table.size > MAX_CELLS:
        area = {"x": left, "y": top, "width": wide * table.shape[1], "height": high * table.shape[0]}
        look = {"preserveAspectRatio": "none", "style": "image-rendering:pixelated"}
        drawing.add("image", href=png(colours), **area, **look)
        return
    for row, column in np.ndindex(table.shape):
        x, y, value = left + column * wide, top + row * high, float(table[row, column])
        tip = f"{names[row]}, {texts['epoch']} {texts.whole(epochs[column])}: F1 {texts.number(value, 3)}"
        colour = f"#{colours[row, column].tobytes().hex()}"
        drawing.add("rect", x=x, y=y, width=wide - 0.5, height=high - 0.5, fill=colour, tip=tip)
        if wide >= 34 and high >= 16:
            ink = "#ffffff" if share[row, column] < 0.5 else ON_STRONG
            text = texts.number(value, 2)
            drawing.text(
                x + wide / 2, y + high / 2 + 4, text, anchor="middle", size=11, fill=ink, pointer_events="none"
            )


def _heat_axis(drawing: Drawing, epochs: Sequence[int], left: float, bottom: float, cell: float, texts: Texts) -> None:
    step, room = 1, width_of(texts.whole(epochs[-1])) + 8
    while step * cell < room:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    for column, epoch in enumerate(epochs):
        if epoch % step == 0 or (column == 0 and step >= 5):
            x = left + (column + 0.5) * cell
            drawing.text(x, bottom + 15, texts.whole(epoch), anchor="middle", size=11, fill=MUTED)
    drawing.text(left - 7, bottom + 15, texts["epoch"], anchor="end", size=11, fill=MUTED)


def _heat_scale(drawing: Drawing, left: float, y: float, low: float, high: float, texts: Texts) -> None:
    labels = f"F1  {texts.number(low, 1)}", texts.number(high, 1)
    start = left + width_of(labels[0], 11) + 6
    drawing.text(left, y + 9, labels[0], size=11, fill=MUTED)
    for number, colour in enumerate(HEAT):
        drawing.add("rect", x=start + 12 * number, y=y, width=12.3, height=10, fill=colour)
    drawing.text(start + 12 * len(HEAT) + 7, y + 9, labels[1], size=11, fill=MUTED)


# --- confusion


def matrix(name: str, title: str, found: Shown, names: Sequence[str], texts: Texts) -> tuple[str, bool]:
    """Draw a confusion matrix: shares of the true class as colours, one colour for hits and one for errors.

    Args:
        name: Name of the figure.
        title: Title.
        found: The matrix.
        names: Class names (C,).
        texts: Texts and number formats of the report's language.

    Returns:
        An SVG element, and whether cells have room for counts.
    """
    labels = [texts["other"] if number is None else names[number] for number in found.classes]
    count = len(labels)
    longest = min(NAME_WIDTH if count <= 12 else 120.0, max(width_of(label) for label in labels))
    left = longest + 28
    cell = min(54.0, ((HALF_WIDTH if count <= 12 else FULL_WIDTH) - left - 2) / count)
    lying = all(width_of(label, 11) <= cell - 2 for label in labels)
    if not lying:  # the last name leans out to the right
        tail = TILT * min(longest, width_of(labels[-1], 11)) + 6
        cell = min(54.0, ((HALF_WIDTH if count <= 12 else FULL_WIDTH) - left - tail) / (count - 0.5))
    head = 18.0 if lying else min(longest, max(width_of(label, 11) for label in labels)) * 0.75 + 16
    top = head + 18
    wide = (
        HALF_WIDTH
        if left + cell * count <= HALF_WIDTH
        else min(FULL_WIDTH, left + cell * count + (0.6 * head if not lying else 0) + 4)
    )
    drawing = Drawing(name, wide, top + cell * count + 4, title, texts["matrix_about"])
    middle = cell * count / 2
    drawing.text(left + middle, 12, texts["predicted"], size=11, fill=MUTED, anchor="middle")
    turn = f"translate(11 {short(top + middle)}) rotate(-90)"
    drawing.add("text", texts["true"], transform=turn, font_size=11, fill=MUTED, text_anchor="middle")
    heads = zip(fit_all(labels, longest), fit_all(labels, longest, 11), strict=True)
    for place, (label, above) in enumerate(heads):
        middle = (place + 0.5) * cell
        drawing.text(left - 6, top + middle + 4, label, anchor="end", size=12 if cell > 15 else 10)
        _column_head(drawing, above, left + middle, top - 6, lying)
    for row, column in np.ndindex(count, count):
        _matrix_cell(drawing, found, (row, column), (left + column * cell, top + row * cell, cell), labels, texts)
    drawing.add("rect", x=left - 0.5, y=top - 0.5, width=cell * count, height=cell * count, stroke=GRID)
    return drawing.svg(), cell >= COUNTED


def _column_head(drawing: Drawing, label: str, x: float, y: float, lying: bool) -> None:
    if lying:
        drawing.text(x, y, label, anchor="middle", size=11)
    else:
        turn = f"translate({short(x + 3)} {short(y)}) rotate(-48)"
        drawing.add("text", label, transform=turn, font_size=11, fill=INK, text_anchor="start")


def _matrix_cell(
    drawing: Drawing,
    found: Shown,
    at: tuple[int, int],
    place: tuple[float, float, float],
    labels: Sequence[str],
    texts: Texts,
) -> None:
    (row, column), (x, y, side) = at, place
    count, of = int(found.counts[at]), int(found.counts[row].sum())
    share, hit = count / of if of else 0.0, row == column
    part = share / (found.scales[0 if hit else 1] or 1.0)
    tip = texts["cell_tip"].format(
        true=labels[row], predicted=labels[column], count=texts.whole(count), of=texts.whole(of),
        share=texts.percent(share),
    )  # fmt: skip
    box: dict[str, Any] = {"x": x, "y": y, "width": side - 1, "height": side - 1}
    opacity = 0.07 + 0.78 * min(1.0, part) if count else 0.0
    drawing.add("rect", fill=SERIES[0 if hit else 1], fill_opacity=opacity, tip=tip, **box)
    if not count:
        return
    middle, ink = x + (side - 1) / 2, ON_STRONG if part >= STRONG else INK
    common: dict[str, Any] = {"anchor": "middle", "fill": ink, "pointer_events": "none"}
    shown = texts.number(100 * share, 0 if share >= 0.0095 else 1)
    if side >= COUNTED:
        drawing.text(middle, y + side / 2 - 1, texts.whole(count), size=11, **common)
        drawing.text(middle, y + side / 2 + 11, shown + "%", size=9, **common)
    elif width_of(shown, 10) <= side:
        drawing.text(middle, y + side / 2 + 3.5, shown, size=10, **common)


def whole_matrix(name: str, title: str, counts: ConfusionMatrix, texts: Texts) -> str:
    """Draw a large confusion matrix as one bitmap: the stronger a cell, the larger its share of the true class.

    Args:
        name: Name of the figure.
        title: Title.
        counts: Counts (C, C), the true class as row.
        texts: Texts of the report's language.

    Returns:
        An SVG element.
    """
    count = counts.size
    side = math.floor(HALF_WIDTH / count) * count if count <= HALF_WIDTH else HALF_WIDTH
    drawing = Drawing(name, HALF_WIDTH, side + 22, title, texts["whole_about"])
    true = counts.true
    level = np.sqrt(counts.counts / counts.support[true])
    white, blue, orange = (np.array(list(bytes.fromhex(c)), float) for c in ("ffffff", "0072B2", "D55E00"))
    full = np.where((true == counts.predicted)[:, None], blue, orange)
    pixels = np.full((count, count, 3), 255, np.uint8)
    pixels[true, counts.predicted] = (white + (full - white) * level[:, None]).round()
    look = {"preserveAspectRatio": "none", "style": "image-rendering:pixelated"}
    drawing.add("image", href=png(pixels), x=0, y=18, width=side, height=side, **look)
    drawing.add("rect", x=0.5, y=18.5, width=side - 1, height=side - 1, stroke=GRID)
    return drawing.svg()


# --- images


@dataclass(frozen=True)
class Picture:
    """An image on a sheet."""

    pixels: NDArray[np.uint8]
    """(h, w, 3) uint8."""
    lines: tuple[str, ...] = ()
    """Lines below it."""
    tip: str = ""
    """Text that appears on hovering."""
    wrong: bool = False
    """Whether the second line is coloured as an error."""


def short_names(names: Sequence[str], columns: int = 8, around: str = "") -> list[str]:
    """Shorten class names to the width of an image on a sheet.

    Args:
        names: Class names.
        columns: Images in a row of the sheet. Default: 8.
        around: Text on the same line as a name.

    Returns:
        The names, still different from each other.
    """
    return fit_all(names, _side(columns) + 4 - width_of(around, 11), 11)


def _side(columns: int) -> float:
    return (FULL_WIDTH - GAP * (columns - 1)) / columns


def sheet(name: str, title: str, pictures: Sequence[Picture], columns: int = 8) -> str:
    """Draw images in rows, all in the same size; small ones are enlarged without blurring.

    Args:
        name: Name of the figure.
        title: Title.
        pictures: The images, at least one.
        columns: Images in a row. Default: 8.

    Returns:
        An SVG element.
    """
    side = _side(columns)
    lines = max(len(picture.lines) for picture in pictures)
    high = side + 16 * lines + 12
    rows = math.ceil(len(pictures) / columns)
    drawing = Drawing(name, FULL_WIDTH, rows * high - 8, title)
    for number, picture in enumerate(pictures):
        x, y = number % columns * (side + GAP), number // columns * high
        height, width = picture.pixels.shape[:2]
        scale = side / max(height, width, 1)
        look: dict[str, Any] = {"style": "image-rendering:pixelated"} if scale > 1.3 else {}
        area: dict[str, Any] = {
            "x": x + (side - width * scale) / 2,
            "y": y + (side - height * scale) / 2,
            "width": width * scale,
            "height": height * scale,
        }
        drawing.add("image", href=png(picture.pixels), tip=picture.tip, **area, **look)
        for line, text in enumerate(picture.lines):
            fill = INK if line == 0 else SERIES[1] if line == 1 and picture.wrong else MUTED
            drawing.text(x, y + side + 14 + 15 * line, fit(text, side + 4, 11), size=11, fill=fill)
    return drawing.svg()
