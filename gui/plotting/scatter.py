"""A scatter plot that answers the mouse. Points are painted once and kept until something changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plotting.markers import Look
from gui.plotting.painting import Stamps
from gui.style.theme import Colours
from gui.text.class_text import ARROW
from gui.viewmodels.embedding import Points, frame, nearest
from gui.widgets.drawing import draw_picture
from gui.widgets.short_names import ShortNames
from trainer.text.text_shortening import shorten

REACH = 12.0
"""Distance in pixels within which the mouse points at a point."""
LEAST, RADIUS = 1.75, 2.75
"""Radius of a point in pixels, if crowded and if there is room."""
THUMB = 96
CLOSEST = 60.0
"""Largest magnification."""
DRAG = 4
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cloud:
    """Points with their looks.

    Attributes:
        points: Coordinates (N, 2).
        look_of: Index of the look of each (N,).
        looks: The looks.
        seen: Which points are shown (N,); others are drawn as specks.
    """

    points: Points
    look_of: NDArray[np.int64]
    looks: Sequence[Look]
    seen: NDArray[np.bool_]


@dataclass(frozen=True)
class About:
    """What is shown next to the point under the mouse.

    Attributes:
        lines: Lines of text.
        image: Image of the point; None (default): none.
    """

    lines: tuple[str, ...]
    image: QImage | None = field(default=None, compare=False)


class Scatter(QWidget):
    """A scatter plot: the wheel zooms, dragging pans, a double click shows all points again.

    `chosen` is emitted with a point that was clicked, or reached with the arrow keys.

    Args:
        about: Gives what is shown next to a point; None: nothing.
    """

    chosen = Signal(int)

    def __init__(self, about: Callable[[int], About | None]) -> None:
        super().__init__()
        self._about = about
        self._short = ShortNames()
        self.cloud: Cloud | None = None
        self.current, self.hovered = -1, -1
        self._view: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
        self._x, self._y = np.empty(0), np.empty(0)
        self._kept: QPixmap | None = None
        self._order = np.empty(0, np.int64)
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)

    def sizeHint(self) -> QSize:
        """As large as possible."""
        return QSize(600, 480)

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_cloud(self, cloud: Cloud | None, *, fit: bool) -> None:
        """Show points.

        Args:
            cloud: The points; None: nothing.
            fit: Whether to show all of them; else the view stays.
        """
        self.cloud = cloud
        count = len(cloud.points) if cloud is not None else 0
        if count != len(self._order):
            # mixed, and always in the same way, so that no class lies on top of the others
            self._order = np.random.default_rng(0).permutation(count)
            self.current = self.hovered = -1
        if cloud is not None and self.hovered >= 0 and not cloud.seen[self.hovered]:
            self.hovered = -1
        if fit:
            self.fit()
        self._place()

    def fit(self) -> None:
        """Show all points."""
        if self.cloud is not None and len(self.cloud.points):
            self._view = frame(self.cloud.points)
        self._place()

    def choose(self, number: int) -> None:
        """Mark a point.

        Args:
            number: Its index; -1: none.
        """
        self.current = number
        self.update()

    def restyle(self) -> None:
        """Update the colours from the palette."""
        self._kept = None
        self.update()

    def place_of(self, number: int) -> QPointF:
        """Position of a point in the widget."""
        return QPointF(float(self._x[number]), float(self._y[number]))

    def _place(self) -> None:
        """Convert points to pixels. The axes have different scales, to use the room: groups matter here, not
        lengths."""
        left, bottom, width, height = self._view
        area = self._area()
        points = self.cloud.points.astype(np.float64) if self.cloud is not None else np.empty((0, 2))
        self._x = area.left() + (points[:, 0] - left) / width * area.width()
        self._y = area.bottom() - (points[:, 1] - bottom) / height * area.height()
        self._kept = None
        self.update()

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, 1, -1, -1)

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stored points, then what belongs to the mouse."""
        scale = self.devicePixelRatioF()
        if self._kept is None or self._kept.devicePixelRatio() != scale:
            self._kept = self._paint_points(scale)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._kept)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = Colours.current()
        for number, width in ((self.current, 2.5), (self.hovered, 1.5)):
            if 0 <= number < len(self._x):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colours.text, width))
                painter.drawEllipse(self.place_of(number), RADIUS + 4, RADIUS + 4)
        if 0 <= self.hovered < len(self._x):
            self._paint_about(painter, colours)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self.palette().highlight().color(), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_points(self, scale: float) -> QPixmap:
        colours = Colours.current()
        kept = QPixmap(self.size() * scale)
        kept.setDevicePixelRatio(scale)
        kept.fill(colours.background)
        painter = QPainter(kept)
        painter.setPen(QPen(colours.grid, 0))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self.cloud is not None:
            self._paint_specks(painter, colours)
            stamps = Stamps(colours.background)
            pictures = [stamps.get(look, self._radius(), scale) for look in self.cloud.looks]
            half = pictures[0].deviceIndependentSize().width() / 2 if pictures else 0.0
            lefts, tops = np.round((self._x - half) * scale) / scale, np.round((self._y - half) * scale) / scale
            order = self._order[self.cloud.seen[self._order] & self._inside()[self._order]]
            for number, left, top in zip(
                self.cloud.look_of[order].tolist(), lefts[order].tolist(), tops[order].tolist(), strict=True
            ):
                painter.drawPixmap(QPointF(left, top), pictures[number])
        painter.end()
        return kept

    def _radius(self) -> float:
        room = math.sqrt(self.width() * self.height() / max(1, int(self._inside().sum())))
        return round(4 * min(max(0.28 * room, LEAST), RADIUS)) / 4

    def _paint_specks(self, painter: QPainter, colours: Colours) -> None:
        assert self.cloud is not None
        faint = np.flatnonzero(~self.cloud.seen & self._inside())
        painter.setPen(QPen(colours.grid, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(
            [QPointF(x, y) for x, y in zip(self._x[faint].tolist(), self._y[faint].tolist(), strict=True)]
        )

    def _inside(self) -> NDArray[np.bool_]:
        area = self._area().adjusted(-8, -8, 8, 8)
        fits = (self._x >= area.left()) & (self._x <= area.right()) & (self._y >= area.top())
        inside: NDArray[np.bool_] = fits & (self._y <= area.bottom())
        return inside

    def _paint_about(self, painter: QPainter, colours: Colours) -> None:
        about = self._about(self.hovered)
        if about is None:
            return
        metrics = QFontMetricsF(self.font())
        measure = metrics.horizontalAdvance
        text = max((measure(line) for line in about.lines), default=0.0)
        wide = min(max(text, THUMB if about.image is not None else 0), self._text_room())
        high = metrics.height() * len(about.lines) + (THUMB + 4 if about.image is not None else 0)
        at = self.place_of(self.hovered)
        box = QRectF(at.x() + 16, at.y() + 12, wide + 16, high + 14)
        if box.right() > self.width() - 4:
            box.moveRight(at.x() - 16)
        if box.bottom() > self.height() - 4:
            box.moveBottom(at.y() - 12)
        box.moveLeft(max(4.0, box.left()))
        box.moveTop(max(4.0, box.top()))
        painter.setPen(QPen(colours.muted, 1))
        painter.setBrush(colours.background)
        painter.drawRoundedRect(box, 4, 4)
        inner = box.adjusted(8, 7, -8, -7)
        if about.image is not None:
            draw_picture(painter, about.image, QRectF(inner.left(), inner.top(), THUMB, THUMB))
            inner.setTop(inner.top() + THUMB + 4)
        painter.setPen(colours.text)
        for number, line in enumerate(about.lines):
            row = QRectF(inner.left(), inner.top() + number * metrics.height(), inner.width() + 2, metrics.height())
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, shorten(line, inner.width() + 1, measure))

    def _text_room(self) -> float:
        return 0.6 * self.width()

    def short_names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Shorten class names to fit next to a point, after an arrow.

        Args:
            classes: Class names.

        Returns:
            The short names in the same order.
        """
        room = self._text_room() - QFontMetricsF(self.font()).horizontalAdvance(ARROW)
        return self._short.of_classes(room, classes, self.font())

    # -- the mouse and the keys ----------------------------------------------------------------------------------

    def number_at(self, at: QPointF) -> int:
        """Index of the shown point nearest to a position, -1 if none is near."""
        if self.cloud is None:
            return -1
        seen = np.flatnonzero(self.cloud.seen)
        found = nearest(self._x[seen], self._y[seen], (at.x(), at.y()), REACH)
        return int(seen[found]) if found >= 0 else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what is under the mouse, or pan."""
        at = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if not self._dragged and (at - self._pressed).manhattanLength() < DRAG:
                return
            self._dragged = True
            area, (left, bottom, width, height) = self._area(), self._view
            step = at - self._pressed
            self._pressed = at
            self._view = (
                left - step.x() / area.width() * width,
                bottom + step.y() / area.height() * height,
                width,
                height,
            )
            self._place()
            return
        self._hover(self.number_at(at))

    def _hover(self, number: int) -> None:
        if number != self.hovered:
            self.hovered = number
            self.setCursor(Qt.CursorShape.PointingHandCursor if number >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a click or a pan."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish a click, unless it was a pan."""
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            if not self._dragged and (number := self.number_at(event.position())) >= 0:
                self._pick(number)
            self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all points."""
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse."""
        if self.cloud is None or not len(self.cloud.points):
            return
        whole = frame(self.cloud.points)
        area, (left, bottom, width, height) = self._area(), self._view
        factor = 0.85 ** (event.angleDelta().y() / 120)
        factor = min(max(factor, whole[2] / CLOSEST / width), whole[2] / width)
        across = (event.position().x() - area.left()) / area.width()
        up = (area.bottom() - event.position().y()) / area.height()
        self._view = (
            left + across * width * (1 - factor),
            bottom + up * height * (1 - factor),
            width * factor,
            height * factor,
        )
        self._place()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Highlight no point."""
        self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to the nearest point on that side; Home shows all points."""
        sides = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        if event.key() == Qt.Key.Key_Home:
            self.fit()
        elif (side := sides.get(Qt.Key(event.key()))) and (number := self._beside(*side)) >= 0:
            self._pick(number)
        else:
            super().keyPressEvent(event)

    def _beside(self, right: int, down: int) -> int:
        """The next shown point on that side of the current one; without a current one, the point in the middle."""
        if self.cloud is None or not self.cloud.seen.any():
            return -1
        seen = np.flatnonzero(self.cloud.seen)
        if not 0 <= self.current < len(self._x):
            middle = self._area().center()
            found = nearest(self._x[seen], self._y[seen], (middle.x(), middle.y()), float("inf"))
            return int(seen[found])
        x, y = self._x[seen] - self._x[self.current], self._y[seen] - self._y[self.current]
        along, aside = right * x + down * y, down * x - right * y
        there = np.flatnonzero(along > 0.5)
        cost = along[there] ** 2 + 4 * aside[there] ** 2  # straight on rather than near
        return int(seen[there[np.argmin(cost)]]) if len(there) else -1

    def _pick(self, number: int) -> None:
        self.choose(number)
        self.chosen.emit(number)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the points for a new size."""
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.restyle()
        super().changeEvent(event)
