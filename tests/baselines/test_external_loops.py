"""numpy and scikit-learn in our loop: runs like any other, judged as any other."""

from __future__ import annotations

import json
import math
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from callbacks.snapshots import Snapshots
from gui.viewmodels.journal_follower import JournalFollower
from trainer import inference, launch
from trainer.baselines import worker
from trainer.baselines.entries import Contestant, contestants
from trainer.baselines.external_loops import matrix
from trainer.cli import main
from trainer.data import open_data
from trainer.errors import DivergedError, UsageError
from trainer.events import (
    BatchesReported,
    EpochEnded,
    EpochStarted,
    EvaluationDone,
    RunEnded,
    RunStarted,
    ValidationDone,
)
from trainer.settings import Settings, merge
from trainer.store.arrays import read_arrays
from trainer.store.checkpoint import newest_valid, read
from trainer.store.folder import RunFolder, state
from trainer.store.journal import read_journal

EPOCHS = 4
KINDS = ("numpy", "sklearn")


def contestant(name: str, epochs: int | None = EPOCHS, **data: Any) -> Contestant:
    settings = merge({"data": {"source": "digits", **data}, "train": {"threads": 1}})
    (found,) = contestants(settings, epochs=epochs, only=[name])
    return found


def train(one: Contestant, root: Path, *, seconds: float | None = None, settings: Settings | None = None) -> Any:
    """Its run folder, and what its process would have printed."""
    spec = {"kind": one.kind, "options": dict(one.options), "root": str(root), "name": one.name, "seconds": seconds}
    printed = worker.run({**spec, "settings": (settings or one.settings).model_dump()})
    return RunFolder(root / one.name), json.loads(json.dumps(printed))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFolder]:
    root = tmp_path_factory.mktemp("guests")
    return {name: train(contestant(name), root)[0] for name in KINDS}


def events(folder: RunFolder, *kinds: type) -> list[Any]:
    journal = read_journal(folder.journal)
    assert journal.damaged == 0
    return [record.event for record in journal.records if isinstance(record.event, kinds)]


@pytest.mark.parametrize("name", KINDS)
def test_the_events_are_those_of_every_run(runs: dict[str, RunFolder], name: str) -> None:
    kinds = (RunStarted, EpochStarted, ValidationDone, EpochEnded, EvaluationDone, RunEnded)
    order = [type(event).__name__ for event in events(runs[name], *kinds)]
    an_epoch = ["EpochStarted", "ValidationDone", "EpochEnded"]
    assert order == ["RunStarted", *(an_epoch * EPOCHS), *["EvaluationDone"] * 3, "RunEnded"]
    (started,) = events(runs[name], RunStarted)
    assert started.model == f"softmax ({name})"
    assert started.parameters == 650
    reported = events(runs[name], BatchesReported)
    assert sum(event.samples for event in reported) == EPOCHS * started.split_sizes["train"]
    assert sum(event.count for event in reported) == EPOCHS * started.steps_per_epoch
    assert [event.epoch for event in events(runs[name], EpochEnded)] == list(range(1, EPOCHS + 1))
    assert state(runs[name]) == "completed"


@pytest.mark.parametrize("name", KINDS)
def test_the_figures_are_those_that_scikit_learn_finds_for_the_saved_weights(
    runs: dict[str, RunFolder], name: str
) -> None:
    data = open_data("digits")
    path, _ = newest_valid(runs[name].checkpoints, "best")
    assert path is not None
    tensors, _ = read(path)
    weight, bias = (tensors[f"model.1.{part}"].double().numpy() for part in ("weight", "bias"))
    for event in events(runs[name], EvaluationDone):
        images, labels = matrix(data, event.split)
        logits = images.astype(np.float64) @ weight.T + bias
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        assert event.loss == pytest.approx(log_loss(labels, chances), rel=1e-5)
        assert event.accuracy == accuracy_score(labels, logits.argmax(axis=1))
        assert event.macro_f1 == pytest.approx(f1_score(labels, logits.argmax(axis=1), average="macro"))
        assert (event.weights, event.samples) == ("best", len(labels))


@pytest.mark.parametrize("name", KINDS)
def test_the_window_reads_it(runs: dict[str, RunFolder], name: str) -> None:
    follower = JournalFollower(runs[name])
    while not follower.caught_up:
        follower.tick()
    model = follower.model
    assert (follower.damaged, follower.state) == (0, "completed")
    assert model.epochs.column("valid_macro_f1")[-1] > 0.8
    assert set(model.verdicts) == set(model.predictions) == set(model.weights) == set(range(1, EPOCHS + 1))
    for epoch in model.predictions:
        assert read_arrays(runs[name].path / model.weights[epoch])["weight"].shape == (10, 64)
    assert set(model.evaluations) == {"train", "valid", "test"}
    assert model.info is not None
    assert ("optimizer" in model.info.settings["train"]) == (name == "numpy")
    assert model.info.settings["custom"]  # what the window knows of runs that cannot be continued


