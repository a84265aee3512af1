"""The callback by which a run is a trial: it tells each validation, and ends the run where the search says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.events import RunStarted, ValidationDone
from trainer.store import notes
from trainer.store.search_folder import Monitor

PRUNED = "stop.pruned"
"""Code of the reason why the run ended."""


class TrialReporter(Callback):
    """`report` gets epoch and monitored figure, and says whether the run is to go on. The run gets the tag `tag`."""

    phase: ClassVar[Phase] = Phase.DECIDE
    on_error: ClassVar[OnError] = "stop"
    needs_validation = True
    name = "search"

    def __init__(self, monitor: Monitor, report: Callable[[int, float], bool], tag: str) -> None:
        self._monitor = monitor
        self._report = report
        self._tag = tag
        self._pruned = False

    def state_dict(self) -> dict[str, Any]:
        """Whether the run was pruned."""
        return {"pruned": self._pruned}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Of a run that goes on."""
        self._pruned = bool(state.get("pruned"))

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Tag it; a run that was pruned before it was evaluated stays so."""
        if run.folder is not None and event.attempt == 1:
            notes.write(run.folder.viewer, notes.ViewerNotes(tags=(self._tag,)))
        if self._pruned:
            run.request_stop("pruned", PRUNED)

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Go on, or not."""
        if not self._report(event.epoch, float(getattr(event, self._monitor))):
            self._pruned = True
            run.request_stop("pruned", PRUNED)
