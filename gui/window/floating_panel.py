"""A panel in a window of its own, beside the main one or on another screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from gui.style.dimensions import STEP, space
from gui.window.panel_place import PanelPlace

FIRST_SIZE = QSize(960, 680)
"""For a font of the usual size; a panel that was torn off is looked at in detail."""
_BESIDE = QPoint(64, 64)
"""Offset from the corner of the main window, so that both are visible."""


class FloatingPanel(QWidget):
    """The window of a torn-off panel. Closing it emits `returned`, and the panel goes back to its tab.

    Keys and drops that the panel ignores are passed to the main window, whose actions it shares.
    """

    returned = Signal()

    def __init__(self, place: PanelPlace, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.place = place
        self.setAcceptDrops(True)
        self.addActions(window.actions())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(place)
        place.show()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        room = window.screen().availableGeometry()
        least = self.minimumSizeHint().expandedTo(FIRST_SIZE * (space(1) / STEP))
        self.resize(least.boundedTo(room.size()))
        corner = window.pos() + _BESIDE
        ends = room.bottomRight() - QPoint(self.width(), self.height())
        self.move(max(room.left(), min(corner.x(), ends.x())), max(room.top(), min(corner.y(), ends.y())))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Back to the tabs."""
        event.accept()
        self.returned.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The key may be a letter of a Russian layout."""
        self._pass_on(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept folders and images here, too."""
        self._pass_on(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Pass a drop on to the main window."""
        self._pass_on(event)

    def _pass_on(self, event: QEvent) -> None:
        window = self.parentWidget()
        assert isinstance(window, QMainWindow)
        QCoreApplication.sendEvent(window, event)
