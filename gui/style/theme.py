"""Theme: the colours of data in every colour scheme, and icons in the colour of text.

Colours of the window itself are in `colour_schemes`, shapes in `stylesheet`, sizes in `dimensions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gui.style.colour_schemes import colour_scheme, palette_of
from gui.style.stylesheet import FAILED, stylesheet
from trainer.plotting.palette import (
    CHANGE_DARK,
    CHANGE_LIGHT,
    CLASSES_ON_DARK,
    CLASSES_ON_LIGHT,
    CLASSES_STRONG_ON_LIGHT,
    HEAT,
    ON_DARK,
    ON_LIGHT,
    RUNS_ON_DARK,
    RUNS_ON_LIGHT,
    RUNS_STRONG_ON_LIGHT,
    STRONG_ON_LIGHT,
    Lut,
    ramp,
)
from trainer.resources import resource

Scheme = Literal["system", "light", "dark", "contrast_light", "contrast_dark"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark", "contrast_light", "contrast_dark")


@dataclass(frozen=True)
class Colours:
    """Colours of data. Training is also solid and validation dashed: colour is never the only cue.

    `runs` tell runs apart that are drawn together, see `gui.viewmodels.run_colours`; `classes` the points of classes.
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
    runs: tuple[QColor, ...]
    classes: tuple[QColor, ...]
    heat: Lut
    change: Lut

    @classmethod
    def current(cls) -> Colours:
        """The colours for the current palette; ask again after a palette change."""
        palette = QGuiApplication.palette()
        roles = (QPalette.ColorRole.Base, QPalette.ColorRole.Text, QPalette.ColorRole.Mid)
        return _colours(*(palette.color(role).rgb() for role in roles))


@lru_cache(maxsize=8)
def _colours(base: int, text: int, line: int) -> Colours:
    background, ink = QColor.fromRgb(base), QColor.fromRgb(text)
    dark = background.lightness() < ink.lightness()
    contrast = line == text  # only in high contrast are lines as strong as text
    series = tuple(QColor(name) for name in (ON_DARK if dark else STRONG_ON_LIGHT if contrast else ON_LIGHT))
    runs = RUNS_ON_DARK if dark else RUNS_STRONG_ON_LIGHT if contrast else RUNS_ON_LIGHT
    classes = CLASSES_ON_DARK if dark else CLASSES_STRONG_ON_LIGHT if contrast else CLASSES_ON_LIGHT
    return Colours(
        dark=dark,
        train=series[0],
        valid=series[1],
        best=series[2],
        nan=QColor(FAILED[dark]),
        good=series[2],
        bad=QColor(FAILED[dark]),
        text=ink,
        muted=mix(ink, background, 0.1 if contrast else 0.4),
        grid=mix(ink, background, 0.6 if contrast else 0.88),
        background=background,
        cursor=mix(ink, background, 0.25),
        series=series,
        runs=tuple(QColor(name) for name in runs),
        classes=tuple(QColor(name) for name in classes),
        heat=_lut(HEAT),
        change=_lut(CHANGE_DARK if dark else CHANGE_LIGHT),
    )


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """An opaque mix of two colours, `share` of the way to the second: translucent pens are slow."""
    return QColor(*(round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True)))


def rgb(colour: QColor) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    return colour.red(), colour.green(), colour.blue()


def _lut(names: tuple[str, ...]) -> Lut:
    return np.pad(ramp(names), ((0, 0), (0, 1)), constant_values=255)


def apply(app: QApplication, scheme: Scheme) -> None:
    """Apply Fusion with our palette and shapes, as requested or as the system's; repeated when the system's changes."""
    hints = app.styleHints()
    if app.property(_FOLLOWED) is None:
        app.setStyle("Fusion")
        hints.colorSchemeChanged.connect(lambda: _follow_system(app))
        if hasattr(hints, "accessibility"):  # from Qt 6.10 on
            hints.accessibility().contrastPreferenceChanged.connect(lambda: _follow_system(app))
    app.setProperty(_FOLLOWED, scheme)
    if scheme == "system":
        hints.unsetColorScheme()
    else:
        # for parts drawn by the system, such as the title bar
        hints.setColorScheme(Qt.ColorScheme.Dark if scheme.endswith("dark") else Qt.ColorScheme.Light)
    _paint(app, scheme)


_FOLLOWED = "epochscope_scheme"
"""Property of the application: the scheme that was asked for."""


def _follow_system(app: QApplication) -> None:
    if app.property(_FOLLOWED) == "system":
        _paint(app, "system")


def _paint(app: QApplication, scheme: Scheme) -> None:
    system = scheme == "system"
    dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark if system else scheme.endswith("dark")
    contrast = _system_asks_for_contrast() if system else scheme.startswith("contrast")
    chosen = colour_scheme(dark=dark, contrast=contrast)
    app.setPalette(palette_of(chosen))
    sheet = stylesheet(chosen, dark=dark)
    if sheet != app.styleSheet():
        app.setStyleSheet(sheet)


def _system_asks_for_contrast() -> bool:
    """Unknown before Qt 6.10."""
    hints = QGuiApplication.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return bool(hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


class _IconEngine(QIconEngine):
    """Paints a line drawing in the current palette's colour."""

    def __init__(self, name: str, on_accent: bool) -> None:
        super().__init__()
        self._name, self._on_accent = name, on_accent

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """In `rect`, whatever its size."""
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        on_accent = self._on_accent and mode != QIcon.Mode.Disabled
        role = QPalette.ColorRole.HighlightedText if on_accent else QPalette.ColorRole.ButtonText
        colour = QGuiApplication.palette().color(group, role).name()
        text = _drawing(self._name).replace("currentColor", colour)
        QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Transparent except for the lines."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Called when a QIcon is copied and modified."""
        return _IconEngine(self._name, self._on_accent)


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf-8")


def icon(name: str, *, on_accent: bool = False) -> QIcon:
    """The drawing resources/icons/`name`.svg in the colour of button texts, now and after a change of theme; with
    `on_accent`, in that of texts on a primary button.

    Raises EpochscopeError `install.damaged` where there is none.
    """
    _drawing(name)
    return QIcon(_IconEngine(name, on_accent))
