"""What the model made of one image after each epoch: a bar up where it was right, down where it was wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.style.theme import Colours
from gui.text import formats
from gui.text.class_text import class_name
from gui.viewmodels.image_index import Verdicts
from gui.widgets.drawing import mark_colour
from gui.widgets.labels import plain_tip

WIDEST = 18


class VerdictStrip(QWidget):
    """A bar per epoch, as long as the model was confident. Click one to go to its epoch."""

    epoch_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._verdicts = Verdicts.none()
        self._names: tuple[str, ...] = ()
        self._epoch = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_verdicts(self, verdicts: Verdicts, names: tuple[str, ...], epoch: int) -> None:
        """`epoch` is marked."""
        self._verdicts, self._names, self._epoch = verdicts, names, epoch
        self.setAccessibleName(self.tr("Predictions by epoch"))
        self.setAccessibleDescription(self._in_words())
        self.update()

    def sizeHint(self) -> QSize:
        """Two bars high, and the epochs' numbers."""
        return QSize(120, 44 + self.fontMetrics().height())

    def _in_words(self) -> str:
        right, epochs = int(self._verdicts.right.sum()), len(self._verdicts.epochs)
        return self.tr("right in {right} of {epochs} epochs").format(right=right, epochs=epochs)

    def _width(self) -> float:
        return min(WIDEST, max(1.0, (self.width() - 4) / max(1, len(self._verdicts.epochs))))

    def _at(self, x: float) -> int | None:
        number = int((x - 2) / self._width())
        return number if 0 <= number < len(self._verdicts.epochs) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """All of it."""
        found = self._verdicts
        if not len(found.epochs):
            return
        painter, colours, width = QPainter(self), Colours.current(), self._width()
        line = self.fontMetrics().height()
        middle, half = (self.height() - line) / 2, (self.height() - line) / 2 - 2
        gap = 1 if width >= 4 else 0
        for number, epoch in enumerate(found.epochs):
            left, right = 2 + number * width, bool(found.right[number])
            if epoch == self._epoch:
                painter.fillRect(QRectF(left, 0, width, 2 * middle), colours.grid)
                painter.fillRect(QRectF(left, 2 * middle, width, 2), colours.text)
            length = max(2.0, float(found.confidence[number]) * half)
            bar = QRectF(left, middle - length if right else middle, width - gap, length)
            painter.fillRect(bar, mark_colour(right))
        painter.setPen(colours.muted)
        painter.drawLine(QPointF(0, middle), QPointF(4 + len(found.epochs) * width, middle))
        self._numbers(painter, width, line)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _numbers(self, painter: QPainter, width: float, line: float) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        end = -10.0
        wanted = {0, len(self._verdicts.epochs) - 1} | {
            n for n, epoch in enumerate(self._verdicts.epochs) if epoch % 5 == 0
        }
        for number in sorted(wanted):
            text = str(self._verdicts.epochs[number])
            size = painter.fontMetrics().horizontalAdvance(text)
            left = max(0.0, min(2 + (number + 0.5) * width - size / 2, self.width() - size - 2))
            if left > end + 6:
                painter.drawText(QRectF(left, self.height() - line, size + 2, line), text)
                end = left + size

    def _tip(self, number: int) -> str:
        taken = int(self._verdicts.predicted[number])
        word = self.tr("right") if self._verdicts.right[number] else self.tr("wrong")
        name = class_name(self._names, taken)
        share = formats.percent(float(self._verdicts.confidence[number]))
        return f"{self.tr('Epoch')} {self._verdicts.epochs[number]}: {name}, {share}, {word}"

    def event(self, event: QEvent) -> bool:
        """Tool tips of the single bars."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._at(event.pos().x())
            QToolTip.showText(event.globalPos(), plain_tip(self._tip(number)) if number is not None else "")
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the epoch."""
        number = self._at(event.position().x())
        if number is not None:
            self.epoch_chosen.emit(int(self._verdicts.epochs[number]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go through the epochs."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step or not len(self._verdicts.epochs):
            super().keyPressEvent(event)
            return
        epochs = self._verdicts.epochs
        place = int(epochs.searchsorted(self._epoch)) + step
        self.epoch_chosen.emit(int(epochs[max(0, min(place, len(epochs) - 1))]))
