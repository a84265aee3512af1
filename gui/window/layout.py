"""The saved layout: size of the window, widths of its sides, which of them are open, where its panels are."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from gui.preferences import Preferences
from gui.window.tabs import Tabs
from gui.window.top_rows import TopRows

FOLD_WIDTH = 1200
"""Narrower windows hide the list of runs unless the user opens it."""
LEAST_SIZE = QSize(768, 432)
"""What a screen of 1366x768 leaves at a scale of 178 %; one of 1400x900 leaves 843x542 at 166 %."""
FIRST_SIZE = QSize(1280, 800)
FIRST_WIDTHS = (280, 760, 240)

Side = Literal["runs", "facts"]


class WindowLayout:
    """Arranges the sides of a window, `runs` on the left and `run_info` on the right of `splitter`, and the panels."""

    def __init__(
        self,
        window: QMainWindow,
        splitter: QSplitter,
        sides: tuple[QWidget, QWidget],
        top_rows: TopRows,
        tabs: Tabs,
        actions: dict[str, QAction],
        preferences: Preferences,
    ) -> None:
        self._window = window
        self._splitter = splitter
        self._runs, self._run_info = sides
        self._top_rows = top_rows
        self._tabs = tabs
        self._actions = actions
        self._preferences = preferences
        self._on_run = False
        self._narrow = False
        self._unfolded = False
        window.setMinimumSize(LEAST_SIZE)

    def restore(self) -> None:
        """Restore the layout, on a screen that exists."""
        self._first_sizes()
        geometry = self._preferences.layout("geometry")
        if not geometry.isEmpty():
            self._window.restoreGeometry(geometry)
            # The saved state may be full screen: the menu item shows it from the start.
            self._actions["full_screen"].setChecked(self._window.isFullScreen())
        widths = self._preferences.layout("sides")
        if not widths.isEmpty():
            self._splitter.restoreState(widths)
        self._tabs.arrange(bytes(self._preferences.layout("panels").data()))
        self._narrow = self._window.width() < FOLD_WIDTH
        self._arrange()

    def save(self) -> None:
        """Save the layout."""
        self._preferences.set_layout("geometry", self._window.saveGeometry())
        self._preferences.set_layout("sides", self._splitter.saveState())
        self._preferences.set_layout("panels", QByteArray(self._tabs.arrangement()))

    def reset(self) -> None:
        """Restore the default layout."""
        self._preferences.forget_layout()
        self._window.showNormal()
        self._actions["full_screen"].setChecked(False)
        self._first_sizes()
        self._tabs.arrange(b"")
        self._unfolded = False
        self._arrange()

    def _first_sizes(self) -> None:
        room = self._window.screen().availableGeometry().size()
        self._window.resize(FIRST_SIZE.boundedTo(room * 0.95))
        self._splitter.setSizes(list(FIRST_WIDTHS))

    def fold(self) -> None:
        """The window has another size."""
        self._top_rows.fit(self._window.height())
        narrow = self._window.width() < FOLD_WIDTH
        if narrow != self._narrow:
            self._narrow, self._unfolded = narrow, False
            self._arrange()

    def toggle(self, side: Side) -> None:
        """Open or close a side, and remember that."""
        preferences = self._preferences
        if side == "runs" and self._narrow:
            self._unfolded = self._runs.isHidden()
        elif side == "facts" and self._narrow and self._unfolded:
            # there is room for only one side: the latest requested
            self._unfolded = False
            preferences.set_shown("facts", True)
        else:
            preferences.set_shown(side, not preferences.shown(side))
        self._arrange()

    def open(self, side: Side) -> None:
        """Open a side if it is closed."""
        if not self._actions[f"{side}_panel"].isChecked():
            self.toggle(side)

    def show_run_info(self, on_run: bool) -> None:
        """Show the facts of a run only while a run is in front."""
        self._on_run = on_run
        self._arrange()

    def _arrange(self) -> None:
        preferences, actions = self._preferences, self._actions
        runs = self._unfolded if self._narrow else preferences.shown("runs")
        facts = preferences.shown("facts") and not (self._narrow and self._unfolded)
        self._runs.setVisible(runs)
        self._run_info.setVisible(facts and self._on_run)
        actions["runs_panel"].setChecked(runs)
        actions["facts_panel"].setChecked(facts)
        actions["facts_panel"].setEnabled(self._on_run)

    def full_screen(self) -> None:
        """Toggle full screen."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()
        self._actions["full_screen"].setChecked(self._window.isFullScreen())


def column(*widgets: QWidget) -> QWidget:
    """One above the other."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return made
