"""Charts with axes: lines over epochs, bars per class, a scatter plot. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.plotting.svg import (
    BEST,
    GRID,
    INK,
    MUTED,
    PAPER,
    SERIES,
    SIZE,
    Drawing,
    fit_all,
    path_of,
    short,
    width_of,
)
from trainer.plotting.texts import Texts
from trainer.plotting.ticks import Kind, outward, ticks

Floats = NDArray[np.float64]
HALF, WHOLE = 470, 960
"""Widths in pixels: of a figure beside another one, and of one on its own."""
LARGEST = 1e30
"""Values beyond it are not drawn."""
SHORTEST = 1e-4
"""Seconds where a logarithmic time axis begins."""
MARKS = ("dot", "square", "triangle", "diamond")
CAPS = ("round", "square")
"""Ends of points: square for classes whose colour is already in use."""
ROWS = 34
"""Largest number of classes below each other."""
NAME = 150
"""Largest width of a class name, in pixels."""


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Attributes:
        label: Its name in the legend.
        x: Epochs, seconds or another quantity (n,), float64.
        y: Values (n,), float64; NaN leaves a gap.
        colour: Its place in the palette, 0 or more.
        dashed: Whether it is dashed. Default: False.
        faint: Draw it behind the others, without marks or legend entry. Default: False.
        shape: Shape of its marks, one of `MARKS`. Default: "dot".
    """

    label: str
    x: Floats
    y: Floats
    colour: int
    dashed: bool = False
    faint: bool = False
    shape: str = "dot"


@dataclass(frozen=True)
class Frame:
    """A line chart without its lines.

    Attributes:
        name: Makes the ids of the drawing unique on a page.
        title: Title.
        about: Description for screen readers.
        kind: Kind of the y axis. Default: "number".
        best: Epoch to mark as the best. Default: None.
        zero: Whether the y axis includes 0. Default: False.
        over: Title of a logarithmic x axis, such as seconds; empty (default): epochs, linear.
        least: Where a logarithmic x axis begins. Default: 1e-4.
    """

    name: str
    title: str
    about: str
    kind: Kind = "number"
    best: int | None = None
    zero: bool = False
    over: str = ""
    least: float = SHORTEST


def line_chart(frame: Frame, lines: Sequence[Line], texts: Texts, width: int = HALF, height: int = 270) -> str:
    """Draw lines over epochs or another quantity, with a legend if there are several.

    Args:
        frame: Axes and title.
        lines: The lines.
        texts: Words and number formats.
        width: In pixels. Default: 470.
        height: In pixels. Default: 270.

    Returns:
        An SVG element.
    """
    if frame.over:
        lines = [replace(line, x=np.log10(np.maximum(line.x, frame.least))) for line in lines]
    drawing = Drawing(frame.name, width, height, frame.title, frame.about)
    drawing.text(0, 13, frame.title, size=13, font_weight=600)
    top = 13 + draw_legend(drawing, [line for line in lines if not line.faint], frame.title)
    least, most = _limits(lines)
    low, high = outward(least, most, frame.kind, frame.zero)
    low = max(low, 0.0) if least >= 0 else low
    y_places, y_step = ticks(low, high, 6, frame.kind)
    labels = [texts.tick(place, y_step, frame.kind) for place in y_places]
    left = max([width_of(label) for label in labels], default=20) + 8
    box = (left, top + (28 if frame.best is not None else 14), width - 10, height - 38)
    first, last = _across(frame, lines)

    def x(value: Floats | float) -> Floats:
        return np.asarray(box[0] + (np.asarray(value) - first) / (last - first) * (box[2] - box[0]))

    def y(value: Floats | float) -> Floats:
        return np.asarray(box[3] - (np.asarray(value) - low) / (high - low) * (box[3] - box[1]))

    for place, label in zip(y_places, labels, strict=True):
        at = float(y(place))
        drawing.line(box[0], at, box[2], at, GRID)
        drawing.text(left - 7, at + 4, label, anchor="end", fill=MUTED)
    for place in ticks(first, last, 8, "log" if frame.over else "whole")[0]:
        at = float(x(place))
        drawing.line(at, box[3], at, box[3] + 4, MUTED)
        label = texts.general(10.0**place) if frame.over else texts.whole(place)
        drawing.text(at, box[3] + 17, label, anchor="middle", fill=MUTED)
    drawing.text(box[2], height - 3, frame.over or texts["epoch"], anchor="end", fill=MUTED)
    if frame.best is not None and first <= frame.best <= last:
        _best(drawing, float(x(float(frame.best))), box, texts["best_mark"].format(epoch=texts.whole(frame.best)))
    for line in sorted(lines, key=lambda one: not one.faint):
        inside = np.where((line.y >= low) & (line.y <= high), line.y, np.nan)
        draw_line(drawing, line, np.stack([x(line.x), y(inside)], axis=1))
    return drawing.svg()


