"""Follows the journal of one run, a slice at a time. No Qt: a timer calls `tick`."""

from __future__ import annotations

import time

from gui.viewmodels.run import RunModel, Topic
from trainer.store.folder import RunFolder, is_alive
from trainer.store.journal import JournalReader

ALIVE_SECONDS = 1.0


class JournalFollower:
    """`model` is what the journal has said so far; `caught_up` whether its end was reached; `alive` whether an engine
    works on the run, looked at once a second."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.model = RunModel()
        self.caught_up = False
        self.alive = is_alive(folder)
        self._looked = time.monotonic()
        self._reader = JournalReader(folder.journal)

    @property
    def damaged(self) -> int:
        """Journal lines that could not be read."""
        return self._reader.damaged

    @property
    def state(self) -> str:
        """The model's state; `lost` where the journal does not say how the run ended and no engine works on it."""
        if self.model.ended is None and not self.alive:
            return "lost"
        return self.model.state

    def tick(self, seconds: float = 0.01) -> set[Topic]:
        """Read for at most about `seconds`; what has changed. Raises DiskError where the journal cannot be read."""
        end = time.perf_counter() + seconds
        # where it cannot be read, nobody need hurry to read on
        self.caught_up = True
        while True:
            self.model.follow(self._reader)
            self.caught_up = self._reader.at_end
            if self.caught_up or time.perf_counter() >= end:
                break
        now = time.monotonic()
        if now - self._looked >= ALIVE_SECONDS:
            self._looked = now
            alive = is_alive(self.folder)
            if alive != self.alive:
                self.alive = alive
                self.model.changed.add("state")
        return self.model.take_changes()
