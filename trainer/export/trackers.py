"""A finished run in the store of an experiment tracker: its events are replayed to the callback that tracks live runs.
[no torch, unless a model is kept]"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from trainer.engine.context import RunContext
from trainer.errors import EpochscopeError, Plain, UsageError
from trainer.events import Event, RunEnded, RunStarted
from trainer.export import Facts
from trainer.plugins import load_callback
from trainer.store.counted_events import counted_events
from trainer.store.file_set import file_set
from trainer.store.folder import RunFolder
from trainer.store.output_file import OUTPUT_MODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainer.metrics.outputs import Outputs


def write_tensorboard(folder: RunFolder, path: Path) -> Facts:
    """Export a folder for `tensorboard --logdir`.

    Args:
        folder: Folder of the run.
        path: Folder to make; it must not exist.

    Returns:
        `events` (their number) and `checked`.

    Raises:
        UsageError: `tracker.missing`, `run.no_history`, `export.exists` or `export.failed`.
        DiskError: The folder could not be written.
    """
    return _write("tensorboard", folder, path)


def write_mlflow(folder: RunFolder, path: Path) -> Facts:
    """Export a folder with a store for `mlflow ui`.

    Args:
        folder: Folder of the run.
        path: Folder to make; it must not exist.

    Returns:
        `events` (their number) and `checked`.

    Raises:
        UsageError: `tracker.missing`, `run.no_history`, `export.exists` or `export.failed`.
        DiskError: The folder could not be written.
    """
    return _write("mlflow", folder, path)


def _write(name: str, folder: RunFolder, path: Path) -> Facts:
    """Replay a run's events to the tracker of this name, into a temporary folder that then becomes `path`."""
    events = list(_told(folder))
    if not events:
        raise UsageError("run.no_history", "This run has not started yet.", where=str(folder.journal))
    _check_new(path)
    with file_set(path, mode=OUTPUT_MODE) as temp:
        tracker: Any = load_callback(name)(folder=temp)
        _replay(name, tracker, events, folder, path)
    return {"events": len(events), "checked": f"{len(events):,} events of run {folder.name}"}


def _replay(name: str, tracker: Any, events: list[tuple[Event, float]], folder: RunFolder, path: Path) -> None:
    (started, _) = events[0]
    assert isinstance(started, RunStarted)
    run = RunContext(_Replayed(started), folder, started.settings)
    run.classes = started.classes
    try:
        tracker.replay(iter(events), run)
        tracker.relocate(path)
    except EpochscopeError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(
            "export.failed",
            f"The run cannot be exported to {name}: {reason}",
            where=str(path),
            format=name,
            reason=reason,
        ) from error


def _check_new(path: Path) -> None:
    if os.path.lexists(path):
        raise UsageError(
            "export.exists",
            f"{path} already exists.",
            where=str(path.absolute()),
            fix="choose another name with --out, or delete that folder: an existing store is never overwritten",
            path=str(path),
        )


def _told(folder: RunFolder) -> Iterator[tuple[Event, float]]:
    """The events that count, with their times, as if the run had been made in one go."""
    told = list(counted_events(folder.journal))
    starts = [(one, one.event) for one in told if isinstance(one.event, RunStarted)]
    if not starts:
        return
    (first, _), (latest, started) = starts[0], starts[-1]
    # settings and classes as they were last; the run begins when it began
    yield structs.replace(started, attempt=1, resumed_step=0, resumed_seq=0), first.wall
    for one in told:
        if one.seq > first.seq and not isinstance(one.event, RunStarted | RunEnded):
            yield one.event, one.wall
    last = told[-1]
    if isinstance(last.event, RunEnded) and last.attempt == latest.attempt:
        yield last.event, last.wall
    else:  # it is live, or was killed
        yield RunEnded(epoch=last.event.epoch, step=last.event.step, status="stopped", reason=""), last.wall


class _Replayed:
    """An attempt that is over: what a tracker may ask of it, without a model."""

    def __init__(self, started: RunStarted) -> None:
        self.attempt = 1
        self.position = {"epoch": started.epoch, "step": started.step}
        self.capture = None
        self.outputs: Mapping[str, Outputs] = {}

    def elapsed(self) -> float:
        return 0.0

    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None:
        """Nothing is under way."""

    def emit(self, event: Event) -> None:
        """No one listens."""

    def log(self, text: str, error: BaseException | None = None) -> None:
        """The run's log tells of the run, not of what was made of it later."""