def _across(frame: Frame, lines: Sequence[Line]) -> tuple[float, float]:
    """From where to where the lines go: epochs, or logarithms of seconds."""
    first, last = (found([float(found(line.x)) for line in lines if len(line.x)], default=1.0) for found in (min, max))
    if frame.over:
        return outward(first, last, "log", False)
    return 0.0 if last <= 1 or first < 1 else 1.0, last


def _limits(lines: Sequence[Line]) -> tuple[float, float]:
    """Of all that is finite; of faint lines without what leaps out."""
    found: list[float] = []
    for line in lines:
        values = line.y[np.abs(np.nan_to_num(line.y, nan=np.inf, posinf=np.inf, neginf=np.inf)) < LARGEST]
        if len(values):
            least, low, high, most = np.percentile(values, (0, 2, 98, 100)).tolist()
            # a few steps that leap out would flatten all the rest
            leaps = line.faint and max(most - high, low - least) > 2 * (high - low)
            found += [low, high] if leaps else [least, most]
    return (min(found), max(found)) if found else (math.nan, math.nan)


def draw_legend(drawing: Drawing, lines: Sequence[Line], title: str) -> float:
    """Draw the names of the lines beside the title, or below it if there is no room; returns the pixels it takes
    below."""
    if len(lines) < 2:
        return 0.0
    labels = fit_all([line.label for line in lines], 190)
    widths = [width_of(label) + 44 for label in labels]
    start = width_of(title, 14) + 20
    beside = start + sum(widths) <= drawing.width
    x, y = (drawing.width - sum(widths), 13.0) if beside else (0.0, 32.0)
    for line, label, width in zip(lines, labels, widths, strict=True):
        if not beside and x + width > drawing.width and x > 0:
            x, y = 0.0, y + 18
        draw_line(drawing, line, np.array([[x + 2, y - 4], [x + 14, y - 4], [x + 26, y - 4]]), marked=(1,))
        drawing.text(x + 31, y, label)
        x += width
    return y - 13


def draw_line(drawing: Drawing, line: Line, points: Floats, marked: Sequence[int] | None = None) -> None:
    """Draw a line through places (n, 2) in pixels; NaN leaves a gap. `marked`: indices of the points with a mark; None:
    all points if there are 25 or fewer, else none."""
    colour = SERIES[line.colour % len(SERIES)]
    look: dict[str, Any] = {"stroke_linejoin": "round", "stroke_linecap": "round"}
    look |= {"stroke_width": 1, "stroke_opacity": 0.35} if line.faint else {"stroke_width": 1.8}
    look |= {"stroke_dasharray": "5 3"} if line.dashed else {}
    drawing.add("path", d=path_of(points), stroke=colour, **look)
    shown = np.flatnonzero(np.isfinite(points).all(axis=1))
    if marked is None and (line.faint or len(shown) > 25):
        return
    places = points[shown if marked is None else np.array(marked)].tolist()
    shapes = "".join(mark(line.shape, x, y, 2.6) for x, y in places)
    drawing.add("path", d=shapes, fill=colour)


def mark(shape: str, x: float, y: float, r: float) -> str:
    """Make the SVG path data of a small mark: one of `MARKS` around (x, y), `r` its radius in pixels."""
    x_, y_, size = short(x), short(y), short(2 * r)
    if shape == "dot":
        half = f"a{short(r)} {short(r)} 0 1 0"
        return f"M{short(x - r)} {y_}{half} {size} 0{half} -{size} 0z"
    if shape == "square":
        return f"M{short(x - r)} {short(y - r)}h{size}v{size}h-{size}z"
    if shape == "triangle":
        return f"M{x_} {short(y - 1.3 * r)}L{short(x + 1.2 * r)} {short(y + r)}H{short(x - 1.2 * r)}z"
    return f"M{x_} {short(y - 1.4 * r)}L{short(x + 1.4 * r)} {y_}L{x_} {short(y + 1.4 * r)}L{short(x - 1.4 * r)} {y_}z"


def _best(drawing: Drawing, x: float, box: tuple[float, float, float, float], label: str) -> None:
    drawing.line(x, box[1], x, box[3], BEST, 1.2, stroke_dasharray="2 3")
    drawing.add("path", d=f"M{short(x - 4.5)} {short(box[1] - 7)}h9l-4.5 7z", fill=BEST)
    beside = x + 8 + width_of(label, 11) > box[2] + 8
    drawing.text(
        x - 8 if beside else x + 8, box[1] - 1, label, size=11, fill=MUTED, anchor="end" if beside else "start"
    )


