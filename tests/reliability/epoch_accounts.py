"""Where each epoch of a run has gone: into its history once, or lost with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tests.logical import logical
from trainer.events import EpochEnded, RunEnded
from trainer.store.folder import RunFolder
from trainer.store.journal import Record, read_journal


class Account(NamedTuple):
    """Epochs of one run: `kept` in its history, `lost` and trained anew."""

    kept: int
    lost: int


def newest_attempt(run: RunFolder) -> int:
    """0 where nothing was written yet."""
    return max((record.attempt for record in read_journal(run.journal).records), default=0)


def unfinished(run: RunFolder) -> dict[int, list[Record]]:
    """The records of each attempt that did not say that it ended well."""
    by_attempt: dict[int, list[Record]] = {}
    for record in read_journal(run.journal).records:
        by_attempt.setdefault(record.attempt, []).append(record)
    ended = {
        attempt
        for attempt, records in by_attempt.items()
        if any(isinstance(record.event, RunEnded) and record.event.status != "failed" for record in records)
    }
    return {attempt: records for attempt, records in by_attempt.items() if attempt not in ended}


def account(run: RunFolder, reasons: Iterable[int]) -> Account:
    """`reasons`: the attempts that were killed or had no room. No other may have ended badly, or lost an epoch."""
    known = set(reasons)
    assert set(unfinished(run)) <= known, f"{run.name}: attempts that ended without a reason"
    records = read_journal(run.journal).records
    epochs = [record for record in records if isinstance(record.event, EpochEnded)]
    kept = [record for record in logical(records) if isinstance(record.event, EpochEnded)]
    assert [record.event.epoch for record in kept] == list(range(1, len(kept) + 1)), f"{run.name}: each epoch once"
    lost = [record for record in epochs if record not in kept]
    strange = [(record.attempt, record.event.epoch) for record in lost if record.attempt not in known]
    assert not strange, f"{run.name}: epochs (attempt, epoch) that were lost without a reason: {strange}"
    return Account(len(kept), len(lost))


def flat(samples: list[float], most: float) -> bool:
    """Whether the last third of the samples lies no more than `most` above the third before it, by their medians."""
    third = len(samples) // 3
    assert third, "too few samples"
    before, after = (sorted(part)[third // 2] for part in (samples[-2 * third : -third], samples[-third:]))
    return after - before <= most
