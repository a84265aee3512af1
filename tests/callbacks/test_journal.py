"""Journal: every event but those of each step, each exactly once, in order; and summary.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from callbacks.journal import Journal
from tests.engine.fakes import (
    FEATURES,
    Calling,
    FaultyDisk,
    Recorder,
    at_step,
    batches,
    callback,
    elsewhere,
    linear,
    make,
    raising,
)
from trainer.callback import Phase
from trainer.engine.event_bus import EventBus
from trainer.errors import DiskError
from trainer.events import HOOKS, BatchEnded, EpochEnded, EpochStarted, GradientsReady, RunPaused, RunStarted
from trainer.store import durable, summary
from trainer.store.journal import read_journal

STEP = (GradientsReady, BatchEnded)
"""What comes at each step."""


def journaled(recorder: Recorder) -> list[Any]:
    return [event for event in recorder.seen if type(event) not in STEP]


def test_it_hears_every_event_but_the_steps() -> None:
    assert set(EventBus([Journal()]).order()[0][3]) == set(HOOKS.values()) - {HOOKS[event] for event in STEP}


@pytest.mark.parametrize("fails", [False, True])
def test_the_file_holds_what_a_subscriber_heard(fails: bool, tmp_path: Path) -> None:
    recorder = Recorder()
    data = {"train": Calling(batches(3), 2, raising(ValueError('é [/b] \u2028 "quoted"'))), "valid": batches(1)}
    odd = callback("odd", on_error="detach", on_epoch_started=raising(KeyError("odd")))
    trainer = make(data=data, callbacks=[recorder, odd], run_dir=tmp_path / "run")
    trainer.on(RunPaused, lambda event: elsewhere(trainer.unpause))
    at_step(trainer, 2, lambda: [trainer.pause(), trainer.checkpoint()])
    if fails:
        data["train"].arm()  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="quoted"):
            trainer.fit()
    else:
        trainer.fit()
    found = read_journal(tmp_path / "run" / "journal.jsonl")
    assert found.damaged == 0
    assert [record.event for record in found.records] == journaled(recorder)
    assert [record.seq for record in found.records] == [*range(1, len(found.records) + 1)]
    times = [record.t for record in found.records]
    assert times == sorted(times)
    assert {record.attempt for record in found.records} == {1}


def test_attempts_follow_each_other_in_one_file(tmp_path: Path) -> None:
    heard: list[Any] = []
    for resume in (False, True):
        recorder = Recorder()
        trainer = make(callbacks=[recorder], run_dir=tmp_path / "run", epochs=3)
        at_step(trainer, 3, trainer.stop)
        trainer.fit(resume=resume)
        heard += journaled(recorder)
    found = read_journal(tmp_path / "run" / "journal.jsonl")
    assert [record.event for record in found.records] == heard
    assert [record.seq for record in found.records] == [*range(1, len(heard) + 1)]
    assert [record.attempt for record in found.records if isinstance(record.event, RunStarted)] == [1, 2]
    times = [record.t for record in found.records]
    assert times == sorted(times)


def test_one_journal_object_serves_several_attempts(tmp_path: Path) -> None:
    """In a notebook the Trainer that was stopped is the one that goes on."""
    trainer = make(run_dir=tmp_path / "run", epochs=3)
    at_step(trainer, 3, trainer.stop)
    trainer.fit()
    assert trainer.fit(resume=True).status == "completed"
    found = read_journal(tmp_path / "run" / "journal.jsonl")
    attempts = [record.attempt for record in found.records]
    assert attempts == sorted(attempts)
    assert set(attempts) == {1, 2}


def test_a_disk_that_was_full_for_a_while_leaves_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FaultyDisk("journal.jsonl")
    monkeypatch.setattr(durable, "seam", disk)
    recorder = Recorder()
    trainer = make(callbacks=[recorder], epochs=5, run_dir=tmp_path / "run")
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch in (2, 3)))
    assert trainer.fit().status == "completed"
    assert "CallbackFailed" in recorder.kinds
    found = read_journal(tmp_path / "run" / "journal.jsonl")
    assert [record.event for record in found.records] == journaled(recorder)


@pytest.mark.parametrize("at", range(1, 12))
def test_a_single_failed_write_or_sync_loses_and_doubles_nothing(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Once(FaultyDisk):
        """The `at`-th write or sync of the journal fails, once."""

        count = 0

        def _fail(self, fd: int) -> None:
            if self._names[fd].endswith("journal.jsonl"):
                self.count += 1
                if self.count == at:
                    raise OSError(5, "Input/output error")

        def write(self, fd: int, data: bytes | memoryview) -> int:
            self._fail(fd)
            return super().write(fd, data)

        def fsync(self, fd: int) -> None:
            self._fail(fd)
            super().fsync(fd)

    monkeypatch.setattr(durable, "seam", Once())
    recorder = Recorder()
    assert make(callbacks=[recorder], epochs=2, run_dir=tmp_path / "run").fit().status == "completed"
    found = read_journal(tmp_path / "run" / "journal.jsonl")
    assert [record.event for record in found.records] == journaled(recorder)


def test_the_summary_follows_the_run(tmp_path: Path) -> None:
    states: list[Any] = []
    path = tmp_path / "run" / "summary.json"

    def look(*_: Any) -> None:
        found = summary.read(path)
        assert found is not None
        states.append((found.status, found.epoch, found.step))

    trainer = make(
        callbacks=[callback(on_run_started=look, on_epoch_ended=look, on_run_paused=look, on_run_unpaused=look)],
        run_dir=path.parent,
    )
    trainer.on(RunPaused, lambda event: elsewhere(trainer.unpause))
    at_step(trainer, 3, trainer.pause)
    result = trainer.fit()
    assert states == [("running", 0, 0), ("running", 1, 2), ("paused", 2, 3), ("running", 2, 3), ("running", 2, 4)]
    found = summary.read(path)
    assert found is not None
    assert (found.status, found.epoch, found.epochs, found.step, found.attempt) == ("completed", 2, 2, 4, 1)
    assert (found.best_epoch, found.best_loss, found.model) == (result.best_epoch, result.best_loss, "Linear")
    best = result.history.loc[result.best_epoch]
    assert found.best_macro_f1 == best["valid_macro_f1"]
    assert found.elapsed > 0
    assert found.started_at


@pytest.mark.parametrize(("end", "status"), [("stop", "stopped"), ("fail", "failed")])
def test_the_summary_says_how_it_ended(end: str, status: str, tmp_path: Path) -> None:
    trainer = make(
        callbacks=[callback("bad", on_epoch_ended=raising(ValueError("x")))] if end == "fail" else [],
        run_dir=tmp_path / "run",
    )
    if end == "stop":
        at_step(trainer, 1, trainer.stop)
        trainer.fit()
    else:
        with pytest.raises(Exception, match="bad failed"):
            trainer.fit()
    found = summary.read(tmp_path / "run" / "summary.json")
    assert found is not None
    assert (found.status, bool(found.reason)) == (status, True)


def test_the_best_of_the_summary_is_as_fresh_as_its_epoch(tmp_path: Path) -> None:
    bests: list[Any] = []

    def look(event: EpochEnded, run: Any) -> None:
        found = summary.read(run.folder.summary)
        assert found is not None
        bests.append((found.best_epoch, event.valid_loss if event.improved else None))
        if event.improved:
            assert found.best_loss == event.valid_loss

    make(callbacks=[callback(on_epoch_ended=look)], epochs=3, run_dir=tmp_path / "run").fit()
    assert len(bests) == 3


@pytest.mark.parametrize("content", [None, b"{"], ids=["missing", "damaged"])
def test_a_lost_summary_is_made_again_from_the_journal(content: bytes | None, tmp_path: Path) -> None:
    """The first epoch stays the best one: nothing would put it there again."""
    run, options = tmp_path / "run", {"optimizer": lambda parameters: torch.optim.SGD(parameters, lr=0.0)}
    images = torch.randn(2, FEATURES)  # of two classes at most: macro-F1 is not the mean over all three
    data = {"train": batches(2), "valid": [(images, linear()(images).argmax(1))]}
    for epochs in (1, 2):
        make(data=data, run_dir=run, epochs=epochs, **options).fit(resume=epochs > 1)
    before = summary.read(run / "summary.json")
    (run / "summary.json").unlink()
    if content is not None:
        (run / "summary.json").write_bytes(content)
    make(data=data, run_dir=run, epochs=3, **options).fit(resume=True)
    found = summary.read(run / "summary.json")
    assert before is not None
    assert found is not None
    assert (found.epoch, found.epochs, found.attempt, found.best_epoch) == (3, 3, 3, 1)
    for name in ("best_loss", "best_macro_f1", "best_macro_f1_of", "data", "model"):
        assert getattr(found, name) == getattr(before, name)
    assert found.best_macro_f1_of
    events = [record.event for record in read_journal(run / "journal.jsonl").records]
    assert found.started_at == next(one.started_at for one in events if isinstance(one, RunStarted))


def test_a_journal_that_could_not_end_serves_the_next_attempt_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FaultyDisk("summary.json")
    monkeypatch.setattr(durable, "seam", disk)
    fill = [True, False]
    first = callback("first", Phase.DECIDE, on_run_ended=lambda event, run: setattr(disk, "full", fill.pop(0)))
    trainer = make(callbacks=[first], run_dir=tmp_path / "run", epochs=3)
    at_step(trainer, 3, trainer.stop)
    with pytest.raises(DiskError):
        trainer.fit()
    disk.full = False
    assert trainer.fit(resume=True).status == "completed"
    found = read_journal(tmp_path / "run" / "journal.jsonl")
    attempts = [record.attempt for record in found.records]
    assert attempts == sorted(attempts)
    assert set(attempts) == {1, 2}
