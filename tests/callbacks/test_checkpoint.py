"""Checkpoint: what is kept, what is deleted, and when the disk is full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from callbacks.checkpoint import Checkpoint
from tests.engine.fakes import FaultyDisk, Recorder, at_step, batches, callback, linear, make
from tests.engine.test_rules_best import NAN, Scripted
from trainer.errors import EpochscopeError, UsageError
from trainer.events import BatchEnded, CallbackFailed, CheckpointSaved, EpochEnded, EpochStarted, RunEnded
from trainer.store import checkpoint as container
from trainer.store import durable


def steps(folder: Path, kind: Any) -> list[int]:
    """Steps of the checkpoints there are, the largest first."""
    return [container.parse_name(path.name)[1] for path in container.find(folder / "checkpoints", kind)]  # type: ignore[index]


def run(folder: Path, losses: list[float], made: Checkpoint, *others: Any) -> Recorder:
    """One step an epoch, so that the step is the epoch."""
    recorder = Recorder()
    data = {"train": batches(1), "valid": batches(1, seed=1)}
    make(
        data=data, loss=Scripted(losses), epochs=len(losses), callbacks=[made, recorder, *others], run_dir=folder
    ).fit()
    return recorder


@pytest.mark.parametrize("options", [{"keep_best": 0}, {"keep_best": -1}, {"every_steps": -1}, {"every_seconds": -0.5}])
def test_options_that_make_no_sense_are_wrong_usage(options: Any) -> None:
    with pytest.raises(UsageError):
        Checkpoint(**options)


def test_the_last_two_and_the_best_are_kept(tmp_path: Path) -> None:
    run(tmp_path / "run", [3.0, 1.0, 2.0, 4.0], Checkpoint())
    assert steps(tmp_path / "run", "last") == [4, 3]
    assert steps(tmp_path / "run", "best") == [2]


@pytest.mark.parametrize(
    ("losses", "keep", "kept"),
    [
        ([3.0, 1.0, 2.0, 4.0], 2, {2, 3}),
        ([3.0, 1.0, 2.0, 4.0], 3, {1, 2, 3}),
        ([3.0, 1.0, 2.0, 4.0], 9, {1, 2, 3, 4}),
        ([1.0, 1.0, 1.0], 2, {1, 2}),
        ([NAN, 5.0, NAN, 4.0], 2, {2, 4}),
        ([1.0, 2.0, 3.0, 0.5, 0.0], 2, {4, 5}),
        ([NAN, NAN], 2, set()),
    ],
)
def test_the_k_best_are_kept(losses: list[float], keep: int, kept: set[int], tmp_path: Path) -> None:
    run(tmp_path / "run", losses, Checkpoint(keep_best=keep))
    assert set(steps(tmp_path / "run", "best")) == kept


def test_the_k_best_are_kept_over_a_resumption(tmp_path: Path) -> None:
    losses = [3.0, 1.0, 2.0, 0.5]
    data = {"train": batches(1), "valid": batches(1, seed=1)}
    script = Scripted(losses)
    for resume in (False, True):
        trainer = make(data=data, loss=script, epochs=4, callbacks=[Checkpoint(keep_best=2)], run_dir=tmp_path / "run")
        if not resume:
            at_step(trainer, 2, lambda trainer=trainer: trainer.stop("epoch"))
        trainer.fit(resume=resume)
    assert set(steps(tmp_path / "run", "best")) == {2, 4}


def test_a_checkpoint_used_in_two_runs_keeps_them_apart(tmp_path: Path) -> None:
    made = Checkpoint()
    run(tmp_path / "one", [0.1, 0.2], made)
    run(tmp_path / "two", [5.0, 6.0, 4.0], made)
    assert steps(tmp_path / "one", "best") == [1]
    assert steps(tmp_path / "two", "best") == [3]


def test_there_is_a_valid_last_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever call the process dies in: an older file goes only once its successor is there."""
    folder = tmp_path / "run" / "checkpoints"
    seen: list[int] = []

    class Watching(durable.Seam):
        def _look(self) -> None:
            if folder.exists():
                seen.append(len([path for path in container.find(folder, "last") if path.stat().st_size]))

        def unlink(self, path: Path) -> None:
            self._look()
            super().unlink(path)
            self._look()

        def replace(self, source: Path, target: Path) -> None:
            self._look()
            super().replace(source, target)
            self._look()

    monkeypatch.setattr(durable, "seam", Watching())
    run(tmp_path / "run", [3.0, 2.0, 1.0, 4.0], Checkpoint(every_steps=1))
    first = next(index for index, count in enumerate(seen) if count)
    assert min(seen[first:]) >= 1
    assert len(seen) > 20
    for path in container.find(folder, "last"):
        container.verify(path)


def test_manual_checkpoints_are_never_deleted(tmp_path: Path) -> None:
    trainer = make(data={"train": batches(1)}, epochs=6, run_dir=tmp_path / "run")
    trainer.on(BatchEnded, lambda event: trainer.checkpoint())
    trainer.fit()
    assert steps(tmp_path / "run", "manual") == [6, 5, 4, 3, 2, 1]
    assert steps(tmp_path / "run", "last") == [6, 5]