# --- bars


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
    columns = math.ceil(count / ROWS)
    rows = math.ceil(count / columns)
    pitch = 22 if rows <= 20 else 17
    wide = WHOLE if columns > 1 else HALF
    column = (wide - 24 * (columns - 1)) / columns
    drawing = Drawing(name, wide, 34 + rows * pitch + 22, title, texts["bars_about"])
    _bars_legend(drawing, texts)
    order = np.argsort(-np.nan_to_num(scores.f1), kind="stable")
    longest = min(NAME, column / 2.6, max(width_of(one) for one in names))
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
    columns = math.ceil(len(names) / ROWS)
    rows = math.ceil(len(names) / columns)
    wide = WHOLE if columns > 1 else HALF
    column, pitch = (wide - 24 * (columns - 1)) / columns, 18
    drawing = Drawing(name, wide, rows * pitch + 4, title)
    longest = min(NAME, column / 2.6, max(width_of(one) for one in names))
    figure = max(width_of(texts.whole(count)) for count in counts) + 6
    most = max(1, *counts)
    for place, (label, count) in enumerate(zip(fit_all(names, longest), counts, strict=True)):
        left, y = place // rows * (column + 24) + longest + 8, place % rows * pitch
        wide_ = (column - longest - 8 - figure) * count / most
        drawing.text(left - 8, y + 13, label, anchor="end")
        drawing.add("rect", x=left, y=y + 3, width=wide_, height=pitch - 6, fill=SERIES[0], fill_opacity=0.45)
        drawing.text(left + wide_ + 6, y + 13, texts.whole(count), fill=MUTED)
    return drawing.svg()


# --- a map


def scatter(name: str, title: str, places: Floats, labels: NDArray[np.int64], names: Sequence[str], about: str) -> str:
    """Draw points in the colour of their class, each class named at the median of its points (30 classes at most).

    Args:
        name: Makes the ids of the drawing unique on a page.
        title: Title.
        places: Coordinates (N, 2), float64.
        labels: Class of each point (N,), int64.
        names: Class names (C,).
        about: Description for screen readers.

    Returns:
        An SVG element.
    """
    side = HALF
    drawing = Drawing(name, side, side, title, about)
    drawing.text(0, 13, title, size=13, font_weight=600)
    if not len(places):
        return drawing.svg()
    low, high = np.percentile(places, 0.2, axis=0), np.percentile(places, 99.8, axis=0)
    centre, span = (low + high) / 2, float((high - low).max()) or 1.0
    points = (places - centre) / span * (side - 40) * np.array([1, -1]) + np.array([side / 2, side / 2 + 8])
    radius = 1.5 if len(places) > 2000 else 2.2 if len(places) > 400 else 3.0
    inside = ((points > 4) & (points < [side - 4, side - 2]) & (points[:, 1:] > 20)).all(axis=1)
    for number in np.unique(labels).tolist():
        own = points[inside & (labels == number)]
        dots = "".join(f"M{short(x)} {short(y)}h.01" for x, y in own.tolist())
        colour, cap = SERIES[number % len(SERIES)], CAPS[number // len(SERIES) % len(CAPS)]
        drawing.add("path", d=dots, stroke=colour, stroke_width=2 * radius, stroke_linecap=cap, stroke_opacity=0.65)
    if len(np.unique(labels)) <= 30:
        _name_classes(drawing, points, labels, names)
    return drawing.svg()


def _name_classes(drawing: Drawing, points: Floats, labels: NDArray[np.int64], names: Sequence[str]) -> None:
    """At the median of each class, moved apart where two names would lie on each other."""
    taken: list[tuple[float, float, float]] = []
    there = np.unique(labels).tolist()
    whole = [names[number] if 0 <= number < len(names) else f"#{number}" for number in there]
    for number, text in zip(there, fit_all(whole, 110), strict=True):
        x, y = np.median(points[labels == number], axis=0).tolist()
        half = width_of(text, 12) / 2 + 9
        x = min(max(x, half), drawing.width - half)
        for step in range(40):
            shift = (step + 1) // 2 * 5 * (-1) ** step
            if all(abs(x - a) > half + b or abs(y + shift - c) > 15 for a, b, c in taken):
                break
        y = min(max(y + shift, 32), drawing.height - 6)
        taken.append((x, half, y))
        colour, cap = SERIES[number % len(SERIES)], CAPS[number // len(SERIES) % len(CAPS)]
        look: dict[str, Any] = {"font_weight": 600, "size": 12}
        halo: dict[str, Any] = {"fill": PAPER, "stroke": PAPER, "stroke_width": 4, "stroke_linejoin": "round"}
        drawing.text(x - half + 14, y + 4, text, **halo, **look)
        spot: dict[str, Any] = {"d": f"M{short(x - half + 5)} {short(y)}h.01", "stroke_linecap": cap}
        drawing.add("path", **spot, stroke=PAPER, stroke_width=12)
        drawing.add("path", **spot, stroke=colour, stroke_width=8)
        drawing.text(x - half + 14, y + 4, text, **look)
