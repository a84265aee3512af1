"""F1 of every class after every epoch, as colours. No pyqtgraph: a single image, painted at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.style.theme import Colours, rgb
from gui.text import formats
from gui.text.class_text import class_name
from gui.widgets.drawing import image_of
from gui.widgets.labels import plain_tip
from gui.widgets.short_names import ShortNames

WIDEST = 48
"""Largest width of a cell in pixels."""
SCALE = 10
"""Height of the colour scale in pixels."""
NAMES = 0.4
"""Share of the width that names may take: cut, many of them cannot be told apart."""


class HeatMap(QWidget):
    """Classes as rows in the given order, epochs as columns.

    A click marks the class (`class_marked`) and goes to the epoch (`epoch_chosen`), a double click or Enter chooses the
    class (`class_chosen`); `pointed` describes the cell under the mouse or the keyboard.

    Attributes:
        epoch: Epoch to mark; 0: none.
        best: Best epoch; None: no mark.
        marked: Class to mark; -1: none.
    """

    epoch_chosen = Signal(int)
    class_marked = Signal(int)
    class_chosen = Signal(int)
    pointed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._epochs: NDArray[np.int64] = np.empty(0, np.int64)
        self._table: NDArray[np.float64] = np.empty((0, 0))
        self._order: NDArray[np.int64] = np.empty(0, np.int64)
        self._names: tuple[str, ...] = ()
        self._short = ShortNames()
        self._range = (0.0, 1.0)
        self._image: QImage | None = None
        self._at: tuple[int, int] | None = None
        self.epoch = 0
        self.best: int | None = None
        self.marked = -1
        self.top, self.row_height = 10, 24
        """Top of the first row and height of rows, if all fit: as in the table next to it."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(190, 120)

    def sizeHint(self) -> QSize:
        """Fits next to the table."""
        return QSize(360, 300)

    def show_table(
        self,
        epochs: NDArray[np.int64],
        table: NDArray[np.float64],
        order: NDArray[np.int64],
        names: tuple[str, ...],
    ) -> None:
        """Show values.

        Args:
            epochs: Numbers of the epochs (E,), increasing.
            table: F1 (C, E) in [0, 1], NaN where there is none.
            order: Class of each row from the top (C,).
            names: Class names.
        """
        self._epochs, self._table, self._order, self._names = epochs, table, order, names
        finite = table[np.isfinite(table)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        self._range = (math.floor(low * 10) / 10, max(math.ceil(high * 10) / 10, math.floor(low * 10) / 10 + 0.1))
        self._image = None
        self.setAccessibleDescription(self._in_words())
        self.update()

    def _in_words(self) -> str:
        text = self.tr("F1 of {classes} classes after {epochs} epochs")
        return text.format(classes=len(self._order), epochs=len(self._epochs))

    # -- geometry ------------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        """Where the cells lie."""
        rows, columns, left = max(1, len(self._order)), max(1, len(self._epochs)), self._margin()
        width = min(self.width() - left - 8, WIDEST * columns)
        return QRectF(left, self.top, max(1.0, width), max(1.0, min(self._room(), self.row_height * rows)))

    def _room(self) -> float:
        """Pixels for all rows."""
        return self.height() - self.top - self.below

    @property
    def below(self) -> int:
        """Pixels for epoch numbers and colour scale."""
        return 2 * self.fontMetrics().height() + 14

    def _margin(self) -> float:
        """Room for names, unless the rows of the table beside have them, or are too low for them."""
        rows = max(1, len(self._order))
        if self.row_height * rows <= self._room() or self._room() / rows < self.fontMetrics().height() - 3:
            return 4.0
        widest = max((self.fontMetrics().horizontalAdvance(self._name(i)) for i in self._order), default=0)
        return min(widest, self.width() * NAMES) + 8

    def _name(self, number: int) -> str:
        return class_name(self._names, int(number))

    def _cell(self, x: float, y: float) -> tuple[int, int] | None:
        area = self._area()
        if not len(self._order) or not len(self._epochs) or not area.contains(x, y):
            return None
        row = int((y - area.y()) / area.height() * len(self._order))
        column = int((x - area.x()) / area.width() * len(self._epochs))
        return min(row, len(self._order) - 1), min(column, len(self._epochs) - 1)

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw cells, labels, marks and colour scale."""
        if not len(self._order) or not len(self._epochs):
            return
        painter, area, colours = QPainter(self), self._area(), Colours.current()
        if self._image is None:
            self._image = self._coloured(colours)
        painter.drawImage(area, self._image)
        wide, high = area.width() / len(self._epochs), area.height() / len(self._order)
        line = self.fontMetrics().height()
        painter.setPen(self.palette().color(self.foregroundRole()))
        if area.x() > 5:
            names = [self._name(number) for number in self._order]
            short = self._short.within(area.x() - 6, names, self.font())
            for row, name in enumerate(names):
                place = QRectF(0, area.y() + row * high, area.x() - 6, high)
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, short[name])
        self._axis(painter, area, wide, line)
        self._marks(painter, area, wide, high, colours)
        self._scale(painter, area, line, colours)
        painter.end()

    def _coloured(self, colours: Colours) -> QImage:
        low, high = self._range
        table = self._table[self._order]
        places = np.nan_to_num((table - low) / (high - low) * 255).clip(0, 255).round().astype(np.uint8)
        pixels = colours.heat[places]
        pixels[~np.isfinite(table)] = [*rgb(colours.background), 255]
        return image_of(np.ascontiguousarray(pixels[:, :, :3]))

    def _axis(self, painter: QPainter, area: QRectF, wide: float, line: int) -> None:
        step, count = 1, len(self._epochs)
        room = self.fontMetrics().horizontalAdvance(str(self._epochs[-1])) + 10
        while step * wide < room:
            step = step * 2 if str(step)[0] in "15" else step * 5 // 2
        for number in range(count):
            epoch = int(self._epochs[number])
            if epoch % step == 0 or (number == 0 and step >= 5):
                place = QRectF(area.x() + number * wide - 30, area.bottom() + 2, wide + 60, line)
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, str(epoch))

    def _marks(self, painter: QPainter, area: QRectF, wide: float, high: float, colours: Colours) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = {int(epoch): number for number, epoch in enumerate(self._epochs)}
        if self.best in columns:
            x = area.x() + (columns[self.best] + 0.5) * wide
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.best)
            y = area.y() - 2
            painter.drawPolygon(QPolygonF([QPointF(x - 4, y - 6), QPointF(x + 4, y - 6), QPointF(x, y)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        boxes = []
        if self.epoch in columns:
            boxes.append(QRectF(area.x() + columns[self.epoch] * wide, area.y(), wide, area.height()))
        rows = np.flatnonzero(self._order == self.marked)
        if len(rows):
            boxes.append(QRectF(area.x(), area.y() + int(rows[0]) * high, area.width(), high))
        if self.hasFocus() and self._at is not None:
            boxes.append(QRectF(area.x() + self._at[1] * wide, area.y() + self._at[0] * high, wide, high))
        for box in boxes:
            # dark and light: one of them shows on any colour
            painter.setPen(QPen(Qt.GlobalColor.black, 3))
            painter.drawRect(box)
            painter.setPen(QPen(Qt.GlobalColor.white, 1))
            painter.drawRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _scale(self, painter: QPainter, area: QRectF, line: int, colours: Colours) -> None:
        low, high = (formats.number(value, 1) for value in self._range)
        top = area.bottom() + line + 8
        painter.setPen(self.palette().color(self.foregroundRole()))
        label = f"F1  {low}"
        start = self.fontMetrics().horizontalAdvance(label) + 6
        text = QRectF(area.x(), top, start + 300, line)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, label)
        room = self.width() - area.x() - start - self.fontMetrics().horizontalAdvance(high) - 14
        bar = QRectF(area.x() + start, top + (line - SCALE) / 2, max(20.0, min(110.0, room)), SCALE)
        painter.drawImage(bar, image_of(np.ascontiguousarray(colours.heat[None, :, :3])))
        painter.drawText(text.translated(start + bar.width() + 6, 0), Qt.AlignmentFlag.AlignVCenter, high)

    # -- mouse and keyboard --------------------------------------------------------------------------------------

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell == self._at:
            return
        self._at = cell
        self.pointed.emit(self.words_at(cell) if cell is not None else "")
        self.update()

    def words_at(self, cell: tuple[int, int]) -> str:
        """Describe a cell: class, epoch and F1.

        Args:
            cell: Row and column.

        Returns:
            The text.
        """
        number, column = int(self._order[cell[0]]), cell[1]
        return self.tr("{name}, epoch {epoch}: F1 {value}").format(
            name=self._name(number),
            epoch=self._epochs[column],
            value=formats.number(float(self._table[number, column]), 3),
        )

    def event(self, event: QEvent) -> bool:
        """Redraw the cells for a new palette; show the description as a tool tip."""
        if event.type() == QEvent.Type.PaletteChange:
            self._image = None
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell(event.pos().x(), event.pos().y())
            self.setToolTip(plain_tip(self.words_at(cell)) if cell is not None else "")
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Describe the cell under the mouse."""
        self._point(self._cell(event.position().x(), event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        """Describe no cell."""
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark the class, and go to the epoch."""
        cell = self._cell(event.position().x(), event.position().y())
        if cell is not None:
            self.class_marked.emit(int(self._order[cell[0]]))
            self.epoch_chosen.emit(int(self._epochs[cell[1]]))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose the class."""
        cell = self._cell(event.position().x(), event.position().y())
        if cell is not None:
            self.class_chosen.emit(int(self._order[cell[0]]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move a cell, Space does what a click does, Enter chooses the class."""
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if not len(self._order) or not len(self._epochs):
            super().keyPressEvent(event)
            return
        row, column = self._at or (0, len(self._epochs) - 1)
        if (move := moves.get(Qt.Key(event.key()))) is not None:
            row = max(0, min(row + move[0], len(self._order) - 1))
            self._point((row, max(0, min(column + move[1], len(self._epochs) - 1))))
        elif event.key() == Qt.Key.Key_Space:
            self.class_marked.emit(int(self._order[row]))
            self.epoch_chosen.emit(int(self._epochs[column]))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.class_chosen.emit(int(self._order[row]))
        else:
            super().keyPressEvent(event)
