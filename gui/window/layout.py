"""Where things were left: size of the window, widths of its sides, which of them are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize

if TYPE_CHECKING:
    from gui.window.main_window import Window

FOLD_WIDTH = 1200
"""Narrower windows have no room for the list of runs, unless somebody opens it."""
LEAST_LIST = 220
"""Pixels, for name and status of a run."""
FIRST_SIZE = QSize(1280, 800)
FIRST_WIDTHS = (270, 780, 230)

Side = Literal["runs", "facts"]


class WindowLayout:
    """Arranges the sides of a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._narrow = False
        self._unfolded = False

    def restore(self) -> None:
        """As it was left, on a screen that is there."""
        window, preferences = self._window, self._window.preferences
        room = window.screen().availableGeometry().size()
        window.resize(FIRST_SIZE.boundedTo(room * 0.95))
        window.sides.setSizes(list(FIRST_WIDTHS))
        geometry = preferences.layout("geometry")
        if not geometry.isEmpty():
            window.restoreGeometry(geometry)
        widths = preferences.layout("sides")
        if not widths.isEmpty():
            window.sides.restoreState(widths)
        self._narrow = window.width() < FOLD_WIDTH
        self.arrange()

    def save(self) -> None:
        """Remember it."""
        window, preferences = self._window, self._window.preferences
        preferences.set_layout("geometry", window.saveGeometry())
        preferences.set_layout("sides", window.sides.saveState())

    def reset(self) -> None:
        """Everything where it was at first."""
        window = self._window
        window.preferences.forget_layout()
        window.showNormal()
        window.resize(FIRST_SIZE.boundedTo(window.screen().availableGeometry().size() * 0.95))
        window.sides.setSizes(list(FIRST_WIDTHS))
        self._unfolded = False
        self.arrange()

    def fold(self) -> None:
        """The window has another width."""
        narrow = self._window.width() < FOLD_WIDTH
        if narrow != self._narrow:
            self._narrow, self._unfolded = narrow, False
            self.arrange()

    def toggle(self, side: Side) -> None:
        """Open or close a side, and keep it so."""
        window = self._window
        if side == "runs" and self._narrow:
            self._unfolded = window.left.isHidden()
        elif side == "facts" and self._narrow and self._unfolded:
            # there is room for one side only: the one asked for last
            self._unfolded = False
            window.preferences.set_shown("facts", True)
        else:
            window.preferences.set_shown(side, not window.preferences.shown(side))
        self.arrange()

    def arrange(self) -> None:
        """Show what is to be shown."""
        window, preferences = self._window, self._window.preferences
        wanted = self._unfolded if self._narrow else preferences.shown("runs")
        on_run = window.pages.currentWidget() is window.run_page
        window.left.setVisible(wanted)
        facts = preferences.shown("facts") and not (self._narrow and self._unfolded)
        window.facts.setVisible(facts and on_run)
        actions = window.menus.actions
        actions["runs_panel"].setChecked(wanted)
        actions["facts_panel"].setChecked(facts)
        actions["facts_panel"].setEnabled(on_run)

    def full_screen(self) -> None:
        """There and back."""
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()
        window.menus.actions["full_screen"].setChecked(window.isFullScreen())
