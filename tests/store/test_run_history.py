"""A run's history does not depend on how its journal is read."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.interrupted_runs import AttemptScript, InterruptedRun, scripts
from trainer import events as ev
from trainer.store.attempt_history import MAX_MESSAGE
from trainer.store.journal import JournalReader, JournalWriter, read_journal
from trainer.store.journal_limits import ImpossibleError
from trainer.store.run_history import MAX_MESSAGES, RunHistory, read_history


def contents(history: RunHistory) -> str:
    """All that can be seen of it."""
    tables = {name: getattr(history, name) for name in ("batches", "epochs")}
    columns = {name: [table.column(one).tolist() for one in table.columns] for name, table in tables.items()}
    verdicts = {epoch: (one.f1.tolist(), one.confusion.tolist()) for epoch, one in history.verdicts.items()}
    hidden = ("batches", "epochs", "verdicts")
    plain = {name: value for name, value in vars(history).items() if name not in hidden and not name.startswith("_")}
    whole = (history.finished, history.images, history.best_epoch, history.best_loss, history.began)
    return repr((columns, verdicts, plain, whole))


@settings(max_examples=60, deadline=None)
@given(st.lists(scripts(), min_size=1, max_size=4), st.lists(st.integers(1, 3_000), min_size=1, max_size=30))
def test_a_journal_may_be_read_in_any_pieces(attempts: list[AttemptScript], sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        run = InterruptedRun(Path(name))
        for script in attempts:
            run.follow(script)
        journal = run.folder.journal
        whole = read_history(reader := JournalReader(journal))
        pieces = followed(journal, Path(name) / "growing.jsonl", sizes)
        assert contents(pieces) == contents(whole)
        one_by_one = RunHistory()
        impossible = 0
        found = read_journal(journal)
        for record in found.records:
            try:
                one_by_one.add(record)
            except ImpossibleError as error:
                impossible += error.count
        assert contents(one_by_one) == contents(whole)
        assert reader.damaged == found.damaged + impossible


def followed(journal: Path, growing: Path, sizes: list[int]) -> RunHistory:
    """The journal read in slices of these sizes while it is written."""
    text, written = journal.read_bytes(), 0
    reader, history = JournalReader(growing), RunHistory()
    while written < len(text):
        for size in sizes:
            with growing.open("ab") as file:
                file.write(text[written : written + size])
            written += size
            history.take(reader.read_some(max(1, size // 2)), reader)
    while not reader.at_end:
        history.take(reader.read_some(sizes[0]), reader)
    return history


@settings(max_examples=30, deadline=None)
@given(st.lists(scripts(), min_size=1, max_size=4), st.integers(0, 150))
def test_a_history_up_to_a_record_is_that_of_a_shorter_journal(attempts: list[AttemptScript], last: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        run = InterruptedRun(Path(name))
        for script in attempts:
            run.follow(script)
        shorter = RunHistory()
        for record in read_journal(run.folder.journal).records:
            if record.seq <= last and record.event.step >= 0:
                shorter.add(record)
        assert contents(read_history(JournalReader(run.folder.journal), last=last)) == contents(shorter)


def test_messages_are_bounded(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl", 1)
    fields: dict[str, Any] = {"callback": "c", "hook": "h", "action": "detach", "error": "x" * 2 * MAX_MESSAGE}
    for step in range(3):
        writer.write(ev.CallbackFailed(epoch=1, step=step, **fields), t=0.0, wall=0)
    writer.close()
    history = read_history(JournalReader(tmp_path / "journal.jsonl"))
    assert [len(message.values["error"]) for message in history.messages] == [MAX_MESSAGE] * 3
    record = read_journal(tmp_path / "journal.jsonl").records[0]
    for seq in range(4, MAX_MESSAGES + 3):
        history.add(record._replace(seq=seq))
    assert len(history.messages) <= MAX_MESSAGES
    assert history.messages[-1].seq == MAX_MESSAGES + 2, "the latest ones stay"
