"""Charts of how far confidences can be trusted: reliability diagrams, accuracy over coverage. [no torch]"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.metrics.calibration import Calibration, Reliability
from trainer.plotting.line_chart import Line, draw_legend, draw_line
from trainer.plotting.svg import GRID, HALF_WIDTH, MUTED, SERIES, Drawing, width_of
from trainer.plotting.texts import Texts
from trainer.plotting.ticks import outward, ticks

TOP, SIDE, STRIP = 64, 192, 34
"""Pixels: where diagrams begin, their sides, and the height of the counts below."""
ALONE = 300
"""Side of a single diagram, in pixels."""
HEIGHT = 326


def reliability_diagram(name: str, title: str, found: Calibration, split: str, texts: Texts) -> str:
    """Draw accuracy over confidence, with the number of images in each bin, before and after temperature scaling.

    Args:
        name: Name of the figure.
        title: Title.
        found: Calibration of the run.
        split: Split to draw.
        texts: Texts and number formats of the report's language.

    Returns:
        An SVG element.
    """
    one = found.splits[split]
    stages = [(texts["as_trained"], one.before)]
    if found.scaled:
        stages.append((texts["with_temperature"].format(temperature=texts.number(found.temperature, 2)), one.after))
    side = SIDE if found.scaled else ALONE
    drawing = Drawing(name, HALF_WIDTH, TOP + side + STRIP + 44, title, texts["reliability_about"])
    drawing.text(0, 13, title, size=13, font_weight=600)
    _key(drawing, texts)
    labels = [texts.percent(share, 0) for share in (0, 0.25, 0.5, 0.75, 1)]
    left = max(map(width_of, labels)) + 8
    for place, label in enumerate(labels):
        drawing.text(left - 7, TOP + side * (1 - place / 4) + 4, label, anchor="end", fill=MUTED)
    for heading, stage in stages:
        drawing.text(left, TOP - 8, texts["stage_ece"].format(stage=heading, ece=texts.percent(stage.ece)))
        _bins(drawing, stage.reliability, left, side, texts)
        left += side + 24
    drawing.text(left - 24, drawing.height - 3, texts["confidence_axis"], anchor="end", fill=MUTED)
    return drawing.svg()


def _key(drawing: Drawing, texts: Texts) -> None:
    right, sure = texts["share_right"], texts["mean_confidence"]
    drawing.add("rect", x=0, y=24, width=20, height=9, fill=SERIES[0], fill_opacity=0.45)
    drawing.text(26, 33, right)
    x = 26 + width_of(right) + 22
    drawing.line(x, 28.5, x + 20, 28.5, SERIES[1], 2.5)
    drawing.text(x + 26, 33, sure)


def _bins(drawing: Drawing, found: Reliability, left: float, side: float, texts: Texts) -> None:
    """One diagram, its lower left corner at (left, TOP + side), and the counts below it."""
    bottom, strip = TOP + side, TOP + side + 6 + STRIP
    for place in range(5):
        drawing.line(left, TOP + side * place / 4, left + side, TOP + side * place / 4, GRID)
    for share in (0.0, 0.5, 1.0):
        x = left + share * side
        drawing.line(x, strip, x, strip + 4, MUTED)
        anchor = "start" if share == 0 else "end" if share == 1 else "middle"
        drawing.text(x, strip + 17, texts.percent(share, 0), anchor=anchor, fill=MUTED)
    most, wide = max(found.counts), side / len(found.counts)
    for number, count in enumerate(found.counts):
        if not count:
            continue
        x, accuracy, confidence = left + number * wide, found.accuracy[number], found.confidence[number]
        tip = texts["bin_tip"].format(
            low=texts.percent(found.edges[number], 0), high=texts.percent(found.edges[number + 1], 0),
            count=texts.whole(count), accuracy=texts.percent(accuracy), confidence=texts.percent(confidence),
        )  # fmt: skip
        bar: dict[str, Any] = {"x": x + 0.75, "width": wide - 1.5, "tip": tip}
        fill: dict[str, Any] = {"fill": SERIES[0], "fill_opacity": 0.45}
        drawing.add("rect", **bar, y=bottom - accuracy * side, height=accuracy * side, **fill)
        sure, middle = bottom - confidence * side, x + wide / 2
        drawing.line(middle, bottom - accuracy * side, middle, sure, SERIES[1])
        drawing.line(x + 0.75, sure, x + wide - 0.75, sure, SERIES[1], 2.5)
        tall = max(1.0, STRIP * count / most)
        drawing.add("rect", **bar, y=strip - tall, height=tall, fill=MUTED, fill_opacity=0.6)
    drawing.line(left, bottom, left + side, TOP, MUTED, 1.2, stroke_dasharray="4 3")
    drawing.line(left, bottom, left + side, bottom, MUTED)
    drawing.line(left, strip, left + side, strip, MUTED)


def coverage_chart(name: str, title: str, found: Calibration, split: str, texts: Texts) -> str:
    """Draw the accuracy of the most confident images over their share.

    Args:
        name: Name of the figure.
        title: Title.
        found: Calibration of the run.
        split: Split to draw.
        texts: Texts and number formats of the report's language.

    Returns:
        An SVG element.
    """
    one = found.splits[split]
    stages = [(texts["as_trained"], one.before.coverage)]
    if found.scaled:
        after = texts["with_temperature"].format(temperature=texts.number(found.temperature, 2))
        stages.append((after, one.after.coverage))
    lines = [
        Line(label, np.array(curve.coverage), np.array(curve.accuracy), place, dashed=place == 0 and len(stages) > 1)
        for place, (label, curve) in enumerate(stages)
    ]
    drawing = Drawing(name, HALF_WIDTH, HEIGHT, title, texts["coverage_about"])
    drawing.text(0, 13, title, size=13, font_weight=600)
    top = 27 + draw_legend(drawing, lines, title)
    values = np.concatenate([line.y for line in lines])
    low, high = outward(float(values.min()), float(values.max()), "percent", False)
    low, high = max(low, 0.0), min(high, 1.0)
    places, step = ticks(low, high, 6, "percent")
    labels = [texts.tick(place, step, "percent") for place in places]
    left, bottom = max(map(width_of, labels), default=20) + 8, HEIGHT - 38
    wide = HALF_WIDTH - 16 - left
    for place, label in zip(places, labels, strict=True):
        y = bottom - (place - low) / (high - low) * (bottom - top)
        drawing.line(left, y, left + wide, y, GRID)
        drawing.text(left - 7, y + 4, label, anchor="end", fill=MUTED)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + share * wide
        drawing.line(x, bottom, x, bottom + 4, MUTED)
        drawing.text(x, bottom + 17, texts.percent(share, 0), anchor="middle" if share < 1 else "end", fill=MUTED)
    drawing.text(left + wide, HEIGHT - 3, texts["coverage_axis"], anchor="end", fill=MUTED)
    for line in lines:
        heights = bottom - (line.y - low) / (high - low) * (bottom - top)
        draw_line(drawing, line, np.stack([left + line.x * wide, heights], axis=1))
    return drawing.svg()
