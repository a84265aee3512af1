"""The monitored metric: the best epoch, early stopping, checkpoints and learning rate follow it."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from callbacks.checkpoint import Checkpoint
from callbacks.early_stopping import EarlyStopping
from callbacks.learning_rate import LearningRate
from tests.engine.fakes import Recorder, at_step, linear, make
from tests.engine.own_metrics import DATA, Scripted
from trainer.errors import UsageError
from trainer.events import EvaluationDone, RunStarted, StopRequested, ValidationDone
from trainer.store import checkpoint as container
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history


def run_by(values: list[float], mode: Any, recorder: Recorder, **options: Any) -> Any:
    metric = Scripted(values)
    return make(
        linear(), DATA, epochs=len(values), metrics={"own": metric}, monitor="own", mode=mode,
        callbacks=[recorder, *options.pop("callbacks", [])], **options,
    ).fit()  # fmt: skip


@pytest.mark.parametrize(
    ("values", "mode", "best"),
    [
        ([0.1, 0.3, 0.2], "max", 2),
        ([0.3, 0.1, 0.2], "min", 2),
        ([0.3, 0.3, 0.1], "max", 1),
        ([math.nan, -1.0, -2.0], "max", 2),
        ([math.inf, 1.0, math.nan], "max", 2),
        ([math.nan, math.nan], "max", None),
    ],
)
def test_the_best_epoch_is_that_of_the_monitored_metric(
    values: list[float], mode: Any, best: int | None, recorder: Recorder, tmp_path: Path
) -> None:
    result = run_by(values, mode, recorder, run_dir=tmp_path / "run")
    assert result.best_epoch == best
    assert [event.epoch for event in recorder.of(ValidationDone) if event.improved][-1:] == ([best] if best else [])
    losses = {event.epoch: event.loss for event in recorder.of(ValidationDone)}
    assert result.best_loss == (losses[best] if best else None)
    files = container.find(tmp_path / "run/checkpoints", "best")
    assert [container.parse_name(path.name) for path in files] == ([("best", 2 * best)] if best else [])
    assert {event.weights for event in recorder.of(EvaluationDone)} == {"best" if best else "last"}
    history = read_history(JournalReader(tmp_path / "run/journal.jsonl"))
    assert (history.best_epoch, history.best_loss) == (result.best_epoch, result.best_loss)


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "valid_accuracy"])
def test_accuracy_and_macro_f1_can_decide_at_no_cost(name: str, recorder: Recorder) -> None:
    result = make(linear(), DATA, epochs=5, monitor=name, callbacks=[recorder]).fit()
    values = [getattr(event, name.removeprefix("valid_")) for event in recorder.of(ValidationDone)]
    assert result.best_epoch == 1 + values.index(max(values))
    [started] = recorder.of(RunStarted)
    assert (started.monitor, started.monitor_mode) == (name.removeprefix("valid_"), "max")


def test_early_stopping_follows_the_monitor(recorder: Recorder) -> None:
    result = run_by([0.5, 0.6, 0.6, 0.55, 0.9], "max", recorder, callbacks=[EarlyStopping(patience=2)])
    assert (len(result.epochs), result.reason, result.best_epoch) == (4, "early_stopping", 2)
    [stop] = recorder.of(StopRequested)
    assert (stop.code, stop.parameters) == ("stop.early_stopping_by", {"name": "own"})


def test_early_stopping_may_follow_another_metric_than_the_best(recorder: Recorder) -> None:
    stopping = EarlyStopping(patience=1, monitor="own", mode="max")
    metrics = {"own": Scripted([0.5, 0.4])}
    result = make(linear(), DATA, epochs=9, metrics=metrics, callbacks=[recorder, stopping]).fit()
    assert len(result.epochs) == 2
    assert [event.improved for event in result.epochs] == [True, True], "by the loss, which has fallen"


def test_checkpoints_keep_the_best_by_the_monitor(recorder: Recorder, tmp_path: Path) -> None:
    values = [0.1, 0.5, 0.3, 0.4, 0.2]
    run_by(values, "max", recorder, callbacks=[Checkpoint(keep_best=2)], run_dir=tmp_path / "run")
    files = container.find(tmp_path / "run/checkpoints", "best")
    assert sorted(container.parse_name(path.name)[1] // 2 for path in files) == [2, 4]


@pytest.mark.parametrize("which", ["run", "own"])
def test_reduce_on_plateau_follows_the_monitor(which: str, recorder: Recorder) -> None:
    made = partial(torch.optim.lr_scheduler.ReduceLROnPlateau, mode="max", patience=0, factor=0.5)
    rate = LearningRate(made, monitor=None if which == "run" else "own")
    given = {"monitor": "own", "mode": "max"} if which == "run" else {}
    metrics = {"own": Scripted([0.5, 0.6, 0.4, 0.7])}
    result = make(linear(), DATA, epochs=4, metrics=metrics, callbacks=[rate], **given).fit()
    rates = result.history["learning_rate"].tolist()
    assert rates[0] == rates[1] == rates[2] == 2 * rates[3]


def test_a_plateau_that_waits_for_the_wrong_way_is_refused() -> None:
    rate = LearningRate(torch.optim.lr_scheduler.ReduceLROnPlateau)
    with pytest.raises(UsageError, match="mode='min' it waits for the metric accuracy to fall"):
        make(linear(), DATA, monitor="accuracy", callbacks=[rate]).fit()


def test_a_stopped_and_resumed_run_equals_one_without_interruption(tmp_path: Path) -> None:
    """Also what early stopping and the best epoch remember of the metric."""

    def trained(name: str, stops: tuple[int, ...]) -> Any:
        for stop in (*stops, 0):
            trainer = make(
                linear(), DATA, epochs=9, metrics=["top2", "kappa"], monitor="kappa", run_dir=tmp_path / name,
                callbacks=[EarlyStopping(patience=3), Checkpoint(keep_best=2)],
            )  # fmt: skip
            at_step(trainer, stop, trainer.stop)
            result = trainer.fit(resume=(tmp_path / name).exists())
        return result, trainer.model.state_dict()

    (whole, weights), (parts, same) = trained("whole", ()), trained("parts", (3, 4, 7))
    columns = ["valid_loss", "valid_top2", "valid_kappa", "improved"]
    assert whole.history[columns].equals(parts.history[columns])
    assert (whole.best_epoch, whole.best_loss, whole.reason) == (parts.best_epoch, parts.best_loss, parts.reason)
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    kept = [
        [path.name for path in container.find(tmp_path / name / "checkpoints", "best")] for name in ("whole", "parts")
    ]
    assert kept[0] == kept[1]


def test_a_run_is_not_resumed_by_another_monitor(tmp_path: Path) -> None:
    make(linear(), DATA, epochs=1, monitor="accuracy", run_dir=tmp_path / "run").fit()
    with pytest.raises(UsageError, match="chooses its best epoch by accuracy") as caught:
        make(linear(), DATA, epochs=2, run_dir=tmp_path / "run").fit(resume=True)
    assert caught.value.code == "resume.monitor"
