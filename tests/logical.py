"""What counts of a journal, the slow way: the reference for `trainer.store.run_history`."""

from __future__ import annotations

from collections.abc import Iterable

from trainer.events import CheckpointSaved, EpochStarted, RunStarted, SnapshotSaved
from trainer.store.journal import Record


def logical(records: Iterable[Record]) -> list[Record]:
    """What happened, as if no attempt had been interrupted: each start takes back what earlier attempts did after the
    checkpoint it resumes from, except files of steps that it covers. Of an epoch that was begun twice the first
    EpochStarted stays."""
    kept: list[Record] = []
    for record in records:
        event = record.event
        if isinstance(event, RunStarted):
            kept = [one for one in kept if one.attempt >= record.attempt or _covered(one, event)]
        begun_before = isinstance(event, EpochStarted) and any(
            isinstance(one.event, EpochStarted) and one.event.epoch == event.epoch for one in kept
        )
        if not begun_before:
            kept.append(record)
    return kept


def _covered(record: Record, started: RunStarted) -> bool:
    file = isinstance(record.event, CheckpointSaved | SnapshotSaved)
    return record.seq <= started.resumed_seq or (file and record.event.step <= started.resumed_step)
