"""The base of every callback: a plain object whose methods are named after the events.

    class BestSoFar(Callback):
        def on_validation_done(self, event, run):
            if event.improved:
                print(f"epoch {event.epoch}: {event.loss:.4f}")

Only overridden hooks are called. They run on the engine's thread, one event at a time, in the same order for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from trainer.errors import UsageError

if TYPE_CHECKING:
    from trainer import events as ev
    from trainer.engine.context import RunContext

OnError = Literal["stop", "retry", "detach"]


class Phase(IntEnum):
    """When a callback gets an event: all of DECIDE first, all of VIEW last; within a phase, in the order given."""

    DECIDE = 0
    """Changes the course of the run: early stopping, learning rate."""
    REPORT = 1
    """Records what happened: metric log, journal. Before PERSIST, so that the log always covers the checkpoint."""
    PERSIST = 2
    """Saves the state: checkpoint."""
    VIEW = 3
    """Shows the run: progress."""


def callback_name(callback: Callback) -> str:
    """The name under which its state and timings are stored."""
    return callback.name or type(callback).__name__


def needs_validation_error(callback: Callback) -> UsageError:
    """The error for a callback that depends on validation, in a run without it."""
    name = callback_name(callback)
    return UsageError(
        "callback.no_validation",
        f"{name} monitors the validation, but there is no validation split.",
        where=name,
        expected="data with a validation split",
        fix=f"pass loaders {{'train': ..., 'valid': ...}} (or set data.valid above 0), or leave out {name}",
        name=name,
    )


def doubts(callbacks: Iterable[Callback], *, stored: bool) -> list[str]:
    """Find what the authors of callbacks hardly meant.

    Args:
        callbacks: Any callbacks.
        stored: Whether the run has a folder, and so checkpoints.

    Returns:
        A sentence for each finding.
    """
    callbacks = list(callbacks)
    return [*_misnamed_hooks(callbacks), *(_late_states(callbacks) if stored else ())]


def _misnamed_hooks(callbacks: Iterable[Callback]) -> list[str]:
    """Methods that are named like hooks, but that no event calls, such as those of other libraries."""
    from difflib import get_close_matches

    from trainer.events import HOOKS

    hooks, found = set(HOOKS.values()), []
    for callback in callbacks:
        for name in dir(type(callback)):
            if name.startswith("on_") and name not in hooks and callable(getattr(type(callback), name)):
                near = get_close_matches(name, sorted(hooks), n=1, cutoff=0.85)  # on_train_begin is like on_run_ended
                hint = f"did you mean {near[0]}?" if near else "hooks are the on_... methods of trainer.Callback"
                found.append(f"{callback_name(callback)}.{name} is never called, as no event has this name; {hint}")
    return found


def _late_states(callbacks: Iterable[Callback]) -> list[str]:
    """Callbacks whose state is stored before they hear that an epoch has ended, although no one chose so."""
    found = []
    for callback in callbacks:
        kind = type(callback)
        own = kind.state_dict is not Callback.state_dict and kind.on_epoch_ended is not Callback.on_epoch_ended
        chosen = "phase" in vars(callback) or any("phase" in vars(one) for one in kind.__mro__ if one is not Callback)
        if own and not chosen:
            found.append(
                f"{callback_name(callback)}.on_epoch_ended is called after the epoch's checkpoint, which lacks what it "
                "changes; set phase = Phase.REPORT in the class, or Phase.VIEW if state_dict does not depend on it"
            )
    return found


class Callback:
    """Base class of all callbacks: override the hooks you need.

    Every hook gets its event, a frozen record of plain values, and `run`, the live objects (model, optimiser, folder).
    Hooks are called on the engine's thread, which waits for them, one event at a time. An event that a hook emits is
    delivered after the present one. Any hook may call `run.request_stop`; `run.request_checkpoint` works only during
    training, from `on_epoch_started` to `on_epoch_ended`. Hooks that are not overridden cost nothing.
    """

    phase: ClassVar[Phase] = Phase.VIEW
    """When it is called among the other callbacks. Default: VIEW."""
    on_error: ClassVar[OnError] = "detach"
    """What the engine does when a hook raises. "stop": end the run with this error. "retry": hand the event over again
    before each later event; for I/O errors only, and the run ends after three failed epochs. "detach" (default):
    continue without the callback."""
    reads_loss: ClassVar[bool] = False
    """True makes `BatchEnded.loss` a number on a GPU too, at the price of waiting for the GPU in every step."""

    needs_validation: bool = False
    """Whether it depends on validation: a run without a validation split is then refused at the start."""

    name: str = ""
    """Unique within a run, since its state is stored under it; empty (default): the name of the class."""

    def state_dict(self) -> dict[str, Any]:
        """Called whenever a checkpoint is saved; at the end of an epoch before the hooks of phase VIEW.

        Returns:
            What a resumed run needs: numbers, strings, lists, tuples, dicts and tensors, nested as you like.
        """
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Called when a run is resumed, before `on_run_started`. Arguments of the constructor should win.

        Args:
            state: What `state_dict` returned when the checkpoint was saved.
        """

    def keep_for_retry(self, event: ev.Event, run: RunContext) -> None:
        """Called instead of a hook while an earlier event is being retried (`on_error = "retry"`).

        Copy from `run` whatever will have changed by the time this event is delivered.

        Args:
            event: The event that has to wait.
            run: The live objects of the run.
        """

    def on_preparing(self, event: ev.Preparing, run: RunContext) -> None:
        """Called while the run is being prepared, at most 5 times a second; `run.model` is None until then."""

    def on_working(self, event: ev.Working, run: RunContext) -> None:
        """Called during validation, evaluation and saving, at most 5 times a second: for progress bars."""

    def on_run_started(self, event: ev.RunStarted, run: RunContext) -> None:
        """Called once per attempt, before the first step; a resumed run has its weights and state by then."""

    def on_epoch_started(self, event: ev.EpochStarted, run: RunContext) -> None:
        """Called at the start of each epoch, and once more when a resumed run continues inside one."""

    def on_gradients_ready(self, event: ev.GradientsReady, run: RunContext) -> None:
        """Called in each step between backward and clipping. `parameter.grad` may be read and changed here."""

    def on_batch_ended(self, event: ev.BatchEnded, run: RunContext) -> None:
        """Called after each optimiser step: keep it short. Weights and learning rate may be changed here."""

    def on_batches_reported(self, event: ev.BatchesReported, run: RunContext) -> None:
        """Called at most 20 times a second, and before any other event: all steps since the last call, merged."""

    def on_processes_reported(self, event: ev.ProcessesReported, run: RunContext) -> None:
        """Called after the training of each epoch in a run of several processes: how long each of them took."""

    def on_validation_done(self, event: ev.ValidationDone, run: RunContext) -> None:
        """Called after each validation; `run.outputs("valid")` has its predictions. The place to decide."""

    def on_epoch_ended(self, event: ev.EpochEnded, run: RunContext) -> None:
        """Called at the end of each epoch, after validation. Changes made here are part of the epoch's checkpoint
        if the callback comes before PERSIST."""

    def on_checkpoint_requested(self, event: ev.CheckpointRequested, run: RunContext) -> None:
        """Called when the state is to be saved between epochs: every n steps, on request, at a stop."""

    def on_checkpoint_saved(self, event: ev.CheckpointSaved, run: RunContext) -> None:
        """Called after a checkpoint file is safely on disk: copy or upload it here."""

    def on_evaluation_done(self, event: ev.EvaluationDone, run: RunContext) -> None:
        """Called once per split after a completed run; `run.outputs(split)` has its predictions."""

    def on_snapshot_saved(self, event: ev.SnapshotSaved, run: RunContext) -> None:
        """Called after a file for viewers is complete."""

    def on_scalar_reported(self, event: ev.ScalarReported, run: RunContext) -> None:
        """Called after a callback has reported a number with `run.log_scalar`."""

    def on_picture_reported(self, event: ev.PictureReported, run: RunContext) -> None:
        """Called after a picture that a callback gave to `run.log_picture` is on disk."""

    def on_request_handled(self, event: ev.RequestHandled, run: RunContext) -> None:
        """Called once for each request to pause, continue, stop or save, with the answer."""

    def on_stop_requested(self, event: ev.StopRequested, run: RunContext) -> None:
        """Called when the run has been asked to stop; it ends at the next step boundary."""

    def on_run_paused(self, event: ev.RunPaused, run: RunContext) -> None:
        """Called when training starts to wait. Do not wait here yourself."""

    def on_run_unpaused(self, event: ev.RunUnpaused, run: RunContext) -> None:
        """Called when a paused run continues."""

    def on_non_finite_loss(self, event: ev.NonFiniteLoss, run: RunContext) -> None:
        """Called when a loss or gradient is NaN or infinite, before the run ends. The weights are unchanged."""

    def on_metric_failed(self, event: ev.MetricFailed, run: RunContext) -> None:
        """Called after a custom metric gave no number."""

    def on_callback_failed(self, event: ev.CallbackFailed, run: RunContext) -> None:
        """Called after a hook of another callback raised."""

    def on_run_ended(self, event: ev.RunEnded, run: RunContext) -> None:
        """Called exactly once per attempt, however it ended: close files here. Nothing follows it."""
