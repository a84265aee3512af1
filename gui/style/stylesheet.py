"""Shapes of controls, cards, tabs and tables: resources/style/window.qss with a scheme's colours and the grid's sizes.

Fusion with our palette is the base; the sheet adds only what a palette cannot: borders, corners and padding. A widget
chooses a look by a property: `kind` "primary" (button; a default button has it by itself), `surface` "card", "quiet",
"plain", "warning", "failed" or "info" (frame), `tone` "muted" (label), `frame` "none" (a table or list that fills its
card).
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtGui import QColor

from gui.style.colour_schemes import ColourScheme
from gui.style.dimensions import CARD_CORNER, CORNER, LARGE, MEDIUM, SMALL, TIGHT, WIDE, space
from trainer.resources import resource

RING = 2
"""Width in pixels of the focus ring."""
WARNING = {False: "#B35900", True: "#E69F00"}
"""The border of a warning, on light and on dark."""
FAILED = {False: "#B00E1A", True: "#FF7B7B"}
"""That of a failure, and data that are bad."""


def stylesheet(scheme: ColourScheme, *, dark: bool) -> str:
    """The style sheet of the whole application."""
    text = resource("style", "window.qss").read_text("utf-8")
    return Template(text).substitute(_colours(scheme, dark), **_sizes(), **_pictures(scheme))


def _colours(scheme: ColourScheme, dark: bool) -> dict[str, str]:
    accent, contrast = QColor(scheme.accent), scheme.line == scheme.ink
    return asdict(scheme) | {
        "disabled_line": scheme.disabled if contrast else scheme.line,
        "field": scheme.strong,
        "checked_line": scheme.focus if contrast else scheme.selected,
        "hover_line": scheme.strong if contrast else scheme.line,
        "accent_hover": (accent.lighter(112) if dark else accent.darker(112)).name(),
        "thumb": scheme.strong if contrast else scheme.pressed,
        "warning": WARNING[dark],
        "failed": FAILED[dark],
    }


def _sizes() -> dict[str, int]:
    sizes = {"tight": TIGHT, "small": SMALL, "medium": MEDIUM, "large": LARGE, "wide": WIDE}
    found = {name: space(steps) for name, steps in sizes.items()}
    # a ring is wider than the border it replaces: padding shrinks so that nothing moves
    found |= {f"{name}_ring": found[name] - RING + 1 for name in ("tight", "small", "medium")}
    box, handle, bar = space(3.5), space(4), space(2.5)
    return found | {
        "corner": CORNER,
        "card_corner": CARD_CORNER,
        "ring": RING,
        "arrow": space(2.5),
        "box": box,
        "box_ring": box - 2 * (RING - 1),
        "half_box": box // 2 + 1,
        "handle": handle - 2,
        "handle_ring": handle - 2 * RING,
        "half_handle": handle // 2,
        "handle_margin": (handle - space(TIGHT)) // 2,
        "tab_side": space(SMALL),
        "tab_bottom": space(SMALL) - RING,
        "split": space(1.5),
        "bar": bar,
        "half_bar": (bar - 4) // 2,
    }


def _pictures(scheme: ColourScheme) -> dict[str, str]:
    """A style sheet cannot tint a drawing: arrows have a grey visible on light and dark, ticks are light or dark to
    suit the accent."""
    on = "light" if QColor(scheme.on_accent).lightness() > 127 else "dark"
    names = {way: f"arrow-{way}" for way in ("down", "up", "left", "right")}
    names |= {"check": f"check-{on}", "dot": f"dot-{on}"}
    return {name: resource("style", f"{file}.svg").as_posix() for name, file in names.items()}
