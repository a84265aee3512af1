"""A box drawn over a chart of the curves, and the ways back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.panels.curves.curves_panel import CurvesPanel
from gui.plotting.chart import Chart
from gui.viewmodels.selection import EpochCursor
from tests.gui.panels.test_curves import written
from tests.gui.sample_runs import shown

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def panel(qtbot: QtBot, scribe: Callable[..., Any]) -> CurvesPanel:
    made = CurvesPanel(EpochCursor())
    qtbot.addWidget(made)
    made.resize(1000, 560)
    made.show()
    made.show_run(shown(written(scribe, "one")))
    made.grab()
    return made


def point(chart: Chart, x: float, y: float) -> QPointF:
    """Where two shares of the area of a chart are, from its left and its bottom."""
    area = chart.area
    return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())


def send(
    chart: Chart,
    kind: QMouseEvent.Type,
    at: QPointF,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
    keys: Qt.KeyboardModifier = PLAIN,
) -> None:
    """An event of the mouse at a place of the view."""
    viewport = chart.view.viewport()
    QApplication.sendEvent(viewport, QMouseEvent(kind, at, viewport.mapToGlobal(at), button, buttons, keys))


def drag(chart: Chart, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier, *, release: bool = True) -> None:
    """With the left button, in two moves."""
    send(chart, QMouseEvent.Type.MouseMove, start, NONE, NONE, keys)
    send(chart, QMouseEvent.Type.MouseButtonPress, start, LEFT, LEFT, keys)
    for part in (0.3, 1.0):
        QTest.qWait(12)  # pyqtgraph passes moves over that come quicker than a hundred a second
        send(chart, QMouseEvent.Type.MouseMove, start + part * (end - start), NONE, LEFT, keys)
    if release:
        send(chart, QMouseEvent.Type.MouseButtonRelease, end, LEFT, NONE, keys)


def test_a_box_shows_what_is_in_it(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss, wait = panel.charts["loss"], panel.charts["wait"]
    (left, right), (low, high), other = loss.scene.x, loss.y_range, wait.y_range
    drag(loss, point(loss, 0.25, 0.25), point(loss, 0.75, 0.5), PLAIN)
    qtbot.waitUntil(lambda: loss.scene.x != (left, right))
    assert loss.scene.x == pytest.approx((left + 0.25 * (right - left), left + 0.75 * (right - left)), rel=0.02)
    assert loss.y_range == pytest.approx((low + 0.25 * (high - low), low + 0.5 * (high - low)), rel=0.02)
    assert wait.scene.x == loss.scene.x
    assert wait.y_range == other
    panel.grab()


def test_a_flat_box_is_across_and_a_narrow_one_up(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss = panel.charts["loss"]
    whole = loss.scene.x
    drag(loss, point(loss, 0.2, 0.5), point(loss, 0.6, 0.51), PLAIN)
    qtbot.waitUntil(lambda: loss.scene.x != whole)
    assert loss.fixed_y is None
    panel.follow()
    drag(loss, point(loss, 0.5, 0.2), point(loss, 0.51, 0.8), PLAIN)
    qtbot.waitUntil(lambda: loss.fixed_y is not None)
    assert loss.scene.x == pytest.approx(whole)


def test_a_touch_of_the_mouse_is_no_box(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss = panel.charts["loss"]
    before = loss.scene.x, loss.y_range
    drag(loss, point(loss, 0.5, 0.5), point(loss, 0.5, 0.5) + QPointF(7, 7), PLAIN)
    qtbot.wait(20)
    assert (loss.scene.x, loss.y_range) == before
    assert panel.bar.follow_button.isChecked()


@pytest.mark.parametrize("way", ["Esc", "Home", "double click"])
def test_ways_back(panel: CurvesPanel, qtbot: QtBot, way: str) -> None:
    loss = panel.charts["loss"]
    before = loss.scene.x, loss.y_range
    drag(loss, point(loss, 0.25, 0.25), point(loss, 0.75, 0.5), PLAIN)
    qtbot.waitUntil(lambda: loss.scene.x != before[0])
    assert not panel.bar.follow_button.isChecked()
    if way == "double click":
        at = point(loss, 0.5, 0.5)
        send(loss, QMouseEvent.Type.MouseButtonDblClick, at, LEFT, LEFT)
        send(loss, QMouseEvent.Type.MouseButtonRelease, at, LEFT, NONE)
    else:
        qtbot.keyClick(panel.area, Qt.Key.Key_Escape if way == "Esc" else Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: (loss.scene.x, loss.y_range) == before)
    assert panel.bar.follow_button.isChecked()


def test_with_shift_the_mouse_pans(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss = panel.charts["loss"]
    panel.zoom(0.5)
    qtbot.waitUntil(lambda: not panel.bar.follow_button.isChecked())
    left, right = loss.scene.x
    drag(loss, point(loss, 0.5, 0.5), point(loss, 0.3, 0.5), SHIFT)
    qtbot.waitUntil(lambda: loss.scene.x[0] > left)
    assert loss.scene.x[1] - loss.scene.x[0] == pytest.approx(right - left)


def test_the_box_is_seen_while_it_is_drawn(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss = panel.charts["loss"]
    at = point(loss, 0.5, 0.9).toPoint()
    before = loss.view.grab().toImage().pixelColor(at)
    drag(loss, point(loss, 0.25, 0.3), point(loss, 0.75, 0.95), PLAIN, release=False)
    assert loss.view.grab().toImage().pixelColor(at) != before
    viewport = loss.view.viewport()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(at))


def test_a_logarithmic_loss_is_fitted_anew(panel: CurvesPanel, qtbot: QtBot) -> None:
    loss = panel.charts["loss"]
    drag(loss, point(loss, 0.25, 0.25), point(loss, 0.75, 0.5), PLAIN)
    qtbot.waitUntil(lambda: loss.fixed_y is not None)
    panel.bar.log_box.setChecked(True)
    assert loss.fixed_y is None
