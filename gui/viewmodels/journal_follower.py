"""Follows the journal of one run, a slice at a time. No Qt: a timer calls `tick`."""

from __future__ import annotations

import time

from gui.viewmodels.run import RunModel, Topic
from trainer.errors import NewerVersionError
from trainer.store.folder import RunFolder
from trainer.store.heartbeat import Heartbeat
from trainer.store.journal import JournalReader, JournalReplacedError

ALIVE_SECONDS = 1.0


class JournalFollower:
    """The state of a run according to its journal so far. Once a second it checks folder and engine.

    Args:
        folder: Folder of the run.

    Attributes:
        folder: As above.
        model: The state so far.
        caught_up: Whether the end of the journal was reached.
        alive: Whether an engine is working on the run.
        undecided: Whether an engine on another machine may be working on it; it is still being watched.
        gone: Whether the folder has disappeared.
        newer: The error if a newer Epochscope wrote the journal, else None.
        replaced: Whether another run, or an earlier state of this one, has taken its place; nothing more is read then,
            and the run has to be opened again.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.model = RunModel()
        self.caught_up = False
        self.gone = self.replaced = False
        self.newer: NewerVersionError | None = None
        self._heart = Heartbeat(folder.path)
        self.alive = self._heart.look()
        self.undecided = self._heart.undecided
        self._was_there = folder.path.is_dir()
        self._looked = time.monotonic()
        self._reader = JournalReader(folder.journal)

    @property
    def damaged(self) -> int:
        """Journal lines that could not be read."""
        return self._reader.damaged

    @property
    def state(self) -> str:
        """The model's state; `lost` if the journal does not say how the run ended and no engine works on it, `gone` if
        the folder no longer exists."""
        if self.gone:
            return "gone"
        if self.model.ended is None and not self.alive:
            return "lost"
        return self.model.state

    def tick(self, seconds: float = 0.01) -> set[Topic]:
        """Read the next records.

        Args:
            seconds: About how long to read at most. Default: 0.01.

        Returns:
            What has changed.

        Raises:
            DiskError: The journal cannot be read.
        """
        end = time.perf_counter() + seconds
        # if it cannot be read, there is no hurry to continue
        self.caught_up = True
        self._look()
        while not self.replaced:
            try:
                self.model.follow(self._reader)
            except JournalReplacedError:
                self.replaced = True
                break
            except NewerVersionError as error:  # what came before it is shown
                self.newer = error
                self.caught_up = True
                break
            self.caught_up = self._reader.at_end
            if self.caught_up or time.perf_counter() >= end:
                break
        return self.model.take_changes()

    def _look(self) -> None:
        """Whether the folder is there and an engine works on it, once a second."""
        now = time.monotonic()
        if now - self._looked < ALIVE_SECONDS:
            return
        self._looked = now
        there = self.folder.path.is_dir()
        self._was_there |= there  # an engine that has just started has yet to create it
        found = self._heart.look(), self._heart.undecided, self._was_there and not there
        if found != (self.alive, self.undecided, self.gone):
            self.alive, self.undecided, self.gone = found
            self.model.changed.add("state")
