"""EarlyStopping: end the run when the validation loss has stopped falling."""

from __future__ import annotations

from typing import Any, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.engine.best import Best
from trainer.engine.context import RunContext
from trainer.errors import UsageError
from trainer.events import RunStarted, ValidationDone


class EarlyStopping(Callback):
    """Ends the run as completed, reason `early_stopping`, after `patience` epochs in a row without a validation loss
    smaller than the best by more than `min_delta` (nats). A NaN is no improvement.

    `waited` counts those epochs. Raises UsageError for a patience below 1 or a negative `min_delta`.
    """

    phase: ClassVar[Phase] = Phase.DECIDE
    on_error: ClassVar[OnError] = "stop"
    needs_validation = True

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        if patience < 1 or not min_delta >= 0:
            raise UsageError(
                "early_stopping.options",
                f"patience {patience}, min_delta {min_delta}.",
                where="EarlyStopping",
                expected="a patience of at least 1 epoch and a min_delta of at least 0",
            )
        self.patience = patience
        self.min_delta = min_delta
        self.waited = 0
        self._best = Best()
        self._stopped_of = 0
        self._epochs = 0

    def state_dict(self) -> dict[str, Any]:
        """Best so far, epochs waited, and whether this has ended the run."""
        return {"best": [self._best.epoch, self._best.loss], "waited": self.waited, "stopped_of": self._stopped_of}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on counting; patience and min_delta stay as given."""
        self._best, self.waited, self._stopped_of = Best(*state["best"]), state["waited"], state["stopped_of"]

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Start anew with a run that starts from nothing. Stay stopped where a crash came after the decision; a
        resumption with more epochs overrules it."""
        self._epochs = event.epochs
        if not event.resumed_step:
            self._best, self.waited, self._stopped_of = Best(), 0, 0
        if self._stopped_of == event.epochs:
            run.request_stop("early_stopping", "stop.early_stopping")

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Count, and decide."""
        self.waited = 0 if self._best.update(event.epoch, event.loss, self.min_delta) else self.waited + 1
        if self.waited >= self.patience:
            self._stopped_of = self._epochs
            run.request_stop("early_stopping", "stop.early_stopping")
