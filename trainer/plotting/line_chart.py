"""A chart of lines over epochs or another quantity. [no torch]"""

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
    HALF_WIDTH,
    MUTED,
    SERIES,
    Drawing,
    fit_all,
    mark,
    path_of,
    short,
    width_of,
)
from trainer.plotting.texts import Texts
from trainer.plotting.ticks import Kind, outward, ticks

Floats = NDArray[np.float64]
LARGEST = 1e30
"""Values beyond it are not drawn."""
SHORTEST = 1e-4
"""Seconds where a logarithmic time axis begins."""


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


def line_chart(frame: Frame, lines: Sequence[Line], texts: Texts, width: int = HALF_WIDTH, height: int = 270) -> str:
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


def _best(drawing: Drawing, x: float, box: tuple[float, float, float, float], label: str) -> None:
    drawing.line(x, box[1], x, box[3], BEST, 1.2, stroke_dasharray="2 3")
    drawing.add("path", d=f"M{short(x - 4.5)} {short(box[1] - 7)}h9l-4.5 7z", fill=BEST)
    beside = x + 8 + width_of(label, 11) > box[2] + 8
    drawing.text(
        x - 8 if beside else x + 8, box[1] - 1, label, size=11, fill=MUTED, anchor="end" if beside else "start"
    )
