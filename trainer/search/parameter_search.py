"""A search over settings: trials one after the other, each a run in the folder of all runs. No torch at import.

It may be killed at any time: its state is in Optuna's storage and in the runs. Started again under the same name it
continues: the unfinished trial is resumed from its run's checkpoint, and the following trials are those that would have
followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import DivergedError, EpochscopeError, OutOfMemoryError, UsageError
from trainer.search.search_interrupts import SearchInterrupts
from trainer.search.search_plan import SearchPlan, plan_of
from trainer.search.search_space import Value, with_values
from trainer.search.study import Study, check_optuna, run_name, storage_errors, values_of
from trainer.search.trial_reporter import PRUNED, TrialReporter
from trainer.store.durable import remove_tree
from trainer.store.folder import RunFolder, is_run, state
from trainer.store.journal import JournalReader
from trainer.store.run_creation import is_free
from trainer.store.run_files import dotted_settings
from trainer.store.run_history import read_history
from trainer.store.search_folder import (
    SearchRecord,
    SearchState,
    hold,
    make_search,
    read_plan,
    read_record,
    search_folder,
    write_plan,
    write_record,
)
from trainer.text.time_format import now_text

if TYPE_CHECKING:
    from optuna.trial import Trial

    from trainer.callback import Callback
    from trainer.result import Result

Work = Callable[..., "Result"]
"""Trains; called with further callbacks."""
Conduct = Callable[[Work], "Result"]
RECORD_SECONDS = 1.0
_GOES_ON = (DivergedError, OutOfMemoryError)
"""Errors that end a trial but not the search."""


class ParameterSearch:
    """Runs the trials of a plan.

    Args:
        plan: What to search.
        root: Folder of all runs.
        name: Name of the search; one of this name is continued.
        announce: Called at the start of each trial with its number (from 1), the name of its run and its values.
        conduct: Called with what trains; it may add callbacks that show progress.
        signals: Whether the runs handle Ctrl-C. Default: False.

    Attributes:
        plan: As above.
        root: As above.
        folder: Folder of the search.
        continued: Whether there was a search of this name already.

    Raises:
        UsageError: `search.missing`: Optuna is not installed; `search.other_plan`: the search of this name has another
            plan; `run.exists`: a run has the name of a trial; those of `SearchPlan.check`.
    """

    def __init__(
        self,
        plan: SearchPlan,
        root: Path,
        name: str,
        *,
        announce: Callable[[int, str, dict[str, Value]], object] = lambda number, run, values: None,
        conduct: Conduct = lambda work: work(),
        signals: bool = False,
    ) -> None:
        check_optuna()
        plan.check()
        self.plan, self.root, self.folder = plan, root, search_folder(root, name)
        self._announce, self._conduct, self._signals = announce, conduct, signals
        self._interrupts = SearchInterrupts(signals)
        kept = kept_plan(root, name)
        if kept is not None and not kept.same_as(plan):
            raise UsageError(
                "search.other_plan",
                f"A search named {name!r} already exists, with other settings or another space.",
                where=str(self.folder.plan),
                fix=f"choose another --name; to continue that one: epochscope search --name {name}",
                name=name,
            )
        self.continued = kept is not None
        if not self.continued:
            self._check_free()
        self._written = 0.0
        self._ended = False
        """A trial has come to an end, whatever that was."""
        self._started_at = now_text()

    def _check_free(self) -> None:
        for number in range(self.plan.trials):
            if not is_free(path := self.root / run_name(self.folder, number)):
                raise _taken(path)

    def run(self) -> SearchRecord:
        """Run trials until there are enough, or one is stopped.

        An error other than divergence, lack of memory or settings that do not go together ends the search and is
        raised.

        Returns:
            The search as it is then.

        Raises:
            UsageError: `search.busy`: another process runs this search; `run.exists`: a run has the name of a trial;
                `search.plan`: Optuna's storage of this search is damaged.
        """
        make_search(self.folder)
        lock = hold(self.folder)
        try:
            if (before := read_record(self.folder)) is not None and before.started_at:
                self._started_at = before.started_at
            write_plan(self.folder, self.plan.tables())
            with storage_errors(self.folder):
                return self._search()
        except EpochscopeError as error:
            if not self.continued and not error.leaves_run and not self._ended:
                remove_tree(self.folder.path)  # as a run, a search that was refused leaves nothing
            raise
        finally:
            lock.release()

    def _search(self) -> SearchRecord:
        study = Study(self.plan, self.folder)
        ended: SearchState = "failed"
        try:
            with self._interrupts:
                self._write(study, "running")  # in here: who reads this may press Ctrl-C at once
                ended = self._trials(study)
        except KeyboardInterrupt:  # between two runs
            ended = "stopped"
        finally:
            record = self._write(study, ended)
        return record

    def _trials(self, study: Study) -> SearchState:
        for trial in study.unfinished():
            if not self._trial(study, trial):
                return "stopped"
        while len(study.trials()) < self.plan.trials:
            if not self._trial(study, study.next()):
                return "stopped"
        return "completed"

    def _trial(self, study: Study, trial: Trial) -> bool:
        """Train it, and tell how it went; False where it was stopped."""
        if self._interrupts.came:
            return False
        values, run = values_of(trial), run_name(self.folder, trial.number)
        self._announce(trial.number + 1, run, values)
        self._write(study, "running")  # whoever follows the search knows which trial is under way
        folder = RunFolder(self.root / run)
        try:
            there = is_run(folder.path)
            if there and not _is_of(folder, values):
                raise _taken(folder.path)
            ended = self._go_on(study, trial, folder) if there else self._begin(study, trial, folder, values)
        except _GOES_ON as error:
            study.tell(trial, None, error=error.code)
        except UsageError as error:
            if error.code != "settings.invalid":  # two values that do not go together
                raise
            study.tell(trial, None, error=error.code)
        else:
            if not ended:
                return False
            self._tell(study, trial, folder)
        self._ended = True
        self._write(study, "running")
        return True

    def _begin(self, study: Study, trial: Trial, folder: RunFolder, values: dict[str, Value]) -> bool:
        from trainer.launch import start

        run = folder.name
        settings = with_values(self.plan.trial_settings, values)
        reporter = self._reporter(study, trial)
        result = self._conduct(
            lambda *views: start(settings, self.root, name=run, callbacks=[reporter, *views], signals=self._signals)
        )
        return result.status == "completed"

    def _go_on(self, study: Study, trial: Trial, folder: RunFolder) -> bool:
        """Resume the run of a trial whose process died, unless it had come to its end."""
        history = read_history(JournalReader(folder.journal))
        for epoch in history.finished:
            study.report(trial, epoch.epoch, self._figure(epoch))
        if state(folder) == "completed":
            return True
        from trainer.launch import resume

        reporter = self._reporter(study, trial)
        result = self._conduct(lambda *views: resume(folder, callbacks=[reporter, *views], signals=self._signals))
        return result.status == "completed"

    def _reporter(self, study: Study, trial: Trial) -> Callback:
        def report(epoch: int, value: float) -> bool:
            goes_on = study.report(trial, epoch, value)
            if time.monotonic() - self._written >= RECORD_SECONDS:
                self._write(study, "running")
            return goes_on

        return TrialReporter(self.plan.monitor, report, self.folder.name, started=self._interrupts.repeat)

    def _tell(self, study: Study, trial: Trial, folder: RunFolder) -> None:
        history = read_history(JournalReader(folder.journal))
        figures = {epoch.epoch: self._figure(epoch) for epoch in history.finished}
        best = study.best_epoch(figures)
        pruned = history.ended is not None and history.ended.code == PRUNED
        study.tell(trial, figures[best] if best is not None else None, pruned=pruned, error="")

    def _figure(self, epoch: Any) -> float:
        value = getattr(epoch, f"valid_{self.plan.monitor}")
        return float("nan") if value is None else float(value)

    def _write(self, study: Study, now: SearchState) -> SearchRecord:
        record = study.record(now, self._started_at)
        write_record(self.folder, record)
        self._written = time.monotonic()
        return record


def _is_of(folder: RunFolder, values: dict[str, Value]) -> bool:
    """Whether the run has the values of the trial: another of its name must be left alone."""
    found = dotted_settings(folder)
    return all(found.get(name, "auto") == value for name, value in values.items())


def _taken(path: Path) -> UsageError:
    return UsageError(
        "run.exists",
        f"There is already a run named {path.name!r}.",
        where=str(path),
        fix="choose another --name",
        name=path.name,
    )


def kept_plan(root: Path, name: str) -> SearchPlan | None:
    """Read the plan of a search.

    Args:
        root: Folder of all runs.
        name: Name of the search.

    Returns:
        The plan; None if there is no search of this name.

    Raises:
        UsageError: `search.plan`: it cannot be read.
    """
    tables = read_plan(search_folder(root, name))
    return None if tables is None else plan_of(tables)
