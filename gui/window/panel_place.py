"""The place of a panel, in a tab or a window of its own, and what the panel has yet to draw."""

from __future__ import annotations

from collections.abc import Callable, Set
from itertools import pairwise

from PySide6.QtCore import Qt
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
        self._changed: set[Topic] = set()
        self._moved = False
        self._run: OpenRun | None = None
        self._broken = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def made(self) -> Panel:
        """The panel."""
        if self.panel is None:
            self.panel = self._make()
            self._layout.addWidget(self.panel)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt puts nothing behind what the Tab key does not reach
            self.follow(self)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self.panel

    def follow(self, before: QWidget) -> None:
        """Have the Tab key lead from this widget into the panel: it was made later than what stands around, or was in
        another window, and would come last."""
        inside: dict[QWidget, None] = {}
        for first in (self, self.made()):  # behind either of them, by where they were before
            widget = first.nextInFocusChain()
            while widget is not None and self.isAncestorOf(widget):
                inside[widget] = None
                widget = widget.nextInFocusChain()
        reached = [widget for widget in inside if widget.focusPolicy() != Qt.FocusPolicy.NoFocus]
        for one, other in pairwise([before, *reached]):
            QWidget.setTabOrder(one, other)

    def draw(self) -> None:
        """Update the panel. One that raises is not updated again until another run is shown."""
        if not self._broken:
            self._broken = True
            self._draw()
            self._broken = False

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run, or none."""
        self._run, self._broken = run, False

    def note(self, changed: Set[Topic]) -> None:
        """Record changes until they are drawn."""
        self._changed |= changed

    def move_cursor(self) -> None:
        """Record that the cursor has moved."""
        self._moved = True

    def _draw(self) -> None:
        panel = self.made()
        if panel.run is not self._run:
            panel.show_run(self._run)
            self._changed, self._moved = set(ALL_TOPICS), False
        if self._run is None:
            return
        changed, self._changed = self._changed & panel.topics, set()
        if changed:
            panel.refresh(changed)
        if self._moved:
            self._moved = False
            panel.move_cursor()
