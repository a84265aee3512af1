"""The state of a run as an icon in its colour, always with a word or an accessible name, never by colour alone."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui.style.dimensions import TIGHT, space
from gui.style.theme import Colours, mix
from gui.text.formats import STATE_ICONS, state_word
from trainer.resources import resource

_ATTENTION = {False: QColor("#7A4D00"), True: QColor("#E3B341")}
"""Amber on light and on dark: contrast of at least 7 : 1 on the surfaces of the window."""


def state_colour(state: str) -> QColor:
    """Choose the colour of a state: in progress, completed, needs attention, failed; others are grey.

    Args:
        state: The state.

    Returns:
        The colour.
    """
    colours = Colours.current()
    if state in ("loading", "starting", "preparing", "running"):
        return colours.train
    if state == "completed":
        return mix(colours.good, colours.text, 0.25)
    if state in ("pausing", "paused", "stopping", "lost"):
        return _ATTENTION[colours.dark]
    if state in ("failed", "gone"):
        return colours.bad
    return mix(colours.muted, colours.text, 0.2)


def sign_colour(sign: str) -> QColor:
    """Choose the colour of the icon of a notice: failure, information or warning.

    Args:
        sign: Name of the icon: "failed", "info" or "done"; others are warnings.

    Returns:
        The colour.
    """
    if sign == "failed":
        return Colours.current().bad
    return Colours.current().train if sign in ("info", "done") else state_colour("paused")


def sign_pixmap(name: str, colour: QColor, side: int, ratio: float) -> QPixmap:
    """Render an icon in one colour. It is cached: lists paint the same few often.

    Args:
        name: Name of the file in resources/icons, without `.svg`.
        colour: Its colour.
        side: Height in logical pixels.
        ratio: Device pixels per logical pixel.

    Returns:
        The pixmap.
    """
    return _pixmap(name, colour.name(), round(side * ratio), ratio)


@lru_cache(maxsize=128)
def _pixmap(name: str, colour: str, pixels: int, ratio: float) -> QPixmap:
    text = resource("icons", f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class StateSign(QWidget):
    """Icon and word of a state."""

    def __init__(self) -> None:
        super().__init__()
        self.sign, self.word = QLabel(), QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._state = "idle"
        font = self.word.font()
        font.setBold(True)
        self.word.setFont(font)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1.5 * TIGHT))
        layout.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.word, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_state(self, state: str) -> None:
        """Show a state, in the current language.

        Args:
            state: The state.
        """
        self._state = state
        word = state_word(state)
        self.word.setText(word[:1].upper() + word[1:])
        self.setAccessibleName(word)
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        colour = state_colour(self._state)
        side = self.fontMetrics().height()
        self.sign.setPixmap(sign_pixmap(STATE_ICONS[self._state], colour, side, self.devicePixelRatio()))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.word.setPalette(palette)
