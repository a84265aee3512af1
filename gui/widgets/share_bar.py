"""A thin bar from 0 to 1: parts of a whole, or a value with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.style.dimensions import space
from gui.style.theme import Colours, mix

Part = tuple[float, float]
"""Beginning and end of a part, in [0, 1]."""


class ShareBar(QWidget):
    """Draws parts in different shades, and a value as a dot. The numbers have to be next to it as text."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[Part, ...] = ()
        self._mark: float | None = None
        self.setFixedHeight(space(2))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_parts(self, sizes: Sequence[float]) -> None:
        """Show parts of a whole.

        Args:
            sizes: Sizes from left to right, 0 or more; if all are 0, nothing is shown.
        """
        total = sum(sizes)
        ends = [sum(sizes[: place + 1]) / total for place in range(len(sizes))] if total else []
        self._set(tuple(zip([0.0, *ends], ends, strict=False)), None)

    def show_interval(self, value: float, ends: Part | None) -> None:
        """Show a value and its interval.

        Args:
            value: The value, in [0, 1].
            ends: The interval; None if unknown.
        """
        self._set((ends,) if ends else (), value)

    def _set(self, parts: tuple[Part, ...], mark: float | None) -> None:
        if (parts, mark) != (self._parts, self._mark):
            self._parts, self._mark = parts, mark
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, parts and dot."""
        colours, painter = Colours.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, high = self.height() / 2, max(3.0, self.height() / 2)
        radius = self.height() / 2
        area = QRectF(0, middle - high / 2, self.width(), high)
        self._fill(painter, area, 0, 1, colours.grid)
        for place, (begin, end) in enumerate(self._parts):
            self._fill(painter, area, begin, end, mix(colours.train, colours.background, 0.3 * place))
        if self._mark is not None:
            painter.setBrush(mix(colours.train, colours.text, 0.4))
            x = min(max(area.width() * self._mark, radius), area.width() - radius)
            painter.drawEllipse(QRectF(x - radius, 0, 2 * radius, 2 * radius))
        painter.end()

    @staticmethod
    def _fill(painter: QPainter, area: QRectF, begin: float, end: float, colour: QColor) -> None:
        painter.setBrush(colour)
        part = QRectF(area.left() + area.width() * begin, area.top(), area.width() * (end - begin), area.height())
        painter.drawRoundedRect(part, 2, 2)
