"""Whether the window may close. Runs started here can be stopped first, or continue without it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.text.formats import whole
from gui.widgets.banner import Banner
from gui.widgets.question_box import question_box
from gui.window.run_controller import RunController

STOP_SECONDS = 10.0
"""How long to wait for runs to stop before asking again."""


class Closing(QObject):
    """`ready`: the wait is over, and the `window` should be closed again. `unsaved`: how many decisions about labels
    are only in memory."""

    ready = Signal()

    def __init__(self, window: QWidget, controller: RunController, banner: Banner, unsaved: Callable[[], int]) -> None:
        super().__init__(controller)
        self._window = window
        self._controller = controller
        self._banner = banner
        self._unsaved = unsaved
        self._until: float | None = None
        self._quiet = False

    def allowed(self) -> bool:
        """Whether the window may close now; asks the user if runs are active, or if decisions would be lost."""
        if self._quiet:
            return True
        late, self._until = self._until is not None, None
        if not late and not self._may_lose(self._unsaved()):
            return False
        if self._controller.working():
            choice = self._controller.ask_closing(late=late)
            if choice == "stop":
                self._controller.stop_all()
                self._wait()
            return choice == "leave"
        if self._controller.unfinished and not late:
            self._wait()
            return False
        return True

    def _may_lose(self, decisions: int) -> bool:
        if not decisions:
            return True
        text = self.tr("Decisions about labels that are not saved: {count}").format(count=whole(decisions))
        what = self.tr("They are lost when the window closes. In Labels you can choose where to save them.")
        box = question_box(self._window, QMessageBox.Icon.Warning, f"{text}\n\n{what}")
        away = box.addButton(self.tr("Close and lose them"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        return box.clickedButton() is away

    def _wait(self) -> None:
        self._until = time.monotonic() + STOP_SECONDS
        self._banner.tell("closing", lambda: self.tr("The window closes as soon as the run has stopped …"), sign="info")

    def poll(self) -> None:
        """Called on each tick after a stop: checks whether the runs have stopped or the time is up."""
        if self._until is None:
            return
        busy = bool(self._controller.working()) or self._controller.unfinished
        if not busy or time.monotonic() >= self._until:
            self._banner.hide_notice("closing")
            self.ready.emit()

    def quietly(self) -> None:
        """Close without asking; training continues."""
        self._until, self._quiet = None, True
        self.ready.emit()
