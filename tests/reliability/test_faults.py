"""Disks that are full, for a while or for good, or that cannot be written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from callbacks.checkpoint import Checkpoint
from tests.reliability.disks import CrashDisk, Dead, FullDisk
from tests.reliability.harness import (
    STEPS,
    assert_same,
    at_step,
    history,
)
from tests.reliability.scripted_losses import build
from trainer.errors import DiskError
from trainer.events import BatchEnded, CallbackFailed, EpochEnded, RunEnded
from trainer.store import checkpoint, durable, summary
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer


def full_between(trainer: Trainer, disk: FullDisk, first: int, last: int | None) -> None:
    """From optimiser step `first` until step `last` (None: for good) there is no room."""

    def switch(event: BatchEnded) -> None:
        disk.full = event.step >= first and (last is None or event.step < last)

    trainer.on(BatchEnded, switch)


PARTS = {
    "checkpoints": ("checkpoints",),
    "journal": ("journal.jsonl",),
    "metrics": ("metrics.csv",),
    "summary": ("summary.json",),
    "everything": ("*",),
}


@pytest.mark.parametrize("rising", [False, True], ids=["best is last", "best is epoch 2"])
@pytest.mark.parametrize("part", PARTS)
def test_full_for_a_while_leaves_no_gap(
    part: str, rising: bool, tmp_path: Path, whole_hills: dict[bool, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From before the end of epoch 2 until the middle of epoch 4."""
    disk = FullDisk(*PARTS[part])
    monkeypatch.setattr(durable, "seam", disk)
    trainer = build(tmp_path / "run", rising=rising)
    full_between(trainer, disk, STEPS + 3, 3 * STEPS + 3)
    failed: list[CallbackFailed] = []
    trainer.on(CallbackFailed, failed.append)
    result = trainer.fit()
    assert result.status == "completed"
    assert disk.refused > 1
    assert {event.action for event in failed} == {"retry"}
    run = RunFolder(tmp_path / "run")
    assert_same(run, whole_hills[rising])
    ended = [record.event for record in history(run)][-1]
    assert isinstance(ended, RunEnded)
    assert ended.status == "completed"
    found = summary.read(run.summary)
    assert found is not None
    assert (found.status, found.step, found.best_epoch) == ("completed", 5 * STEPS, 2 if rising else 5)
    told = [record.event for record in history(run) if isinstance(record.event, CallbackFailed)]
    assert told
    assert "The disk is full" in told[0].error
    if part != "everything":
        assert "The disk is full" in run.log.read_text("utf-8")


@pytest.mark.parametrize(
    "rising", [pytest.param(False, marks=pytest.mark.slow, id="best is last"), pytest.param(True, id="best is epoch 2")]
)
@pytest.mark.parametrize("killed_at", [2 * STEPS + 2, 3 * STEPS + 4, 4 * STEPS + 1], ids=["full", "just free", "later"])
@pytest.mark.parametrize(
    "part",
    [part if part in ("journal", "everything") else pytest.param(part, marks=pytest.mark.slow) for part in PARTS],
)
def test_full_for_a_while_and_killed(
    part: str,
    killed_at: int,
    rising: bool,
    tmp_path: Path,
    whole_hills: dict[bool, RunFolder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The newest checkpoint never covers what the journal does not hold, whenever the process dies."""

    class Both(CrashDisk, FullDisk):
        def __init__(self, *parts: str) -> None:
            FullDisk.__init__(self, *parts)
            CrashDisk.__init__(self)

    disk = Both(*PARTS[part])
    monkeypatch.setattr(durable, "seam", disk)
    trainer = build(tmp_path / "run", rising=rising, checkpoints=Checkpoint(every_steps=4))
    full_between(trainer, disk, STEPS + 3, 3 * STEPS + 3)
    trainer.on(BatchEnded, lambda event: event.step == killed_at and disk.die())
    with pytest.raises(Dead):
        trainer.fit()
    disk.dead = disk.full = False
    build(tmp_path / "run", rising=rising, checkpoints=Checkpoint(every_steps=4)).fit(resume=True)
    assert_same(RunFolder(tmp_path / "run"), whole_hills[rising])


@pytest.mark.parametrize("part", PARTS)
def test_full_for_good_ends_the_run_after_three_epochs(
    part: str, tmp_path: Path, whole_hills: dict[bool, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(*PARTS[part])
    monkeypatch.setattr(durable, "seam", disk)
    trainer = build(tmp_path / "run")
    full_between(trainer, disk, STEPS + 3, None)
    ended: list[RunEnded] = []
    trainer.on(RunEnded, ended.append)
    seen: list[int] = []
    trainer.on(EpochEnded, lambda event: seen.append(event.epoch))
    with pytest.raises(DiskError) as caught:
        trainer.fit()
    assert caught.value.exit_code == 6
    assert caught.value.code == "disk.full"
    assert seen[-1] == 4, "epoch 1 was written, epochs 2 to 4 could not be"
    assert [event.status for event in ended] == ["failed"]
    assert ended[0].code == "disk.full"
    run = RunFolder(tmp_path / "run")
    path, skipped = checkpoint.newest_valid(run.checkpoints, "last")
    assert path is not None
    assert not skipped
    disk.full = False
    build(tmp_path / "run").fit(resume=True)
    assert_same(run, whole_hills[False])


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EIO], ids=["EROFS", "EACCES", "EIO"])
def test_a_folder_that_cannot_be_written_is_refused_and_can_be_used_later(
    number: int, tmp_path: Path, whole_hills: dict[bool, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    trainer = build(run)
    at_step(STEPS + 2)(trainer)
    trainer.fit()
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    disk = FullDisk("*", number=number)
    disk.full = True
    monkeypatch.setattr(durable, "seam", disk)
    with pytest.raises(DiskError) as caught:
        build(run).fit(resume=True)
    assert caught.value.code == ("disk.failed" if number == errno.EIO else "disk.read_only")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    disk.full = False
    build(run).fit(resume=True)
    assert_same(RunFolder(run), whole_hills[False])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    trainer = build(tmp_path / "run")
    at_step(STEPS + 2)(trainer)
    trainer.fit()
    for path in (tmp_path / "run", *(tmp_path / "run").rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        with pytest.raises(DiskError) as caught:
            build(tmp_path / "run").fit(resume=True)
        assert caught.value.code == "disk.read_only"
    finally:
        for path in (tmp_path / "run", *(tmp_path / "run").rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
