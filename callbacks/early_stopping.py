"""EarlyStopping: end the run when the validation loss, or another metric, has stopped getting better."""

from __future__ import annotations

from typing import Any, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.engine.best import Best
from trainer.engine.context import RunContext
from trainer.errors import UsageError
from trainer.events import RunStarted, ValidationDone
from trainer.metrics.monitor import Mode, Monitor, make_monitor


class EarlyStopping(Callback):
    """Ends the run as completed when the monitored metric has not improved for `patience` epochs in a row.

    It monitors what the run chooses its best epoch by: the validation loss, unless `Trainer(monitor=...)` names another
    metric. A value counts as improved if it is better than the best one by more than `min_delta`; NaN never is. The
    reason of the run is then `early_stopping`. Needs a validation split.

    Args:
        patience: Epochs without improvement, 1 or more. Default: 5.
        min_delta: Smallest improvement that counts, in units of the metric (cross-entropy: nats), 0 or more. Default:
            0.
        monitor: Another metric than the run's: "loss", "accuracy", "macro_f1" or a custom metric. None (default): the
            run's.
        mode: Whether a smaller ("min") or a larger ("max") value of `monitor` is better. None (default): known for
            "loss", "accuracy" and "macro_f1".

    Attributes:
        waited: Epochs without improvement so far.

    Raises:
        UsageError: `early_stopping.options`: an argument is out of range. `metrics.mode`: it is not known which way
            `monitor` improves; at the start of a run `metrics.monitor`: the run has no such metric.
    """

    phase: ClassVar[Phase] = Phase.DECIDE
    on_error: ClassVar[OnError] = "stop"
    needs_validation = True

    def __init__(
        self, patience: int = 5, min_delta: float = 0.0, *, monitor: str | None = None, mode: Mode | None = None
    ) -> None:
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
        self._own = None if monitor is None else make_monitor(monitor, mode, {monitor.removeprefix("valid_"): None})
        self._best = Best(monitor=self._own or Monitor())
        self._stopped_of = 0
        self._epochs = 0

    def state_dict(self) -> dict[str, Any]:
        """Return what is counted.

        Returns:
            The best epoch and its value, epochs waited, and the number of epochs of a run that this has ended.
        """
        return {"best": [self._best.epoch, self._best.value], "waited": self.waited, "stopped_of": self._stopped_of}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue counting; `patience` and `min_delta` stay as given.

        Args:
            state: What `state_dict` returned.
        """
        epoch, value = state["best"]
        self._best = Best(epoch, value, value, self._best.monitor)
        self.waited, self._stopped_of = state["waited"], state["stopped_of"]

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Reset for a new run. A resumed run that this callback ended stays ended, unless it has more epochs now."""
        self._epochs = event.epochs
        monitor = Monitor.of(event)
        if self._own is not None:
            monitor = make_monitor(self._own.name, self._own.mode, dict.fromkeys(event.metrics))
        self._best.monitor = monitor
        if not event.resumed_step:
            self._best, self.waited, self._stopped_of = Best(monitor=monitor), 0, 0
        if self._stopped_of == event.epochs:
            self._stop(run)

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Count the epoch, and end the run if there have been enough."""
        value = self._best.monitor.value(event, event.metrics)
        self.waited = 0 if self._best.update(event.epoch, value, self.min_delta) else self.waited + 1
        if self.waited >= self.patience:
            self._stopped_of = self._epochs
            self._stop(run)

    def _stop(self, run: RunContext) -> None:
        name = self._best.monitor.name
        if name == "loss":
            run.request_stop("early_stopping", "stop.early_stopping")
        else:
            run.request_stop("early_stopping", "stop.early_stopping_by", name=name)
