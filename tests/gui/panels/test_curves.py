"""The curves panel: what it draws, what a person can do with it, and what it writes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu

from gui.panels.curves.curves_panel import CurvesPanel
from gui.plotting.chart import Chart
from gui.style import theme
from gui.viewmodels.selection import EpochCursor, OpenRun
from tests.gui.sample_runs import shown
from trainer.errors import DiskError
from trainer.store.folder import RunFolder


@pytest.fixture
def panel(qtbot: Any) -> CurvesPanel:
    made = CurvesPanel(EpochCursor())
    qtbot.addWidget(made)
    made.resize(1000, 560)
    made.show()
    return made


@pytest.fixture
def run(scribe: Callable[..., Any]) -> OpenRun:
    """Three epochs of ten steps, a report a step."""
    return shown(written(scribe, "one"))


def written(scribe: Callable[..., Any], name: str, *, epochs: int = 3, loss: float = 1.0, **more: Any) -> RunFolder:
    one = scribe(name, epochs=5, **more)
    one.begin()
    for epoch in range(1, epochs + 1):
        for step in range(10 * epoch - 9, 10 * epoch):
            one.batches(epoch, step, step / 2, loss / step)
        one.epoch(epoch, 5.0 * epoch, loss / epoch)
    one.close()
    folder: RunFolder = one.folder
    return folder


def place(chart: Chart, x: float) -> QPoint:
    """Where x lies in the chart's view, half way up."""
    left, right = chart.scene.x
    area = chart.area
    return QPointF(area.left() + (x - left) / (right - left) * area.width(), area.center().y()).toPoint()


def test_without_a_run_it_says_what_to_do(panel: CurvesPanel) -> None:
    panel.show_run(None)
    assert panel.sentence.isVisible()
    assert "run" in panel.sentence.text()
    assert not panel.bar.isEnabled()


def test_a_run_that_gets_ready_and_one_that_never_began_are_told_apart(
    panel: CurvesPanel, scribe: Callable[..., Any]
) -> None:
    waiting, dead = scribe("waiting", alive=True), scribe("dead")
    for one in (waiting, dead):
        one.prepare()
    panel.show_run(shown(waiting.folder))
    first = panel.sentence.text()
    panel.show_run(shown(dead.folder))
    assert panel.sentence.text() != first


def test_all_lines_of_a_run_are_drawn(panel: CurvesPanel, run: OpenRun) -> None:
    panel.bar.slider.setValue(3)
    panel.show_run(run)
    counts = {name: len(chart.scene.strokes) for name, chart in panel.charts.items()}
    # raw, smoothed, train and validation by epoch, the star of the best epoch
    assert counts == {"loss": 5, "accuracy": 5, "macro_f1": 3, "learning_rate": 1, "speed": 2, "wait": 2}
    raw = panel.charts["loss"].scene.strokes[0]
    np.testing.assert_allclose(raw.y, run.model.batches.column("loss"))
    star = panel.charts["loss"].scene.strokes[-1]
    assert (star.x[0], star.y[0]) == (30, pytest.approx(1 / 3))


def test_smoothing_off_draws_one_line_less(panel: CurvesPanel, run: OpenRun) -> None:
    panel.show_run(run)
    panel.bar.slider.setValue(4)
    smoothed = len(panel.charts["loss"].scene.strokes)
    panel.bar.slider.setValue(0)
    assert len(panel.charts["loss"].scene.strokes) == smoothed - 1


def test_a_person_s_smoothing_stays_with_the_next_run(
    panel: CurvesPanel, run: OpenRun, scribe: Callable[..., Any]
) -> None:
    panel.show_run(run)
    panel.bar.slider.setValue(7)
    panel.show_run(shown(written(scribe, "two")))
    assert panel.bar.slider.value() == 7


def test_one_epoch_is_a_point(panel: CurvesPanel, scribe: Callable[..., Any]) -> None:
    panel.show_run(shown(written(scribe, "one", epochs=1)))
    valid = panel.charts["macro_f1"].scene.strokes[-1]
    assert len(valid.x) == 1
    assert valid.look.shape is not None


