"""Accuracy over coverage: how many predictions are right if only the most confident ones are used. No pyqtgraph: two
short lines."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.plotting.markers import Look
from gui.plotting.unit_chart import UnitChart
from gui.style.theme import Colours
from gui.text import formats
from trainer.metrics.calibration import Coverage
from trainer.plotting.ticks import outward


class CoverageCurve(UnitChart):
    """One line or two; one of them is described in words.

    Attributes:
        curves: Name and data of each line.
        spoken: Index of the line that is described.
    """

    def __init__(self) -> None:
        super().__init__()
        self.curves: list[tuple[str, Coverage]] = []
        self.spoken = 0

    def show_curves(self, curves: list[tuple[str, Coverage]], spoken: int) -> None:
        """Show lines.

        Args:
            curves: Name and data of each.
            spoken: Index of the line that is described.
        """
        if (curves, spoken) == (self.curves, self.spoken):
            return
        self.curves, self.spoken = curves, spoken
        values = [value for _, curve in curves for value in curve.accuracy]
        low, high = outward(min(values), max(values), "percent", False) if values else (0.0, 1.0)
        self.range = (max(low, 0.0), min(high, 1.0))
        self.point(None)
        self.update()

    def looks(self) -> list[tuple[Look, str]]:
        """Return the entries of the legend.

        Returns:
            Look and name of each line.
        """
        series, several = Colours.current().series, len(self.curves) > 1
        return [
            (Look(series[place % 2], 1.8, dashed=several and place == 0), name)
            for place, (name, _) in enumerate(self.curves)
        ]

    def count(self) -> int:
        """Number of points of the described line."""
        return len(self.curves[self.spoken][1].coverage) if self.curves else 0

    def number_at(self, share: float) -> int:
        """Index of the point whose coverage is nearest to `share`."""
        points = self.curves[self.spoken][1].coverage
        after = min(bisect_left(points, share), len(points) - 1)
        before = max(after - 1, 0)
        return before if share - points[before] < points[after] - share else after

    def words_at(self, number: int) -> str:
        """Describe a point in words."""
        curve = self.curves[self.spoken][1]
        text = self.tr("Most confident {share}: {right} right, confidence {least} or more")
        return text.format(
            share=formats.percent(curve.coverage[number], 1),
            right=formats.percent(curve.accuracy[number], 1),
            least=formats.percent(curve.confidence[number], 1),
        )

    def caption(self) -> str:
        """Title of the x axis."""
        return self.tr("share of images kept")

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        """Draw the lines, and the highlighted point."""
        for (look, _), (_, curve) in zip(self.looks(), self.curves, strict=True):
            pen = QPen(look.colour, look.width)
            if look.dashed:
                pen.setDashPattern([3, 2.5])
            painter.setPen(pen)
            places = [
                QPointF(self.across(area, share), self.upward(area, right))
                for share, right in zip(curve.coverage, curve.accuracy, strict=True)
            ]
            painter.drawPolyline(QPolygonF(places)) if len(places) > 1 else painter.drawEllipse(places[0], 2, 2)
        if self.at is None:
            return
        curve = self.curves[self.spoken][1]
        x, y = self.across(area, curve.coverage[self.at]), self.upward(area, curve.accuracy[self.at])
        painter.setPen(QPen(colours.cursor, 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(colours.background)
        painter.setPen(QPen(self.looks()[self.spoken][0].colour, 2))
        painter.drawEllipse(QPointF(x, y), 4, 4)
