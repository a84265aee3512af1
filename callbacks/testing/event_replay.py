"""Replay the events of a run to a callback by the engine's own rules, in milliseconds. [no torch at import]"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from callbacks.testing.fake_clock import FakeClock
from callbacks.testing.full_disk import FullDisk
from callbacks.testing.recordings import Source, events_of
from callbacks.testing.scripted_attempt import Emission, Faults, Saved, ScriptedAttempt
from callbacks.testing.scripted_parts import ScriptedParts
from callbacks.testing.streams import attempts
from trainer.callback import Callback
from trainer.events import CallbackFailed, EpochStarted, Event, RunStarted, StopRequested
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run

if TYPE_CHECKING:
    from torch import nn

Factory = Callable[[], Callback]
"""Makes a callback: its class, or a function without arguments."""


@dataclass
class Replay:
    """The outcome of a replay."""

    callbacks: list[Callback]
    """The callbacks of the last attempt, in the order given."""
    emissions: list[Emission] = field(default_factory=list)
    """Each event that callbacks sent, with the recorded one that was being handled."""
    failures: list[CallbackFailed] = field(default_factory=list)
    """The hooks that raised while this was played, in order."""
    errors: list[Exception] = field(default_factory=list)
    """The exceptions they raised."""
    stop: StopRequested | None = None
    """The request of a callback that ended the run; None if none did."""
    log: list[str] = field(default_factory=list)
    """Lines that would be in log.txt."""

    @property
    def callback(self) -> Callback:
        """The first callback of the last attempt."""
        return self.callbacks[0]

    @property
    def emitted(self) -> list[Event]:
        """The events that callbacks sent, in order."""
        return [one.event for one in self.emissions]


def replay(
    callback: Callback | Factory | Sequence[Callback | Factory],
    run: Source,
    *,
    folder: str | Path | None = None,
    fails: Iterable[int] = (),
    disk_full: Container[int] = (),
    clock: FakeClock | None = None,
    model: Callable[[], nn.Module] | None = None,
) -> Replay:
    """Replay the events of a run to a callback. Nothing is trained.

    The order of phases, `on_error`, stops and resuming are those of the engine. `run.model`, `run.optimizer` and
    `run.data` are small ones with the run's shapes, made when a hook first asks for them: only then is torch imported.
    `run.outputs` matches the confusion matrix. Single steps are made from BatchesReported. A request to stop ends the
    run, as it does while training. If the events are those of several attempts, each gets the state that the checkpoint
    it was resumed from would hold, through the real codec.

    Args:
        callback: What is tested: an instance, a class, or a function that makes one. A class or a function makes one
            for every attempt, as a new process would. Several are sorted by phase, as in a run.
        run: A run folder, its journal, or events, such as `recorded("completed")`.
        folder: Folder to write a run to, which must not exist: then Journal is added, as in a run. None: `run.folder`
            is None, nothing is written.
        fails: Indices of the events at which another callback raises. Default: none.
        disk_full: Indices of the events during which nothing can be written: `trainer.store.durable` and `open` raise
            OSError ENOSPC. Default: none.
        clock: The time that `time.monotonic` and the like return. Default: a new one.
        model: Makes the model. Default: one linear layer.

    Returns:
        What the callback sent, what failed, and whether it ended the run.

    Raises:
        UsageError: `testing.no_run`: there is no journal; `callback.no_validation`: the callback needs validation, and
            the run has none; `callbacks.same_name`; `run.exists`: `folder` exists.
    """
    events = events_of(run)
    given = list(callback) if isinstance(callback, Sequence) else [callback]
    clock, disk, saved = clock or FakeClock(), FullDisk(), dict[int, Saved]()
    faults = Faults(
        tuple(events[number] for number in fails),
        tuple(event for number, event in enumerate(events) if number in disk_full),
        disk,
    )
    rate = next((event.learning_rate for event in events if isinstance(event, EpochStarted)), 0.01)
    result = Replay([])

    def parts(started: RunStarted) -> ScriptedParts:
        return ScriptedParts(started, rate, model)

    with clock.installed(), disk.installed():
        where = None if folder is None else create_run(Path(folder).parent, Path(folder).name)
        for number, attempt in enumerate(attempts(events)):
            if number == 0 or any(not isinstance(one, Callback) for one in given):
                result.callbacks = [one if isinstance(one, Callback) else one() for one in given]
            script = ScriptedAttempt(
                [*_journal(result.callbacks, where), *result.callbacks],
                folder=where,
                clock=clock,
                saved=saved,
                faults=faults,
                make_parts=parts,
            )
            goes_on = _play(script, attempt, result)
            if not goes_on:
                break
    return result


def _play(script: ScriptedAttempt, events: list[Event], result: Replay) -> bool:
    """One attempt, and what came of it; whether there may be another."""
    try:
        return script.play(events)
    finally:
        result.emissions += script.emitted
        result.failures += script.failures
        result.errors += script.errors
        result.log += script.lines
        result.stop = script.stop


def _journal(callbacks: Sequence[Callback], folder: RunFolder | None) -> list[Callback]:
    from callbacks.journal import Journal

    there = folder is None or any(isinstance(one, Journal) for one in callbacks)
    return [] if there else [Journal()]
