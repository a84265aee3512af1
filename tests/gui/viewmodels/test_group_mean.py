"""Mean and range of runs of a group."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from gui.panels.curves.scene import drawn, legend, scene
from gui.style.theme import Colours
from gui.viewmodels.curves import LINES, RunSeries
from gui.viewmodels.group_mean import group_mean
from gui.viewmodels.run_colours import RunLook
from tests.gui.sample_runs import SampleRun

VALID = next(line for line in LINES if (line.chart, line.role) == ("macro_f1", "valid"))


@pytest.fixture
def runs(tmp_path: Path) -> list[RunSeries]:
    made = []
    for name, epochs in (("a", 4), ("b", 3), ("c", 5), ("alone", 4)):
        run = SampleRun(tmp_path, name=name, epochs=epochs)
        run._random = np.random.default_rng(len(made))
        made.append(RunSeries(name, run.make().model, 0))
        made[-1].update()
    return made


def test_it_is_the_mean_and_range_of_the_epochs_that_all_have_finished(runs: list[RunSeries]) -> None:
    values = np.stack([one.model.epochs.column("valid_macro_f1")[:3] for one in runs[:3]])
    assert np.ptp(values, axis=0).any(), "the runs differ"
    found = group_mean(runs[:3], VALID, "epoch")
    assert found.x == pytest.approx([1, 2, 3])
    assert found.mean == pytest.approx(values.sum(axis=0) / 3)
    assert found.low == pytest.approx(np.sort(values, axis=0)[0])
    assert found.high == pytest.approx(np.sort(values, axis=0)[2])
    assert group_mean([], VALID, "step").x.shape == (0,)


def test_a_group_is_drawn_as_its_mean_over_its_range(qapp: QApplication, runs: list[RunSeries]) -> None:
    looks = [RunLook(0, 0, "lr: 0.1"), RunLook(0, 1, "lr: 0.1"), RunLook(0, 2, "lr: 0.1"), RunLook(1, 0, "lr: 1")]
    colours = Colours.current()
    some = drawn(runs, colours, looks)
    content, _ = scene("macro_f1", some, "epoch", (0.0, 6.0), 600, None)
    wide = [stroke for stroke in content.strokes if stroke.look.width == 3]
    expected = group_mean(runs[:3], VALID, "epoch")
    (mean,) = [stroke for stroke in wide if stroke.look.dashed]
    assert mean.y == pytest.approx(expected.mean)
    assert {stroke.look.colour.rgb() for stroke in wide} == {colours.runs[0].rgb()}, "one run alone has no mean"
    bands = [stroke for stroke in content.strokes if stroke.thinned]
    assert content.strokes[: len(bands)] == bands, "below all lines"
    assert len(bands) == len(wide)
    places = [int(np.abs(bands[1].x - x).argmin()) // 2 * 2 for x in expected.x]
    assert bands[1].y[places] == pytest.approx(expected.low, abs=0.01)
    assert bands[1].y[np.add(places, 1)] == pytest.approx(expected.high, abs=0.01)
    entries = [name for _, name in legend(some, ["macro_f1"])]
    assert entries[:2] == ["lr: 1", "lr: 0.1 (3)"]


def test_charts_without_epochs_show_each_run(qapp: QApplication, runs: list[RunSeries]) -> None:
    looks = [RunLook(0, 0, "g"), RunLook(0, 1, "g")]
    for run in drawn(runs[:2], Colours.current(), looks):
        rate = next(line for line in LINES if line.chart == "learning_rate")
        look = run.look(rate)
        assert look is not None
        assert look.colour.rgb() == Colours.current().runs[0].rgb()
