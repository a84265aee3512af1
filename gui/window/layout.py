"""Where things were left: size of the window, widths of its sides, which of them are open."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from gui.window.preferences import Preferences

FOLD_WIDTH = 1200
"""Narrower windows have no room for the list of runs, unless somebody opens it."""
LEAST_SIZE = QSize(768, 432)
"""What a screen of 1366x768 leaves at a scale of 178 %; one of 1400x900 leaves 843x542 at 166 %."""
FIRST_SIZE = QSize(1280, 800)
FIRST_WIDTHS = (270, 780, 230)

Side = Literal["runs", "facts"]


class WindowLayout:
    """Arranges the sides of a window: `runs` on the left and `run_info` on the right of `splitter`."""

    def __init__(
        self,
        window: QMainWindow,
        splitter: QSplitter,
        sides: tuple[QWidget, QWidget],
        actions: dict[str, QAction],
        preferences: Preferences,
    ) -> None:
        self._window = window
        self._splitter = splitter
        self._runs, self._run_info = sides
        self._actions = actions
        self._preferences = preferences
        self._on_run = False
        self._narrow = False
        self._unfolded = False
        window.setMinimumSize(LEAST_SIZE)

    def restore(self) -> None:
        """As it was left, on a screen that is there."""
        self._first_sizes()
        geometry = self._preferences.layout("geometry")
        if not geometry.isEmpty():
            self._window.restoreGeometry(geometry)
            # What was saved may be a full screen: the menu item says so from the start.
            self._actions["full_screen"].setChecked(self._window.isFullScreen())
        widths = self._preferences.layout("sides")
        if not widths.isEmpty():
            self._splitter.restoreState(widths)
        self._narrow = self._window.width() < FOLD_WIDTH
        self._arrange()

    def save(self) -> None:
        """Remember it."""
        self._preferences.set_layout("geometry", self._window.saveGeometry())
        self._preferences.set_layout("sides", self._splitter.saveState())

    def reset(self) -> None:
        """Everything where it was at first."""
        self._preferences.forget_layout()
        self._window.showNormal()
        self._first_sizes()
        self._unfolded = False
        self._arrange()

    def _first_sizes(self) -> None:
        room = self._window.screen().availableGeometry().size()
        self._window.resize(FIRST_SIZE.boundedTo(room * 0.95))
        self._splitter.setSizes(list(FIRST_WIDTHS))

    def fold(self) -> None:
        """The window has another width."""
        narrow = self._window.width() < FOLD_WIDTH
        if narrow != self._narrow:
            self._narrow, self._unfolded = narrow, False
            self._arrange()

    def toggle(self, side: Side) -> None:
        """Open or close a side, and keep it so."""
        preferences = self._preferences
        if side == "runs" and self._narrow:
            self._unfolded = self._runs.isHidden()
        elif side == "facts" and self._narrow and self._unfolded:
            # there is room for one side only: the one asked for last
            self._unfolded = False
            preferences.set_shown("facts", True)
        else:
            preferences.set_shown(side, not preferences.shown(side))
        self._arrange()

    def show_run_info(self, on_run: bool) -> None:
        """There is room for the facts of a run only while a run is in front."""
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
        """There and back."""
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
    layout.setSpacing(2)
    for widget in widgets:
        layout.addWidget(widget)
    return made
