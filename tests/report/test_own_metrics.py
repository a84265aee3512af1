"""Custom metrics in the report: a figure and a row each, and what the best epoch was chosen by."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from tests.engine.fakes import linear, make
from trainer.export import export_run
from trainer.report import document, figures, html, tables
from trainer.store.folder import RunFolder


def test_a_metric_named_as_another_column_has_a_column_of_its_own(tmp_path: Path) -> None:
    metrics = {"images": lambda probabilities, labels: 0.25, "f1_2": lambda probabilities, labels: 0.75}
    make(linear(), epochs=2, metrics=metrics, run_dir=tmp_path / "run").fit()
    folder = RunFolder(tmp_path / "run")
    results = pd.read_csv(io.StringIO(tables(folder)["results"]))
    assert results["images"].tolist() != results["images_"].tolist() == [0.25] * 3
    epochs = pd.read_csv(export_run(folder, "csv", tmp_path).path)
    assert epochs["valid_f1_2"].tolist() == [0.75, 0.75]
    assert "valid_f1_2.1" not in epochs, "pandas numbers columns of one name"
    assert epochs["valid_f1_2_"].between(0, 1).all()


def test_a_metric_has_a_figure_a_row_and_columns(tmp_path: Path) -> None:
    result = make(linear(), epochs=3, metrics=["top2", "kappa"], monitor="kappa", run_dir=tmp_path / "run").fit()
    folder = RunFolder(tmp_path / "run")
    assert {"metric-top2", "metric-kappa"} <= set(figures(folder))
    text = html(folder)
    assert f"The weights of epoch {result.best_epoch} were kept: they reached the best validation kappa" in text
    assert f"<td>{result.evaluations['test'].custom['top2']:.4f}</td>" in text
    head, *_ = tables(folder)["epochs"].splitlines()
    assert head.endswith("valid_top2,valid_kappa")
    assert document(folder)["epochs"]["valid_top2"] == result.history["valid_top2"].tolist()
    assert tables(folder)["results"].splitlines()[0].endswith("top2,kappa")
