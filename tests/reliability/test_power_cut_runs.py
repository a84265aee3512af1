"""A power cut during training, or while a run is resumed: the newest checkpoint that was promised, the true best."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from callbacks.checkpoint import Checkpoint
from tests.crash_counts import Count
from tests.reliability.disks import Dead
from tests.reliability.harness import STEPS, assert_same, attempts, raw, scramble
from tests.reliability.power_cut import CrashState, Rebuilt, RecordingDisk, crash_states
from tests.reliability.power_cut_scenarios import KilledDisk
from tests.reliability.scripted_losses import build as scripted
from trainer.engine.resume import best_weights
from trainer.errors import DiskError, UsageError
from trainer.events import BatchEnded, CheckpointSaved, RunStarted, ValidationDone
from trainer.store import checkpoint, durable, run_files
from trainer.store.folder import RunFolder, list_runs
from trainer.store.journal import JournalWriter, read_journal
from trainer.trainer import Trainer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not synced there: NTFS does that")
EPOCHS = 4


def build(folder: Path) -> Trainer:
    """Its loss falls until epoch 2, then rises."""
    return scripted(folder, epochs=EPOCHS, rising=True, checkpoints=Checkpoint(every_steps=3))


class Truth:
    """What really happened, whatever has reached the disk: weights by step, losses by epoch, records by number."""

    def __init__(self) -> None:
        self.weights: dict[int, dict[str, bytes]] = {}
        self.losses: dict[int, float] = {}
        self.records: dict[int, Any] = {}
        self.settings: dict[str, Any] = {}

    def best(self, epochs: int) -> int | None:
        return min(range(1, epochs + 1), key=lambda epoch: (self.losses[epoch], epoch), default=None)


def plain(weights: dict[str, Tensor]) -> dict[str, bytes]:
    return {name: raw(tensor) for name, tensor in weights.items()}


def attend(trainer: Trainer, disk: RecordingDisk, truth: Truth) -> None:
    """Note what happens, and what the run says is safe."""
    trainer.on(BatchEnded, lambda event: truth.weights.update({event.step: plain(trainer.model.state_dict())}))
    # a run may be killed after it saved at the end of an epoch, and before functions hear that the epoch has ended
    trainer.on(ValidationDone, lambda event: truth.losses.update({event.epoch: event.loss}))
    trainer.on(CheckpointSaved, lambda event: disk.promise(event.kind, event.step))

    def started(event: RunStarted) -> None:
        truth.settings = run_files.dotted_settings(RunFolder(disk.root / "run"))
        disk.promise("settings")

    trainer.on(RunStarted, started)


def record_journal(disk: RecordingDisk, truth: Truth, patch: pytest.MonkeyPatch) -> None:
    write, sync = JournalWriter.write, JournalWriter.sync

    def written(self: JournalWriter, event: Any, **when: Any) -> int:
        truth.records[self.next_seq] = event
        return write(self, event, **when)

    def synced(self: JournalWriter) -> None:
        sync(self)
        disk.promise("records", self.next_seq - 1)

    patch.setattr(JournalWriter, "write", written)
    patch.setattr(JournalWriter, "sync", synced)


def record(root: Path, truth: Truth, kills: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> KilledDisk:
    """Train below `root`, killed at these calls to the disk and resumed after each."""
    root.mkdir(exist_ok=True)
    disk = KilledDisk(root)
    for number, at in enumerate([*kills, 0]):
        with monkeypatch.context() as patch:
            record_journal(disk, truth, patch)
            patch.setattr(durable, "seam", disk)
            disk.at = disk.calls + at if at else 0
            trainer = build(root / "run")
            attend(trainer, disk, truth)
            scramble(number)
            try:
                trainer.fit(resume=number > 0)
            except Dead:
                continue
            break  # it may be over before the call at which it should die
    return disk


def check_run(root: Path, promised: dict[str, list[Any]], truth: Truth) -> None:
    """Without resuming it: what any reader finds."""
    run = RunFolder(root / "run")
    list_runs(root, watched=False)
    if promised.get("settings") or run.run_toml.exists():
        assert run_files.dotted_settings(run) == truth.settings
    records = read_journal(run.journal).records
    known = {one.seq for one in records}
    assert known >= set(range(1, max(promised.get("records", []), default=0) + 1)), "a synced record was lost"
    assert all(one.event == truth.records[one.seq] for one in records), "a record that was never written"
    check_checkpoints(run, promised, truth, max(known, default=0))


def check_checkpoints(run: RunFolder, promised: dict[str, list[Any]], truth: Truth, newest_record: int) -> None:
    for kind in ("last", "best"):
        for step, path in checkpoint.by_step(run.checkpoints, kind).items():
            checkpoint.verify(path)
            tensors, _ = checkpoint.read(path)
            assert model_of(tensors) == truth.weights[step], f"{path.name} has other weights"
    path, skipped = checkpoint.newest_valid(run.checkpoints, "last")
    assert not skipped
    committed = max(promised.get("last", []), default=0)
    if path is None:
        assert not committed, "no checkpoint is left"
        return
    tensors, meta = checkpoint.read(path)
    assert max(checkpoint.by_step(run.checkpoints, "last")) >= committed, "committed work was lost"
    assert meta["seq"] <= newest_record, "the checkpoint covers what the journal does not hold"
    best = truth.best(meta["epoch"] - 1)
    assert meta["best"]["epoch"] == best
    if best is not None:
        weights = best_weights(run, tensors, meta)
        assert weights is not None, "the best weights are lost"
        assert plain(weights) == truth.weights[best * STEPS], "not the best weights"


def model_of(tensors: dict[str, Tensor]) -> dict[str, bytes]:
    return plain({k.removeprefix("model."): tensor for k, tensor in tensors.items() if k.startswith("model.")})


def resume_and_compare(state: CrashState, folder: Path, whole: RunFolder) -> None:
    rebuilt = Rebuilt(folder)
    rebuilt.show(state.tree)
    run = RunFolder(folder / "run")
    if not run.journal.exists() and not run.run_toml.exists():
        assert not state.promised
        with pytest.raises(UsageError, match="no run to resume"):
            build(run.path).fit(resume=True)
        return
    scramble(1)
    build(run.path).fit(resume=True)
    assert attempts(run)[-1].resumed_step >= max(state.promised.get("last", []), default=0)
    assert_same(run, whole)
    assert not [path for path in run.path.rglob("*") if path.suffix == durable.TEMP_SUFFIX], "a temporary file is left"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("whole") / "run"
    build(folder).fit()
    return RunFolder(folder)


def cut_run(
    folder: Path, whole: RunFolder, disk: KilledDisk, truth: Truth, *, limit: int, resumed: int, seed: int = 0
) -> int:
    """Check each disk that a power cut may leave, and resume `resumed` of them to the end; how many there were."""
    rebuilt = Rebuilt(folder / "rebuilt")
    states: list[CrashState] = []
    for state in crash_states(disk, limit=limit, seed=seed):
        rebuilt.show(state.tree)
        check_run(rebuilt.folder, state.promised, truth)
        states.append(state)
    for number, state in enumerate(random.Random(seed).sample(states, min(resumed, len(states)))):
        resume_and_compare(state, folder / f"resumed{number}", whole)
    return len(states)


@pytest.mark.parametrize("kills", [(), (300,)], ids=["while training", "after a kill and while resuming"])
def test_a_power_cut(
    kills: tuple[int, ...], tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    truth = Truth()
    disk = record(tmp_path / "disk", truth, kills, monkeypatch)
    count("power cuts", cut_run(tmp_path, whole, disk, truth, limit=8, resumed=4))


@pytest.mark.crash
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(40))
def test_power_cuts_of_runs_killed_anywhere(
    seed: int, tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    """Killed up to twice, then the power fails while it trains or resumes."""
    draw = random.Random(seed)
    kills = tuple(draw.randrange(150, 500) for _ in range(seed % 3))
    truth = Truth()
    disk = record(tmp_path / "disk", truth, kills, monkeypatch)
    count("power cuts", cut_run(tmp_path, whole, disk, truth, limit=64, resumed=25, seed=seed))
    count("kills", len(kills))


def not_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable.AppendFile, "sync", lambda self: None)


def not_synced_before_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.journal._SYNCED", (RunStarted,))


def in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened under its own name, as many a framework does."""

    def write(path: Path, data: bytes, **options: Any) -> None:
        fd = durable.seam.open(path, os.O_WRONLY | os.O_CREAT)
        durable.seam.write(fd, data)
        durable.seam.fsync(fd)
        durable.seam.close(fd)

    monkeypatch.setattr(durable, "write_bytes", write)


def deleted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    save = Checkpoint._save

    def emptied(self: Checkpoint, kind: Any, event: Any, run: Any) -> None:
        for path in checkpoint.find(run.folder.checkpoints, kind):
            durable.remove(path)
        save(self, kind, event, run)

    monkeypatch.setattr(Checkpoint, "_save", emptied)


def newest_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    prune = Checkpoint._prune

    def forgetful(self: Checkpoint, run: Any, step: int) -> None:
        prune(self, run, step)
        for path in checkpoint.find(run.folder.checkpoints, "best"):
            durable.remove(path)

    monkeypatch.setattr(Checkpoint, "_prune", forgetful)


@pytest.mark.parametrize(
    "mutation", [not_synced, not_synced_before_a_checkpoint, in_place, deleted_first, newest_is_best]
)
def test_a_careless_run_does_not_pass(
    mutation: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks above find what other frameworks have got wrong."""
    mutation(monkeypatch)
    truth = Truth()
    disk = record(tmp_path / "disk", truth, (), monkeypatch)
    with pytest.raises((AssertionError, DiskError)):
        cut_run(tmp_path, whole, disk, truth, limit=32, resumed=0)
