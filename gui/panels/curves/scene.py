"""What the charts of the curves panel show: looks, lines, marks, legend and readout, from the series of the runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from gui.plotting.chart import Scene
from gui.plotting.markers import SHAPES, Look, Reading, Shape
from gui.plotting.painting import SMOOTH, Stroke
from gui.style.theme import Colours, mix
from gui.text.formats import number, percent, significant, whole
from gui.viewmodels.curves import CHARTS, LINES, METRIC, SCALAR, Axis, Curve, Role, RunSeries
from gui.viewmodels.group_mean import GroupMean, group_mean
from gui.viewmodels.minmax_pyramid import finite
from gui.viewmodels.run_colours import RunLook
from trainer.text.text_width import one_line

_WITH_SMOOTH = frozenset(line.chart for line in LINES if line.role == "smooth")
_WITH_MEAN = frozenset(line.chart for line in LINES if line.source == "epochs")
_WEIGHTY: tuple[Role, ...] = ("valid", "smooth", "train", "raw", "own")
_MAX_NAME = 24
_BAND = 0.18
"""How opaque the range of a group is."""
_HAIR = 0.01
"""Width in pixels by which columns of a range overlap: they are translucent, and more would be seen as stripes."""
FEW = 4
"""Values a column of the screen, up to which a line through all of them is drawn soon enough."""


@dataclass(frozen=True)
class Drawn:
    """A run and how its lines are drawn."""

    series: RunSeries
    train: QColor
    faint: QColor
    valid: QColor
    shapes: tuple[Shape, Shape]
    alone: bool
    group: str = ""
    """Its group, if runs of a group share a colour."""
    averaged: bool = False
    """Whether the mean of its group is drawn over its lines."""

    def look(self, line: Curve) -> Look | None:
        """None: the line is not drawn."""
        series = self.series
        if self.averaged and line.chart in _WITH_MEAN:
            of_batches = line.source == "batches" and (line.role == "raw" or self.series.model.epochs.rows)
            return None if of_batches else Look(self.faint, dashed=line.role == "valid")
        if line.role == "smooth":
            return Look(self.train, 2) if series.span else None
        if line.role == "raw":
            if not series.span or line.chart not in _WITH_SMOOTH:
                return Look(self.train, 2 if line.chart == "learning_rate" else 1)
            # under the smoothed line; with other runs it would be a tangle
            return Look(self.faint) if self.alone else None
        if line.role == "own":
            return Look(self.train, 2, shape=self.shapes[0])
        if line.role == "train":
            return Look(self.train, 2, line=line.chart not in _WITH_SMOOTH, shape=self.shapes[0])
        return Look(self.valid, 2, dashed=True, shape=self.shapes[1], hollow=True)


def drawn(all_series: list[RunSeries], colours: Colours, looks: Sequence[RunLook]) -> list[Drawn]:
    """In the order of `all_series`, with their looks. A run alone has the colours of training and validation."""
    if len(all_series) == 1:
        faint = mix(colours.train, colours.background, 0.62)
        return [Drawn(all_series[0], colours.train, faint, colours.valid, ("dot", "square"), True)]
    found = []
    for series, look in zip(all_series, looks, strict=True):
        colour, shape = colours.runs[look.colour], SHAPES[look.mark % len(SHAPES)]
        often = sum(other.group == look.group for other in looks) if look.group else 1
        faint = mix(colour, colours.background, 0.5) if often > 1 else colour
        found.append(Drawn(series, colour, faint, colour, (shape, shape), False, look.group, often > 1))
    return found


def scene(
    chart: str, runs: list[Drawn], axis: Axis, edges: tuple[float, float], columns: int, cursor: float | None
) -> tuple[Scene, int]:
    """All of one chart between `edges`, thinned to `columns` of the screen; how many values a column stands for. The
    lines of one run go smoothly through all its values while these are few; with many runs that would cost too much."""
    result, stars, thinned = Scene(edges, cursor=cursor), [], 1
    few = min(FEW * columns, SMOOTH) if len(runs) == 1 else 0
    for run in runs:
        for line in run.series.lines:
            look = run.look(line) if line.chart == chart else None
            if look is not None:
                x, y, size = run.series.piece(line, axis, edges, columns, few)
                thinned = max(thinned, size)
                if len(x):
                    result.strokes.append(Stroke(look, x, y, size > 1))
        if (star := _best(run, chart, axis)) is not None:
            stars.append(star)
        if chart == "loss":
            result.bad = np.concatenate([result.bad, run.series.bad_places(axis)])
            result.bad_sign = _signs(runs)
    bands, means = group_strokes(chart, runs, axis, edges, columns)
    result.strokes = [*bands, *result.strokes, *means, *stars]
    return result, thinned


def group_strokes(
    chart: str, runs: list[Drawn], axis: Axis, edges: tuple[float, float], columns: int
) -> tuple[list[Stroke], list[Stroke]]:
    """The ranges and the means of groups of runs, of lines that have a value per epoch."""
    groups: dict[str, list[Drawn]] = {}
    for run in runs:
        if run.averaged:
            groups.setdefault(run.group, []).append(run)
    bands, means = [], []
    for members in groups.values():
        for line in members[0].series.lines:
            if line.chart == chart and line.source == "epochs":
                found = group_mean([run.series for run in members], line, axis)
                dashed, colour = line.role == "valid", members[0].train
                if len(found.x) > 1:
                    bands.append(_band(colour, found, edges, columns))
                if len(found.x):
                    means.append(Stroke(Look(colour, 3, dashed=dashed), found.x, found.mean))
    return bands, means


def _band(colour: QColor, found: GroupMean, edges: tuple[float, float], columns: int) -> Stroke:
    """A range, as a line that fills each column of the screen."""
    pale = QColor(colour)
    pale.setAlphaF(_BAND)
    columns_x = np.linspace(*edges, max(2, columns + 1))
    x = columns_x[(columns_x >= found.x[0]) & (columns_x <= found.x[-1])]
    y = np.stack([np.interp(x, found.x, found.low), np.interp(x, found.x, found.high)], axis=1)
    return Stroke(Look(pale, _HAIR), np.repeat(x, 2), y.reshape(-1), True)


def _signs(runs: list[Drawn]) -> str:
    return ", ".join(dict.fromkeys(sign for run in runs for sign in run.series.bad_signs)) or "NaN"


def _best(run: Drawn, chart: str, axis: Axis) -> Stroke | None:
    best = run.series.model.best_epoch
    line = next((line for line in run.series.lines if line.chart == chart and line.role == "valid"), None)
    found = run.series.epoch_place(axis, best) if best is not None else None
    if line is None or found is None or run.averaged:
        return None
    row, x = found
    look = _star(Colours.current().best if run.alone else run.valid)
    return Stroke(look, np.array([x]), finite(run.series.values(line)[row : row + 1]))


def _star(colour: QColor) -> Look:
    return Look(colour, line=False, shape="star")


def _shown_first(runs: list[Drawn]) -> list[Drawn]:
    return [*runs[-1:], *runs[:-1]]


def readings(chart: str, runs: list[Drawn], axis: Axis, x: float) -> list[Reading]:
    """The values of all lines of a chart nearest to `x`, those first that say most about a run."""
    found = []
    lines = dict.fromkeys(line for run in runs for line in run.series.lines if line.chart == chart)
    for line in sorted(lines, key=lambda line: _WEIGHTY.index(line.role)):
        for run in _shown_first(runs):
            look = run.look(line) if line in run.series.lines else None
            value = run.series.at(line, axis, x) if look is not None else None
            if look is None or value is None:
                continue
            # the title of the chart says what its only line is
            name = "" if line.chart == "learning_rate" or line.role == "own" else _role_name(line)
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
        return translate("Curves", "train, epoch mean")
    return translate("Curves", "train") if line.chart in ("loss", "accuracy") else translate("Curves", "reported")


def value_text(chart: str, value: float) -> str:
    """A value of a chart for people."""
    if chart == "wait":
        return percent(value, 1)
    if chart == "learning_rate" or chart.startswith(SCALAR):
        return significant(value, 3 if chart == "learning_rate" else 5)
    return number(value, 0 if chart == "speed" and value >= 100 else 4)


def own_titles(runs: list[RunSeries]) -> dict[str, str]:
    """The charts of custom metrics and of what callbacks report, as far as the runs have some, and their titles."""
    charts = dict.fromkeys(line.chart for series in runs for line in series.lines[len(LINES) :])
    return {chart: one_line(chart.removeprefix(METRIC).removeprefix(SCALAR)) for chart in charts}


def titles(runs: list[RunSeries]) -> dict[str, str]:
    """The title of each chart that these runs have."""
    translate = QCoreApplication.translate
    return {
        "loss": translate("Curves", "Loss"),
        "accuracy": translate("Curves", "Accuracy"),
        "macro_f1": translate("Curves", "Macro-F1"),
        "learning_rate": translate("Curves", "Learning rate"),
        "speed": translate("Curves", "Images/s"),
        "wait": translate("Curves", "Data wait"),
        **own_titles(runs),
    }


def legend(runs: list[Drawn], charts: Collection[str] = CHARTS) -> list[tuple[Look, str]]:
    """Looks and what they mean in these charts: roles for one run; names of runs, then roles, for several."""
    translate, colours = QCoreApplication.translate, Colours.current()
    entries: list[tuple[Look, str]] = []
    if len(runs) == 1:
        entries += _roles_of_one(runs[0], charts)
    else:
        entries += _names(runs)
        if any(run.averaged for run in runs):
            entries.append((Look(colours.muted, 3), translate("Curves", "mean and range of a group")))
        entries.append((Look(colours.muted, 2), translate("Curves", "train")))
        if _validated(charts):
            entries.append((Look(colours.muted, 2, dashed=True), translate("Curves", "validation")))
    if not _validated(charts):
        return entries
    starred = [run.series.model.best_epoch for run in runs if not run.averaged]
    best = [epoch for epoch in starred if epoch is not None]
    if len(runs) == 1 and best:
        text = translate("Curves", "best epoch: {epoch}").format(epoch=whole(best[0]))
        entries.append((_star(colours.best), text))
    elif best:
        entries.append((_star(colours.muted), translate("Curves", "best epoch")))
    if "loss" in charts and any(run.series.bad for run in runs):
        text = translate("Curves", "loss not finite ({sign})").format(sign=_signs(runs))
        entries.append((Look(colours.nan, 3), text))
    return entries


def _names(runs: list[Drawn]) -> list[tuple[Look, str]]:
    """Of runs; of groups, with the number of their runs, where these share a colour."""
    sizes = Counter(run.group for run in runs)
    found: dict[str, Look] = {}
    for run in _shown_first(runs):
        name = f"{run.group} ({whole(sizes[run.group])})" if run.averaged else run.group or run.series.name
        found.setdefault(name, Look(run.train, 2, shape=None if run.averaged else run.shapes[0]))
    return [(look, name) for name, look in found.items()]


def _validated(charts: Collection[str]) -> bool:
    return any(line.role == "valid" and line.chart in charts for line in LINES)


def _roles_of_one(run: Drawn, charts: Collection[str]) -> list[tuple[Look, str]]:
    translate, model = QCoreApplication.translate, run.series.model
    names = {
        "raw": (model.batches.rows, translate("Curves", "train")),
        "smooth": (model.batches.rows, translate("Curves", "train, smoothed")),
        "train": (model.epochs.rows, translate("Curves", "train, epoch mean")),
        "valid": (len(model.verdicts), translate("Curves", "validation")),
    }
    lines = {line.role: line for line in reversed(LINES) if line.chart in charts}
    entries = []
    for role, (rows, name) in names.items():
        look = run.look(lines[role]) if role in lines else None
        if look is not None and rows:
            entries.append((look, name))
    # the title of a chart says what its only line is
    return entries if len(entries) > 1 else []
