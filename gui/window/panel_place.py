"""The place of a panel, in a tab or a window of its own, and what the panel has yet to draw."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.viewmodels.run import ALL_TOPICS, Topic
from gui.viewmodels.selection import OpenRun


class PanelPlace(QWidget):
    """Creates its panel when it is first drawn."""

    def __init__(self, make: Callable[[], Panel]) -> None:
        super().__init__()
        self._make = make
        self.panel: Panel | None = None
        self.changed: set[Topic] = set()
        self.moved = False
        self.run: OpenRun | None = None
        self._broken = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def made(self) -> Panel:
        """The panel."""
        if self.panel is None:
            self.panel = self._make()
            self._layout.addWidget(self.panel)
        return self.panel

    def draw(self) -> None:
        """Update the panel. One that raises is not updated again until another run is shown."""
        if not self._broken:
            self._broken = True
            self._draw()
            self._broken = False

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run, or none."""
        self.run, self._broken = run, False

    def _draw(self) -> None:
        panel = self.made()
        if panel.run is not self.run:
            panel.show_run(self.run)
            self.changed, self.moved = set(ALL_TOPICS), False
        if self.run is None:
            return
        changed, self.changed = self.changed & panel.topics, set()
        if changed:
            panel.refresh(changed)
        if self.moved:
            self.moved = False
            panel.move_cursor()
