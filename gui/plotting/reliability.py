"""The reliability diagram: how many predictions are right among those with the same confidence. No pyqtgraph: a few
bars."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.plotting.markers import Look
from gui.plotting.unit_chart import UnitChart
from gui.style.theme import Colours, mix
from gui.text import formats
from trainer.metrics.calibration import Reliability

STRIP = 40
"""Pixels for the numbers of images below the bars."""


class ReliabilityDiagram(UnitChart):
    """A bar per bin of confidence, as high as its accuracy; a mark at the mean confidence; the number of images below.

    Attributes:
        bins: The bins; None: nothing is shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bins: Reliability | None = None

    def show_bins(self, bins: Reliability | None) -> None:
        """Show bins.

        Args:
            bins: The bins; None: nothing.
        """
        if bins != self.bins:
            self.bins = bins
            self.point(None)
            self.update()

    def looks(self) -> list[tuple[Look, str]]:
        """Return the entries of the legend.

        Returns:
            Look and name of each.
        """
        colours = Colours.current()
        return [
            (Look(mix(colours.series[0], colours.background, 0.4), 5), self.tr("share of correct predictions")),
            (Look(colours.series[1], 2.5), self.tr("mean confidence")),
            (Look(colours.muted, 1.2, dashed=True), self.tr("perfect calibration")),
        ]

    def count(self) -> int:
        """Number of bins."""
        return len(self.bins.counts) if self.bins is not None else 0

    def number_at(self, share: float) -> int:
        """Index of the bin of a confidence."""
        return int(share * self.count())

    def words_at(self, number: int) -> str:
        """Describe a bin in words."""
        if self.bins is None:
            return ""
        low, high = (formats.percent(edge) for edge in self.bins.edges[number : number + 2])
        count = self.bins.counts[number]
        if not count:
            return self.tr("Confidence {low} to {high}: no images").format(low=low, high=high)
        return self.tr("Confidence {low} to {high}: {count} images, {right} right, mean confidence {mean}").format(
            low=low,
            high=high,
            count=formats.whole(count),
            right=formats.percent(self.bins.accuracy[number], 1),
            mean=formats.percent(self.bins.confidence[number], 1),
        )

    def caption(self) -> str:
        """Title of the x axis."""
        return self.tr("confidence")

    def below(self) -> float:
        """Pixels for the numbers of images."""
        return STRIP + 6

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        """Draw bars, marks and the diagonal."""
        assert self.bins is not None
        bins, wide, most = self.bins, area.width() / self.count(), max(self.bins.counts)
        floor = area.bottom() + self.below()
        fill, grey = mix(colours.series[0], colours.background, 0.4), mix(colours.muted, colours.background, 0.3)
        painter.fillRect(QRectF(area.left(), floor - STRIP, area.width(), STRIP), colours.background)
        for number, count in enumerate(bins.counts):
            if not count:
                continue
            left = area.left() + number * wide + 1
            accuracy, sure = self.upward(area, bins.accuracy[number]), self.upward(area, bins.confidence[number])
            painter.fillRect(QRectF(left, accuracy, wide - 2, area.bottom() - accuracy), fill)
            tall = max(1.0, STRIP * count / most)
            painter.fillRect(QRectF(left, floor - tall, wide - 2, tall), grey)
            painter.setPen(QPen(colours.series[1], 1))
            painter.drawLine(QPointF(left + wide / 2 - 1, accuracy), QPointF(left + wide / 2 - 1, sure))
            pen = QPen(colours.series[1], 2.5)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(left, sure), QPointF(left + wide - 2, sure))
        pen = QPen(colours.muted, 1.2)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setPen(colours.muted)
        for y in (area.bottom(), floor):
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if self.at is not None:
            left = area.left() + self.at * wide
            self.draw_mark(painter, QRectF(left, area.top(), wide, floor - area.top()))
