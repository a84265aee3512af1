"""Sparklines stay within their place, from the first value to the last, higher values above lower ones."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRectF

from gui.plotting.sparkline import LEAST_SPAN, sparkline

AREA = QRectF(10, 20, 50, 16)


@pytest.mark.parametrize(
    "values",
    [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [0.5, 0.51, 0.505], [0.1, 0.7, 0.3, 0.9, 0.9], [k / 39 for k in range(40)]],
)
def test_the_shape_is_that_of_the_values(values: list[float]) -> None:
    points: Any = sparkline(values, AREA)
    ys = [points.at(place).y() for place in range(points.size())]
    xs = [points.at(place).x() for place in range(points.size())]
    assert (xs[0], len(xs)) == (AREA.left(), len(values))
    assert xs == sorted(xs)
    assert xs[-1] == pytest.approx(AREA.right())
    assert all(AREA.top() - 1e-6 <= y <= AREA.bottom() + 1e-6 for y in ys)
    assert ys[values.index(min(values))] == pytest.approx(AREA.bottom())
    if max(values) - min(values) >= LEAST_SPAN:
        assert ys[values.index(max(values))] == pytest.approx(AREA.top())


def test_fewer_than_two_values_are_no_curve() -> None:
    assert sparkline([], AREA).isEmpty()
    assert sparkline([0.5], AREA).isEmpty()
