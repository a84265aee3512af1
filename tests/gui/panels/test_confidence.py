"""Confidence: the panel says what the run's file says, and where there is none, why and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gui.engine.rpc_client import RpcClient
from gui.viewmodels.calibration_reader import evaluate_command, is_stale, read_calibration
from gui.viewmodels.selection import EpochCursor, OpenRun
from tests.gui.sample_runs import SampleRun, shown
from tests.report.sample_runs import add_calibration
from trainer.metrics.calibration import Calibration, Coverage, Reliability
from trainer.store import calibration_file

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

FILE = calibration_file.FILE


@pytest.fixture
def run(tmp_path: Path) -> OpenRun:
    return SampleRun(tmp_path).make()


def change(run: OpenRun, **fields: Any) -> None:
    path = run.folder.path / FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


# --- without Qt


def test_what_the_file_says_is_read(run: OpenRun) -> None:
    assert read_calibration(run) == (None, "older")
    made = add_calibration(run.folder)
    assert read_calibration(run) == (made, "")


def test_a_run_under_way_and_one_that_was_stopped_have_none_yet(tmp_path: Path) -> None:
    live = SampleRun(tmp_path, name="live", ended=False).make()
    assert read_calibration(live) == (None, "not_evaluated"), "its process has ended without a word"
    live.follower.alive = True
    assert read_calibration(live) == (None, "not_yet")
    stopped = SampleRun(tmp_path, name="stopped").make()
    for path in stopped.folder.evaluation.iterdir():
        path.unlink()
    stopped.model.evaluations.clear()
    assert read_calibration(stopped) == (None, "not_evaluated")


def test_why_there_is_nothing(run: OpenRun, tmp_path: Path) -> None:
    add_calibration(run.folder, splits=())
    assert read_calibration(run) == (None, "no_images")
    path = run.folder.path / FILE
    path.write_text("{")
    assert read_calibration(run) == (None, "damaged")
    path.write_text('{"format": 9}')
    assert read_calibration(run) == (None, "newer")
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    assert read_calibration(run) == (None, "outside")


def test_better_weights_make_it_stale(run: OpenRun) -> None:
    made = add_calibration(run.folder)
    best = run.model.best_epoch
    assert best is not None
    change(run, epoch=best)
    assert not is_stale(calibration_file.read(run.folder), run)
    change(run, epoch=best + 1)
    assert is_stale(calibration_file.read(run.folder), run)
    assert not is_stale(Calibration(1.0, "no_images", 0, "last", 99, made.splits), run)


def test_the_command_names_the_run_and_its_place(run: OpenRun, monkeypatch: pytest.MonkeyPatch) -> None:
    root = str(run.folder.path.parent)
    assert evaluate_command(run.folder).split() == ["epochscope", "evaluate", "made", "--runs", root]
    monkeypatch.setenv("EPOCHSCOPE_RUNS", root)
    assert evaluate_command(run.folder) == "epochscope evaluate made"


# --- the panel


@pytest.fixture
def panel(qtbot: QtBot) -> Any:
    from gui.panels.confidence import ConfidencePanel

    made = ConfidencePanel(EpochCursor(), RpcClient())
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    return made


def show(panel: Any, run: OpenRun | None) -> None:
    panel.show_run(run)
    if run is not None:
        panel.refresh(panel.topics)


def texts(panel: Any) -> str:
    return panel.empty.text() if panel.empty.isVisible() else panel.note.text()


def test_it_shows_the_test_first_and_either_stage(panel: Any, run: OpenRun) -> None:
    found = add_calibration(run.folder).splits
    show(panel, run)
    assert [panel.split.itemText(i) for i in range(2)] == ["Test", "Validation"]
    assert panel.reliability.bins == found["test"].after.reliability
    before, after = (f"{100 * stage.ece:.1f} %" for stage in (found["test"].before, found["test"].after))
    assert texts(panel) == (f"Temperature 1.50: calibration error {before} → {after}; fitted on 18 validation images")
    panel.split.setCurrentIndex(1)
    panel.stage.setCurrentIndex(1)
    panel.stage.activated.emit(1)
    assert panel.reliability.bins == found["valid"].before.reliability
    assert [curve for _, curve in panel.coverage.curves] == [
        found["valid"].before.coverage,
        found["valid"].after.coverage,
    ]
    assert panel.coverage.spoken == 0


def test_without_a_temperature_there_is_nothing_to_choose(panel: Any, run: OpenRun) -> None:
    found = add_calibration(run.folder, temperature=1.0).splits["test"]
    show(panel, run)
    assert not panel.stage.isVisible()
    assert [curve for _, curve in panel.coverage.curves] == [found.before.coverage]
    assert "every validation image was predicted correctly" in texts(panel)


def test_a_bin_and_a_point_are_told_by_mouse_and_keys(panel: Any, run: OpenRun, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPoint, Qt

    found = add_calibration(run.folder).splits["test"].after
    show(panel, run)
    chart = panel.reliability
    full = next(i for i, count in enumerate(found.reliability.counts) if count)
    area = chart.area()
    at = QPoint(round(chart.across(area, (full + 0.5) / 15)), round(area.center().y()))
    qtbot.mouseMove(chart, at)
    qtbot.waitUntil(lambda: chart.at == full)
    count, right = found.reliability.counts[full], found.reliability.accuracy[full]
    assert f"{count} images, {100 * right:.1f} % right" in panel.hint.accessibleName()
    chart.point(0)
    assert "Confidence 0 % to 7 %: no images" in panel.hint.accessibleName()
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.at == 14
    curve = panel.coverage
    qtbot.keyClick(curve, Qt.Key.Key_End)
    assert f"100.0 %: {100 * found.coverage.accuracy[-1]:.1f} % right" in panel.hint.accessibleName()
    qtbot.keyClick(curve, Qt.Key.Key_Left)
    assert curve.at == len(found.coverage.coverage) - 2
    curve.point(None)
    assert "Where the bars reach the marks" in panel.hint.accessibleName()


def test_a_run_without_it_says_how_to_get_it_and_notices_when_it_is_there(panel: Any, run: OpenRun) -> None:
    show(panel, run)
    assert "evaluated by an older Epochscope" in texts(panel)
    assert panel.evaluation.command.isVisible()
    assert panel.evaluation.command.text() == evaluate_command(run.folder)
    add_calibration(run.folder)
    panel.hide()
    panel.show()
    assert not panel.evaluation.command.isVisible()
    assert "Temperature 1.50" in texts(panel)


def test_what_cannot_be_shown_is_said(panel: Any, run: OpenRun, tmp_path: Path) -> None:
    show(panel, None)
    assert "Choose a run" in texts(panel)
    path = run.folder.path / FILE
    for content, said, command in (("{", "damaged", True), ('{"format": 7}', "newer Epochscope", False)):
        path.write_text(content)
        show(panel, run)
        assert said in texts(panel)
        assert FILE in texts(panel)
        assert panel.evaluation.command.isVisible() == command
    live = SampleRun(tmp_path, name="live", ended=False).make()
    live.follower.alive = True
    show(panel, live)
    assert "at the end of the run" in texts(panel)
    assert not panel.evaluation.command.isVisible()


def test_stale_and_partial_figures_say_so(panel: Any, run: OpenRun) -> None:
    made = add_calibration(run.folder)
    test = made.splits["test"]
    path = run.folder.path / FILE
    found = json.loads(path.read_text())
    found["epoch"] = (run.model.best_epoch or 0) + 1
    found["splits"]["test"]["total"] = 90
    path.write_text(json.dumps(found))
    show(panel, run)
    assert f"{test.images} of 90 images" in texts(panel)
    assert "the run has better ones now" in texts(panel)


def test_every_outcome_has_its_words(panel: Any, run: OpenRun) -> None:
    from typing import get_args

    from trainer.metrics.temperature import Outcome

    add_calibration(run.folder)
    seen = set()
    for outcome in get_args(Outcome):
        change(run, outcome=outcome)
        show(panel, run)
        seen.add(texts(panel).split(";")[1])
    assert len(seen) == len(get_args(Outcome))


# --- the charts


def test_a_bin_is_found_where_it_is_drawn(qtbot: QtBot) -> None:
    from gui.plotting.reliability import ReliabilityDiagram

    chart = ReliabilityDiagram()
    qtbot.addWidget(chart)
    assert chart.count() == 0
    chart.show_bins(Reliability((1, 0, 3, 1), (0.1, 0.0, 0.6, 0.9), (0.0, 0.0, 0.5, 1.0)))
    assert [chart.number_at(share) for share in (0.0, 0.24, 0.26, 0.99)] == [0, 0, 1, 3]
    chart.resize(300, 240)
    assert not chart.grab().isNull()


def test_the_nearest_point_of_a_curve_is_found(qtbot: QtBot) -> None:
    from gui.plotting.coverage import CoverageCurve

    chart = CoverageCurve()
    qtbot.addWidget(chart)
    curve = Coverage((0.1, 0.5, 0.7, 1.0), (1.0, 0.9, 0.9, 0.8), (0.9, 0.8, 0.7, 0.2))
    chart.show_curves([("as trained", curve)], 0)
    for share in (0.0, 0.2, 0.31, 0.59, 0.61, 0.86, 1.0):
        nearest = min(range(4), key=lambda place: abs(curve.coverage[place] - share))
        assert chart.number_at(share) == nearest
    alone = Coverage((1.0,), (0.5,), (0.4,))
    chart.show_curves([("as trained", alone)], 0)
    assert (chart.number_at(0.3), chart.range[0] < 0.5 < chart.range[1]) == (0, True)
    assert not chart.grab().isNull()


def test_an_opened_run_reads_no_more_than_its_file(run: OpenRun, panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    add_calibration(run.folder)
    show(panel, shown(run.folder))
    asked: list[object] = []
    monkeypatch.setattr("gui.panels.confidence.read_calibration", lambda run: asked.append(run) or (None, ""))
    panel.hide()
    panel.show()
    panel.refresh(panel.topics)
    assert asked == []


def test_a_legend_gets_the_rows_that_it_needs_when_it_becomes_narrow(panel: Any, run: OpenRun, qtbot: QtBot) -> None:
    add_calibration(run.folder)
    show(panel, run)
    legend = panel.reliability_legend
    for width in (1400, 420, 900, 560):
        panel.resize(width, 500)
        qtbot.waitUntil(lambda: legend.height() == legend.heightForWidth(legend.width()))
