"""The charts of the curves panel, side by side, with one legend."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gui.plotting.chart import Chart
from gui.plotting.legend import Legend
from gui.viewmodels.curves import CHARTS

_PLACES = {  # row, column, columns
    "loss": (0, 0, 6),
    "accuracy": (0, 6, 6),
    "macro_f1": (1, 0, 3),
    "learning_rate": (1, 3, 3),
    "speed": (1, 6, 3),
    "wait": (1, 9, 3),
}


def _chart(name: str) -> Chart:
    if name == "wait":
        return Chart("percent", zero=True)
    return Chart(zero=name in ("speed", "learning_rate"))


class ChartArea(QWidget):
    """Holds the charts and takes the keys for all of them: arrows pan, + and - zoom, Home follows.

    `panned`: by a part of the view's width. `zoomed`: to a part of it.
    """

    panned = Signal(float)
    zoomed = Signal(float)
    fit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.legend = Legend()
        self.charts = {name: _chart(name) for name in CHARTS}
        grid = QGridLayout()
        grid.setSpacing(8)
        for name, chart in self.charts.items():
            row, column, columns = _PLACES[name]
            grid.addWidget(chart, row, column, 1, columns)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        for column in range(12):
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(6)
        layout.addWidget(self.legend)
        layout.addLayout(grid, 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """By key, not by letter, so that every keyboard layout works."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.panned.emit(-0.1 if key == Qt.Key.Key_Left else 0.1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomed.emit(0.7)
        elif key == Qt.Key.Key_Minus:
            self.zoomed.emit(1 / 0.7)
        elif key == Qt.Key.Key_Home:
            self.fit_wanted.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame while it has the focus."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()
