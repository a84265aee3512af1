"""A search that was started here, and how any search is stopped: by stopping the run of its trial. No Qt."""

from __future__ import annotations

import contextlib
import signal
import sys

from gui.engine.processes import EngineProcess, ask
from trainer.errors import EpochscopeError
from trainer.store.folder import RunFolder, read_owner
from trainer.store.search_folder import SearchFolder, read_record, search_folder


class SearchProcess(EngineProcess):
    """A process that searches; `folder.name` is the name of the search."""

    def stop(self) -> None:
        """Ask it to end after this step, and save. Ctrl-C reaches it between two trials, too, where there is no run to
        be asked; Windows has none for a process without a console."""
        if sys.platform == "win32":
            SearchStop(search_folder(self.folder.path.parent, self.folder.name)).ask()
        elif self.exit_code is None:
            self._process.send_signal(signal.SIGINT)


class SearchStop:
    """A wish to stop a search, whichever process works on it: a trial that is stopped ends its search. Call `ask` again
    and again until the search has ended, as a trial may end by itself meanwhile."""

    def __init__(self, folder: SearchFolder) -> None:
        self.folder = folder
        self._asked: set[tuple[str, int]] = set()
        """Runs and their attempts: a run that is continued heeds no request of before."""

    def ask(self) -> bool:
        """Whether there is a trial under way, which was asked now or before."""
        with contextlib.suppress(EpochscopeError):  # of a newer version; or it has ended meanwhile
            record = read_record(self.folder)
            running = [one.run for one in record.trials if one.state == "running"] if record is not None else []
            return any(self._ask(RunFolder(self.folder.path.parent.parent / run)) for run in running)
        return False

    def _ask(self, folder: RunFolder) -> bool:
        owner = read_owner(folder)
        if owner is None:
            return False
        attempt = folder.name, owner.attempt
        if attempt not in self._asked:
            ask(folder, "stop")
            self._asked.add(attempt)
        return True
