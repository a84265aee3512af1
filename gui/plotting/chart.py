"""The module around pyqtgraph: a chart that is told everything it draws at each frame.

pyqtgraph provides view, pan and zoom, and the fast way from arrays to lines. Lines, axes and texts are painted here,
in pixels: its curve and axis items take three times as long per frame, know no logarithms but their own, and read HTML
in every text. Lines come thinned for the screen (viewmodels/minmax_pyramid), so nothing is downsampled or clipped.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPalette, QPen, QPolygonF, QStaticText
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.plotting.chart_head import ChartHead
from gui.plotting.markers import POINT, POINT_ROOM, Look, Reading, draw_point, number_text
from gui.plotting.painting import Stamps, Stroke, draw_stroke, fits_points
from gui.plotting.tick_marks import marks_along, most_upwards
from gui.plotting.zoom_box import ZoomBox, draw_box, meant_box
from gui.style.dimensions import MEDIUM, SMALL, TIGHT, space
from gui.style.theme import Colours, mix
from gui.viewmodels.growable import Floats
from trainer.plotting.ticks import Kind, outward, ticks

import pyqtgraph as pg  # isort: skip  # as gui.plotting.painting imports it first

_KEPT_TEXTS = 200
_USUAL_MARK = "0.000"
"""Label of the y axis: charts below each other line up if their labels are no wider."""


@dataclass
class Scene:
    """All that a chart draws, the last stroke on top. `x`: left and right edge; `bad`: x of values that are not finite,
    `bad_sign`: which kind they are; `cursor`: x of the cursor, None: no cursor."""

    x: tuple[float, float]
    strokes: list[Stroke] = field(default_factory=list)
    bad: Floats = field(default_factory=lambda: np.empty(0))
    bad_sign: str = "NaN"
    cursor: float | None = None


class _Canvas(pg.GraphicsObject):  # type: ignore[misc]
    """All that is painted, in pixels of the view, below the view box that handles the mouse."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self._chart = chart
        self.setZValue(-1)

    def boundingRect(self) -> QRectF:
        """The whole view."""
        return QRectF(self._chart.view.rect())

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Paint the chart."""
        try:
            self._chart.paint(painter)
        except Exception:
            sys.excepthook(*sys.exc_info())  # left to shiboken, an error in here ends the process


class Chart(QFrame):
    """A plot on a card with a title. `draw` shows a scene; y fits what is visible unless it is `fixed_y`, x is the
    caller's.

    Signals: `moved`, the user moved the view to these edges; `boxed`, the user drew a box: its edges, and its y range
    or None; `hovered`, x under the mouse or None; `clicked`, x.
    """

    moved = Signal(float, float)
    boxed = Signal(float, float, object)
    hovered = Signal(object)
    clicked = Signal(float)
    fit_wanted = Signal()

    def __init__(self, kind: Kind = "number", *, zero: bool = False) -> None:
        super().__init__()
        self.kind: Kind = kind
        self.x_kind: Kind = "number"
        self.log = False
        self.hover: float | None = None
        self.readings: list[Reading] = []
        self._zero = zero
        self.scene = Scene((0.0, 1.0))
        self._scaled: list[Floats] = []
        self._limits = (0.0, 1.0, 0.0)
        self.y_range = (0.0, 1.0)
        self.fixed_y: tuple[float, float] | None = None
        self._scalable = False
        self._zoom: QRectF | None = None
        self._ticks: tuple[list[tuple[float, str]], list[tuple[float, str]]] = ([], [])
        self._margins = (0.0, 0.0)
        self.setProperty("surface", "card")
        self.head = ChartHead(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(MEDIUM), space(SMALL), space(SMALL), space(TIGHT))
        layout.setSpacing(space(TIGHT))
        layout.addWidget(self.head)
        layout.addWidget(self._make_view(), 1)
        self.restyle()

    def _make_view(self) -> QWidget:
        self.view = pg.GraphicsView(self)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMinimumSize(0, 0)
        self.view.viewport().installEventFilter(self)
        self._box = ZoomBox()
        self._box.sigRangeChangedManually.connect(self._moved)
        self._box.drawn.connect(self._show_zoom)
        self._box.boxed.connect(self._boxed)
        self._canvas = _Canvas(self)
        self.view.addItem(self._canvas)
        self.view.addItem(self._box)
        scene = self.view.scene()
        scene.sigMouseMoved.connect(self._hovered)
        scene.sigMouseClicked.connect(self._clicked)
        # pyqtgraph offers an export dialogue of its own there; ours is asked of who holds the chart
        scene.contextMenu = []
        for widget in (self.view, self.view.viewport()):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        return self.view  # type: ignore[no-any-return]

    # -- looks ---------------------------------------------------------------------------------------------------

    def set_title(self, text: str) -> None:
        """Set the title, as plain text."""
        self.head.set_title(text)
        self.setAccessibleName(text)

    def restyle(self) -> None:
        """Update colours and font from the palette."""
        self._colours = Colours.current()
        self._texts: dict[str, QStaticText] = {}
        self._stamps = Stamps(self._colours.background)
        self.head.update()
        self.view.setBackground(self._colours.background)
        metrics = QFontMetricsF(self.font())
        self._margins = metrics.horizontalAdvance(_USUAL_MARK) + 8, metrics.height() + 5
        self._place_box()
        self._canvas.update()

    def make_scalable(self) -> None:
        """Paint for a scalable drawing: slower, without stored pixels."""
        self._scalable = True
        self.view.setCacheMode(self.view.CacheModeFlag.CacheNone)

    def _place_box(self) -> None:
        left, bottom = self._margins
        area = self.view.rect()
        self._box.setGeometry(QRectF(left, 3, max(16, area.width() - left - 8), max(16, area.height() - bottom - 3)))

    # -- what is drawn -------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """Where the lines go, in pixels of the view."""
        return QRectF(self._box.geometry())

    @property
    def columns(self) -> int:
        """Device pixels that the x axis covers."""
        return int(self.area.width() * self.devicePixelRatioF())

    def limit(self, low: float, high: float, least: float) -> None:
        """Limit panning to `low` ... `high`, and the width of the view to at least `least`."""
        self._limits = low, high, least

    def _hand_over(self) -> None:
        """Tell the view box what is shown. It needs to know only when the mouse begins something, and learning costs
        more than drawing a line."""
        low, high, least = self._limits
        self._box.setLimits(xMin=low, xMax=high, minXRange=least)
        self._box.setXRange(*self.scene.x, padding=0)
        self.view.scene().prepareForPaint()

    def draw(self, scene: Scene) -> None:
        """Show a scene."""
        self.scene = scene
        self._scaled = [self._scale(stroke.y) for stroke in scene.strokes]
        low = min((float(np.fmin.reduce(y)) for y in self._scaled), default=np.nan)
        high = max((float(np.fmax.reduce(y)) for y in self._scaled), default=np.nan)
        self.y_range = self.fixed_y or outward(low, high, "log" if self.log else self.kind, self._zero)
        self._place_ticks()
        self._canvas.update()

    def _scale(self, y: Floats) -> Floats:
        if not self.log or not len(y):
            return y
        # what has no logarithm is drawn at the bottom rather than not at all
        positive = np.where(y > 0, y, np.nan)
        least = np.fmin.reduce(positive)
        least = least if np.isfinite(least) else 1e-12
        return np.log10(np.where(y <= 0, least, positive))

    def _place_ticks(self) -> None:
        area, metrics = self.area, QFontMetricsF(self.font())
        kind: Kind = "log" if self.log else self.kind
        most = most_upwards(area.height(), metrics) if self.scene.strokes else 0
        places, step = ticks(*self.y_range, most, kind)
        values = [10.0**place if self.log else place for place in places]
        y_ticks = [
            (place, number_text(value, value if self.log and step < value else step, self.kind))
            for place, value in zip(places, values, strict=True)
        ]
        self._make_room(max((metrics.horizontalAdvance(mark) for _, mark in y_ticks), default=0.0) + 8)
        self._ticks = marks_along(*self.scene.x, self.x_kind, self._x_mark, metrics, self.area.width()), y_ticks

    def _x_mark(self, place: float, step: float) -> str:
        """Label of a position on the x axis, which is a logarithm if the axis is logarithmic."""
        if self.x_kind == "log":
            return number_text(10.0**place, 10.0**place, "number")
        return number_text(place, step, self.x_kind)

    def _make_room(self, wide: float) -> None:
        """Make room for y labels of this width; the usual width is kept, so that charts next to each other line up."""
        usual = QFontMetricsF(self.font()).horizontalAdvance(_USUAL_MARK) + 8
        left = max(usual, min(wide, self.view.width() / 2))
        if left != self._margins[0]:
            self._margins = left, self._margins[1]
            self._place_box()

    def show_hover(self, x: float | None, readings: list[Reading]) -> None:
        """Show the crosshair at `x` and the readings next to the title; None removes both."""
        self.hover, self.readings = x, readings
        self.head.show_readings(readings)
        self._canvas.update()

    # -- painting in pixels --------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """Paint everything, in pixels of the view."""
        area = self.area
        painter.setFont(self.font())
        self._draw_axes(painter, area)
        painter.setClipRect(area)
        lines = list(zip(self.scene.strokes, self._scaled, strict=True))
        places = [(stroke, self._pixel_x(stroke.x, area), self._pixel_y(y, area)) for stroke, y in lines]
        for stroke, x, y in places:
            if stroke.look.line or not fits_points(stroke, area.width()):
                draw_stroke(painter, stroke, x, y)
        self._draw_cursor(painter, area)
        # a point on the edge is drawn whole, over the margin; one beyond it is not drawn
        painter.setClipRect(area.adjusted(-POINT_ROOM, -POINT_ROOM, POINT_ROOM, POINT_ROOM))
        for stroke, x, y in places:
            if fits_points(stroke, area.width()):
                inside = (abs(x - area.center().x()) <= area.width() / 2 + 0.5) & (
                    abs(y - area.center().y()) <= area.height() / 2 + 0.5
                )
                self._draw_points(painter, stroke.look, x[inside], y[inside], area.width() / max(1, len(x)))
        painter.setClipRect(area)
        self._draw_bad(painter, area)
        if self.hover is not None:
            self._draw_hover(painter, area, self.hover)
        if self._zoom is not None:
            draw_box(painter, self._zoom, self.palette().color(QPalette.ColorRole.Highlight))

    def _pixel_x(self, x: Any, area: QRectF) -> Any:
        left, right = self.scene.x
        return area.left() + (x - left) * (area.width() / (right - left))

    def _pixel_y(self, y: Any, area: QRectF) -> Any:
        bottom, top = self.y_range
        return area.bottom() - (y - bottom) * (area.height() / (top - bottom))

    def _text(self, text: str) -> QStaticText:
        """Laid out once: the marks of an axis are the same in most frames."""
        found = self._texts.get(text)
        if found is None:
            if len(self._texts) > _KEPT_TEXTS:
                self._texts.clear()
            found = self._texts[text] = QStaticText(text)
            found.setTextFormat(Qt.TextFormat.PlainText)
            found.prepare(font=self.font())
        return found

    def _draw_axes(self, painter: QPainter, area: QRectF) -> None:
        x_ticks, y_ticks = self._ticks
        lines = []
        painter.setPen(self._colours.muted)
        for place, mark in y_ticks:
            text, y = self._text(mark), float(self._pixel_y(place, area))
            size = text.size()
            lines.append(QLineF(area.left(), y, area.right(), y))
            top = min(max(y - size.height() / 2, 0.0), area.bottom() - size.height() + 4)
            painter.drawStaticText(QPointF(area.left() - 5 - size.width(), top), text)
        free = 0.0
        for place, mark in x_ticks:
            text = self._text(mark)
            width = text.size().width()
            left = min(float(self._pixel_x(place, area)) - width / 2, area.right() - width + 6)
            if left >= free:
                painter.drawStaticText(QPointF(left, area.bottom() + 3), text)
                free = left + width + 6
        painter.setPen(QPen(self._colours.grid, 0))
        painter.drawLines(lines)
        painter.setPen(QPen(mix(self._colours.muted, self._colours.grid, 0.5), 0))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _draw_points(self, painter: QPainter, look: Look, xs: Floats, ys: Floats, room: float) -> None:
        radius = round(4 * min(max(room / 4, 1.5), POINT)) / 4
        if self._scalable:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
                if math.isfinite(y):
                    draw_point(painter, look, QPointF(x, y), self._colours.background, radius)
            return
        stamp = self._stamps.get(look, radius, self.devicePixelRatioF())
        scale, half = stamp.devicePixelRatio(), stamp.deviceIndependentSize().width() / 2
        # on whole pixels of the screen, where the stamp keeps its edges
        lefts, tops = np.round((xs - half) * scale) / scale, np.round((ys - half) * scale) / scale
        for left, top in zip(lefts.tolist(), tops.tolist(), strict=True):
            if math.isfinite(top):
                painter.drawPixmap(QPointF(left, top), stamp)

    def _draw_cursor(self, painter: QPainter, area: QRectF) -> None:
        if self.scene.cursor is None:
            return
        x = float(self._pixel_x(self.scene.cursor, area))
        painter.setPen(QPen(self._colours.cursor, 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setBrush(self._colours.cursor)
        top = area.top()
        painter.drawPolygon(QPolygonF([QPointF(x - 5, top), QPointF(x + 5, top), QPointF(x, top + 7)]))

    def _draw_bad(self, painter: QPainter, area: QRectF) -> None:
        if not len(self.scene.bad):
            return
        xs = np.unique(np.round(self._pixel_x(self.scene.bad, area)))
        xs = xs[(xs >= area.left() - 1) & (xs <= area.right() + 1)]
        pen = QPen(self._colours.nan, 3)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(x, area.bottom() - 10, x, area.bottom()) for x in xs])
        if len(xs):
            metrics = QFontMetricsF(painter.font())
            width = metrics.horizontalAdvance(self.scene.bad_sign)
            left = min(float(xs[0]) + 5, area.right() - width - 4)
            painter.drawText(QPointF(left, area.bottom() - 13), self.scene.bad_sign)

    def _draw_hover(self, painter: QPainter, area: QRectF, at: float) -> None:
        x = float(self._pixel_x(at, area))
        painter.setPen(QPen(self._colours.muted, 0, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))

    # -- the mouse -----------------------------------------------------------------------------------------------

    def _moved(self, _mask: object) -> None:
        left, right = self._box.viewRange()[0]
        self.moved.emit(left, right)

    def _show_zoom(self, box: QRectF | None) -> None:
        self._zoom = meant_box(box, self.area) if box is not None else None
        self._canvas.update()

    def _boxed(self, box: QRectF) -> None:
        area, (left, right), (low, high) = self.area, self.scene.x, self.y_range
        found = meant_box(box, area)
        if found is None:
            return
        across, up = (right - left) / area.width(), (high - low) / area.height()
        whole = found.height() == area.height()
        y = None if whole else (low + (area.bottom() - found.bottom()) * up, low + (area.bottom() - found.top()) * up)
        edges = (found.left() - area.left()) * across, (found.right() - area.left()) * across
        self.boxed.emit(left + edges[0], left + edges[1], y)

    def _x_at(self, place: QPointF) -> float | None:
        """Convert a position in the view to x; None outside the plot."""
        area, (left, right) = self.area, self.scene.x
        return left + (place.x() - area.left()) / area.width() * (right - left) if area.contains(place) else None

    def _hovered(self, place: QPointF) -> None:
        self.hovered.emit(self._x_at(place))

    def _clicked(self, event: Any) -> None:
        x = self._x_at(event.scenePos())
        if event.button() != Qt.MouseButton.LeftButton or x is None:
            return
        if event.double():
            self.fit_wanted.emit()
        else:
            self.clicked.emit(x)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Handle the mouse leaving or starting something, and a new size."""
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(None)
        elif event.type() in (QEvent.Type.Wheel, QEvent.Type.MouseButtonPress):
            self._hand_over()
        elif event.type() == QEvent.Type.Resize:
            self._place_box()
            self._place_ticks()
        return False
