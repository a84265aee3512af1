"""The events of a run that count, one after another: what is handed to those who missed them. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from trainer import events as ev
from trainer.store.attempt_history import covered_step
from trainer.store.journal import JournalReader, Record, read_journal
from trainer.store.journal_limits import check
from trainer.store.run_history import read_history


class CountedEvent(NamedTuple):
    """An event with its place in the journal; `wall`: seconds since 1970, UTC."""

    seq: int
    attempt: int
    wall: float
    event: ev.Event


def counted_events(journal: Path) -> Iterator[CountedEvent]:
    """The events of a journal without those that a resumed attempt took back, in the order they were written.

    Unknown events, and those that no run can have sent, are left out. All are in memory at once. Raises DiskError where
    the journal cannot be read, NewerVersionError where a newer Epochscope wrote it.
    """
    history = read_history(JournalReader(journal))
    for record in read_journal(journal).records:
        event = record.event
        if isinstance(event, ev.UnknownEvent) or not _possible(record, event):
            continue
        if not any(one.takes_back(record.seq, covered_step(event)) for one in history.attempts.values()):
            yield CountedEvent(record.seq, record.attempt, record.wall / 1000, event)


def _possible(record: Record, event: ev.Event) -> bool:
    try:
        check(record, event)
    except (ValueError, ArithmeticError):
        return False
    return True
