"""Metrics of the caller's as columns of the comparison's table, against scikit-learn on the labels themselves."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, confusion_matrix, f1_score

from tests.baselines.stand_in import FIGURES
from tests.baselines.test_runner import ROOT, ROW, held
from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from trainer.baselines import runner
from trainer.baselines.further_metrics import check_metrics, find_metrics, score
from trainer.baselines.table import lines
from trainer.errors import UsageError

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@pytest.fixture
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WORKER", "tests.baselines.stand_in")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr("trainer.baselines.entries.PLAIN", ())


@given(PAIRS)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")  # scikit-learn's, of absent classes
def test_a_metric_of_the_matrix_is_that_of_the_labels(pairs: list[tuple[int, int]]) -> None:
    true, predicted = np.array(pairs).T
    counts = confusion_matrix(true, predicted, labels=range(5))
    metrics: list[Callable[..., Any]] = [
        balanced_accuracy_score,
        cohen_kappa_score,
        lambda y_true, y_pred: f1_score(y_true, y_pred, average="macro", zero_division=0),
    ]
    for metric in metrics:
        assert score(metric, counts) == pytest.approx(metric(true, predicted), nan_ok=True)


@pytest.mark.usefixtures("_stand_ins")
def test_it_is_a_column_of_every_table(tmp_path: Path) -> None:
    def failing(true: Any, predicted: Any) -> float:
        raise RuntimeError("no such thing")

    found = held(tmp_path, "numpy", out=tmp_path / "out", metrics={"balanced": balanced_accuracy_score, "odd": failing})
    right, support = np.diag(FIGURES["confusion"]), FIGURES["support"]
    expected = {**ROW, "balanced": float(np.mean(right / np.array(support))), "odd": None}
    assert [one.row() for one in found.finished] == [expected]
    assert list(found.frame.columns) == list(expected)
    with (tmp_path / "out" / "compare.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["balanced"], row["odd"]) == (str(expected["balanced"]), "")
    assert json.loads((tmp_path / "out" / "compare.json").read_text("utf-8"))["rows"] == [expected]
    assert "| balanced | odd |" in (tmp_path / "out" / "compare.md").read_text("utf-8")
    shown = "\n".join(lines(found.outcomes))
    assert "balanced" in shown
    assert "odd failed: RuntimeError: no such thing" in shown


@pytest.mark.parametrize("metrics", [{"f1_test": cohen_kappa_score}, {"": cohen_kappa_score}, {"kappa": "kappa"}])
def test_what_cannot_be_a_column_is_refused_before_anything_is_trained(tmp_path: Path, metrics: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        held(tmp_path / "runs", "numpy", metrics=metrics)
    assert caught.value.code == "compare.metric"
    assert not (tmp_path / "runs").exists()


def test_functions_are_found_by_name_in_the_current_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scores_of_mine.py").write_text("def hits(true, predicted):\n    return (true == predicted).sum()\n")
    (tmp_path / "json.py").write_text("raise SystemExit('an installed module must come first')\n")
    monkeypatch.chdir(tmp_path)
    found = find_metrics(["scores_of_mine:hits", "sklearn.metrics:cohen_kappa_score", "json:dumps", "kappa"])
    assert list(found) == ["hits", "cohen_kappa_score", "dumps", "kappa"]
    assert score(found["kappa"], [[3, 1], [0, 2]]) == score(found["cohen_kappa_score"], [[3, 1], [0, 2]])
    assert score(found["hits"], [[3, 1], [0, 2]]) == 5
    assert check_metrics(found, ["accuracy"]) == found


@pytest.mark.parametrize("text", ["kapa", "top2", "nowhere.metrics:kappa", "sklearn.metrics:nothing", ":kappa"])
def test_a_function_that_is_not_there_is_named(cli: Cli, runs: Path, text: str) -> None:
    answer = cli("compare", "digits", "--metric", text)
    assert answer.code == 4
    assert f"There is no metric '{text}'" in " ".join(answer.err.split())
    assert not runs.exists()
