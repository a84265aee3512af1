"""The axes of a chart have room for what is written on them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF
from pytestqt.qtbot import QtBot

from gui.plotting.chart import Chart, Scene
from gui.plotting.markers import Look
from gui.plotting.painting import Stroke


@pytest.mark.parametrize("top", [0.5, 1_500_000.0, 987_654_321.0, 1e-7])
def test_the_marks_of_the_y_axis_are_not_cut(qtbot: QtBot, top: float) -> None:
    chart = Chart()
    qtbot.addWidget(chart)
    chart.resize(500, 240)
    chart.show()
    x = np.arange(3.0)
    chart.draw(Scene((0.0, 2.0), [Stroke(Look(QColor("black")), x, x * top / 2)]))
    marks = [mark for _, mark in chart._ticks[1]]
    metrics = QFontMetricsF(chart.font())
    assert len(set(marks)) == len(marks) > 1
    assert max(map(metrics.horizontalAdvance, marks)) + 5 <= chart.area.left()
    before = chart.area.left()
    chart.draw(Scene((0.0, 2.0), [Stroke(Look(QColor("black")), x, x)]))
    assert chart.area.left() <= before
