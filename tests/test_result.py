"""A result as tables and curves: as scikit-learn counts them, the same after a resume, and shown without Matplotlib."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from tests.engine.fakes import CLASSES, at_step, batches, make
from trainer import Callback, Result, Run
from trainer.errors import UsageError
from trainer.events import ValidationDone

SVG = "{http://www.w3.org/2000/svg}"


class Answers(Callback):
    """Keeps labels and answers of each validation."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def on_validation_done(self, event: ValidationDone, run: Run) -> None:
        found = run.outputs("valid")
        self.kept[event.epoch] = (found.labels, found.predicted)


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.fixture(scope="module")
def result(answers: Answers) -> Result:
    return make(callbacks=[answers], epochs=3).fit()


def test_f1_of_each_class_after_each_epoch_is_scikit_learns(result: Result, answers: Answers) -> None:
    table = result.per_class
    assert (table.index.name, table.columns.name) == ("epoch", "valid_f1")
    assert list(table.columns) == [str(number) for number in range(CLASSES)]
    assert list(table.index) == [1, 2, 3]
    for epoch, (true, said) in answers.kept.items():
        expected = f1_score(true, said, labels=range(CLASSES), average=None, zero_division=0)
        assert np.allclose(table.loc[epoch], expected)


def test_without_validation_it_is_of_the_training_images() -> None:
    result = make(data=batches(2), epochs=2).fit()
    table = result.per_class
    assert table.columns.name == "train_f1"
    assert np.allclose(table.loc[2], result.epochs[1].train_f1)


def test_confusion_and_scores_are_scikit_learns(result: Result) -> None:
    for split, found in result.evaluations.items():
        true, said = found.outputs.labels, found.outputs.predicted
        counts = confusion_matrix(true, said, labels=range(CLASSES))
        assert (found.confusion.to_numpy() == counts).all()
        expected = precision_recall_fscore_support(true, said, labels=range(CLASSES), zero_division=0)
        assert np.allclose(found.per_class.to_numpy(dtype=float).T, expected)
        row = result.scores.loc[split]
        assert row["images"] == len(true)
        assert row["accuracy"] == pytest.approx((true == said).mean())
        assert row["accuracy_low"] <= row["accuracy"] <= row["accuracy_high"]
    assert result.confusion.equals(result.evaluations["test"].confusion)
    assert (result.confusion.index.name, result.confusion.columns.name) == ("true", "predicted")


def test_the_model_has_the_best_weights() -> None:
    trainer = make(epochs=3)
    result = trainer.fit()
    assert result.model is trainer.model
    again = trainer.evaluate("valid")
    assert again.metrics == result.evaluations["valid"].metrics
    assert again.metrics.loss == result.best_loss


def test_a_stopped_run_has_tables_but_no_confusion() -> None:
    trainer = make(epochs=5)
    at_step(trainer, 5, trainer.stop)
    result = trainer.fit()
    assert result.status == "stopped"
    assert len(result.per_class) == len(result.epochs) == 2
    assert result.scores.empty
    assert result.model is trainer.model
    with pytest.raises(UsageError, match="not been evaluated"):
        result.confusion  # noqa: B018


def test_a_resumed_run_has_the_table_of_one_that_was_not_stopped(tmp_path: Path) -> None:
    whole = make(epochs=4).fit()
    stopped = make(epochs=4, run_dir=tmp_path / "run")
    at_step(stopped, 5, stopped.stop)
    assert stopped.fit().status == "stopped"
    result = make(epochs=4, run_dir=tmp_path / "run").fit(resume=True)
    pd.testing.assert_frame_equal(result.per_class, whole.per_class)


def test_the_plot_is_svg_that_stands_alone(result: Result) -> None:
    plot = result.plot()
    root = ElementTree.fromstring(plot.svg)
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f"{SVG}g")) == 2
    assert "var(--" not in plot.svg
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {"Loss, nats", "Macro-F1", "training", "validation"} <= texts
    shown = plot._repr_svg_()
    assert shown.startswith("<svg ")
    assert ElementTree.fromstring(shown).tag == f"{SVG}svg"
    assert str(plot) == plot.svg
    assert "<svg" not in repr(plot)


def test_the_plot_leaves_out_what_is_not_there() -> None:
    result = make(data=batches(2), epochs=1).fit()
    texts = {element.text for element in ElementTree.fromstring(result.plot().svg).iter(f"{SVG}text")}
    assert "validation" not in texts
    assert ElementTree.fromstring(Result("stopped", "", None, None, None).plot().svg).tag == f"{SVG}svg"


def test_a_result_needs_no_torch_and_its_plot_no_matplotlib() -> None:
    code = (
        "import sys\n"
        "from trainer.result import Result\n"
        "assert Result('stopped', '', None, None, None).plot().svg\n"
        "assert not {'torch', 'pandas', 'matplotlib', 'sklearn'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_result_without_a_model_says_so() -> None:
    with pytest.raises(UsageError, match="before its model was built"):
        Result("stopped", "", None, None, None).model  # noqa: B018
    assert isinstance(make(epochs=1).fit().model, torch.nn.Module)
