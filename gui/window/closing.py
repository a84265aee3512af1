"""Whether the window may close. Runs started here can be stopped first, or continue without it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from gui.widgets.banner import Banner
from gui.window.run_controller import RunController

STOP_SECONDS = 10.0
"""How long to wait for runs to stop before asking again."""


class Closing(QObject):
    """`ready`: the wait is over, and the window should be closed again."""

    ready = Signal()

    def __init__(self, controller: RunController, banner: Banner) -> None:
        super().__init__(controller)
        self._controller = controller
        self._banner = banner
        self._until: float | None = None
        self._quiet = False

    def allowed(self) -> bool:
        """Whether the window may close now; asks the user if runs are active."""
        if self._quiet or not self._controller.working():
            return True
        choice = self._controller.ask_closing(late=self._until is not None)
        self._until = None
        if choice == "stop":
            self._controller.stop_all()
            self._until = time.monotonic() + STOP_SECONDS
            text = self.tr("The window closes as soon as the run has stopped …")
            self._banner.show_notice("closing", text, sign="info")
        return choice == "leave"

    def poll(self) -> None:
        """Called on each tick after a stop: checks whether the runs have stopped or the time is up."""
        if self._until is not None and (not self._controller.working() or time.monotonic() >= self._until):
            self._banner.hide_notice("closing")
            self.ready.emit()

    def quietly(self) -> None:
        """Close without asking; training continues."""
        self._until, self._quiet = None, True
        self.ready.emit()