@pytest.mark.parametrize("name", KINDS)
def test_it_can_be_used_and_not_resumed(runs: dict[str, RunFolder], name: str) -> None:
    with pytest.raises(UsageError, match=f"trained by {name}") as caught:
        launch.resume(runs[name], epochs=EPOCHS + 1)
    assert caught.value.code == "run.baseline"
    before = {event.split: event.macro_f1 for event in events(runs[name], EvaluationDone)}
    found = inference.evaluate(runs[name])
    assert {split: evaluation.metrics.macro_f1 for split, evaluation in found.items()} == before


def test_scikit_learn_stops_where_it_has_converged(tmp_path: Path) -> None:
    one = contestant("sklearn", epochs=500)
    settings = merge(one.settings.model_dump(), {"train": {"weight_decay": 7}})
    folder, printed = train(one, tmp_path, settings=settings)
    epochs = events(folder, EpochEnded)
    assert len(epochs) < 200
    assert len(events(folder, EpochStarted)) == len(epochs)
    assert printed["notes"] == ["C 9.941e-05, which is this weight decay for 1,437 images"]


def test_a_solver_that_cannot_be_watched_has_one_epoch(tmp_path: Path) -> None:
    one = contestant("sklearn", epochs=5)
    folder, printed = train(Contestant("sklearn", "sklearn", one.settings, {"solver": "saga"}), tmp_path)
    assert len(events(folder, EpochEnded)) == 1
    assert printed["status"] == "completed"
    assert "max_iter" in printed["notes"][1]


@pytest.mark.parametrize("name", [*KINDS, "pytorch"])
def test_no_epoch_is_begun_once_the_seconds_are_spent(tmp_path: Path, name: str) -> None:
    folder, printed = train(contestant(name, epochs=50), tmp_path, seconds=1e-9)
    assert len(events(folder, EpochEnded)) == 1
    (ended,) = events(folder, RunEnded)
    assert (printed["status"], ended.reason) == ("completed", "1e-09 seconds of training")
    assert len(events(folder, EvaluationDone)) == 3


@pytest.mark.parametrize("name", [*KINDS, "pytorch"])
def test_a_limit_of_images_holds_for_everybody(tmp_path: Path, name: str) -> None:
    folder, _ = train(contestant(name, epochs=1, samples=100), tmp_path)
    (started,) = events(folder, RunStarted)
    assert started.split_sizes == {"train": 100, "valid": 180, "test": 180}
    (train_figures,) = [event for event in events(folder, EvaluationDone) if event.split == "train"]
    assert set(train_figures.support) == {10}


def test_a_rate_that_is_far_too_large_ends_the_run_as_diverged(tmp_path: Path) -> None:
    one = contestant("numpy")
    settings = merge(one.settings.model_dump(), {"train": {"lr": 1e38}})
    with np.errstate(all="ignore"), pytest.raises(DivergedError):
        train(one, tmp_path, settings=settings)
    (ended,) = events(RunFolder(tmp_path / "numpy"), RunEnded)
    assert (ended.status, ended.code) == ("failed", "diverged.step")


def test_a_stop_is_honoured_and_nothing_is_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Snapshots, event: EpochEnded, run: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Snapshots, "on_epoch_ended", stop)
    for name in KINDS:
        folder, printed = train(contestant(name), tmp_path)
        assert printed["status"] == "stopped"
        assert state(folder) == "stopped"
        assert not events(folder, EvaluationDone)


def test_seconds_of_training_are_those_of_training(runs: dict[str, RunFolder]) -> None:
    for folder in runs.values():
        for event in events(folder, EpochEnded):
            assert event.seconds == pytest.approx(event.train_seconds + event.valid_seconds)
        (ended,) = events(folder, RunEnded)
        assert sum(event.train_seconds for event in events(folder, EpochEnded)) < ended.seconds
        reports = math.fsum(event.step_seconds for event in events(folder, BatchesReported))
        assert reports == pytest.approx(sum(event.train_seconds for event in events(folder, EpochEnded)))


def test_predict_takes_a_guests_weights(
    runs: dict[str, RunFolder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    path = tmp_path / "one.png"
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(path)
    assert main(["predict", str(runs["numpy"].path), str(path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["images"]
    assert len(row["top"]) == 3
