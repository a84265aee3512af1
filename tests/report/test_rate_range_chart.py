"""A range test with the settings of a run is a figure of its report."""

from __future__ import annotations

from pathlib import Path

from trainer.launch import start
from trainer.report import figures, html
from trainer.report.rate_range_chart import NAME
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.store.rate_curves import RateCurve, curve_path, write_curve


def test_the_range_test_of_a_run_is_in_its_report(tmp_path: Path) -> None:
    settings = merge({"data": {"samples": 200}, "train": {"epochs": 1, "lr": 0.02}})
    start(settings, tmp_path, name="one")
    folder = RunFolder(tmp_path / "one")
    rates = tuple(10.0 ** (step / 10) for step in range(-60, 1))
    losses = tuple(2.0 - step / 60 for step in range(61))
    curve = RateCurve(
        rates=rates, losses=losses, smoothed=losses, stopped="end", rule="steepest", proposal=0.1, present=0.02,
        proposals={"steepest": 0.1, "valley": None},
    )  # fmt: skip
    write_curve(curve_path(tmp_path, merge({"data": {"samples": 201}}).model_dump()), curve)
    assert NAME not in figures(folder)  # of other data
    write_curve(curve_path(tmp_path, settings.model_dump()), curve)
    drawing = figures(folder)[NAME]
    assert "this run: 0.02" in drawing
    assert "proposed: 0.1" in drawing
    assert "1e-06" in drawing
    assert "Learning-rate range test" in html(folder)
    assert "Подбор скорости обучения" in html(folder, language="ru")
