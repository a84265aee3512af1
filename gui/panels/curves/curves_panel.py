"""Loss, accuracy and the rest over the training, while it happens and afterwards."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence, Set
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QSize, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.panels.curves.chart_area import ChartArea
from gui.panels.curves.epoch_table import EpochTable
from gui.panels.curves.scene import Drawn, drawn, legend, readings, scene
from gui.panels.curves.toolbar import CurvesToolbar
from gui.plotting.markers import number_text
from gui.viewmodels.curves import Axis, RunSeries, csv_chunks
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.labels import Sentence
from gui.window.theme import Colours
from trainer.plotting.ticks import Kind
from trainer.store import durable
from trainer.text_shortening import distinct_names

_X_KINDS: dict[Axis, Kind] = {"step": "whole", "epoch": "number", "time": "time"}
_EXPORT_SIZE, _EXPORT_SCALE = QSize(1200, 760), 2
_BEGINNING = 10.0
"""Seconds."""
_LIVE = ("preparing", "running", "paused")


class CurvesPanel(Panel):
    """Charts over one x axis, a bar above them, and their numbers as a table.

    y always fits what is in sight; x follows the run until a person moves it, and again with Follow, Home or a double
    click. With other runs laid over it, colours tell runs apart; else they tell training from validation.
    """

    topics: ClassVar[Set[Topic]] = frozenset({"info", "batches", "epochs", "state", "messages"})

    def __init__(self, cursor: EpochCursor, parent: QWidget | None = None) -> None:
        super().__init__(cursor, parent)
        self._overlays: list[OpenRun] = []
        self._series: list[RunSeries] = []
        self._view: tuple[float, float] | None = None
        self._thinned = 1
        self._hovered: float | None = None
        self.bar = CurvesToolbar(self)
        self.table = EpochTable(self)
        self.sentence = Sentence()
        self.area = ChartArea()
        self.charts, self.legend = self.area.charts, self.area.legend
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.sentence)
        self._pages.addWidget(self.area)
        self._pages.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(6)
        layout.addWidget(self.bar)
        layout.addWidget(self._pages, 1)
        # moves of the mouse that come together cost one drawing
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._draw)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        for chart in self.charts.values():
            chart.moved.connect(self._moved)
            chart.hovered.connect(self.hover)
            chart.clicked.connect(self._clicked)
            chart.fit_wanted.connect(self.follow)
        self.area.panned.connect(self.pan)
        self.area.zoomed.connect(self.zoom)
        self.area.fit_wanted.connect(self.follow)
        self.bar.axis_chosen.connect(self._choose_axis)
        self.bar.span_chosen.connect(self._choose_span)
        self.bar.log_chosen.connect(self._draw)
        self.bar.follow_chosen.connect(lambda on: self.follow() if on else self._hold())
        self.bar.table_chosen.connect(self._choose_table)

    # -- what the window calls -------------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Another run, or none, is shown from now on."""
        super().show_run(run)
        self._suggest_span()
        self._rebuild()

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Lay these runs over the shown one. Whoever owns them ticks their followers; `refresh` draws what has come."""
        if list(runs) != self._overlays:
            self._overlays = list(runs)
            self._rebuild()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw what has come, of the shown run and of those over it."""
        if "info" in changed:
            self._suggest_span()
        self._update()
        self._draw()
        if changed & {"info", "epochs", "state"}:
            self._describe()

    def move_cursor(self) -> None:
        """The cursor line."""
        self._draw()

    def retranslate(self) -> None:
        """The language has changed: set all texts anew."""
        self._name_charts(self.area)
        self.area.setAccessibleName(self.tr("Curves"))
        self.table.setAccessibleName(self.tr("Curves as a table"))
        self.bar.retranslate()
        self._show_table()
        self._draw()

    def _name_charts(self, area: ChartArea) -> None:
        titles = {
            "loss": self.tr("Loss"),
            "accuracy": self.tr("Accuracy"),
            "macro_f1": self.tr("Macro-F1"),
            "learning_rate": self.tr("Learning rate"),
            "speed": self.tr("Images per second"),
            "wait": self.tr("Waiting for data"),
        }
        for name, chart in area.charts.items():
            chart.set_title(titles[name])

    def changeEvent(self, event: QEvent) -> None:
        """Light or dark, another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_soon"):
            for chart in self.charts.values():
                chart.restyle()
            self._soon.start(0)

    def resizeEvent(self, event: object) -> None:
        """Lines are thinned to the width."""
        self._soon.start(0)

    # -- exports ---------------------------------------------------------------------------------------------------

    def export_csv(self, path: Path) -> None:
        """All rows of the shown run and those over it, not thinned, not smoothed. Raises DiskError."""
        self._update()
        durable.write_chunks(path, csv_chunks([(series.name, series.model) for series in self._series]))

    def export_png(self, path: Path) -> None:
        """The charts with what is in sight, at a fixed size, whether they are shown or not. Raises DiskError."""
        self._update()
        area = ChartArea()
        area.resize(_EXPORT_SIZE)
        area.setContentsMargins(12, 12, 12, 12)
        self._name_charts(area)
        self._draw_charts(area)
        area.grab()  # layouts of what is never shown are made on demand, and lines are thinned to the width
        self._draw_charts(area)
        pixmap = QPixmap(_EXPORT_SIZE * _EXPORT_SCALE)
        pixmap.setDevicePixelRatio(_EXPORT_SCALE)
        pixmap.fill(self.palette().window().color())
        area.render(pixmap)
        area.deleteLater()
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        pixmap.save(buffer, "PNG")
        durable.write_bytes(path, bytes(data.data()))

    # -- what a person does ------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the whole run, and go on with it."""
        self._view = None
        self._draw()

    def _hold(self) -> None:
        self._view = self._whole()
        self._draw()

    def pan(self, by: float) -> None:
        """Move the view by a part of its width."""
        left, right = self._edges()
        self._moved(left + by * (right - left), right + by * (right - left))

    def zoom(self, factor: float) -> None:
        """Show a part of the present width, around its middle."""
        left, right = self._edges()
        middle, half = (left + right) / 2, factor * (right - left) / 2
        self._moved(middle - half, middle + half)

    def _moved(self, left: float, right: float) -> None:
        low, high = self._whole()
        width = min(right - left, high - low)
        left = min(max(left, low), high - width)
        self._view = left, left + width
        self._soon.start(0)

    def _clicked(self, x: float) -> None:
        epoch = self._series[-1].epoch_near(self.bar.axis, x) if self.run is not None else None
        if epoch is not None:
            self.epoch_chosen.emit(epoch)

    def _choose_axis(self) -> None:
        self._view = None
        self._draw()

    def _choose_span(self) -> None:
        for series in self._series:
            series.set_span(self.bar.span)
        self._update()
        self._draw()

    def _choose_table(self) -> None:
        self.hover(None)
        self._show_table()
        self._draw()
        self._show_note()

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        runs = [run for run in self._overlays if self.run is None or run.folder != self.run.folder]
        runs += [self.run] if self.run is not None else []
        known = {id(series.model): series for series in self._series if series.span == self.bar.span}
        names = distinct_names([run.folder for run in runs])
        self._series = [
            old
            if (old := known.get(id(run.model))) is not None and old.name == name
            else RunSeries(name, run.model, self.bar.span)
            for run, name in zip(runs, names, strict=True)
        ]
        self._view = None
        self._show_table()
        self.hover(None)
        self._update()
        self._draw()
        self._describe()

    def _suggest_span(self) -> None:
        info = self.run.model.info if self.run is not None else None
        if info is not None:
            # a hundredth of the chart's width takes the noise away and keeps the shape
            self.bar.suggest_span(info.epochs * info.steps_per_epoch / 100)

    def _show_table(self) -> None:
        if self.bar.table:
            runs = [(series.name, series.model) for series in self._series]
            self.table.numbers.show_runs(runs, self.bar.source)

    def _update(self) -> None:
        for series in self._series:
            series.update()

    def _whole(self) -> tuple[float, float]:
        """The edges that show everything. While a run goes on they stand still most of the time: at the planned end,
        or a half, a quarter, ... of it."""
        axis = self.bar.axis
        end = max((series.end(axis) for series in self._series), default=0.0) or 1.0
        run = self.run
        if run is not None and run.follower.alive and run.model.state in _LIVE:
            planned = self._series[-1].planned(axis) or 2.0 ** math.ceil(math.log2(end))
            if planned >= end:
                end = planned / 2.0 ** math.floor(math.log2(planned / end))
        return -0.01 * end, 1.01 * end

    def _edges(self) -> tuple[float, float]:
        return self._view if self._view is not None else self._whole()

    def _draw(self) -> None:
        self._soon.stop()
        page = self._page()
        self._pages.setCurrentWidget(page)
        self.bar.setEnabled(page is not self.sentence)
        self.bar.show_following(self._view is None)
        if page is self.table:
            self.table.numbers.update()
        if page is self.area:
            self._thinned = self._draw_charts(self.area)
            if self._hovered is None:
                self._show_note()

    def _draw_charts(self, area: ChartArea) -> int:
        """How many values a pixel of the loss stands for."""
        axis, edges, whole, log = self.bar.axis, self._edges(), self._whole(), self.bar.log
        runs, cursor, thinned = self._drawn(), self._cursor_place(), {}
        area.legend.show_entries(legend(runs))
        for name, chart in area.charts.items():
            chart.log = log and name == "loss"
            chart.x_kind = _X_KINDS[axis]
            chart.limit(*whole, least=(whole[1] - whole[0]) / 1e6)
            content, thinned[name] = scene(name, runs, axis, edges, chart.columns, cursor)
            chart.draw(content)
        return thinned["loss"]

    def _drawn(self) -> list[Drawn]:
        return drawn(self._series, Colours.current(), self.run is not None)

    def _cursor_place(self) -> float | None:
        if self.run is None or self.cursor.chosen is None:
            return None
        found = self._series[-1].epoch_place(self.bar.axis, self.cursor.at(self.run.model))
        return found[1] if found is not None else None

    def hover(self, x: float | None) -> None:
        """All charts show their values at `x`; the bar says where that is."""
        if x is None and self._hovered is None:
            return
        self._hovered = x
        runs = self._drawn() if x is not None else []
        for name, chart in self.charts.items():
            chart.show_hover(x, readings(name, runs, self.bar.axis, x) if x is not None else [])
        self._show_note()

    def _show_note(self) -> None:
        if self._hovered is not None and self._series:
            series, axis = self._series[-1], self.bar.axis
            step = series.step_at(axis, self._hovered)
            text = self.tr("step {step}, epoch {epoch}").format(
                step=number_text(step, 1, "number"), epoch=number_text(series.epoch_of(step), 1, "number")
            )
        elif self._thinned > 1 and not self.bar.table:
            count = number_text(self._thinned, 1, "number")
            text = self.tr("Thinned: {count} values a pixel").format(count=count)
        else:
            text = ""
        self.bar.show_note(text)

    def _describe(self) -> None:
        """The newest values, for those who do not see the charts."""
        if not self._series:
            return
        runs, axis = self._drawn()[-1:], self.bar.axis
        for name, chart in self.charts.items():
            newest = readings(name, runs, axis, self._series[-1].end(axis))
            chart.setAccessibleDescription("; ".join(f"{reading.name} {reading.value}" for reading in newest))

    def _just_begun(self) -> bool:
        """An engine writes its first record before it owns the run."""
        return (
            self.run is not None
            and self.run.model.ended is None
            and (time.time() - self.run.model.began / 1000 < _BEGINNING)
        )

    def _page(self) -> QWidget:
        has_data = any(series.end("step") > 0 for series in self._series)
        if has_data:
            return self.table if self.bar.table else self.area
        if not self._series:
            text = self.tr("No run is shown. Choose one in the list of runs, or start a new one.")
        elif self.run is not None and not self.run.follower.alive and not self._just_begun():
            text = self.tr("This run ended before its first step: there is nothing to draw.")
        else:
            text = self.tr("The run is getting ready. Curves begin with its first steps.")
        self.sentence.setText(text)
        return self.sentence
