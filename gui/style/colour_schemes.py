"""The colours of the window itself, light, dark and in high contrast: surfaces, lines, text and one accent."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True)
class ColourScheme:
    """Names of colours, `#rrggbb`. `window` is the background; `surface` is below content: cards, tables, charts.

    Text has a contrast of 4.5 : 1 on both (7 : 1 in high contrast), `strong` and `focus` of 3 : 1 (WCAG 2.2).
    """

    window: str
    surface: str
    alternate: str
    hover: str
    pressed: str
    line: str
    """Between parts: subtle, carries no information."""
    strong: str
    """The border of input fields and check boxes."""
    ink: str
    muted: str
    disabled: str
    """Text and border of disabled controls: exempt from contrast rules, but distinguishable."""
    accent: str
    on_accent: str
    focus: str
    """The accent as a line or as text: focus ring, links, the mark of the current tab."""
    selected: str
    """Background of a selected item, with `ink` on it."""


LIGHT = ColourScheme(
    window="#F3F4F6",
    surface="#FFFFFF",
    alternate="#F8F9FB",
    hover="#E6E9ED",
    pressed="#D9DDE3",
    line="#DDE0E5",
    strong="#868E99",
    ink="#1B1F24",
    muted="#59616C",
    disabled="#8E96A1",
    accent="#0A66C2",
    on_accent="#FFFFFF",
    focus="#0A66C2",
    selected="#D6E6F7",
)
DARK = ColourScheme(
    window="#16181C",
    surface="#1E2126",
    alternate="#22262C",
    hover="#2B2F37",
    pressed="#363C46",
    line="#31363F",
    strong="#737C89",
    ink="#E8EAED",
    muted="#A3ABB6",
    disabled="#6B7480",
    accent="#2571C7",
    on_accent="#FFFFFF",
    focus="#6CB1F5",
    selected="#1D3A5A",
)
CONTRAST_LIGHT = ColourScheme(
    window="#FFFFFF",
    surface="#FFFFFF",
    alternate="#FFFFFF",
    hover="#E0E0E0",
    pressed="#C8C8C8",
    line="#000000",
    strong="#000000",
    ink="#000000",
    muted="#1F1F1F",
    disabled="#767676",
    accent="#003A8C",
    on_accent="#FFFFFF",
    focus="#003A8C",
    selected="#C6DDFF",
)
CONTRAST_DARK = ColourScheme(
    window="#000000",
    surface="#000000",
    alternate="#000000",
    hover="#333333",
    pressed="#4A4A4A",
    line="#FFFFFF",
    strong="#FFFFFF",
    ink="#FFFFFF",
    muted="#F0F0F0",
    disabled="#8C8C8C",
    accent="#FFD83D",
    on_accent="#000000",
    focus="#FFD83D",
    selected="#4A3F00",
)


def colour_scheme(*, dark: bool, contrast: bool) -> ColourScheme:
    """The colour scheme for a mode."""
    if contrast:
        return CONTRAST_DARK if dark else CONTRAST_LIGHT
    return DARK if dark else LIGHT


def palette_of(scheme: ColourScheme) -> QPalette:
    """The Qt palette; what only a style sheet can express is in `stylesheet`."""
    palette = QPalette(QColor(scheme.surface), QColor(scheme.window))
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for place, name in (
        (role.Base, scheme.surface),
        (role.AlternateBase, scheme.alternate),
        (role.Text, scheme.ink),
        (role.WindowText, scheme.ink),
        (role.ButtonText, scheme.ink),
        (role.ToolTipBase, scheme.surface),
        (role.ToolTipText, scheme.ink),
        (role.BrightText, scheme.on_accent),
        (role.Highlight, scheme.accent),
        (role.Accent, scheme.accent),
        (role.HighlightedText, scheme.on_accent),
        (role.Link, scheme.focus),
        (role.LinkVisited, scheme.focus),
        (role.PlaceholderText, scheme.muted),
        (role.Mid, scheme.line),
        (role.Midlight, scheme.hover),
        (role.Light, scheme.surface),
        (role.Dark, scheme.strong),
    ):
        palette.setColor(place, QColor(name))
    for place in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(group.Disabled, place, QColor(scheme.disabled))
    palette.setColor(group.Disabled, role.Highlight, QColor(scheme.pressed))
    return palette
