"""Drawings in SVG: elements, text that fits, colours that follow the page. [no torch]

Colours are written as the page's variables (`var(--ink)`), so that a drawing is light, dark or printed with the page it
stands in. `standalone` makes a file of its own out of one, which any program can read.

Written by hand: Matplotlib is a large package for a few kinds of drawings, and its SVG has fixed colours.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.plotting.palette import ON_DARK, ON_LIGHT
from trainer.plotting.png import png_bytes
from trainer.text.text_shortening import shorten, shorten_all

INK, MUTED, GRID, PAPER, BEST = "var(--ink)", "var(--muted)", "var(--grid)", "var(--paper)", "var(--s3)"
ON_STRONG = "#111111"
"""Ink on a strong colour, on light and dark pages."""
SERIES = tuple(f"var(--s{number})" for number in range(1, len(ON_LIGHT) + 1))
THEMES = {
    "light": {"ink": "#1c1c1c", "muted": "#5c5f66", "grid": "#dcdee2", "paper": "#ffffff", "soft": "#f4f5f7"},
    "dark": {"ink": "#e6e6e6", "muted": "#a3a7ae", "grid": "#3b3f46", "paper": "#1b1d20", "soft": "#26282c"},
}
for _theme, _names in (("light", ON_LIGHT), ("dark", ON_DARK)):
    THEMES[_theme] |= {f"s{number}": name for number, name in enumerate(_names, 1)}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
MARGIN = 12
"""Pixels around a drawing in a file of its own."""
SIZE = 12
"""Default size of text, in pixels."""
HALF_WIDTH, FULL_WIDTH = 470, 960
"""Of a figure beside another one, and of one on its own, in pixels."""
NAME_WIDTH = 150
"""Of the name of a class, at most, in pixels."""
MARKS = ("dot", "square", "triangle", "diamond")
LONGEST = 400
"""Characters of a name that are considered."""


class Drawing:
    """An SVG drawing that elements are added to.

    Args:
        name: Makes its ids unique on a page.
        width: In pixels.
        height: In pixels.
        title: Title for screen readers.
        about: Description for screen readers. Default: none.

    Attributes:
        name: As above.
        width: As above.
        height: As above.
    """

    def __init__(self, name: str, width: float, height: float, title: str, about: str = "") -> None:
        self.name, self.width, self.height, self._title, self._about = name, width, height, title, about
        self._parts: list[str] = []

    def add(self, tag: str, content: str = "", *, tip: str = "", **attributes: Any) -> None:
        """Add an element.

        Args:
            tag: Name of the element.
            content: Text in it. Default: none.
            tip: Tooltip. Default: none.
            **attributes: Its attributes, `_` for `-`; numbers are in pixels.
        """
        inner = (f"<title>{clean(tip)}</title>" if tip else "") + clean(content)
        self._parts.append(f"<{tag}{_attributes(attributes)}" + (f">{inner}</{tag}>" if inner else "/>"))

    def text(self, x: float, y: float, content: str, *, size: float = SIZE, fill: str = INK, **more: Any) -> None:
        """Add a line of text.

        Args:
            x: Where it is anchored, in pixels.
            y: Its baseline, in pixels.
            content: The text.
            size: Font size in pixels. Default: 12.
            fill: Colour.
            **more: `anchor` ("start" (default), "middle" or "end") and further attributes.
        """
        anchor = more.pop("anchor", "start")
        self.add("text", content, x=x, y=y, font_size=size, fill=fill, text_anchor=anchor, **more)

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, **more: Any) -> None:
        """Add a straight line.

        Args:
            x1: Start, in pixels.
            y1: Start, in pixels.
            x2: End, in pixels.
            y2: End, in pixels.
            stroke: Colour.
            width: In pixels. Default: 1.
            **more: Further attributes.
        """
        self.add(
            "path", d=f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}", stroke=stroke, stroke_width=width, **more
        )

    def place(self, drawing: str, x: float) -> None:
        """Add another drawing as a group (not every program can nest drawings).

        Args:
            drawing: What `svg` returned for it.
            x: Its left edge, in pixels.
        """
        inner = drawing.partition(">")[2].removesuffix("</svg>")
        self._parts.append(f'<g transform="translate({short(x)} 0)">{inner}</g>')

    def svg(self) -> str:
        """Finish the drawing.

        Returns:
            The `<svg>` element, for a page.
        """
        size = f"{short(self.width)} {short(self.height)}"
        about = f'<desc id="{self.name}-d">{clean(self._about)}</desc>' if self._about else ""
        labels = f"{self.name}-t {self.name}-d" if about else f"{self.name}-t"
        head = f'<svg viewBox="0 0 {size}" width="{short(self.width)}" height="{short(self.height)}" role="img"'
        head += f' aria-labelledby="{labels}" font-family="{FONT}" fill="none">'
        return f'{head}<title id="{self.name}-t">{clean(self._title)}</title>{about}{"".join(self._parts)}</svg>'


def _attributes(values: dict[str, Any]) -> str:
    plain, style = [], []
    for key, value in values.items():
        name = key.rstrip("_").replace("_", "-")
        text = short(value) if isinstance(value, int | float) else str(value)
        if text.startswith("var("):
            style.append(f"{name}:{text}")
        else:
            plain.append(f' {name}="{clean(text)}"')
    return "".join(plain) + (f' style="{";".join(style)}"' if style else "")


def standalone(svg: str, theme: str = "light") -> str:
    """Turn a drawing into a file of its own, with fixed colours on a background.

    Args:
        svg: What `Drawing.svg` returned.
        theme: "light" (default) or "dark".

    Returns:
        The text of the file, to be saved as UTF-8.
    """
    colours = THEMES[theme]
    head, _, rest = re.sub(r"var\(--([a-z0-9]+)\)", lambda found: colours[found[1]], svg).partition(">")
    width, height = (float(number) + 2 * MARGIN for number in re.findall(r' (?:width|height)="([\d.]+)"', head))
    size = f'width="{short(width)}" height="{short(height)}"'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    box = f'viewBox="-{MARGIN} -{MARGIN} {short(width)} {short(height)}" {size}'
    head = re.sub(r'viewBox="[^"]*" width="[^"]*" height="[^"]*"', f"{names} {box}", head)
    # in numbers: not every program knows percent
    paper = f'<rect x="-{MARGIN}" y="-{MARGIN}" {size} fill="{colours["paper"]}"/>'
    rest = re.sub(r"(<image [^>]*?)href=", r"\1xlink:href=", rest)
    titles = re.match(r"(<title.*?</title>)(<desc.*?</desc>)?", rest, re.DOTALL)
    split = titles.end() if titles else 0
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}>{rest[:split]}{paper}{rest[split:]}\n'


def side_by_side(name: str, title: str, drawings: Sequence[str], gap: float = 24) -> str:
    """Join drawings from left to right.

    Args:
        name: Makes the ids unique on a page.
        title: Title for screen readers.
        drawings: SVG elements.
        gap: Pixels between two. Default: 24.

    Returns:
        An SVG element.
    """
    sizes = [[float(number) for number in re.findall(r' (?:width|height)="([\d.]+)"', one)[:2]] for one in drawings]
    whole = Drawing(name, sum(width for width, _ in sizes) + gap * (len(sizes) - 1), max(h for _, h in sizes), title)
    x = 0.0
    for one, (width, _) in zip(drawings, sizes, strict=True):
        whole.place(one, x)
        x += width + gap
    return whole.svg()


def clean(text: str) -> str:
    """Escape a text for HTML and XML; characters that they cannot hold are replaced by �.

    Args:
        text: Any text.

    Returns:
        The escaped text, without marks of text direction.
    """
    found = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "�", text)
    return escape(re.sub(r"[\u202a-\u202e\u2066-\u2069]", "", found))


def short(value: float) -> str:
    """Format a coordinate with at most two decimals.

    Args:
        value: In pixels.

    Returns:
        The number.
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def width_of(text: str, size: float = SIZE) -> float:
    """Estimate the width of a text. Fonts differ; this is that of a wide one.

    Args:
        text: The text.
        size: Font size in pixels. Default: 12.

    Returns:
        Pixels.
    """
    return size * sum(map(_width, text))


