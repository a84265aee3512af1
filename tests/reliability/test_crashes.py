"""Killed at every single call to the disk, the run goes on with one command and ends as if nothing had happened."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch

from callbacks.checkpoint import Checkpoint
from callbacks.early_stopping import EarlyStopping
from callbacks.learning_rate import LearningRate
from tests.crash_counts import Count
from tests.reliability.disks import CrashDisk, Dead
from tests.reliability.harness import EPOCHS, STEPS, assert_same, attempts, dropout_net, lists, scramble
from trainer.callback import Callback
from trainer.errors import UsageError
from trainer.events import CheckpointSaved, EpochStarted, RunEnded
from trainer.store import checkpoint, durable
from trainer.store.folder import RunFolder, state
from trainer.store.journal import read_journal
from trainer.trainer import Trainer


def build(folder: Path, *more: Any, **options: Any) -> Trainer:
    return Trainer(
        dropout_net(),
        lists(),
        optimizer=lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        callbacks=[LearningRate(schedule="cosine", warmup=0.5), Checkpoint(every_steps=3), *more],
        epochs=options.pop("epochs", EPOCHS),
        run_dir=folder,
        device="cpu",
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("whole") / "run"
    build(folder).fit()
    return RunFolder(folder)


def in_checkpoints(path: Path) -> bool:
    return "checkpoints" in path.parts


def calls_of(folder: Path, counts: Callable[[Path], bool], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """What an undisturbed run asks of the disk."""
    disk = CrashDisk(0, counts)
    monkeypatch.setattr(durable, "seam", disk)
    build(folder).fit()
    return disk.calls


def crash_and_resume(
    folder: Path,
    whole: RunFolder,
    disk: CrashDisk,
    monkeypatch: pytest.MonkeyPatch,
    *,
    again: CrashDisk | None = None,
    may_end: bool = False,
) -> None:
    """Die once (twice with `again`: while resuming), then go on to the end; equal to the whole run. `may_end`: it is
    over before the call at which it should die."""
    quick = durable.Seam()
    quick.fsync = lambda fd: None  # type: ignore[method-assign]
    for number, broken in enumerate((disk, again) if again else (disk,)):
        monkeypatch.setattr(durable, "seam", broken)
        with pytest.raises(Dead) if not may_end else suppress(Dead):
            build(folder).fit(resume=number > 0)
        monkeypatch.setattr(durable, "seam", quick)
    run = RunFolder(folder)
    if not run.journal.exists() and not run.run_toml.exists():
        with pytest.raises(UsageError) as caught:
            build(folder).fit(resume=True)
        assert caught.value.code == "resume.nothing"
        return
    if run.owner.exists():
        os.utime(run.owner, (0, 0))  # this very process lives on
    ended = any(isinstance(record.event, RunEnded) for record in read_journal(run.journal).records)
    assert state(run) in (("lost", "completed") if ended else ("lost",)), "the last calls of all come after RunEnded"
    committed = saved_steps(run)
    scramble(1)
    build(folder).fit(resume=True)
    assert attempts(run)[-1].resumed_step >= max(committed, default=0), "work that was committed was lost"
    assert_same(run, whole)
    assert not [name for name in run.checkpoints.iterdir() if name.suffix == ".tmp"], "what a killed save left is gone"
    assert state(run) == "completed"


def saved_steps(run: RunFolder) -> list[int]:
    events = [record.event for record in read_journal(run.journal).records]
    return [event.step for event in events if isinstance(event, CheckpointSaved) and event.kind == "last"]


def test_killed_at_each_call_of_two_saves(
    tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    """One at the end of an epoch with best and last, one inside the next, and the deletion of what they replace."""
    calls = calls_of(tmp_path / "whole", in_checkpoints, monkeypatch)
    replaced = [at for at, (name, path) in enumerate(calls) if name == "replace" and path.name.startswith("last")]
    first, last = replaced[0] + 5, replaced[2] + 6  # from the end of the first `last` to past the third
    names = {calls[at][0] for at in range(first, last)}
    assert {"open", "write", "fsync", "read", "close", "replace", "unlink"} <= names
    assert any(path.name.startswith("best") for _, path in calls[first:last])
    count("kills", last - first)
    for at in range(first, last):
        torn = calls[at - 1][0] == "write"
        crash_and_resume(tmp_path / f"at{at}", whole, CrashDisk(at, in_checkpoints, torn=torn), monkeypatch)


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_every_call_of_a_whole_run(
    tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    calls = calls_of(tmp_path / "whole", lambda path: True, monkeypatch)
    for at in range(1, len(calls) + 1):
        # how many reports are merged into one depends on time, so that a run may have a few calls less than another
        late = at > len(calls) * 9 // 10
        crash_and_resume(tmp_path / f"at{at}", whole, CrashDisk(at, torn=at % 2 == 0), monkeypatch, may_end=late)
    count("kills", len(calls))
    print(f"\nkilled at each of {len(calls)} calls to the disk of a run of {EPOCHS * STEPS} steps")


def test_killed_while_resuming(tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count) -> None:
    """The second time at every fifth call between the start of the resumed attempt and its first step."""
    disk = CrashDisk(in_checkpoints_at(tmp_path, monkeypatch), in_checkpoints)
    counting = CrashDisk()
    folder = tmp_path / "counted"
    monkeypatch.setattr(durable, "seam", disk)
    with pytest.raises(Dead):
        build(folder).fit()
    monkeypatch.setattr(durable, "seam", counting)
    trainer = build(folder)
    started: list[int] = []
    trainer.on(EpochStarted, lambda event: started.append(len(counting.calls)), once=True)
    trainer.fit(resume=True)
    count("kills", len(range(1, started[0] + 1, 5)))
    for at in range(1, started[0] + 1, 5):
        crash_and_resume(
            tmp_path / f"at{at}", whole, CrashDisk(disk.at, in_checkpoints), monkeypatch, again=CrashDisk(at)
        )


def in_checkpoints_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A call in the middle of the run's saves."""
    return len(calls_of(tmp_path / "probe", in_checkpoints, monkeypatch)) // 2


