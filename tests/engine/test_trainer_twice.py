"""`Trainer` used once more, into a folder, into none, elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from callbacks.trackers.tracker import Tracker
from tests.engine.fakes import Recorder, at_step, batches, dataset, linear, make
from trainer import Trainer
from trainer.data.loader_source import LoaderSource
from trainer.errors import EpochscopeError, UsageError
from trainer.events import RunStarted
from trainer.plugins import callback_names, load_callback


def test_fit_twice_without_a_folder_trains_on(recorder: Recorder) -> None:
    trainer = make(callbacks=[recorder])
    first, second = trainer.fit(), trainer.fit()
    assert len(second.history) == 2
    assert second.history["train_loss"].iloc[-1] < first.history["train_loss"].iloc[0]
    assert recorder.kinds.count("RunEnded") == 2
    assert [event.attempt for event in recorder.of(RunStarted)] == [1, 1]


def test_fit_twice_into_one_folder_is_refused_and_says_how_to_go_on(tmp_path: Path) -> None:
    trainer = make(run_dir=tmp_path / "run")
    trainer.fit()
    with pytest.raises(UsageError, match="resume=True"):
        trainer.fit()
    with pytest.raises(UsageError):
        make(run_dir=tmp_path / "run").fit()


def test_a_second_trainer_on_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    caught: list[BaseException] = []

    def second() -> None:
        try:
            make(run_dir=tmp_path / "run").fit(resume=True)
        except EpochscopeError as error:
            caught.append(error)

    trainer = make(run_dir=tmp_path / "run")
    at_step(trainer, 3, second)
    assert trainer.fit().status == "completed"
    assert isinstance(caught[0], UsageError)
    assert caught[0].code == "run.busy"
    make(run_dir=tmp_path / "run", epochs=3).fit(resume=True)  # and is free again


def test_a_folder_whose_owner_cannot_be_written_is_free_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.store import folder as folders

    make(run_dir=tmp_path / "run").fit()
    with monkeypatch.context() as patch:
        patch.setattr(folders, "write_owner", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make(run_dir=tmp_path / "run", epochs=3).fit(resume=True)
    assert len(make(run_dir=tmp_path / "run", epochs=3).fit(resume=True).history) == 3


def test_without_a_run_dir_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path / "runs"))
    everyone = [load_callback(name) for name in callback_names() if name != "progress"]
    # where a tracker writes is tested with the trackers, each of them
    trainer = make(callbacks=[callback() for callback in everyone if not issubclass(callback, Tracker)])
    at_step(trainer, 1, trainer.checkpoint)
    result = trainer.fit()
    assert result.run_dir is None
    assert list(tmp_path.rglob("*")) == []


def test_with_a_run_dir_the_defaults_are_added_unless_given(tmp_path: Path) -> None:
    from callbacks import Checkpoint, Journal

    mine = Checkpoint(every_steps=1)
    trainer = make(run_dir=tmp_path / "run", callbacks=[mine, Journal()])
    names = sorted(type(callback).__name__ for callback in trainer.callbacks)
    assert names == ["Checkpoint", "Journal", "MetricLog", "Snapshots", "Timing"]
    assert mine in trainer.callbacks
    assert make().callbacks == []


def test_the_global_generators_decide_nothing_but_the_seed_does() -> None:
    losses = []
    for disturbance, seed in ((1, 7), (2, 7), (1, 8)):
        torch.manual_seed(disturbance)
        np.random.seed(disturbance)
        data = {"train": DataLoader(dataset(), batch_size=4, shuffle=True)}
        losses.append(make(data=data, seed=seed).fit().history["train_loss"].tolist())
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_a_device_that_is_not_there_is_wrong_usage() -> None:
    for device in ("abacus", "cuda:99"):
        with pytest.raises(UsageError):
            Trainer(linear(), batches(1), epochs=1, device=device)


def test_a_loader_with_a_generator_of_its_own_gives_an_epoch_the_same_order_whatever_came_before() -> None:
    def order(feed: LoaderSource, epoch: int) -> list[int]:
        return [int(label) for _, labels in feed.train_batches(epoch) for label in labels]

    def feed() -> LoaderSource:
        rows = torch.utils.data.TensorDataset(torch.zeros(20, 2), torch.arange(20))
        generator = torch.Generator().manual_seed(5)
        return LoaderSource(torch.utils.data.DataLoader(rows, 4, shuffle=True, generator=generator), seed=3)

    whole, later = feed(), feed()
    first, second = order(whole, 1), order(whole, 2)
    assert first != second
    assert order(later, 2) == second