@lru_cache(maxsize=4096)  # a report of a thousand classes measures some 600,000 letters
def _width(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    if sign in "iljtfrI.,:;'|!()[] -":
        return 0.4
    return 0.95 if sign in "mwMWшщжюыфмШЩЖЮЫФМ@%—" else 0.72 if sign.isupper() else 0.63


def fit(text: str, room: float, size: float = SIZE) -> str:
    """Shorten a text to one line.

    Args:
        text: The text.
        room: Width in pixels.
        size: Font size in pixels. Default: 12.

    Returns:
        As much of it as fits.
    """
    return shorten(" ".join(text[:LONGEST].split()), room, lambda part: width_of(part, size))


def fit_all(texts: Sequence[str], room: float, size: float = SIZE) -> list[str]:
    """Shorten the texts of a list to one line each; different ones stay different, see `shorten_all`.

    Args:
        texts: The texts.
        room: Width in pixels.
        size: Font size in pixels. Default: 12.

    Returns:
        The shortened texts.
    """
    lines = [" ".join(text.split()) for text in texts]
    lines = [line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} {line[-LONGEST // 2 :]}" for line in lines]
    return shorten_all(lines, room, lambda part: width_of(part, size))


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


def path_of(points: NDArray[np.float64]) -> str:
    """Make the SVG path of a line, interrupted at NaN.

    Args:
        points: Places (n, 2), in pixels.

    Returns:
        Path data.
    """
    parts, drawing = [], False
    for x, y in points.tolist():
        if x != x or y != y:
            drawing = False
            continue
        parts.append(f"{'L' if drawing else 'M'}{short(x)} {short(y)}")
        drawing = True
    return "".join(parts)


def png(pixels: NDArray[np.uint8]) -> str:
    """Encode an image as a data URI with a PNG.

    Args:
        pixels: (H, W, 3), uint8.

    Returns:
        The URI.
    """
    return "data:image/png;base64," + base64.b64encode(png_bytes(pixels, smallest=True)).decode()
