"""Loss, accuracy and the rest over the training, while it happens and afterwards."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence, Set
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QEvent, QPoint, QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.panels.curves.chart_area import ChartArea
from gui.panels.curves.chart_export import ChartExport
from gui.panels.curves.chart_menu import ChartMenu
from gui.panels.curves.epoch_table import EpochTable
from gui.panels.curves.scene import Drawn, drawn, legend, own_titles, readings, scene, titles
from gui.panels.curves.toolbar import CurvesToolbar
from gui.plotting.chart import Chart
from gui.plotting.markers import number_text
from gui.style.dimensions import SMALL, panel_margins, space
from gui.style.theme import Colours
from gui.viewmodels.curves import Axis, RunSeries
from gui.viewmodels.reported_pictures import picture_names
from gui.viewmodels.run import Topic
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.viewmodels.visible_range import VisibleRange
from gui.widgets.labels import Sentence
from trainer.plotting.ticks import Kind
from trainer.store.summary import LIVE
from trainer.text.text_shortening import distinct_names

_X_KINDS: dict[Axis, Kind] = {"step": "whole", "epoch": "number", "time": "time"}
_BEGINNING = 10.0
"""Seconds."""


class CurvesPanel(Panel):
    """Charts over one x axis, a bar above them, and their numbers as a table.

    y fits what is in sight, x follows the run, until a person moves them or draws a box; and again with Follow, Home,
    Esc or a double click, which else shows a chart large. With other runs laid over it, colours tell runs apart; else
    they tell training from validation.
    """

    topics: ClassVar[Set[Topic]] = frozenset({"info", "batches", "epochs", "state", "messages", "scalars", "pictures"})

    def __init__(self, cursor: EpochCursor, colours: RunColours | None = None) -> None:
        super().__init__(cursor)
        self._colours = colours or RunColours()
        self._paths: list[Path] = []
        self._overlays: list[OpenRun] = []
        self._series: list[RunSeries] = []
        self._range = VisibleRange()
        self._thinned = 1
        self._hovered: float | None = None
        self.bar = CurvesToolbar(self)
        self.table = EpochTable(self)
        self.sentence = Sentence("curve")
        self.area = ChartArea()
        self.charts, self.legend = self.area.charts, self.area.legend
        self.export = ChartExport(self._exported, self._draw_exported, self.bar.axis_box.currentText)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.sentence)
        self._pages.addWidget(self.area)
        self._pages.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(panel_margins())
        layout.setSpacing(space(SMALL))
        layout.addWidget(self.bar)
        layout.addWidget(self._pages, 1)
        # mouse moves that arrive together are drawn once
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._draw)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        for name, chart in self.charts.items():
            self._connect_chart(name, chart)
        self.area.revealed.connect(lambda: self._soon.start(0))
        self.area.panned.connect(self.pan)
        self.area.zoomed.connect(self.zoom)
        self.area.fit_wanted.connect(self.follow)
        self.area.menu_wanted.connect(self._open_menu)
        self.bar.axis_chosen.connect(self._choose_axis)
        self.bar.span_chosen.connect(self._choose_span)
        self.bar.log_chosen.connect(self._choose_log)
        self.bar.follow_chosen.connect(lambda on: self.follow() if on else self._hold())
        self.bar.table_chosen.connect(self._choose_table)

    def _connect_chart(self, name: str, chart: Chart) -> None:
        chart.moved.connect(self._moved)
        chart.boxed.connect(partial(self._boxed, name))
        chart.hovered.connect(partial(self.hover, over=name))
        chart.clicked.connect(self._clicked)
        chart.fit_wanted.connect(partial(self._double_clicked, name))

    # -- what the window calls -------------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Another run, or none, is shown from now on."""
        super().show_run(run)
        self._suggest_span()
        self._rebuild()

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Overlay these runs. Their owner ticks their followers; `refresh` draws what is new."""
        if list(runs) != self._overlays:
            self._overlays = list(runs)
            self._rebuild()
        else:
            self._draw()  # in other colours

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw what is new in the shown run and the overlaid ones."""
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
        """The language has changed: set all texts again."""
        self._name_charts(self.area)
        self.area.setAccessibleName(self.tr("Curves"))
        self.table.setAccessibleName(self.tr("Curves as a table"))
        self.bar.retranslate()
        self._show_table()
        self._draw()

    def _name_charts(self, area: ChartArea) -> None:
        area.name_charts(titles(self._series))

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
        """All rows of the shown run and those over it. Raises DiskError."""
        self.export.write_table(path)

    def export_png(self, path: Path) -> None:
        """The charts with what is in sight. Raises DiskError."""
        self.export.write_picture(path)

    def _exported(self) -> list[RunSeries]:
        self._update()
        return self._series

    def _draw_exported(self, area: ChartArea) -> None:
        self._name_charts(area)
        self._draw_charts(area)

    def _open_menu(self, name: str, place: QPoint) -> None:
        fit = None if self._range.follows else self.follow
        menu = ChartMenu(fit, self.area.large is not None, self)
        menu.large_wanted.connect(lambda: self.area.toggle_large(name))
        menu.copy_wanted.connect(lambda: self.export.copy_chart(name))
        menu.save_wanted.connect(lambda kind: self.save_wanted.emit(self.export.offer(name, kind)))
        menu.popup(place)

    # -- what a person does ------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the whole run, and go on with it."""
        self._range.follow()
        self._draw()

    def _hold(self) -> None:
        whole = self._whole()
        self._range.show_x(*whole, whole)
        self._draw()

    def pan(self, by: float) -> None:
        """Move the view by a fraction of its width."""
        self._range.pan(by, self._whole())
        self._soon.start(0)

    def zoom(self, factor: float) -> None:
        """Zoom to a fraction of the current width, around the centre."""
        self._range.zoom(factor, self._whole())
        self._soon.start(0)

    def _moved(self, left: float, right: float) -> None:
        self._range.show_x(left, right, self._whole())
        self._soon.start(0)

    def _boxed(self, name: str, left: float, right: float, y: tuple[float, float] | None) -> None:
        """A box that was drawn over a chart: across for all, up for this one."""
        if y is not None:
            self._range.show_y(name, y)
        self._moved(left, right)

    def _clicked(self, x: float) -> None:
        epoch = self._series[-1].epoch_near(self.bar.axis, x) if self.run is not None else None
        if epoch is not None:
            self.epoch_chosen.emit(epoch)

    def _double_clicked(self, name: str) -> None:
        """Out of a part of the run; else a chart in the place of all, or all again."""
        if self._range.follows:
            self.area.toggle_large(name)
        else:
            self.follow()

    def _choose_axis(self) -> None:
        self._range.follow_x()
        self._draw()

    def _choose_log(self) -> None:
        self._range.follow_y("loss")
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
        self._paths = [run.folder.path for run in runs]
        known = {id(series.model): series for series in self._series if series.span == self.bar.span}
        names = distinct_names([run.folder for run in runs])
        self._series = [
            old
            if (old := known.get(id(run.model))) is not None and old.name == name
            else RunSeries(name, run.model, self.bar.span)
            for run, name in zip(runs, names, strict=True)
        ]
        self._range.follow()
        self._show_table()
        self.hover(None)
        self._update()
        self._draw()
        self._describe()

    def _suggest_span(self) -> None:
        info = self.run.model.info if self.run is not None else None
        if info is not None:
            # a hundredth of the chart's width removes noise and keeps the shape
            self.bar.suggest_span(info.epochs * info.steps_per_epoch / 100)

    def _show_table(self) -> None:
        if self.bar.table:
            runs = [(series.name, series.model) for series in self._series]
            self.table.numbers.show_runs(runs, self.bar.source)

    def _update(self) -> None:
        for series in self._series:
            series.update()
        pictures = picture_names(self.run.model) if self.run is not None else ()
        new = self.area.show_own(list(own_titles(self._series)), pictures)
        for name, chart in new.items():
            self._connect_chart(name, chart)
        if new:
            self._name_charts(self.area)

    def _whole(self) -> tuple[float, float]:
        """The edges that show everything. During a run they rarely move: they are at the planned end, or a half, a
        quarter, ... of it."""
        axis = self.bar.axis
        end = max((series.end(axis) for series in self._series), default=0.0) or 1.0
        run = self.run
        if run is not None and run.follower.alive and run.model.state in LIVE:
            planned = self._series[-1].planned(axis) or 2.0 ** math.ceil(math.log2(end))
            if planned >= end:
                end = planned / 2.0 ** math.floor(math.log2(planned / end))
        return -0.01 * end, 1.01 * end

    def _draw(self) -> None:
        self._soon.stop()
        page = self._page()
        self._pages.setCurrentWidget(page)
        self.bar.setEnabled(page is not self.sentence)
        self.bar.show_following(self._range.follows)
        self.area.held = not self._range.follows
        if page is self.table:
            self.table.numbers.update()
        if page is self.area:
            self._thinned = self._draw_charts(self.area)
            if self._hovered is None:
                self._show_note()

    def _draw_charts(self, area: ChartArea) -> int:
        """How many values a pixel stands for, at most."""
        axis, whole, log = self.bar.axis, self._whole(), self.bar.log
        runs, edges, cursor, thinned = self._drawn(), self._range.x(whole), self._cursor_place(), {}
        if self.run is not None:
            area.show_pictures(self.run, self.cursor)
        area.legend.show_entries(legend(runs, area.shown))
        for name, chart in area.charts.items():
            if not area.is_seen(name):
                continue
            chart.log = log and name == "loss"
            chart.fixed_y = self._range.y(name)
            chart.x_kind = _X_KINDS[axis]
            chart.limit(*whole, least=(whole[1] - whole[0]) / 1e6)
            content, thinned[name] = scene(name, runs, axis, edges, chart.columns, cursor)
            chart.draw(content)
        return max(thinned.values())

    def _drawn(self) -> list[Drawn]:
        return drawn(self._series, Colours.current(), [self._colours.look(path) for path in self._paths])

    def _cursor_place(self) -> float | None:
        if self.run is None or self.cursor.chosen is None:
            return None
        found = self._series[-1].epoch_place(self.bar.axis, self.cursor.at(self.run.model))
        return found[1] if found is not None else None

    def hover(self, x: float | None, over: str = "") -> None:
        """Show the values of all charts at `x`, all of those of the chart that the mouse is `over`, and the position in
        the bar."""
        if x is None and self._hovered is None:
            return
        self._hovered = x
        runs = self._drawn() if x is not None else []
        for name, chart in self.charts.items():
            chart.show_hover(x, readings(name, runs, self.bar.axis, x) if x is not None else [])
        self.area.show_card(over if x is not None else "")
        self._show_note()

    def _show_note(self) -> None:
        if self._hovered is not None and self._series:
            series, axis = self._series[-1], self.bar.axis
            step = series.step_at(axis, self._hovered)
            epoch = number_text(series.epoch_of(step), 1, "number")
            self.bar.show_place(number_text(step, 1, "number"), epoch)
            return
        thinned = self._thinned > 1 and not self.bar.table
        text = self.tr("Thinned: {count} values per pixel") if thinned else ""
        self.bar.show_note(text.format(count=number_text(self._thinned, 1, "number")))

    def _describe(self) -> None:
        """The latest values, for screen readers."""
        if not self._series:
            return
        runs, axis = self._drawn()[-1:], self.bar.axis
        for name, chart in self.charts.items():
            newest = readings(name, runs, axis, self._series[-1].end(axis))
            chart.setAccessibleDescription("; ".join(f"{reading.name} {reading.value}" for reading in newest))

    def _just_begun(self) -> bool:
        """An engine writes its first record before it owns the run, and before that there is no folder."""
        if self.run is None or self.run.model.ended is not None:
            return False
        began = self.run.model.began
        return time.time() - began / 1000 < _BEGINNING if began else not self.run.folder.path.exists()

    def _page(self) -> QWidget:
        has_data = any(series.end("step") > 0 for series in self._series)
        if has_data:
            return self.table if self.bar.table else self.area
        if not self._series:
            text = self.tr("No run is open. Choose one from the list, or start a new one.")
        elif self.run is not None and not self.run.follower.alive and not self._just_begun():
            text = self.tr("This run ended before its first step, so there are no curves.")
        else:
            text = self.tr("Curves appear with the first steps.")
        self.sentence.setText(text)
        return self.sentence
