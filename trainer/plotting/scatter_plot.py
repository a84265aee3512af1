"""A map: points in the colours of their classes. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.plotting.svg import HALF_WIDTH, PAPER, SERIES, Drawing, fit_all, short, width_of

Floats = NDArray[np.float64]
CAPS = ("round", "square")
"""Ends of points: square for classes whose colour is already in use."""


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
    side = HALF_WIDTH
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
