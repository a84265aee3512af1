"""What the charts of the curves panel show: looks, lines, marks, legend and readout, from the series of the runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from gui.plotting.chart import Scene
from gui.plotting.markers import SHAPES, Look, Reading, Shape
from gui.plotting.painting import Stroke
from gui.text.formats import number, percent, whole
from gui.viewmodels.curves import LINES, Axis, Curve, RunSeries
from gui.viewmodels.minmax_pyramid import finite
from gui.window.theme import Colours, mix

_WITH_SMOOTH = frozenset(line.chart for line in LINES if line.role == "smooth")
_MAX_NAME = 24


@dataclass(frozen=True)
class Drawn:
    """A run and how its lines are drawn."""

    series: RunSeries
    train: QColor
    faint: QColor
    valid: QColor
    shapes: tuple[Shape, Shape]
    alone: bool

    def look(self, line: Curve) -> Look | None:
        """None: the line is not drawn."""
        series = self.series
        if line.role == "smooth":
            return Look(self.train, 2) if series.span else None
        if line.role == "raw":
            if not series.span or line.chart not in _WITH_SMOOTH:
                return Look(self.train, 2 if line.chart == "learning_rate" else 1)
            # under the smoothed line; with other runs it would be a tangle
            return Look(self.faint) if self.alone else None
        if line.role == "train":
            return Look(self.train, 2, line=line.chart not in _WITH_SMOOTH, shape=self.shapes[0])
        return Look(self.valid, 2, dashed=True, shape=self.shapes[1], hollow=True)


def drawn(all_series: list[RunSeries], colours: Colours, shown: bool) -> list[Drawn]:
    """In the order of `all_series`. The shown run is the last of them, where there is one, and has the first colour."""
    if len(all_series) == 1:
        faint = mix(colours.train, colours.background, 0.62)
        return [Drawn(all_series[0], colours.train, faint, colours.valid, ("dot", "square"), True)]
    found = []
    for index, series in enumerate(all_series):
        place = (index + 1) % len(all_series) if shown else index
        colour, shape = colours.series[place % len(colours.series)], SHAPES[place % len(SHAPES)]
        found.append(Drawn(series, colour, colour, colour, (shape, shape), False))
    return found


def scene(
    chart: str, runs: list[Drawn], axis: Axis, edges: tuple[float, float], columns: int, cursor: float | None
) -> tuple[Scene, int]:
    """All of one chart between `edges`, thinned to `columns` of the screen; how many values a column stands for."""
    result, stars, thinned = Scene(edges, cursor=cursor), [], 1
    for run in runs:
        for line in LINES:
            look = run.look(line) if line.chart == chart else None
            if look is not None:
                x, y, size = run.series.piece(line, axis, edges, columns)
                thinned = max(thinned, size)
                if len(x):
                    result.strokes.append(Stroke(look, x, y, size > 1))
        if (star := _best(run, chart, axis)) is not None:
            stars.append(star)
        if chart == "loss":
            result.bad = np.concatenate([result.bad, run.series.bad_places(axis)])
            result.bad_sign = _signs(runs)
    result.strokes += stars
    return result, thinned


def _signs(runs: list[Drawn]) -> str:
    return ", ".join(dict.fromkeys(sign for run in runs for sign in run.series.bad_signs)) or "NaN"


def _best(run: Drawn, chart: str, axis: Axis) -> Stroke | None:
    best = run.series.model.best_epoch
    line = next((line for line in LINES if line.chart == chart and line.role == "valid"), None)
    found = run.series.epoch_place(axis, best) if best is not None else None
    if line is None or found is None:
        return None
    row, x = found
    look = _star(Colours.current().best if run.alone else run.valid)
    return Stroke(look, np.array([x]), finite(run.series.values(line)[row : row + 1]))


def _star(colour: QColor) -> Look:
    return Look(colour, line=False, shape="star")


def _shown_first(runs: list[Drawn]) -> list[Drawn]:
    return [*runs[-1:], *runs[:-1]]


def readings(chart: str, runs: list[Drawn], axis: Axis, x: float) -> list[Reading]:
    """The values of all lines of a chart nearest to `x`."""
    found = []
    for run in _shown_first(runs):
        for line in LINES:
            look = run.look(line) if line.chart == chart else None
            value = run.series.at(line, axis, x) if look is not None else None
            if look is None or value is None:
                continue
            # the title of the chart says what its only line is
            name = "" if line.chart == "learning_rate" else _role_name(line)
            if not run.alone:
                name = f"{run.series.name[:_MAX_NAME]}, {name}".removesuffix(", ")
            found.append(Reading(look, name, value_text(chart, value)))
    return found


def _role_name(line: Curve) -> str:
    translate = QCoreApplication.translate
    if line.role == "smooth":
        return translate("Curves", "smoothed")
    if line.role == "valid":
        return translate("Curves", "validation")
    if line.role == "train":
        return translate("Curves", "train, epoch")
    return translate("Curves", "train") if line.chart in ("loss", "accuracy") else translate("Curves", "reported")


def value_text(chart: str, value: float) -> str:
    """A value of a chart for people."""
    return percent(value, 1) if chart == "wait" else number(value, 0 if chart == "speed" and value >= 100 else 4)


def legend(runs: list[Drawn]) -> list[tuple[Look, str]]:
    """Looks and what they mean: roles for one run; names of runs, then roles, for several."""
    translate, colours = QCoreApplication.translate, Colours.current()
    entries: list[tuple[Look, str]] = []
    if len(runs) == 1:
        entries += _roles_of_one(runs[0])
    else:
        for run in _shown_first(runs):
            entries.append((Look(run.train, 2, shape=run.shapes[0]), run.series.name))
        entries.append((Look(colours.muted, 2), translate("Curves", "train")))
        entries.append((Look(colours.muted, 2, dashed=True), translate("Curves", "validation")))
    best = [run.series.model.best_epoch for run in runs if run.series.model.best_epoch is not None]
    if len(runs) == 1 and best:
        text = translate("Curves", "best epoch: {epoch}").format(epoch=whole(best[0]))
        entries.append((_star(colours.best), text))
    elif best:
        entries.append((_star(colours.muted), translate("Curves", "best epoch")))
    if any(run.series.bad for run in runs):
        text = translate("Curves", "loss not finite ({sign})").format(sign=_signs(runs))
        entries.append((Look(colours.nan, 3), text))
    return entries


def _roles_of_one(run: Drawn) -> list[tuple[Look, str]]:
    translate, model, steps = QCoreApplication.translate, run.series.model, whole(run.series.span)
    names = {
        "raw": (model.batches.rows, translate("Curves", "train, as reported")),
        "smooth": (model.batches.rows, translate("Curves", "train, smoothed over {steps} steps").format(steps=steps)),
        "train": (model.epochs.rows, translate("Curves", "train, whole epoch")),
        "valid": (len(model.verdicts), translate("Curves", "validation, each epoch")),
    }
    entries = []
    for line in LINES:
        look = run.look(line) if line.chart == "loss" else None
        rows, name = names[line.role]
        if look is not None and rows:
            entries.append((look, name))
    return entries