def test_every_seconds_goes_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import callbacks.checkpoint as module

    class Clock:
        now = 0.0
        perf_counter = staticmethod(lambda: 0.0)

        @classmethod
        def monotonic(cls) -> float:
            return cls.now

    monkeypatch.setattr(module, "time", Clock)
    recorder = Recorder()
    trainer = make(
        data={"train": batches(4)},
        epochs=2,
        callbacks=[Checkpoint(every_seconds=10), recorder],
        run_dir=tmp_path / "run",
    )
    monkeypatch.setattr("trainer.engine.loop.REPORT_SECONDS", -1.0)  # a report at every step
    trainer.on(BatchEnded, lambda event: setattr(Clock, "now", Clock.now + 4))
    trainer.fit()
    saved = [event.step for event in recorder.of(CheckpointSaved) if event.kind == "last"]
    # 12 s after the start; 4 s to the end of the epoch, which saves as well; 12 s after that
    assert saved == [3, 4, 7, 8]


# -- the disk is full --------------------------------------------------------------------------------------------------


def weights_of(folder: Path, kind: Any) -> dict[int, torch.Tensor]:
    return {
        container.parse_name(path.name)[1]: container.read(path)[0]["model.weight"]
        for path in container.find(folder / "checkpoints", kind)
    }  # type: ignore[index]


def test_after_a_full_disk_the_right_weights_are_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full when epoch 2 ends, until the middle of epoch 4: epochs 2 and 3 are saved as they were, under their names."""
    disk = FaultyDisk("checkpoints")
    monkeypatch.setattr(durable, "seam", disk)
    model, recorder = linear(), Recorder()
    weights: dict[int, torch.Tensor] = {}
    data = {"train": batches(4), "valid": batches(1, seed=1)}
    trainer = make(
        model,
        data,
        loss=Scripted([4.0, 3.0, 2.0, 5.0]),
        epochs=4,
        callbacks=[Checkpoint(keep_best=9), recorder],
        run_dir=tmp_path / "run",
    )
    trainer.on(EpochEnded, lambda event: weights.__setitem__(event.step, model.weight.detach().clone()))
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch in (2, 3, 4)))
    at_step(trainer, 14, lambda: setattr(disk, "full", False))
    assert trainer.fit().status == "completed"
    best = weights_of(tmp_path / "run", "best")
    assert set(best) == {4, 8, 12, 16}
    for step, weight in best.items():
        assert torch.equal(weight, weights[step]), step
    for step, weight in weights_of(tmp_path / "run", "last").items():
        assert torch.equal(weight, weights[step]), step
    assert [event.action for event in recorder.of(CallbackFailed)] == ["retry"]
    metas = {
        step: container.read(path)[1]
        for path in container.find(tmp_path / "run" / "checkpoints", "best")
        for step in [container.parse_name(path.name)[1]]
    }  # type: ignore[index]
    assert all(meta["step"] == step for step, meta in metas.items())
    saved = [(event.kind, event.step) for event in recorder.of(CheckpointSaved)]
    assert len(saved) == len(set(saved))


def test_a_disk_that_stays_full_ends_the_run_after_three_epochs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FaultyDisk("checkpoints")
    monkeypatch.setattr(durable, "seam", disk)
    recorder = Recorder()
    trainer = make(epochs=9, callbacks=[recorder], run_dir=tmp_path / "run")
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch >= 2))
    with pytest.raises(EpochscopeError) as caught:
        trainer.fit()
    assert (caught.value.exit_code, caught.value.code) == (6, "disk.full")
    assert [event.epoch for event in recorder.of(EpochEnded)] == [1, 2, 3, 4]
    assert recorder.of(RunEnded)[0].code == "disk.full"
    assert steps(tmp_path / "run", "last") == [2]  # what was there is there
    container.verify(container.find(tmp_path / "run" / "checkpoints", "last")[0])


def test_a_request_while_the_disk_is_full_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FaultyDisk("checkpoints")
    monkeypatch.setattr(durable, "seam", disk)
    tickets: list[Any] = []
    trainer = make(run_dir=tmp_path / "run", callbacks=[callback()])
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch == 1))
    at_step(trainer, 1, lambda: tickets.append(trainer.checkpoint()))
    at_step(trainer, 2, lambda: setattr(disk, "full", False))
    assert trainer.fit().status == "completed"
    assert (tickets[0].result, tickets[0].answer.code) == ("refused", "request.save_failed")
    assert steps(tmp_path / "run", "manual") == [1]  # it came late, and with the state of step 1
    _, meta = container.read(container.find(tmp_path / "run" / "checkpoints", "manual")[0])
    assert meta["step"] == 1


def test_a_refused_request_leaves_the_last_checkpoint_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FaultyDisk("checkpoints")
    monkeypatch.setattr(durable, "seam", disk)
    recorder, asked = Recorder(), list[Any]()
    trainer = make(run_dir=tmp_path / "run", callbacks=[recorder])
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch == 2))
    at_step(trainer, 3, lambda: asked.append(trainer.checkpoint()))
    at_step(trainer, 4, trainer.stop)
    with pytest.raises(EpochscopeError, match="disk"):
        trainer.fit()
    assert asked[0].result == "refused"
    assert recorder.of(RunEnded)[0].last_checkpoint == "checkpoints/last-000000002.safetensors"


def test_a_request_is_answered_with_its_own_checkpoint_not_with_one_that_was_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FaultyDisk("checkpoints")
    monkeypatch.setattr(durable, "seam", disk)
    recorder, asked = Recorder(), list[Any]()
    trainer = make(run_dir=tmp_path / "run", callbacks=[recorder])
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", False))
    at_step(trainer, 2, lambda: setattr(disk, "full", True))
    at_step(trainer, 3, lambda: asked.append(trainer.checkpoint()))
    assert trainer.fit().status == "completed"
    assert [event.action for event in recorder.of(CallbackFailed)] == ["retry"]
    assert asked[0].answer.path == "checkpoints/manual-000000003.safetensors"
