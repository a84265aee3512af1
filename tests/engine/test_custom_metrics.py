"""Metrics of the caller's own: what they are given, where their values go, and what if they fail."""

from __future__ import annotations

import math
import random
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn import metrics as sk
from torch import Tensor

from callbacks.early_stopping import EarlyStopping
from tests.engine.fakes import CLASSES, Recorder, batches, linear, make
from tests.engine.own_metrics import DATA, VALID, Right, Scripted
from trainer.engine import custom_metrics
from trainer.errors import CallbackError, UsageError
from trainer.events import EpochEnded, EvaluationDone, MetricFailed, RunEnded, ValidationDone
from trainer.metrics.named_metrics import NAMED
from trainer.result import COLUMNS
from trainer.store import checkpoint as container
from trainer.store import evaluations
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history

# -- what they are given ---------------------------------------------------------------------------------------------


def test_a_function_gets_the_whole_split_once_as_probabilities_and_labels() -> None:
    given: list[tuple[NDArray[Any], NDArray[Any]]] = []

    def metric(probabilities: NDArray[Any], labels: NDArray[Any]) -> float:
        given.append((probabilities, labels))
        return 0.0

    model = linear()
    trainer = make(model, DATA, epochs=1, metrics={"own": metric})
    trainer.evaluate("valid")
    [(probabilities, labels)] = given
    images, truth = (torch.cat(part) for part in zip(*VALID, strict=True))
    assert (probabilities.dtype, labels.dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(labels, truth.numpy())
    with torch.no_grad():
        np.testing.assert_allclose(probabilities, model(images).softmax(1).numpy(), rtol=1e-5)


SKLEARN = {
    "balanced": (sk.balanced_accuracy_score, lambda y, p, s: sk.balanced_accuracy_score(y, p)),
    "kappa": (sk.cohen_kappa_score, lambda y, p, s: sk.cohen_kappa_score(y, p)),
    "f1": (partial(sk.f1_score, average="macro"), lambda y, p, s: sk.f1_score(y, p, average="macro")),
    "top2": (partial(sk.top_k_accuracy_score, k=2), lambda y, p, s: sk.top_k_accuracy_score(y, s, k=2)),
    "auc": (partial(sk.roc_auc_score, multi_class="ovr"), lambda y, p, s: sk.roc_auc_score(y, s, multi_class="ovr")),
    "nll": (sk.log_loss, lambda y, p, s: sk.log_loss(y, s)),
}  # fmt: skip


def test_functions_of_scikit_learn_are_called_as_they_are() -> None:
    """Labels first, then classes or probabilities, by the names of their arguments."""
    trainer = make(linear(), DATA, metrics={name: function for name, (function, _) in SKLEARN.items()})
    evaluation = trainer.evaluate("valid")
    images = torch.cat([image for image, _ in VALID])
    with torch.no_grad():
        scores = trainer.model(images).softmax(1).numpy()
    labels, predicted = evaluation.outputs.labels, evaluation.outputs.predicted
    for name, (_, oracle) in SKLEARN.items():
        assert evaluation.custom[name] == pytest.approx(oracle(labels, predicted, scores), rel=1e-6), name


def test_the_metrics_that_come_along_are_those_of_scikit_learn(recorder: Recorder) -> None:
    trainer = make(linear(), DATA, metrics=list(NAMED), callbacks=[recorder])
    trainer.fit()
    evaluation = trainer.evaluate("valid")
    labels, predicted = evaluation.outputs.labels, evaluation.outputs.predicted
    with torch.no_grad():
        scores = trainer.model(torch.cat([image for image, _ in VALID])).softmax(1).numpy()
    own = evaluation.custom
    assert own["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(labels, predicted))
    assert own["kappa"] == pytest.approx(sk.cohen_kappa_score(labels, predicted))
    assert own["mcc"] == pytest.approx(sk.matthews_corrcoef(labels, predicted))
    assert own["top2"] == pytest.approx(sk.top_k_accuracy_score(labels, scores, k=2))
    assert own["top3"] == own["top5"] == 1  # of three classes
    assert own["brier"] == pytest.approx(((scores - np.eye(CLASSES)[labels]) ** 2).sum(1).mean())
    assert own == {event.split: event.metrics for event in recorder.of(EvaluationDone)}["valid"]


def test_an_object_is_reset_given_batches_and_asked(recorder: Recorder) -> None:
    right = Right()
    make(linear(), DATA, epochs=3, metrics={"right": right}, callbacks=[recorder]).fit()
    assert [event.metrics["right"] for event in recorder.of(ValidationDone)] == pytest.approx(
        [event.accuracy for event in recorder.of(ValidationDone)]
    )
    assert right.resets == 1 + 3 + 3, "once for itself, then for each pass: three validations, three evaluations"


def test_images_that_the_loss_ignores_are_left_out() -> None:
    split = [(images, torch.where(labels == 2, -100, labels)) for images, labels in VALID]
    seen: list[int] = []
    count = lambda probabilities, labels: seen.append(len(labels)) or len(labels)  # noqa: E731
    trainer = make(linear(), {"train": batches(2), "valid": split}, metrics={"count": count, "right": Right()})
    evaluation = trainer.evaluate("valid")
    assert evaluation.custom["count"] == evaluation.metrics.samples == sum(int((y >= 0).sum()) for _, y in split)
    assert evaluation.custom["right"] == pytest.approx(evaluation.metrics.accuracy)


@pytest.mark.parametrize("name", ["MulticlassAccuracy", "MulticlassAUROC", "MulticlassCalibrationError"])
def test_torchmetrics_objects(name: str) -> None:
    torchmetrics = pytest.importorskip("torchmetrics.classification", reason="torchmetrics is not installed")
    trainer = make(linear(), DATA, metrics={"own": getattr(torchmetrics, name)(num_classes=CLASSES)})
    found = trainer.evaluate("valid").custom["own"]
    whole = getattr(torchmetrics, name)(num_classes=CLASSES)
    images, labels = (torch.cat(part) for part in zip(*VALID, strict=True))
    with torch.no_grad():
        assert found == pytest.approx(float(whole(trainer.model(images).softmax(1), labels)), abs=1e-6)


def test_a_collection_of_torchmetrics_gives_each_its_name() -> None:
    torchmetrics = pytest.importorskip("torchmetrics", reason="torchmetrics is not installed")
    some = [
        torchmetrics.classification.MulticlassF1Score(CLASSES),
        torchmetrics.classification.MulticlassRecall(CLASSES),
    ]
    trainer = make(linear(), DATA, metrics=torchmetrics.MetricCollection(some), monitor="MulticlassRecall")
    evaluation = trainer.evaluate("valid")
    assert trainer.monitor.mode == "max", "it says so itself"
    assert evaluation.custom["MulticlassF1Score"] == pytest.approx(evaluation.metrics.macro_f1)


# -- where the values go ---------------------------------------------------------------------------------------------


def test_values_are_columns_of_history_csv_journal_and_evaluation(tmp_path: Path) -> None:
    trainer = make(linear(), DATA, metrics={"right": Right(), "count": lambda p, y: len(y)}, run_dir=tmp_path / "run")
    result = trainer.fit()
    assert list(result.history.columns) == [*COLUMNS[1:], "valid_right", "valid_count"]
    assert result.history["valid_right"].tolist() == pytest.approx(result.history["valid_accuracy"].tolist())
    folder = RunFolder(tmp_path / "run")
    head, *rows = folder.metrics.read_text().splitlines()
    assert head.split(",")[-2:] == ["valid_right", "valid_count"]
    assert [row.split(",")[-1] for row in rows] == ["35.0", "35.0"]
    history = read_history(JournalReader(folder.journal))
    assert history.metrics == ("right", "count")
    assert history.epochs.column("valid_right").tolist() == result.history["valid_right"].tolist()
    for split, found in evaluations.find_all(folder).items():
        assert found.custom == result.evaluations[split].custom
    assert history.info is not None
    assert (history.info.metrics, history.info.monitor) == (("right", "count"), "loss")


def test_without_any_nothing_is_different(tmp_path: Path, recorder: Recorder) -> None:
    result = make(run_dir=tmp_path / "run", callbacks=[recorder]).fit()
    assert list(result.history.columns) == list(COLUMNS[1:])
    assert '"metrics":' not in (tmp_path / "run/evaluation/test.json").read_text()
    meta = container.read(container.find(tmp_path / "run/checkpoints", "last")[0])[1]
    assert set(meta["best"]) == {"epoch", "loss"}
    assert {tuple(event.metrics) for event in recorder.of(ValidationDone)} == {()}


def test_metrics_leave_weights_as_they_were(tmp_path: Path) -> None:
    """Whatever they draw from the global generators."""

    def draws(*_: Any) -> float:
        torch.rand(3), np.random.rand(3)
        return random.random()

    def trained(**options: Any) -> list[Tensor]:
        torch.manual_seed(1), random.seed(1), np.random.seed(1)
        model = torch.nn.Sequential(torch.nn.Dropout(0.5), linear())
        make(model, DATA, epochs=3, **options).fit()
        return [*(weight.detach() for weight in model.parameters()), torch.get_rng_state()]

    plain, with_metrics = (
        trained(),
        trained(metrics={"own": draws, "right": Right(), "named": sk.balanced_accuracy_score}),
    )
    assert all(torch.equal(one, other) for one, other in zip(plain, with_metrics, strict=True))


# -- what if they fail -----------------------------------------------------------------------------------------------

FAULTS = {
    "raises": (ValueError("no such thing"), "ValueError: no such thing"),
    "text": ("0.5", "expected one number, got str"),
    "nothing": (None, "expected one number, got NoneType"),
    "several": (np.zeros(3), r"expected one number, got ndarray of shape \(3,\)"),
    "complex": (1j, "expected one number, got complex"),
    "nan": (math.nan, "it gave NaN"),
}


@pytest.mark.parametrize(("value", "text"), FAULTS.values(), ids=FAULTS)
def test_a_metric_that_gives_no_number_is_nan_and_is_told_of(
    value: Any, text: str, recorder: Recorder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = {"bad": Scripted([0.5, value]), "good": Right()}
    result = make(linear(), DATA, epochs=3, metrics=metrics, callbacks=[recorder], run_dir=tmp_path / "run").fit()
    assert result.status == "completed"
    bad, good = result.history["valid_bad"].tolist(), result.history["valid_good"].tolist()
    assert bad[0] == 0.5
    assert np.isnan(bad[1:]).all()
    assert np.isfinite(good).all()
    told = recorder.of(MetricFailed)
    assert [(event.name, event.split) for event in told] == [("bad", "valid"), ("bad", "train"), ("bad", "test")]
    assert "the metric bad could not be computed on valid" in caplog.text
    log = (tmp_path / "run/log.txt").read_text()
    assert log.count("the metric bad could not be computed on valid") == 3, "each time, the evaluation too"
    assert re.search(text, told[0].error)
    assert re.search(text, log)


def test_a_monitored_metric_that_raises_ends_the_run_with_its_epoch_saved(recorder: Recorder, tmp_path: Path) -> None:
    metric = Scripted([0.5, ZeroDivisionError("empty"), 0.4, 0.6])
    given = {"metrics": {"own": metric}, "monitor": "own", "mode": "max", "run_dir": tmp_path / "run", "epochs": 4}
    with pytest.raises(CallbackError, match="ZeroDivisionError: empty") as caught:
        make(linear(), DATA, callbacks=[recorder], **given).fit()
    assert (caught.value.code, caught.value.exit_code) == ("metric.failed", 9)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert [event.epoch for event in recorder.of(EpochEnded)] == [1, 2]
    [ended] = recorder.of(RunEnded)
    assert (ended.status, ended.code) == ("failed", "metric.failed")
    assert ended.last_checkpoint == "checkpoints/last-000000004.safetensors", "of the very epoch"
    result = make(linear(), DATA, **given).fit(resume=True)
    assert (result.status, len(result.epochs), result.best_epoch) == ("completed", 4, 4)
    assert np.isnan(result.history["valid_own"].tolist()[1])


def test_a_split_that_is_too_large_for_functions_is_left_to_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_metrics, "MOST_PROBABILITIES", 50)
    metrics = {"whole": lambda p, y: 1.0, "classes": sk.balanced_accuracy_score, "object": Right()}
    trainer = make(linear(), DATA, metrics=metrics)
    with pytest.warns(UserWarning, match="whole could not be computed on valid: it needs more than 50 probabilities"):
        found = trainer.evaluate("valid").custom
    assert math.isnan(found["whole"])
    assert np.isfinite([found["classes"], found["object"]]).all()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"metrics": {"loss": max}}, "metrics.name"),
        ({"metrics": {"a b": max}}, "metrics.name"),
        ({"metrics": {"x" * 61: max}}, "metrics.name"),
        ({"metrics": {1: max}}, "metrics.name"),
        ({"metrics": {"own": 3}}, "metrics.not_one"),
        ({"metrics": {"own": Right}}, "metrics.not_one"),
        ({"metrics": max}, "metrics.not_one"),
        ({"metrics": ["nowhere"]}, "metric.unknown"),
        ({"metrics": {f"m{n}": max for n in range(65)}}, "metrics.many"),
        ({"monitor": "own"}, "metrics.monitor"),
        ({"metrics": {"own": max}, "monitor": "own"}, "metrics.mode"),
        ({"metrics": {"own": max}, "monitor": "own", "mode": "up"}, "metrics.mode"),
        ({"monitor": "accuracy", "mode": "min"}, "metrics.mode"),
        ({"data": {"train": batches(1)}, "monitor": "accuracy"}, "metrics.no_validation"),
    ],
)
def test_what_cannot_be_is_refused_at_once(given: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(linear(), **given)
    assert caught.value.code == code
    assert caught.value.expected or "known: balanced_accuracy" in caught.value.what


def test_early_stopping_by_a_metric_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no metric 'own'"):
        make(linear(), DATA, callbacks=[EarlyStopping(monitor="own", mode="max")]).fit()
    with pytest.raises(UsageError, match="mode: got None"):
        EarlyStopping(monitor="own")


def test_a_metric_that_writes_into_what_it_is_given_leaves_the_others_theirs() -> None:
    def spoil(probabilities: NDArray[Any], labels: NDArray[Any]) -> float:
        probabilities[:], labels[:] = 0, 0
        return 0.5

    class Spoiler(Right):
        def update(self, probabilities: Tensor, labels: Tensor) -> None:
            probabilities.zero_(), labels.zero_()

        def compute(self) -> float:
            return 0.5

    def accuracy(probabilities: NDArray[Any], labels: NDArray[Any]) -> float:
        return float((probabilities.argmax(1) == labels).mean())

    own = {"first": spoil, "batches": Spoiler(), "right": Right(), "share": accuracy, "kappa": sk.cohen_kappa_score}
    found = make(linear(), DATA, epochs=1, metrics=own).evaluate("valid")
    true, predicted = found.outputs.labels, found.outputs.predicted
    assert found.custom["share"] == found.metrics.accuracy == pytest.approx(float((true == predicted).mean()))
    assert found.custom["right"] == pytest.approx(found.metrics.accuracy)
    assert found.custom["kappa"] == pytest.approx(sk.cohen_kappa_score(true, predicted))


SCORES = {"auc": sk.roc_auc_score, "precision": sk.average_precision_score}


def test_scores_of_two_classes_are_given_as_scikit_learn_takes_them() -> None:
    images, labels = (torch.cat(part) for part in zip(*VALID, strict=True))
    two = [(images, (labels > 0).long())]
    model = torch.nn.Linear(images.shape[1], 2)
    plain: list[tuple[int, ...]] = []

    def own(y_true: NDArray[Any], y_score: NDArray[Any]) -> float:
        plain.append(y_score.shape)
        return 0.0

    found = make(model, {"train": two, "valid": two}, epochs=1, metrics={**SCORES, "own": own}).evaluate("valid")
    with torch.no_grad():
        second = model(images).softmax(1)[:, 1].numpy()
    for name, function in SCORES.items():
        assert found.custom[name] == pytest.approx(function(two[0][1].numpy(), second))
    assert plain == [(len(labels), 2)]  # a function of one's own gets what it always got