def test_nan_is_marked(panel: CurvesPanel, scribe: Callable[..., Any]) -> None:
    one = scribe()
    one.begin()
    one.batches(1, 1, 0.1, 1.0)
    one.batches(1, 2, 0.2, math.nan)
    one.batches(1, 3, 0.3, 1.0)
    one.close()
    panel.show_run(shown(one.folder))
    chart = panel.charts["loss"]
    np.testing.assert_array_equal(chart.scene.bad, [2])
    image = chart.view.grab().toImage()
    at = place(chart, 2)
    red = theme.Colours.current().nan
    assert image.pixelColor(at.x(), int(chart.area.bottom()) - 5) == red


def test_a_loss_of_nan_only_still_has_its_mark(panel: CurvesPanel, scribe: Callable[..., Any]) -> None:
    one = scribe()
    one.begin()
    one.batches(1, 1, 0.1, math.nan)
    one.close()
    panel.bar.log_box.setChecked(True)
    panel.show_run(shown(one.folder))
    assert panel.charts["loss"].isVisible()
    np.testing.assert_array_equal(panel.charts["loss"].scene.bad, [1])
    panel.grab()


def test_log_axis_moves_lines_and_marks_alike(panel: CurvesPanel, run: OpenRun) -> None:
    panel.show_run(run)
    panel.bar.log_box.setChecked(True)
    bottom, top = panel.charts["loss"].y_range
    assert bottom <= math.log10(1 / 30)
    assert top >= 0
    assert panel.charts["accuracy"].y_range[0] >= 0
    panel.grab()


def test_zero_and_negative_losses_are_shown_on_a_log_axis(panel: CurvesPanel, scribe: Callable[..., Any]) -> None:
    one = scribe()
    one.begin()
    for step, loss in enumerate((1.0, 0.0, -1.0), start=1):
        one.batches(1, step, float(step), loss)
    panel.show_run(shown(one.folder))
    panel.bar.log_box.setChecked(True)
    assert np.isfinite(panel.charts["loss"].y_range).all()


