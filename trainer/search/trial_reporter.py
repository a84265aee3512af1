"""The callback that makes a run a trial: it reports each validation, and ends the run if the search says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.events import RunStarted, ValidationDone
from trainer.store import notes
from trainer.store.search_folder import MonitorName

PRUNED = "stop.pruned"
"""Code of the reason for which the run ended."""


class TrialReporter(Callback):
    """Reports each validation to the search, and ends the run if it says so.

    Args:
        monitor: Metric to report: `loss`, `accuracy` or `macro_f1`.
        report: Called with epoch and metric; returns whether the run is to continue.
        tag: Tag that the run gets for viewers.
        started: Called when the run has started.
    """

    phase: ClassVar[Phase] = Phase.DECIDE
    on_error: ClassVar[OnError] = "stop"
    needs_validation = True
    name = "search"

    def __init__(
        self,
        monitor: MonitorName,
        report: Callable[[int, float], bool],
        tag: str,
        started: Callable[[], object] = lambda: None,
    ) -> None:
        self._monitor = monitor
        self._report = report
        self._tag = tag
        self._started = started
        self._pruned = False

    def state_dict(self) -> dict[str, Any]:
        """Return whether the run was pruned.

        Returns:
            Under `pruned`, a bool.
        """
        return {"pruned": self._pruned}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore whether the run was pruned.

        Args:
            state: What `state_dict` returned.
        """
        self._pruned = bool(state.get("pruned"))

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Tag the run. One that was pruned, but not evaluated yet, stays pruned."""
        if run.folder is not None and event.attempt == 1:
            notes.write(run.folder.viewer, notes.ViewerNotes(tags=(self._tag,)))
        if self._pruned:
            run.request_stop("pruned", PRUNED)
        self._started()

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Report the metric; request a stop if the trial is pruned."""
        if not self._report(event.epoch, float(getattr(event, self._monitor))):
            self._pruned = True
            run.request_stop("pruned", PRUNED)
