"""A day of training by a clock that only moves when told to: stops, kills, full disks, clocks that are set."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from callbacks.checkpoint import Checkpoint
from callbacks.testing.fake_clock import FakeClock
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run_list import RunList
from tests.crash_counts import Count
from tests.reliability.disks import CrashDisk, Dead, FullDisk, bury_the_dead
from tests.reliability.epoch_accounts import account, flat, newest_attempt, unfinished
from tests.reliability.harness import assert_as_undisturbed, scramble
from tests.reliability.scripted_losses import build as scripted
from trainer.errors import DiskError
from trainer.events import BatchEnded, CallbackFailed, CheckpointSaved, RunStarted
from trainer.store import durable
from trainer.store.folder import RunFolder, is_run, state
from trainer.trainer import Trainer

HOUR = 3600.0
HOURS = 24
EPOCHS = 8
EVERY = 150.0
"""Seconds of training between two checkpoints."""
STEP = (20.0, 100.0)
"""Seconds a step takes."""
HAPPENS = (
    "stopped", "killed between steps", "killed in a call to the disk", "died", "disk full", "ended for want of room",
    "clock set",
)  # fmt: skip


class Disk(CrashDisk, FullDisk):
    """Fills up, and dies with the process."""

    def __init__(self) -> None:
        FullDisk.__init__(self, "*")
        CrashDisk.__init__(self)
        self._open: dict[int, int] = {}

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        self._open[fd] = os.fstat(fd).st_ino
        return fd

    def close(self, fd: int) -> None:
        super().close(fd)
        del self._open[fd]

    def bury(self) -> None:
        """Close what a dead process had open, as the system does."""
        for fd, file in self._open.items():
            with contextlib.suppress(OSError):
                if os.fstat(fd).st_ino == file:
                    os.close(fd)


class Quick(durable.Seam):
    def fsync(self, fd: int) -> None:
        pass


def build(folder: Path) -> Trainer:
    return scripted(folder, epochs=EPOCHS, rising=True, checkpoints=Checkpoint(every_seconds=EVERY))


class Day:
    """What happens in it. `did`: how often what."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.draw = random.Random(seed)
        self.clock = FakeClock()
        self.begin = self.clock.now
        self.wall = 0.0
        """How far the computer's clock was set from the time that has passed."""
        self.full_until = 0.0
        self.did: Counter[str] = Counter()
        self.disk = Disk()

    @property
    def over(self) -> bool:
        return self.clock.now - self.begin >= HOURS * HOUR

    def after_step(self, trainer: Trainer) -> None:
        """Time passes; and now and then something happens."""
        self.clock.advance(self.draw.uniform(*STEP))
        if self.full_until and self.clock.now >= self.full_until:
            self.disk.full, self.full_until = False, 0.0
        what = self.draw.random()
        if what < 0.03:
            self.did["stopped"] += 1
            trainer.stop(when=self.draw.choice(["step", "epoch"]))  # type: ignore[arg-type]
        elif what < 0.05:
            self.did["killed between steps"] += 1
            self.disk.die()
        elif what < 0.08:
            self.did["killed in a call to the disk"] += 1
            self.disk.at = len(self.disk.calls) + self.draw.randrange(1, 60)
        elif what < 0.10:
            self.did["disk full"] += 1
            self.disk.full, self.full_until = True, self.clock.now + self.draw.uniform(60.0, HOUR)
        elif what < 0.14:
            self.did["clock set"] += 1
            self.wall = self.draw.uniform(-1e8, 1e8)

    def attempt(self, run: RunFolder) -> bool:
        """One process that trains, until it ends or dies; whether it ended well."""
        self.disk = Disk()
        self.disk.full = bool(self.full_until)
        durable.seam = self.disk
        trainer = build(run.path)
        trainer.on(BatchEnded, lambda _: self.after_step(trainer))
        scramble(self.draw.randrange(9))
        try:
            trainer.fit(resume=is_run(run.path))
            return True
        except DiskError:
            self.did["ended for want of room"] += 1
            self.clock.advance(HOUR)  # somebody makes room
            self.full_until = 0.0
        except Dead:
            self.did["died"] += 1
            self.disk.bury()
        finally:
            durable.seam = Quick()
        return False

    def train(self, run: RunFolder, follower: JournalFollower) -> set[int]:
        """Attempts, one after the other, until the run is completed or the day is over. Those with a reason to have
        ended badly."""
        reasons: set[int] = set()
        while not self.over:
            before = newest_attempt(run)
            if not self.attempt(run) or self.disk.refused:
                reasons.update(range(before + 1, newest_attempt(run) + 1))
            if not is_run(run.path):
                shutil.rmtree(run.path, ignore_errors=True)  # it died while it made its folder
                continue
            follower.tick()
            if state(run) == "completed":
                break
        return reasons


def seconds_lost(run: RunFolder) -> list[float]:
    """Training time that each attempt that ended badly has lost, where the disk let it save."""
    lost = []
    for records in unfinished(run).values():
        events = [record.event for record in records]
        if any(isinstance(event, CallbackFailed) for event in events):
            continue
        safe = [
            record.t
            for record in records
            if isinstance(record.event, RunStarted)
            or (isinstance(record.event, CheckpointSaved) and record.event.kind == "last")
        ]
        if safe:
            lost.append(records[-1].t - safe[-1])
    return lost


def watched(follower: JournalFollower) -> int:
    """How many epochs a window that has followed the run all along shows."""
    while True:
        follower.tick()
        if follower.caught_up:
            return int(follower.model.epochs.rows)


@pytest.fixture
def whole(tmp_path: Path) -> RunFolder:
    build(tmp_path / "whole").fit()
    return RunFolder(tmp_path / "whole")


def test_a_day(tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count) -> None:
    day = Day(tmp_path / "runs", seed=17)
    day.root.mkdir()
    listed = RunList(day.root)
    objects: list[float] = []
    descriptors: list[float] = []
    kept = lost = 0
    with day.clock.installed(), monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: day.clock.now + day.wall)
        patch.setattr(time, "time_ns", lambda: int((day.clock.now + day.wall) * 1e9))
        while not day.over:
            run = RunFolder(day.root / f"run{len(objects):03d}")
            follower = JournalFollower(run)
            reasons = day.train(run, follower)
            if not is_run(run.path) or state(run) != "completed":
                build(run.path).fit(resume=is_run(run.path))  # the day is over
            account_of = account(run, reasons)
            kept, lost = kept + account_of.kept, lost + account_of.lost
            assert account_of.kept == watched(follower) == EPOCHS
            assert_as_undisturbed(run, whole)
            assert max(seconds_lost(run), default=0.0) <= EVERY + 2 * STEP[1]
            assert [path for path in run.path.rglob("*") if path.suffix == durable.TEMP_SUFFIX] == []
            listed.refresh()
            bury_the_dead()
            gc.collect()
            objects.append(len(gc.get_objects()))
            descriptors.append(len(psutil.Process().open_files()))
    print(f"\n{len(objects)} runs, {kept} epochs in their histories, {lost} lost and trained again; {dict(day.did)}")
    assert {row.state for row in listed.rows} == {"completed"}
    assert listed.total == len(objects) > 10
    assert set(day.did) == set(HAPPENS)
    assert lost
    assert flat(descriptors, 0)
    assert flat(objects, 0.01 * objects[0])
    count("kills", day.did["died"])
    count("faults", day.did["disk full"])