@pytest.mark.parametrize("kinds", [("best",), ("best", "last")], ids=["between best and last", "before pruning"])
def test_killed_between_best_and_last(
    kinds: tuple[str, ...], tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only `best` of the epoch was committed, or both but what they replace is still there."""
    folder = tmp_path / "run"
    step = 2 * STEPS

    class After(CrashDisk):
        def replace(self, source: Path, target: Path) -> None:
            super().replace(source, target)
            if target.name == f"{kinds[-1]}-{step:09d}.safetensors":
                self.die()

    crash_and_resume(folder, whole, After(), monkeypatch)
    # best is known without asking the disk again: the run went on from the epoch before, or from the very end of this
    assert attempts(RunFolder(folder))[-1].resumed_step == (step if "last" in kinds else 9)


def test_last_of_an_epoch_without_its_best(tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other order cannot come from a crash; from a deleted file it can: the epoch's end is in `last` itself."""
    folder = tmp_path / "run"
    disk = CrashDisk()

    class AtEpoch(Callback):
        on_error = "stop"

        def on_checkpoint_saved(self, event: CheckpointSaved, run: Any) -> None:
            if event.kind == "last" and event.step == 2 * STEPS:
                disk.die()

    monkeypatch.setattr(durable, "seam", disk)
    with pytest.raises(Dead):
        build(folder, AtEpoch()).fit()
    monkeypatch.setattr(durable, "seam", durable.Seam())
    run = RunFolder(folder)
    best = checkpoint.find(run.checkpoints, "best")
    assert [path.name for path in best][:1] == [f"best-{2 * STEPS:09d}.safetensors"], "epoch 2 is the best so far"
    for path in best:
        path.unlink()
    build(folder).fit(resume=True)
    assert_same(run, whole)


@pytest.mark.parametrize("moment", ["on_validation_done", "on_epoch_started", "on_epoch_ended", "on_batch_ended"])
def test_killed_right_after_a_checkpoint_that_a_callback_asked_for(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a checkpoint continues exactly, whatever moment the callback chose."""
    disk = CrashDisk()
    monkeypatch.setattr(durable, "seam", disk)

    class Asks(Callback):
        on_error = "stop"
        crash = False

        def on_checkpoint_requested(self, event: Any, run: Any) -> None:
            self.kind = event.source

        def on_checkpoint_saved(self, event: Any, run: Any) -> None:
            if self.crash and event.epoch == 2 and self.kind == "asks":
                disk.die()

    def hook(self: Any, event: Any, run: Any) -> None:
        if event.step % STEPS in (0, 2):
            run.request_checkpoint(source="asks")

    setattr(Asks, moment, hook)

    def make(folder: Path, asks: Asks) -> Trainer:
        plateau = LearningRate(
            lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(o, patience=0, factor=0.5), each="epoch"
        )
        return Trainer(
            dropout_net(), lists(), optimizer=lambda p: torch.optim.SGD(p, lr=0.5), epochs=4, device="cpu",
            callbacks=[plateau, EarlyStopping(patience=3), asks], run_dir=folder,
        )  # fmt: skip

    make(tmp_path / "whole", Asks()).fit()
    asks = Asks()
    asks.crash = True
    with pytest.raises(Dead):
        make(tmp_path / "run", asks).fit()
    disk.dead = False
    make(tmp_path / "run", Asks()).fit(resume=True)
    assert_same(RunFolder(tmp_path / "run"), RunFolder(tmp_path / "whole"))
