"""Whether the window may close. Runs started here can be stopped first, or continue without it; images that are being
copied can be finished first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.panels.base import Panel
from gui.text.formats import whole
from gui.viewmodels.copies import Copies
from gui.widgets.banner import Banner
from gui.widgets.question_box import question_box
from gui.window.run_controller import RunController

STOP_SECONDS = 10.0
"""How long to wait for runs to stop before asking again."""


class Closing(QObject):
    """`ready`: the wait is over, and the `window` should be closed again. `panels`: those of its tabs; `unsaved`: how
    many decisions about labels are only in memory, besides theirs."""

    ready = Signal()

    def __init__(
        self,
        window: QWidget,
        controller: RunController,
        banner: Banner,
        panels: Callable[[], Sequence[Panel]],
        unsaved: Callable[[], int],
    ) -> None:
        super().__init__(controller)
        self._window = window
        self._controller = controller
        self._banner = banner
        self._panels, self._unsaved = panels, unsaved
        self._until: float | None = None
        self._due = 0
        """Images to be copied before the window closes; 0: it waits for none."""
        self._quiet = False

    def allowed(self) -> bool:
        """Whether the window may close now; asks the user if runs are active, if images are being copied, or if
        decisions would be lost."""
        if self._quiet:
            return True
        late, self._until, self._due = self._until is not None, None, 0
        unsaved = self._unsaved() + sum(panel.unsaved for panel in self._panels())
        if not late and not (self._may_cut(self._copies()) and self._may_lose(unsaved)):
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

    def _copies(self) -> Copies:
        return next((panel.copies for panel in self._panels() if panel.copies.total), Copies())

    def _may_cut(self, copies: Copies) -> bool:
        """Whether the copying may end where it is: `finish` waits for it instead."""
        if not copies.busy:
            return True
        text = self.tr("Still copying images: {done} of {total}")
        text = text.format(done=whole(copies.done), total=whole(copies.total))
        what = self.tr("If the window closes now, the others are not copied.")
        box = question_box(self._window, QMessageBox.Icon.Question, f"{text}\n\n{what}")
        finish = box.addButton(self.tr("Copy all, then close"), QMessageBox.ButtonRole.AcceptRole)
        cut = box.addButton(self.tr("Close now"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        if box.clickedButton() is finish:
            self._due = copies.total
            self._banner.tell("closing", self._waiting_text, sign="info")
        return box.clickedButton() is cut

    def _waiting_text(self) -> str:
        return self.tr("The window closes as soon as all images are copied …")

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
        """Called on each tick: after a stop, checks whether the runs have stopped or the time is up, and whether the
        images are copied that the window waits for."""
        if self._due and not self._copies().busy:
            self._end_copying(self._copies().done >= self._due)
        if self._until is None:
            return
        busy = bool(self._controller.working()) or self._controller.unfinished
        if not busy or time.monotonic() >= self._until:
            self._banner.hide_notice("closing")
            self.ready.emit()

    def _end_copying(self, complete: bool) -> None:
        self._due = 0
        self._banner.hide_notice("closing")
        if complete:
            self.ready.emit()
        else:
            self._banner.tell("closing", lambda: self.tr("The window has stayed open: not all images were copied."))

    def quietly(self) -> None:
        """Close without asking; training continues."""
        self._until, self._due, self._quiet = None, 0, True
        self.ready.emit()
