"""The events that count are those of the slow reference, whatever interrupted the run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interrupted_runs import AttemptScript, InterruptedRun, scripts
from tests.logical import logical
from trainer.events import EpochStarted
from trainer.store.counted_events import counted_events
from trainer.store.journal import read_journal


@settings(max_examples=25)
@given(st.lists(scripts(damaged=False), min_size=1, max_size=4))
def test_it_agrees_with_the_reference(attempts: list[AttemptScript]) -> None:
    with tempfile.TemporaryDirectory() as temp:
        run = InterruptedRun(Path(temp))
        for script in attempts:
            run.follow(script)
        records = read_journal(run.folder.journal).records
        expected = [
            (record.seq, record.attempt, record.wall / 1000)
            for record in logical(records)
            # the reference keeps one start of an epoch, and what no run can say
            if not isinstance(record.event, EpochStarted) and record.event.step >= 0
        ]
        found = [one[:3] for one in counted_events(run.folder.journal) if not isinstance(one.event, EpochStarted)]
    assert found == expected


def test_a_journal_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert list(counted_events(tmp_path / "journal.jsonl")) == []
