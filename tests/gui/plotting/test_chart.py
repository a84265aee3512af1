"""The axes of a chart have room for what is written on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QColor, QFontMetricsF
from pytestqt.qtbot import QtBot

from gui.plotting.chart import Chart, Scene
from gui.plotting.chart_head import ChartHead
from gui.plotting.markers import Look, Reading
from gui.plotting.painting import Stroke
from gui.style.dimensions import text_font
from gui.text.formats import significant


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


@pytest.mark.parametrize("shape", ["dot", "star"])
def test_a_point_at_the_right_edge_is_whole_and_one_beyond_it_is_not_drawn(qtbot: QtBot, shape: Any) -> None:
    chart = Chart()
    qtbot.addWidget(chart)
    chart.resize(500, 240)
    chart.show()
    chart.fixed_y = (0.0, 2.0)
    look = Look(QColor("#ff0000"), line=False, shape=shape)

    def red(x: float) -> list[int]:
        """How many red pixels each column has, from the left."""
        chart.draw(Scene((0.0, 2.0), [Stroke(look, np.array([x]), np.array([1.0]))]))
        image = chart.view.grab().toImage()
        columns = range(image.width())
        pixels = [[image.pixelColor(column, row) for row in range(image.height())] for column in columns]
        found = [sum(one.red() > 150 > one.green() for one in column) for column in pixels]
        return [count for count in found if count]

    assert red(2.0) == red(1.0)
    assert red(2.05) == []


@pytest.mark.parametrize("width", [60, 160, 240, 400, 900])
def test_values_beside_a_title_are_whole_or_counted(qtbot: QtBot, width: int) -> None:
    head = ChartHead()
    qtbot.addWidget(head)
    head.set_title("Macro-F1")
    readings = [Reading(Look(QColor("black")), name, "0.12345") for name in "abcdef"]
    head.show_readings(readings)
    shown, value = head.fitting(width)
    assert shown == readings[: len(shown)]
    metrics = QFontMetricsF(head.font())
    assert value >= metrics.horizontalAdvance("0.12345")
    used = QFontMetricsF(text_font("heading")).horizontalAdvance("Macro-F1") + len(shown) * value
    assert not shown or used < width
    assert len(shown) == 6 or width < 900


@pytest.mark.parametrize("width", [60, 120, 180, 240, 400, 900])
def test_a_title_is_whole_or_ends_its_name_in_an_ellipsis(qtbot: QtBot, width: int) -> None:
    head = ChartHead()
    qtbot.addWidget(head)
    head.set_title("shares of confusion, epoch 10", "shares of confusion")
    head.resize(width, 20)
    head.show()
    shown = head.fitting_title(width)
    assert shown.endswith(", epoch 10"), "a number that is cut is another number"
    name = shown.removesuffix(", epoch 10")
    assert name == "shares of confusion" or (name.endswith("…") and "shares of confusion".startswith(name[:-1]))
    metrics = QFontMetricsF(text_font("heading"))
    assert metrics.horizontalAdvance(shown) <= max(width, metrics.horizontalAdvance("…, epoch 10"))
    assert bool(head.toolTip()) == (shown != head.title)
    assert width < 900 or shown == head.title


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.001, "0.001"), (7.123e-4, "0.000712"), (2.5e-6, "2.5e-6"), (1e-3 / 3, "0.000333")],
)
def test_a_learning_rate_keeps_its_digits(value: float, text: str) -> None:
    QLocale.setDefault(QLocale("en"))
    assert significant(value) == text
    assert significant(float("nan")) == "NaN"


@pytest.mark.parametrize(("width", "height"), [(240, 240), (270, 220), (500, 300)])
def test_axes_have_enough_marks_to_read_a_value(qtbot: QtBot, width: int, height: int) -> None:
    chart = Chart()
    qtbot.addWidget(chart)
    chart.resize(width, height)
    chart.show()
    x = np.linspace(0.0, 1010.0, 50)
    chart.draw(Scene((0.0, 1010.0), [Stroke(Look(QColor("black")), x, 2.2 * np.exp(-x / 200) + 0.2)]))
    along, upward = map(len, chart._ticks)
    assert along >= (3 if width < 260 else 4)
    assert upward >= 4