def test_hovering_reads_all_charts_at_that_step(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    panel.bar.slider.setValue(3)
    chart = panel.charts["loss"]
    panel.grab()
    qtbot.mouseMove(chart.view.viewport(), place(chart, 10))
    qtbot.waitUntil(lambda: bool(panel.charts["wait"].readings))
    raw = chart.readings[-1]
    assert raw.value.startswith("1") or raw.value.startswith("0.1")
    assert len(chart.readings) == 4
    assert "10" in panel.bar.note.text()
    panel.grab()
    panel.hover(None)
    assert not chart.readings


def test_a_click_chooses_the_nearest_epoch(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    panel.grab()
    chart = panel.charts["accuracy"]
    with qtbot.waitSignal(panel.epoch_chosen) as chosen:
        qtbot.mouseClick(chart.view.viewport(), Qt.MouseButton.LeftButton, pos=place(chart, 18))
    assert chosen.args == [2]


def test_the_cursor_line_follows_the_cursor(panel: CurvesPanel, run: OpenRun) -> None:
    panel.show_run(run)
    assert panel.charts["loss"].scene.cursor is None
    panel.cursor.chosen = 2
    panel.move_cursor()
    assert {chart.scene.cursor for chart in panel.charts.values()} == {20.0}
    panel.bar.axis_box.setCurrentIndex(1)
    assert panel.charts["loss"].scene.cursor == 2.0


def test_wheel_zooms_every_chart_and_follow_brings_it_back(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    panel.grab()
    whole = panel.charts["loss"].scene.x
    chart = panel.charts["loss"]
    at = QPointF(place(chart, 10))
    wheel = QWheelEvent(
        at, chart.view.viewport().mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart.view.viewport(), wheel)
    qtbot.waitUntil(lambda: panel.charts["wait"].scene.x != whole)
    zoomed = panel.charts["wait"].scene.x
    assert zoomed[1] - zoomed[0] < whole[1] - whole[0]
    assert not panel.bar.follow_button.isChecked()
    panel.bar.follow_button.click()
    assert panel.charts["wait"].scene.x == whole
    assert panel.bar.follow_button.isChecked()


def test_keys_pan_zoom_and_follow(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    area = panel.area
    chart = panel.charts["loss"]
    whole = chart.scene.x
    qtbot.keyClick(area, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: chart.scene.x != whole)
    zoomed = chart.scene.x
    qtbot.keyClick(area, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: chart.scene.x[0] > zoomed[0])
    qtbot.keyClick(area, Qt.Key.Key_Home)
    assert chart.scene.x == whole


def test_one_cannot_pan_away_from_the_run(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    whole = panel.charts["loss"].scene.x
    panel.zoom(0.5)
    for _ in range(50):
        panel.pan(1.0)
    qtbot.waitUntil(lambda: panel.charts["loss"].scene.x[1] == pytest.approx(whole[1]))


def test_a_panned_view_stays_while_the_run_grows(panel: CurvesPanel, scribe: Callable[..., Any], qtbot: Any) -> None:
    one = scribe("live", alive=True, epochs=5)
    one.begin()
    one.epoch(1, 1.0)
    run = shown(one.folder)
    panel.show_run(run)
    panel.zoom(0.5)
    qtbot.waitUntil(lambda: not panel.bar.follow_button.isChecked())
    before = panel.charts["loss"].scene.x
    one.epoch(2, 2.0)
    panel.refresh(run.follower.tick(5))
    assert panel.charts["loss"].scene.x == before
    assert panel.charts["loss"].scene.strokes[-1].x[0] == 20


def test_the_axis_of_a_live_run_stands_still_and_ends_at_the_plan(
    panel: CurvesPanel, scribe: Callable[..., Any]
) -> None:
    one = scribe("live", alive=True, epochs=4)
    one.begin()
    run = shown(one.folder)
    panel.show_run(run)
    ends = []
    for epoch in range(1, 5):
        one.epoch(epoch, float(epoch))
        panel.refresh(run.follower.tick(5))
        ends.append(round(panel.charts["loss"].scene.x[1] / 1.01))
    assert ends == [10, 20, 40, 40]


def test_several_runs_differ_in_colour_and_shape(panel: CurvesPanel, run: OpenRun, scribe: Callable[..., Any]) -> None:
    others = [shown(written(scribe, name, loss=loss)) for name, loss in (("two", 2.0), ("three", 3.0))]
    others[1].folder.name = "<b>three</b>"
    panel.show_run(run)
    panel.set_overlays(others)
    looks = [stroke.look for stroke in panel.charts["macro_f1"].scene.strokes if stroke.look.dashed]
    assert len({look.colour.name() for look in looks}) == 3
    assert len({look.shape for look in looks}) == 3
    assert "<b>three</b>" in panel.legend.accessibleDescription()
    assert "<b>" not in panel.legend.toolTip()
    panel.hover(15.0)
    assert any("<b>" in reading.name for reading in panel.charts["loss"].readings)
    panel.grab()
    panel.set_overlays([run])  # a run is not laid over itself
    assert len([stroke for stroke in panel.charts["macro_f1"].scene.strokes if stroke.look.dashed]) == 1


def test_the_table_shows_and_copies_the_numbers(panel: CurvesPanel, run: OpenRun) -> None:
    panel.show_run(run)
    panel.bar.table_button.setChecked(True)
    assert panel.table.isVisible()
    numbers = panel.table.numbers
    assert numbers.rowCount() == 3
    panel.table.selectAll()
    panel.table.setFocus()
    copied = panel.table.copied().splitlines()
    assert copied[0].startswith("Epoch\tStep\tTrain loss\t")
    assert numbers.headerData(2, Qt.Orientation.Horizontal) == "Train\nloss", "a narrow column has more beside it"
    assert copied[1].split("\t")[:3] == ["1", "10", "1.0"]
    panel.bar.source_box.setCurrentIndex(1)
    assert numbers.rowCount() == 30


def test_ctrl_c_copies(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    panel.bar.table_button.setChecked(True)
    panel.table.selectRow(1)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("2\t20\t0.5")


def test_the_table_grows_with_the_run_and_keeps_the_selection(panel: CurvesPanel, scribe: Callable[..., Any]) -> None:
    one = scribe("live", alive=True)
    one.begin()
    one.epoch(1, 1.0)
    run = shown(one.folder)
    panel.show_run(run)
    panel.bar.table_button.setChecked(True)
    panel.table.selectRow(0)
    one.epoch(2, 2.0)
    panel.refresh(run.follower.tick(5))
    assert panel.table.numbers.rowCount() == 2
    assert panel.table.selectionModel().isRowSelected(0)


def test_runs_over_each_other_share_the_table(panel: CurvesPanel, run: OpenRun, scribe: Callable[..., Any]) -> None:
    panel.show_run(run)
    panel.set_overlays([shown(written(scribe, "two", epochs=2))])
    panel.bar.table_button.setChecked(True)
    numbers = panel.table.numbers
    names = [numbers.index(row, 0).data() for row in range(numbers.rowCount())]
    assert names == ["two"] * 2 + ["one"] * 3


def test_csv_is_written(panel: CurvesPanel, run: OpenRun, tmp_path: Path) -> None:
    panel.show_run(run)
    panel.export_csv(tmp_path / "curves.csv")
    assert len((tmp_path / "curves.csv").read_text("utf-8").splitlines()) == 1 + 30 + 3


@pytest.mark.parametrize("seen", [True, False])
def test_png_is_written_even_when_nothing_was_ever_shown(qtbot: Any, run: OpenRun, tmp_path: Path, seen: bool) -> None:
    panel = CurvesPanel(EpochCursor())
    qtbot.addWidget(panel)
    if seen:
        panel.resize(1000, 560)
        panel.show()
    panel.show_run(run)
    panel.export_png(tmp_path / "curves.png")
    image = QImage(str(tmp_path / "curves.png"))
    assert image.width() >= 1800
    train = theme.Colours.current().train
    places = [(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)]
    assert sum(image.pixelColor(x, y) == train for x, y in places) > 100


def test_png_of_the_table_page_shows_the_charts_and_leaves_the_table(
    panel: CurvesPanel, run: OpenRun, tmp_path: Path
) -> None:
    panel.show_run(run)
    panel.bar.table_button.setChecked(True)
    panel.export_png(tmp_path / "curves.png")
    assert QImage(str(tmp_path / "curves.png")).width() >= 1000
    assert panel.table.isVisible()


def test_an_export_that_cannot_be_written_says_so(panel: CurvesPanel, run: OpenRun, tmp_path: Path) -> None:
    panel.show_run(run)
    with pytest.raises(DiskError):
        panel.export_csv(tmp_path / "missing" / "curves.csv")


def test_dark_colours_reach_the_charts(panel: CurvesPanel, run: OpenRun, qapp: QApplication) -> None:
    panel.show_run(run)
    try:
        theme.apply(qapp, "dark")
        QApplication.sendPostedEvents()
        panel.refresh({"info"})
        chart = panel.charts["loss"]
        corner = chart.view.grab().toImage().pixelColor(2, 2)
        assert corner == theme.Colours.current().background
        assert corner.lightness() < 128
    finally:
        theme.apply(qapp, "light")


def test_a_right_click_opens_no_menu(panel: CurvesPanel, run: OpenRun, qtbot: Any) -> None:
    panel.show_run(run)
    chart = panel.charts["loss"]
    qtbot.mouseClick(chart.view.viewport(), Qt.MouseButton.RightButton, pos=place(chart, 10))
    assert not [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMenu) and widget.isVisible()]


def test_values_are_there_for_those_who_do_not_see_the_charts(panel: CurvesPanel, run: OpenRun) -> None:
    panel.show_run(run)
    chart = panel.charts["loss"]
    assert chart.accessibleName()
    assert "validation 0.3333" in chart.accessibleDescription()
