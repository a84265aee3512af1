"""The events that count are those of the slow reference, whatever interrupted the run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interrupted_runs import STEPS_PER_EPOCH, AttemptScript, InterruptedRun, scripts
from tests.logical import logical
from trainer import events as ev
from trainer.store.counted_events import counted_events
from trainer.store.journal import JournalReader, JournalWriter, read_journal
from trainer.store.run_history import read_history


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
            if not isinstance(record.event, ev.EpochStarted) and record.event.step >= 0
        ]
        found = [one[:3] for one in counted_events(run.folder.journal) if not isinstance(one.event, ev.EpochStarted)]
    assert found == expected


def test_what_callbacks_report_of_the_step_of_a_checkpoint_counts(tmp_path: Path) -> None:
    """It may come after the checkpoint, and a resumed run does not report it again."""
    run, script = InterruptedRun(tmp_path), AttemptScript(0, STEPS_PER_EPOCH, "killed", False, False, ())
    run.follow(script)
    at: dict[str, Any] = {"epoch": 1, "step": STEPS_PER_EPOCH}
    reports = (
        ev.ScalarReported(**at, name="score", value=0.5),
        ev.PictureReported(**at, name="look", path="look.png", width=1, height=1, bytes=1),
    )
    writer = JournalWriter(run.folder.journal, 1)
    for event in reports:
        writer.write(event, t=9.0, wall=0)
    writer.close()
    run.follow(script)
    history = read_history(JournalReader(run.folder.journal))
    assert (history.scalars["score"].rows, len(history.pictures)) == (1, 1)
    told = [one.event for one in counted_events(run.folder.journal)]
    assert [event for event in told if isinstance(event, ev.ScalarReported | ev.PictureReported)] == [*reports]


def test_a_journal_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert list(counted_events(tmp_path / "journal.jsonl")) == []
