"""Follows the journal of one run, a slice at a time. No Qt: a timer calls `tick`."""

from __future__ import annotations

import time

from gui.run_model import RunModel, Topic
from trainer.store.folder import RunFolder, is_alive
from trainer.store.journal import JournalReader
from trainer.store.reports import Reports

ALIVE_SECONDS = 1.0


class Follower:
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
        """Read for at most about `seconds`; what has changed."""
        end = time.perf_counter() + seconds
        more = True
        while more and time.perf_counter() < end:
            found, more = self._reader.read_some()
            for record in found:
                if isinstance(record, Reports):
                    self.model.apply_reports(record)
                else:
                    self.model.apply(record)
        self.caught_up = not more
        now = time.monotonic()
        if now - self._looked >= ALIVE_SECONDS:
            self._looked = now
            alive = is_alive(self.folder)
            if alive != self.alive:
                self.alive = alive
                self.model.changed.add("state")
        return self.model.take_changes()
