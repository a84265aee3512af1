"""A bar for each class: its scores, or its images. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.plotting.svg import (
    FULL_WIDTH,
    GRID,
    HALF_WIDTH,
    INK,
    MUTED,
    NAME_WIDTH,
    PAPER,
    SERIES,
    SIZE,
    Drawing,
    fit_all,
    mark,
    width_of,
)
from trainer.plotting.texts import Texts

Floats = NDArray[np.float64]
MOST_ROWS = 34
"""Of classes below each other; more of them are in two columns or more."""


@dataclass(frozen=True)
class Scores:
    """Scores of each class, for a bar chart.

    Attributes:
        precision: (C,), in [0, 1].
        recall: (C,), in [0, 1].
        f1: (C,), in [0, 1].
    """

    precision: Floats
    recall: Floats
    f1: Floats


def class_bars(name: str, title: str, names: Sequence[str], scores: Scores, texts: Texts) -> str:
    """Draw F1 of each class as a bar, precision and recall as marks on it; the best class first.

    Args:
        name: Makes the ids of the drawing unique on a page.
        title: Title.
        names: Class names (C,).
        scores: Their scores.
        texts: Words and number formats.

    Returns:
        An SVG element.
    """
    count = len(names)
    columns = math.ceil(count / MOST_ROWS)
    rows = math.ceil(count / columns)
    pitch = 22 if rows <= 20 else 17
    wide = FULL_WIDTH if columns > 1 else HALF_WIDTH
    column = (wide - 24 * (columns - 1)) / columns
    drawing = Drawing(name, wide, 34 + rows * pitch + 22, title, texts["bars_about"])
    _bars_legend(drawing, texts)
    order = np.argsort(-np.nan_to_num(scores.f1), kind="stable")
    longest = min(NAME_WIDTH, column / 2.6, max(width_of(one) for one in names))
    heads = fit_all(names, longest)
    for place, number in enumerate(order.tolist()):
        left = place // rows * (column + 24)
        box = (left + longest + 8, left + column - 36)
        if place % rows == 0:
            _bars_axis(drawing, box, 34, 34 + rows * pitch, texts)
        y = 34 + place % rows * pitch
        values = [float(one[number]) for one in (scores.f1, scores.precision, scores.recall)]
        _bar(drawing, heads[number], box, y, pitch, values, texts, names[number])
    return drawing.svg()


def _bars_legend(drawing: Drawing, texts: Texts) -> None:
    x = 0.0
    for kind, label in (("bar", "F1"), ("dot", texts["precision"]), ("diamond", texts["recall"])):
        if kind == "bar":
            drawing.add("rect", x=x, y=5, width=20, height=9, fill=SERIES[0], fill_opacity=0.45)
        else:
            drawing.add("path", d=mark(kind, x + 12, 9.5, 3.4), fill=PAPER if kind == "dot" else INK, stroke=INK)
        drawing.text(x + 26, 14, label)
        x += 26 + width_of(label) + 22


def _bars_axis(drawing: Drawing, box: tuple[float, float], top: float, bottom: float, texts: Texts) -> None:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0) if box[1] - box[0] > 150 else (0.0, 0.5, 1.0):
        x = box[0] + share * (box[1] - box[0])
        drawing.line(x, top, x, bottom, GRID)
        text = texts.number(share, 0 if share in (0, 1) else 1 if share == 0.5 else 2)
        drawing.text(x, bottom + 15, text, anchor="middle", size=11, fill=MUTED)


def _bar(
    drawing: Drawing,
    label: str,
    box: tuple[float, float],
    y: float,
    pitch: float,
    values: Sequence[float],
    texts: Texts,
    name: str,
) -> None:
    f1, precision, recall = (min(max(value, 0.0), 1.0) if value == value else 0.0 for value in values)
    wide, middle = box[1] - box[0], y + pitch / 2
    tip = f"{name}: F1 {texts.number(f1, 3)}, {texts['precision']} {texts.number(precision, 3)}, "
    tip += f"{texts['recall']} {texts.number(recall, 3)}"
    drawing.text(box[0] - 8, middle + 4, label, anchor="end", size=min(SIZE, pitch - 4))
    drawing.add(
        "rect", x=box[0], y=y + 3, width=f1 * wide, height=pitch - 6, fill=SERIES[0], fill_opacity=0.45, tip=tip
    )
    drawing.add("path", d=mark("dot", box[0] + precision * wide, middle, 3.2), fill=PAPER, stroke=INK)
    drawing.add("path", d=mark("diamond", box[0] + recall * wide, middle, 3.2), fill=INK)
    drawing.text(box[1] + 36, middle + 4, texts.number(f1, 2), anchor="end", size=min(SIZE, pitch - 4))


def count_bars(name: str, title: str, names: Sequence[str], counts: Sequence[int], texts: Texts) -> str:
    """Draw the number of images `counts` (C,) of each class as an SVG element; arguments as for `class_bars`."""
    columns = math.ceil(len(names) / MOST_ROWS)
    rows = math.ceil(len(names) / columns)
    wide = FULL_WIDTH if columns > 1 else HALF_WIDTH
    column, pitch = (wide - 24 * (columns - 1)) / columns, 18
    drawing = Drawing(name, wide, rows * pitch + 4, title)
    longest = min(NAME_WIDTH, column / 2.6, max(width_of(one) for one in names))
    figure = max(width_of(texts.whole(count)) for count in counts) + 6
    most = max(1, *counts)
    for place, (label, count) in enumerate(zip(fit_all(names, longest), counts, strict=True)):
        left, y = place // rows * (column + 24) + longest + 8, place % rows * pitch
        wide_ = (column - longest - 8 - figure) * count / most
        drawing.text(left - 8, y + 13, label, anchor="end")
        drawing.add("rect", x=left, y=y + 3, width=wide_, height=pitch - 6, fill=SERIES[0], fill_opacity=0.45)
        drawing.text(left + wide_ + 6, y + 13, texts.whole(count), fill=MUTED)
    return drawing.svg()
