"""Looks: the colours data are drawn in, light and dark, and icons in the colour of the text. Chrome: QPalette."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from trainer.plotting.palette import CHANGE_DARK, CHANGE_LIGHT, HEAT, ON_DARK, ON_LIGHT, Lut, ramp
from trainer.resources import resource

Scheme = Literal["system", "light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark")

_SCHEME = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


@dataclass(frozen=True)
class Colours:
    """What data are drawn in. Train is drawn solid and validation dashed as well: never colour alone.

    `heat` runs from low to high, `change` from much less over no change to much more: (256, 4) uint8, RGBA.
    """

    dark: bool
    train: QColor
    valid: QColor
    best: QColor
    nan: QColor
    good: QColor
    bad: QColor
    text: QColor
    muted: QColor
    grid: QColor
    background: QColor
    cursor: QColor
    series: tuple[QColor, ...]
    heat: Lut
    change: Lut

    @classmethod
    def current(cls) -> Colours:
        """Those that go with the application's palette now: ask again after a palette change."""
        palette = QGuiApplication.palette()
        return _colours(palette.color(QPalette.ColorRole.Base).rgb(), palette.color(QPalette.ColorRole.Text).rgb())


@lru_cache(maxsize=4)
def _colours(base: int, text: int) -> Colours:
    background, ink = QColor.fromRgb(base), QColor.fromRgb(text)
    dark = background.lightness() < ink.lightness()
    series = tuple(QColor(name) for name in (ON_DARK if dark else ON_LIGHT))
    return Colours(
        dark=dark,
        train=series[0],
        valid=series[1],
        best=series[2],
        nan=QColor("#FF6B6B" if dark else "#C1121F"),
        good=series[2],
        bad=QColor("#FF6B6B" if dark else "#C1121F"),
        text=ink,
        muted=mix(ink, background, 0.4),
        grid=mix(ink, background, 0.82),
        background=background,
        cursor=mix(ink, background, 0.25),
        series=series,
        heat=_lut(HEAT),
        change=_lut(CHANGE_DARK if dark else CHANGE_LIGHT),
    )


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """An opaque colour, `share` of the way from one to the other: translucent pens are slow."""
    return QColor(*(round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True)))


def rgb(colour: QColor) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    return colour.red(), colour.green(), colour.blue()


def _lut(names: tuple[str, ...]) -> Lut:
    return np.pad(ramp(names), ((0, 0), (0, 1)), constant_values=255)


def apply(app: QApplication, scheme: Scheme) -> None:
    """Fusion everywhere, light or dark as asked or as the system is."""
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.styleHints().setColorScheme(_SCHEME[scheme])
    app.setPalette(QPalette())
    if scheme != "system" and Colours.current().dark != (scheme == "dark"):
        # some platforms (offscreen, bare X11) do not hear the request
        app.setPalette(_palette(scheme == "dark"))


def _palette(dark: bool) -> QPalette:
    window, base, text, button = (
        (QColor("#26282c"), QColor("#1b1d20"), QColor("#e6e6e6"), QColor("#34373c"))
        if dark
        else (QColor("#efefef"), QColor("#ffffff"), QColor("#1c1c1c"), QColor("#efefef"))
    )
    palette = QPalette(button, window)
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for place, colour in (
        (role.Base, base),
        (role.AlternateBase, mix(base, window, 0.5)),
        (role.Text, text),
        (role.WindowText, text),
        (role.ButtonText, text),
        (role.ToolTipBase, base),
        (role.ToolTipText, text),
        (role.BrightText, QColor("#ffffff")),
        (role.Highlight, QColor("#2a6fb0")),
        (role.HighlightedText, QColor("#ffffff")),
        (role.Link, QColor("#6cb6ff" if dark else "#0a58a8")),
        (role.PlaceholderText, mix(text, base, 0.45)),
    ):
        palette.setColor(place, colour)
    for place in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(group.Disabled, place, mix(text, window, 0.55))
    return palette


class _IconEngine(QIconEngine):
    """Paints a line drawing in the colour the palette has at that moment."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """In `rect`, whatever its size."""
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        selected = mode == QIcon.Mode.Selected
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.ButtonText
        colour = QGuiApplication.palette().color(group, role).name()
        text = _drawing(self._name).replace("currentColor", colour)
        QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Transparent but for the lines."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Asked for when a QIcon is copied and changed."""
        return _IconEngine(self._name)


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf-8")


def icon(name: str) -> QIcon:
    """The drawing resources/icons/`name`.svg in the colour of button texts, now and after a change of theme.

    Raises EpochscopeError `install.damaged` where there is none.
    """
    _drawing(name)
    return QIcon(_IconEngine(name))
