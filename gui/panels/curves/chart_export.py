"""The charts as files and on the clipboard: all of them, or one, as a person sees them now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QGuiApplication

from gui.panels.base import FileOffer
from gui.panels.curves.chart_area import ChartArea
from gui.panels.curves.scene import own_titles
from gui.plotting.rendering import image_of, png_of, svg_of
from gui.viewmodels.curves import CHARTS, RunSeries
from gui.viewmodels.curves_csv import chart_csv_chunks, csv_chunks
from trainer.store.output_file import write_output

_SIZE, _CHART_SIZE = QSize(1200, 760), QSize(760, 480)
_MARGIN = 12
_OWN = 30
"""Charts of custom metrics and scalars in one picture, at most."""


class ChartExport:
    """Every picture is drawn again, at a fixed size, whether the charts are shown or not.

    Args:
        series: gives the runs, up to date.
        draw: draws all charts of an area.
        x_title: says what x means.
    """

    def __init__(
        self, series: Callable[[], list[RunSeries]], draw: Callable[[ChartArea], object], x_title: Callable[[], str]
    ) -> None:
        self._series, self._draw, self._x_title = series, draw, x_title

    def write_table(self, path: Path) -> None:
        """All rows of all runs, not thinned, not smoothed. Raises DiskError."""
        write_output(path, csv_chunks([(series.name, series.model) for series in self._series()]))

    def write_picture(self, path: Path) -> None:
        """All charts with what is in sight, a PNG file; of those that only these runs have, the first 30. Raises
        DiskError."""
        with self._picture(CHARTS, _SIZE) as area:
            write_output(path, png_of(area))

    def write_chart(self, name: str, path: Path) -> None:
        """One chart, as the ending of the path asks: .png and .svg what is in sight, .csv all of its numbers. Raises
        DiskError."""
        if path.suffix == ".csv":
            write_output(path, chart_csv_chunks(self._series(), name))
            return
        with self._picture((name,), _CHART_SIZE) as area:
            title = area.charts[name].head.title
            write_output(path, svg_of(area, title) if path.suffix == ".svg" else png_of(area))

    def copy_chart(self, name: str) -> None:
        """One chart to the clipboard, to paste elsewhere."""
        with self._picture((name,), _CHART_SIZE) as area:
            QGuiApplication.clipboard().setImage(image_of(area))

    def offer(self, name: str, kind: str) -> FileOffer:
        """One chart as a kind of file: png, svg or csv."""
        tr = QCoreApplication.translate
        kinds = {
            "png": tr("CurvesPanel", "Pictures (*.png)"),
            "svg": tr("CurvesPanel", "Drawings (*.svg)"),
            "csv": tr("CurvesPanel", "Tables (*.csv)"),
        }
        runs = self._series()
        title = re.sub(r"[^\w.-]+", "-", own_titles(runs).get(name, name))
        file = f"{runs[-1].name}-{title}.{kind}"
        return FileOffer(file, tr("CurvesPanel", "Save the chart"), kinds[kind], partial(self.write_chart, name))

    @contextmanager
    def _picture(self, names: Sequence[str], size: QSize) -> Iterator[ChartArea]:
        runs = self._series()
        area = ChartArea(names)
        area.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        if names == CHARTS:
            area.show_own(list(own_titles(runs))[:_OWN], all_rows=True)
        area.resize(size.expandedTo(QSize(0, area.sizeHint().height())) if len(area.charts) > len(names) else size)
        for chart in area.charts.values():
            chart.make_scalable()
            if chart.head.button is not None:
                chart.head.button.hide()
        self._draw(area)
        area.grab()  # layouts of what is never shown are made on demand, and lines are thinned to the width
        self._draw(area)
        if len(names) == 1:
            chart = area.charts[names[0]]
            chart.set_title(f"{chart.head.title} · {self._x_title()}")
        try:
            yield area
        finally:
            area.deleteLater()
