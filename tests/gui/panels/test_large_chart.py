"""One chart of the curves in the place of all, by mouse and by keys; the card beside a chart with all its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.panels.curves.curves_panel import CurvesPanel
from gui.style.dimensions import MEDIUM, icon_size
from tests.gui.panels.test_chart_zoom import LEFT, NONE, PLAIN, drag, point, send
from tests.gui.panels.test_chart_zoom import panel as panel
from tests.gui.panels.test_curves import written
from tests.gui.sample_runs import shown


def visible(panel: CurvesPanel) -> set[str]:
    return {name for name, chart in panel.charts.items() if chart.isVisible()}


def double_click(panel: CurvesPanel, name: str) -> None:
    chart = panel.charts[name]
    at = point(chart, 0.5, 0.5)
    send(chart, QMouseEvent.Type.MouseButtonDblClick, at, LEFT, LEFT)
    send(chart, QMouseEvent.Type.MouseButtonRelease, at, LEFT, NONE)


@pytest.mark.parametrize("way", ["button", "double click", "Enter", "menu"])
@pytest.mark.parametrize("name", ["loss", "wait"])
def test_a_chart_takes_the_place_of_all_and_gives_it_back(
    panel: CurvesPanel, qtbot: QtBot, way: str, name: str
) -> None:
    everything, chart = visible(panel), panel.charts[name]
    before = chart.geometry()

    def turn() -> None:
        if way == "button":
            assert chart.head.button is not None
            qtbot.mouseClick(chart.head.button, Qt.MouseButton.LeftButton)
        elif way == "double click":
            double_click(panel, name)
        elif way == "Enter":
            panel.area.setFocus()
            while panel.area.chosen != name:
                qtbot.keyClick(panel.area, Qt.Key.Key_Down)
            qtbot.keyClick(panel.area, Qt.Key.Key_Return)
        else:
            panel._open_menu(name, panel.mapToGlobal(QPoint(5, 5)))
            menu = QApplication.activePopupWidget()
            assert menu is not None
            next(one for one in menu.actions() if "arge" in one.text() or "all charts" in one.text()).trigger()
            menu.close()

    turn()
    qtbot.waitUntil(lambda: visible(panel) == {name})
    qtbot.waitUntil(lambda: chart.width() > 0.9 * panel.area.width() and chart.height() > 0.8 * panel.area.height())
    assert len(chart.scene.strokes) > 0
    button = chart.head.button
    assert button is not None
    assert button.iconSize() == panel.bar.table_button.iconSize() == icon_size(), "as large as those of the panel"
    assert chart.head.rect().contains(button.geometry())
    turn()
    qtbot.waitUntil(lambda: visible(panel) == everything)
    assert button.iconSize() == icon_size(MEDIUM)
    qtbot.waitUntil(lambda: chart.geometry() == before)


def test_the_wheel_and_the_box_zoom_a_large_chart_and_esc_leads_back_step_by_step(
    panel: CurvesPanel, qtbot: QtBot
) -> None:
    loss = panel.charts["loss"]
    panel.area.toggle_large("loss")
    qtbot.waitUntil(lambda: loss.width() > 0.9 * panel.area.width())
    whole = loss.scene.x
    viewport, at = loss.view.viewport(), point(loss, 0.5, 0.5)
    turn = QWheelEvent(at, viewport.mapToGlobal(at), QPoint(), QPoint(0, 240), NONE, PLAIN,
                       Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(viewport, turn)
    qtbot.waitUntil(lambda: loss.scene.x[1] - loss.scene.x[0] < whole[1] - whole[0])
    turned = loss.scene.x
    drag(loss, point(loss, 0.25, 0.25), point(loss, 0.75, 0.5), PLAIN)
    qtbot.waitUntil(lambda: loss.scene.x[1] - loss.scene.x[0] < 0.6 * (turned[1] - turned[0]))
    double_click(panel, "loss")
    qtbot.waitUntil(lambda: loss.scene.x == whole)
    assert visible(panel) == {"loss"}, "a double click leads out of a part of the run first"
    panel.zoom(0.5)
    panel.area.setFocus()
    qtbot.waitUntil(lambda: panel.area.held)
    qtbot.keyClick(panel.area, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: loss.scene.x == whole)
    assert visible(panel) == {"loss"}
    qtbot.keyClick(panel.area, Qt.Key.Key_Escape)
    assert len(visible(panel)) == 6


def test_up_and_down_lead_to_the_next_large_chart(panel: CurvesPanel, qtbot: QtBot) -> None:
    panel.area.toggle_large("loss")
    qtbot.keyClick(panel.area, Qt.Key.Key_Down)
    assert visible(panel) == {"accuracy"}
    qtbot.keyClick(panel.area, Qt.Key.Key_Up)
    assert visible(panel) == {"loss"}


def test_a_large_chart_has_all_values_with_their_names(panel: CurvesPanel, qtbot: QtBot) -> None:
    panel.area.toggle_large("loss")
    loss = panel.charts["loss"]
    qtbot.waitUntil(lambda: loss.width() > 0.9 * panel.area.width())
    panel.hover(15.0, over="loss")
    head = loss.head
    assert len(loss.readings) > 2
    assert not head.hides_values
    assert all(head._name_widths(len(loss.readings), head.fitting(head._room)[1], head._room))
    assert not panel.area.card.isVisible()


def test_where_values_have_no_room_a_card_beside_the_chart_has_them(panel: CurvesPanel, qtbot: QtBot) -> None:
    panel.resize(740, 420)
    qtbot.waitUntil(lambda: panel.charts["loss"].width() < 250)
    card = panel.area.card
    for name, chart in panel.charts.items():
        send(chart, QMouseEvent.Type.MouseMove, point(chart, 0.5, 0.5), NONE, NONE)
        qtbot.waitUntil(lambda chart=chart: chart.hover is not None)  # type: ignore[misc]
        assert card.isVisible() == chart.head.hides_values, name
        if card.isVisible():
            assert list(card.readings) == chart.readings
            place = chart.mapTo(panel.area, QPoint())
            assert panel.area.rect().contains(card.geometry())
            assert not card.geometry().intersects(chart.rect().translated(place)), "the chart under the mouse is free"
            assert not card.grab().isNull()
    panel.hover(None)
    assert not card.isVisible()


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_where_there_is_no_room_beside_the_chart_the_card_keeps_away_from_the_mouse(
    panel: CurvesPanel, qtbot: QtBot, scribe: Callable[..., Any], share: float
) -> None:
    panel.set_overlays([shown(written(scribe, name)) for name in ("two", "three")])
    panel.resize(0, 420)
    accuracy, card = panel.charts["accuracy"], panel.area.card
    panel.area.toggle_large("accuracy")
    qtbot.waitUntil(lambda: accuracy.width() > 0.9 * panel.area.width())
    send(accuracy, QMouseEvent.Type.MouseMove, point(accuracy, share, 0.5), NONE, NONE)
    qtbot.waitUntil(card.isVisible)
    middle = accuracy.mapTo(panel.area, accuracy.rect().center()).x()
    assert (card.geometry().center().x() > middle) == (share < 0.5)


def test_a_chart_that_only_one_run_has_is_large_until_another_run_is_shown(
    panel: CurvesPanel, qtbot: QtBot, scribe: Callable[..., Any]
) -> None:
    area = panel.area
    area.name_charts({}) if area.show_own(["own"]) else None
    everything = visible(panel)
    area.toggle_large("own")
    qtbot.waitUntil(lambda: visible(panel) == {"own"})
    assert panel.charts["own"].width() > 0.9 * area.width()
    area.toggle_large("own")
    qtbot.waitUntil(lambda: visible(panel) == everything)
    area.toggle_large("own")
    panel.show_run(shown(written(scribe, "two")))
    assert area.large is None
    qtbot.waitUntil(lambda: len(visible(panel)) == 6)


def test_an_exported_picture_has_no_buttons(panel: CurvesPanel, qtbot: QtBot) -> None:
    with panel.export._picture(("loss",), panel.size()) as area:
        button = area.charts["loss"].head.button
        assert button is not None
        assert button.isHidden()


def test_lines_are_thinned_to_the_width_of_the_large_chart(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss = panel.charts["loss"]
    small = loss.columns
    panel.area.toggle_large("loss")
    qtbot.waitUntil(lambda: loss.columns > 2 * small)
    assert np.isfinite(loss.y_range).all()
    assert QPointF(loss.area.center()).x() > small / 2
