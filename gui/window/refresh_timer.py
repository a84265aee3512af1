"""The one timer of the window: reads what is new, draws what has changed and can be seen, rests when nothing can.

Drawing 20 times a second all the time would take a quarter of a small computer from the training; so it is at most five
times a second while nobody is at work here, less where that takes long, and not at all while the window is hidden.
"""

from __future__ import annotations

import time
from collections.abc import Set
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCursor

from gui.text.errors import error_text
from gui.viewmodels.eta import Pace, outlook
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import OpenRun
from trainer.errors import EpochscopeError

if TYPE_CHECKING:
    from gui.window.main_window import Window

TOUCHED_MS = 50
IDLE_MS = 200
IDLE_SHARE = 1 / 160
"""The part of the time that an idle window may work, where that means less than five times a second: on a computer that
trains on all cores, this is what it takes from the training."""
IDLE_MOST_MS = 1500
SMOOTHING = 0.2
"""Weight of the newest look in what a look takes."""
TOUCHED_SECONDS = 1.0
SLICE_SECONDS = 0.01
"""A long journal is read in slices, one after the other while nothing else is to be done."""
RUNS_SECONDS = 0.5
LIVE_SECONDS = 2.0
FOLDER_SECONDS = 0.5
_FACTS: frozenset[Topic] = frozenset({"info", "epochs", "evaluation", "snapshots", "state"})


class RefreshTimer:
    """Drives a window. `pace` judges the speed of the shown run's present phase."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.pace = Pace()
        self.timer = QTimer(window)
        self.timer.timeout.connect(self.tick)
        self._mouse = QCursor.pos()
        self._spent = time.process_time()
        self._work = 0.0
        self._touched = self._drawn = float("-inf")
        self._runs_looked = self._live_looked = self._folder_looked = float("-inf")

    @property
    def catching_up(self) -> bool:
        """A journal was not read to its end yet."""
        window = self._window
        return any(not run.follower.caught_up for run in (window.run, *window.overlays) if run is not None)

    def set(self) -> None:
        """As fast as is needed now."""
        if not self._window.isVisible() or self._window.isMinimized():
            self.timer.stop()
            return
        touched = time.monotonic() - self._touched < TOUCHED_SECONDS
        wanted = 0 if self.catching_up else TOUCHED_MS if touched else self._idle_ms()
        if not self.timer.isActive() or self.timer.interval() != wanted:
            self.timer.start(wanted)

    def _idle_ms(self) -> int:
        """Until the next look while nobody is at work here, by what a look and the painting after it take. In steps, so
        that the timer is not set anew each time."""
        wanted = 1000 * self._work / IDLE_SHARE
        return min(IDLE_MOST_MS, max(IDLE_MS, 100 * round(wanted / 100)))

    def touch(self) -> None:
        """Somebody is at work here."""
        self._touched = time.monotonic()
        self.set()

    def tick(self) -> None:
        """Once around."""
        before, self._spent = self._spent, time.process_time()
        if self.timer.interval() >= IDLE_MS:
            self._work += SMOOTHING * (self._spent - before - self._work)
        self._tick()
        self.set()
        self._window.close_when_stopped()

    def _tick(self) -> None:
        window, now = self._window, time.monotonic()
        if QCursor.pos() != self._mouse:
            self._mouse, self._touched = QCursor.pos(), now
        self._read()
        window.assist.poll()
        window.hear_devices()
        window.errands.hear_report()
        self._look_around(now)
        if not self.catching_up:
            window.bar.tick(now)
        # while a long journal is read, only now and then
        if not self.catching_up or now - self._drawn >= IDLE_MS / 1000:
            self._drawn = now
            self._draw()

    def _read(self) -> None:
        window = self._window
        problems = []
        for run in window.overlays:
            try:
                if run.follower.tick(0.0 if run.follower.caught_up else SLICE_SECONDS):
                    window.tabs.note({"batches", "epochs"})
            except EpochscopeError as error:
                problems.append(error_text(error))
        changed: Set[Topic] = frozenset()
        try:
            if window.run is not None:
                changed = window.run.follower.tick(SLICE_SECONDS)
        except EpochscopeError as error:
            problems.append(error_text(error))
        if problems:
            window.banner.show_notice("unreadable", problems[-1])
        else:
            window.banner.hide_notice("unreadable")
        if window.run is not None:
            self._note(window.run, changed)

    def _note(self, run: OpenRun, changed: Set[Topic]) -> None:
        window = self._window
        window.tabs.note(changed)
        if changed & _FACTS or ("batches" in changed and not run.model.epochs.rows):
            window.facts.refresh()
            window.bar.refresh()
        if changed & {"state", "answers", "messages"}:
            window.show_controls()
            window.errands.tell_end()

    def _look_around(self, now: float) -> None:
        """The list of runs, and which others are live."""
        window = self._window
        if now - self._runs_looked >= RUNS_SECONDS and window.left.isVisible():
            self._runs_looked = now
            window.make_runs()
            window.runs.tick()
        if now - self._live_looked >= LIVE_SECONDS:
            self._live_looked = now
            window.status.show_live(window.root, window.run)
        if now - self._folder_looked >= FOLDER_SECONDS and not self.catching_up:
            self._folder_looked = now
            window.errands.tell_folder()

    def _draw(self) -> None:
        window = self._window
        window.conduct.tick()
        if window.run is not None:
            model, state = window.run.model, window.conduct.steering.state
            window.controls.show_outlook(model, outlook(model, state, self.pace))
            window.status.show_damage(window.run.follower.damaged)
        window.tabs.draw()
