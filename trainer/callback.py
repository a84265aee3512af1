"""The base of every callback: a plain object whose methods are named after the events.

    class BestSoFar(Callback):
        def on_validation_done(self, event, run):
            if event.improved:
                print(f"epoch {event.epoch}: {event.loss:.4f}")

Only overridden hooks are called. They run on the engine's thread, one event at a time, in the same order for everyone.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from trainer.errors import UsageError

if TYPE_CHECKING:
    from trainer import events as ev
    from trainer.engine.context import RunContext

OnError = Literal["stop", "retry", "detach"]


class Phase(IntEnum):
    """When a callback hears of an event: all of DECIDE first, all of VIEW last; within a phase in the order given."""

    DECIDE = 0
    """Changes the course: early stopping, learning rate."""
    REPORT = 1
    """Writes down what happened: metric log, journal. Before PERSIST, so that the log always covers the checkpoint."""
    PERSIST = 2
    """Saves the state: checkpoint."""
    VIEW = 3
    """Shows it to somebody: progress."""


def needs_validation_error(callback: Callback) -> UsageError:
    """For a callback that decides by a validation, in a run that has none."""
    name = callback.name or type(callback).__name__
    return UsageError(
        "callback.no_validation",
        f"{name} decides by the validation loss, and there is no validation split.",
        where=name,
        expected="data with a validation split",
        mend=f"pass loaders {{'train': ..., 'valid': ...}} (or set data.valid above 0), or leave out {name}",
        name=name,
    )


class Callback:
    """Override the hooks you need; each gets the event (a frozen record) and the `run` (model, optimizer, folder, ...).

    `phase` fixes the order. `on_error` says what the engine does when a hook raises: "stop" ends the run with this
    error, "retry" hands the event over again at each later event (I/O errors only; stops after three failed epochs),
    "detach" goes on without the callback. `name` must be unique within a run: state is stored under it.
    `needs_validation`: it decides by the validation, so that a run without one is refused at the start.
    `reads_loss` makes `BatchEnded.loss` a float on a device too, at the price of waiting for it each step.
    """

    phase: ClassVar[Phase] = Phase.VIEW
    on_error: ClassVar[OnError] = "detach"
    reads_loss: ClassVar[bool] = False

    needs_validation: bool = False
    """Whether it could never decide anything without a validation split."""

    name: str = ""
    """Set it to tell two callbacks of one class apart; empty: the class name."""

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs: numbers, strings, lists, tuples, dicts, tensors. Stored in each checkpoint."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` gave. Arguments of the constructor win over anything loaded."""

    def keep_for_retry(self, event: ev.Event, run: RunContext) -> None:
        """Called instead of a hook while an earlier event waits to be handed over again: take from `run` what will
        have changed by the time this one's turn comes."""

    def on_preparing(self, event: ev.Preparing, run: RunContext) -> None: ...
    def on_working(self, event: ev.Working, run: RunContext) -> None: ...
    def on_run_started(self, event: ev.RunStarted, run: RunContext) -> None: ...
    def on_epoch_started(self, event: ev.EpochStarted, run: RunContext) -> None: ...
    def on_gradients_ready(self, event: ev.GradientsReady, run: RunContext) -> None: ...
    def on_batch_ended(self, event: ev.BatchEnded, run: RunContext) -> None: ...
    def on_batches_reported(self, event: ev.BatchesReported, run: RunContext) -> None: ...
    def on_validation_done(self, event: ev.ValidationDone, run: RunContext) -> None: ...
    def on_epoch_ended(self, event: ev.EpochEnded, run: RunContext) -> None: ...
    def on_checkpoint_requested(self, event: ev.CheckpointRequested, run: RunContext) -> None: ...
    def on_checkpoint_saved(self, event: ev.CheckpointSaved, run: RunContext) -> None: ...
    def on_evaluation_done(self, event: ev.EvaluationDone, run: RunContext) -> None: ...
    def on_snapshot_saved(self, event: ev.SnapshotSaved, run: RunContext) -> None: ...
    def on_request_handled(self, event: ev.RequestHandled, run: RunContext) -> None: ...
    def on_stop_requested(self, event: ev.StopRequested, run: RunContext) -> None: ...
    def on_run_paused(self, event: ev.RunPaused, run: RunContext) -> None: ...
    def on_run_unpaused(self, event: ev.RunUnpaused, run: RunContext) -> None: ...
    def on_non_finite_loss(self, event: ev.NonFiniteLoss, run: RunContext) -> None: ...
    def on_callback_failed(self, event: ev.CallbackFailed, run: RunContext) -> None: ...
    def on_run_ended(self, event: ev.RunEnded, run: RunContext) -> None: ...
