"""A callback with options and state, for the settings of any run: `callbacks = ["f1_stopping"]`."""

from __future__ import annotations

from typing import Any

from trainer import Callback, Phase, RunContext
from trainer.errors import UsageError
from trainer.events import RunStarted, ValidationDone


class F1Stopping(Callback):
    """Ends the run as completed after `patience` epochs in a row (at least 1) without a macro-F1 on the validation
    images that is more than `min_gain` (at least 0) above the best so far.

    Raises UsageError for options out of their range.
    """

    phase = Phase.DECIDE  # it changes the course of a run: before anything is written down
    on_error = "stop"  # without it the run would go on for longer than was asked for
    needs_validation = True  # a run without a validation split is refused at its start

    def __init__(self, patience: int = 5, min_gain: float = 0.0) -> None:
        if patience < 1 or min_gain < 0:
            raise UsageError(
                "f1_stopping.options",
                f"patience {patience}, min_gain {min_gain}.",
                where="F1Stopping",
                expected="a patience of at least 1 epoch and a min_gain of at least 0",
            )
        self.patience = patience
        self.min_gain = min_gain
        self.best = -1.0
        self.waited = 0

    def state_dict(self) -> dict[str, Any]:
        """What is kept in each checkpoint. Options are not state: they come from the settings again."""
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on counting where the checkpoint was saved."""
        self.best, self.waited = state["best"], state["waited"]

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """A Trainer may be fitted twice: a run that starts from nothing counts from nothing."""
        if not event.resumed_step:
            self.best, self.waited = -1.0, 0

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Count, and decide."""
        if event.macro_f1 > self.best + self.min_gain:
            self.best, self.waited = event.macro_f1, 0
        else:
            self.waited += 1
        if self.waited >= self.patience:
            run.request_stop(f"no rise of macro-F1 (patience {self.patience})")
