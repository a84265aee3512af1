"""Who gets where first: macro-F1 over seconds of training, as SVG. A line per contestant is all there is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

Curves = Mapping[str, Sequence[tuple[float, float]]]
"""Seconds of training and macro-F1, by contestant."""

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 44, 48
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Okabe and Ito's, which the colour-blind tell apart."""
LINE = 15
"""Height of a line of text."""


def draw(curves: Curves, data: str) -> str:
    """A document of its own, white behind it. Seconds are logarithmic; names stand at the ends of their lines."""
    shown = {name: points for name, points in curves.items() if points}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>macro-F1 on the validation images over seconds of training: {_text(data)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="14" fill="#222222">macro-F1 on validation: {_text(data)}</text>',
    ]
    if shown:
        parts += _drawn(shown)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _drawn(curves: Curves) -> Iterator[str]:
    everything = [point for points in curves.values() for point in points]
    across = _Axis([max(seconds, 1e-4) for seconds, _ in everything], LEFT, WIDTH - RIGHT, logarithmic=True)
    up = _Axis([f1 for _, f1 in everything], HEIGHT - BOTTOM, TOP)
    yield from _grid(across, up)
    ends = _spread({name: up(points[-1][1]) for name, points in curves.items()})
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(across(max(seconds, 1e-4)), up(f1)) for seconds, f1 in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
        if len(places) <= 20:  # more of them would hide the line
            yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
        x, y = places[-1]
        yield f'<path d="M{x:.1f},{y:.1f} L{WIDTH - RIGHT + 12},{ends[name]:.1f}" stroke="{colour}" opacity="0.4"/>'
        yield f'<text x="{WIDTH - RIGHT + 16}" y="{ends[name] + 4:.1f}" fill="{colour}">{_text(name)}</text>'


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    for value in up.ticks():
        y = up(value)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555555">{value:.3g}</text>'
    for value in across.ticks():
        x = across(value)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#eeeeee"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#555555">{value:g}</text>'
    yield (
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle" fill="#222222">'
        "seconds of training</text>"
    )


class _Axis:
    """From values to places between `start` and `end`, in pixels."""

    def __init__(self, values: Sequence[float], start: float, end: float, *, logarithmic: bool = False) -> None:
        self._logarithmic = logarithmic
        low, high = (self._scaled(value) for value in (min(values), max(values)))
        margin = 0.04 * (high - low) or 0.05
        self.low, self.high = low - margin, high + margin
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (self._scaled(value) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self._logarithmic else value

    def ticks(self) -> list[float]:
        """Round numbers within it: 1, 2, 5 times powers of ten where it is logarithmic."""
        if self._logarithmic:
            powers = range(math.floor(self.low), math.ceil(self.high) + 1)
            found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
            return [value for value in found if self.low <= math.log10(value) <= self.high]
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        first = math.ceil(self.low / step)
        return [number * step for number in range(first, math.floor(self.high / step) + 1)]


def _spread(places: Mapping[str, float]) -> dict[str, float]:
    """Heights for names, each as near to its own as a line of text between them allows."""
    found: dict[str, float] = {}
    last = -math.inf
    for name in sorted(places, key=lambda name: places[name]):
        found[name] = last = max(places[name], last + LINE)
    overlap = last - (HEIGHT - BOTTOM)
    return {name: place - max(0.0, overlap) for name, place in found.items()}


def _text(text: str) -> str:
    return escape("".join(sign if sign.isprintable() else "?" for sign in text))
