"""A thinned line, drawn as bars, is the picture of the line; a stamped point is the picture of the point."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.plotting.markers import SHAPES, Look, Shape, draw_point
from gui.plotting.painting import NEAR, Stamps, Stroke, draw_stroke, fits_points

WIDTH, HEIGHT = 80, 60
BLACK, WHITE = QColor("black"), QColor("white")


def picture(paint: Callable[[QPainter], None], scale: int = 1) -> NDArray[np.bool_]:
    """(H, W): where something was painted."""
    image = QImage(WIDTH * scale, HEIGHT * scale, QImage.Format.Format_Grayscale8)
    image.setDevicePixelRatio(scale)
    image.fill(WHITE)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(HEIGHT * scale, image.bytesPerLine())
    return rows[:, : WIDTH * scale] < 224  # smoothed edges of a thin line are grey


def near(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Each pixel and those around it, as far away as the next column of a thinned line may be."""
    around = range(2 * math.ceil(NEAR) + 1)
    padded = np.pad(found, math.ceil(NEAR))
    return np.logical_or.reduce([padded[y : y + HEIGHT, x : x + WIDTH] for y in around for x in around])


heights = st.floats(2, HEIGHT - 3) | st.just(float("nan"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(heights, heights), min_size=2, max_size=25),
    st.lists(st.sampled_from([1.0, 1.3, 2.0, 8.0]), min_size=25, max_size=25),
    st.sampled_from([1, 2]),
)
def test_bars_are_where_the_line_is(pairs: list[tuple[float, float]], steps: list[float], width: int) -> None:
    low, high = np.fmin(*np.array(pairs).T), np.fmax(*np.array(pairs).T)
    columns = 4 + np.cumsum(steps)[: len(pairs)] * min(1.0, (WIDTH - 8) / sum(steps[: len(pairs)]))
    x, y = np.repeat(columns, 2), np.stack([low, high], axis=1).reshape(-1)
    look = Look(BLACK, width)
    bars = picture(lambda painter: draw_stroke(painter, Stroke(look, x, y, thinned=True), x, y))
    line = picture(lambda painter: draw_stroke(painter, Stroke(look, x, y), x, y))
    if np.isfinite(y).all():  # beside a gap a lone column is a bar, but no line
        assert not (line & ~near(bars)).any()
        assert not (bars & ~near(line)).any()
    assert bars.any() == np.isfinite(y).any()


@pytest.mark.parametrize("height", [1.0, 1.883, 2.0, 3.883])
@pytest.mark.parametrize("place", [5.0, 5.25, 5.5])
def test_a_lone_bar_is_painted(place: float, height: float) -> None:
    x, y = np.array([place, place, place + 1, place + 1]), np.array([33.0 - height, 33.0, np.nan, np.nan])
    found = picture(lambda painter: draw_stroke(painter, Stroke(Look(BLACK, 1), x, y, thinned=True), x, y))
    assert found.any()


@pytest.mark.parametrize("apart", [1.0, 1.5, 2.0, 2.4, 7.0])
def test_a_level_line_has_no_gaps(apart: float) -> None:
    """Columns of a thinned line may stand further apart than a pixel."""
    x = np.repeat(np.arange(5, 70, apart), 2)
    y = np.full(len(x), 30.5)
    found = picture(lambda painter: draw_stroke(painter, Stroke(Look(BLACK, 1), x, y, thinned=True), x, y))
    assert found[:, 6:60].any(axis=0).all()


@pytest.mark.parametrize("thinned", [False, True])
@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("values", [[], [float("nan")] * 2, [float("nan")] * 4])
def test_nothing_is_drawn_of_nothing(thinned: bool, width: int, values: list[float]) -> None:
    y = np.array(values)
    x = np.repeat(np.arange(len(y) / 2), 2)
    found = picture(lambda painter: draw_stroke(painter, Stroke(Look(BLACK, width), x, y, thinned), x, y))
    assert not found.any()


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("shape", [*SHAPES, "star"])
def test_a_stamp_is_the_point(qtbot: QtBot, shape: Shape, scale: int) -> None:
    look = Look(BLACK, shape=shape)
    stamps = Stamps(WHITE)
    stamp = stamps.get(look, 3.0, scale)
    assert stamps.get(Look(QColor("black"), shape=shape), 3.0, scale) is stamp
    half = stamp.deviceIndependentSize().width() / 2

    def plain(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_point(painter, look, QPointF(20, 20), WHITE, 3.0)

    stamped = picture(lambda painter: painter.drawPixmap(QPointF(20 - half, 20 - half), stamp), scale)
    assert np.array_equal(stamped, picture(plain, scale))
    edges = (stamped[:, 0].any(), stamped[0].any())
    assert edges == (False, False)
    assert stamped.sum() > 10


def test_points_are_drawn_while_they_have_room() -> None:
    look = Look(BLACK, shape="dot")
    few, many = np.zeros(10), np.zeros(1000)
    assert fits_points(Stroke(look, few, few), 100)
    assert not fits_points(Stroke(look, many, many), 100)
    assert not fits_points(Stroke(Look(BLACK), few, few), 100)


FAULTY = """
import sys
from PySide6.QtWidgets import QApplication
from gui.plotting.chart import Chart
app = QApplication([])
chart = Chart()
chart._draw_axes = lambda *_: 1 / 0
heard = []
sys.excepthook = lambda kind, *_: heard.append(kind.__name__)
chart.show()
chart.grab()
print(heard[0])
"""


def test_an_error_while_painting_is_told_and_does_not_end_the_window() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", FAULTY], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "ZeroDivisionError\n"), done.stderr
