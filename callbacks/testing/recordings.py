"""Real runs as streams of events, and the events of any other run. [no torch]"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trainer.errors import UsageError
from trainer.events import Event
from trainer.home_path import expanded
from trainer.resources import resource
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal

RECORDINGS = {
    "completed": "three epochs with validation, then the evaluation of every split",
    "early_stopped": "ended by a callback after two epochs",
    "no_validation": "no validation split: no ValidationDone, no best epoch",
    "stopped": "paused, continued, saved on request, then stopped by Ctrl-C in the middle of an epoch",
    "resumed": "stopped in the middle of an epoch, then resumed; a callback fails while that is prepared",
    "killed": "killed in the middle of an epoch: no RunEnded; then resumed from the checkpoint before",
    "diverged": "the loss is not finite: the run fails",
}
"""Names of the recorded runs, and what happens in each. All are softmax regression on the embedded digits."""

Source = str | Path | RunFolder | Iterable[Event]
"""A run: the path of its folder or of its journal, or its events."""


def recorded(name: str) -> list[Event]:
    """Return the events of a recorded run, as its journal holds them.

    Args:
        name: One of `RECORDINGS`.

    Returns:
        The events of all its attempts, in order. A journal does not hold those of single steps; `replay` makes them
        from BatchesReported.

    Raises:
        UsageError: `testing.recording`: there is no recorded run of this name.
    """
    if name not in RECORDINGS:
        raise UsageError(
            "testing.recording",
            f"There is no recorded run {name!r}.",
            expected=", ".join(RECORDINGS),
            fix="choose one of these; for your own run, give the path of its folder",
            name=name,
        )
    return _read(resource("recordings", f"{name}.jsonl"))


def events_of(run: Source) -> list[Event]:
    """Read the events of a run; events that only a newer version knows are left out.

    Args:
        run: A run folder, its journal, or events.

    Returns:
        The events of all attempts, in order.

    Raises:
        UsageError: `testing.no_run`: there is no journal.
        DiskError: The journal cannot be read.
    """
    if isinstance(run, RunFolder):
        run = run.path
    if not isinstance(run, str | Path):
        return list(run)
    path = expanded(run)
    journal = path / "journal.jsonl" if path.is_dir() else path
    if not journal.is_file():
        raise UsageError(
            "testing.no_run",
            f"There is no run in {path}.",
            where=str(journal),
            expected="a run folder, or its journal.jsonl",
            fix="give the path of a run's folder; recorded runs come from recorded(NAME)",
            path=str(path),
        )
    return _read(journal)


def _read(journal: Path) -> list[Event]:
    return [record.event for record in read_journal(journal).records if isinstance(record.event, Event)]
