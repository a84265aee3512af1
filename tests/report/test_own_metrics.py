"""Custom metrics in the report: a figure and a row each, and what the best epoch was chosen by."""

from __future__ import annotations

from pathlib import Path

from tests.engine.fakes import linear, make
from trainer.report import document, figures, html, tables
from trainer.store.folder import RunFolder


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
