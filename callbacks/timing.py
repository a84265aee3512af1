"""Timing: how long an epoch takes, how much of it is waiting for data, images per second, time left."""

from __future__ import annotations

from typing import ClassVar

from trainer.callback import Callback, Phase
from trainer.engine.context import RunContext
from trainer.events import BatchesReported, EpochEnded, EpochStarted, RunStarted, ValidationDone

SMOOTHING = 0.1
"""Weight of the newest report in the mean seconds per step: follows quickly without jumping."""


class Timing(Callback):
    """Measures the speed of the run. Read its attributes at any time, on the engine's thread.

    Attributes:
        epoch_seconds: Seconds of the last finished epoch, validation included; None before.
        validation_seconds: Seconds of the last validation; None before.
        samples_per_second: Training images per second in the last report, or epoch; None before.
        data_share: Fraction of the training time spent waiting for data, in [0, 1]; None before.
    """

    phase: ClassVar[Phase] = Phase.REPORT

    def __init__(self) -> None:
        self.epoch_seconds: float | None = None
        self.validation_seconds: float | None = None
        self.samples_per_second: float | None = None
        self.data_share: float | None = None
        self._epochs = 0
        self._steps = 0
        self._done = 0
        self._epoch = 0
        self._validated = False
        self._step_seconds: float | None = None

    @property
    def remaining_seconds(self) -> float | None:
        """Estimated seconds until the last epoch is validated: the remaining steps at the current speed, and a
        validation for each remaining epoch. None until the first report."""
        if self._step_seconds is None or not self._steps:
            return None
        epochs_left = max(0, self._epochs - self._epoch)
        validations = epochs_left + (not self._validated)
        steps_left = epochs_left * self._steps + max(0, self._steps - self._done)
        return steps_left * self._step_seconds + validations * (self.validation_seconds or 0.0)

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Remember how many epochs and steps there are."""
        self._epochs, self._steps = event.epochs, event.steps_per_epoch

    def on_epoch_started(self, event: EpochStarted, run: RunContext) -> None:
        """Start counting steps."""
        self._epoch, self._done, self._validated = event.epoch, event.first_batch, False

    def on_batches_reported(self, event: BatchesReported, run: RunContext) -> None:
        """Update speed and data wait."""
        self._done += event.count
        seconds = event.data_seconds + event.step_seconds
        pace = seconds / event.count
        before = self._step_seconds
        self._step_seconds = pace if before is None else before + SMOOTHING * (pace - before)
        if seconds > 0:
            self.samples_per_second = event.samples / seconds
            self.data_share = event.data_seconds / seconds

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Remember how long the validation took."""
        self.validation_seconds, self._validated = event.seconds, True

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Take the seconds of the whole epoch."""
        self.epoch_seconds, self.validation_seconds = event.seconds, event.valid_seconds
        self.samples_per_second = event.samples_per_second
        self.data_share = event.data_seconds / event.train_seconds if event.train_seconds else 0.0
