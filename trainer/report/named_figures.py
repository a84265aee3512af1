"""The figures of a report, each by its name. [no torch]"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from trainer.analysis.first_layer import coloured
from trainer.events import SPLITS
from trainer.metrics.confusion import WHOLE, shown
from trainer.plotting.bar_charts import MOST_ROWS, Scores, class_bars, count_bars
from trainer.plotting.heat_overlay import overlay
from trainer.plotting.line_chart import Frame, Line, line_chart
from trainer.plotting.palette import CHANGE_LIGHT, ramp
from trainer.plotting.scatter_plot import scatter
from trainer.plotting.svg import HALF_WIDTH, MARKS
from trainer.plotting.texts import Texts
from trainer.plotting.ticks import Kind
from trainer.report import grids
from trainer.report.calibration_charts import coverage_chart, reliability_diagram
from trainer.report.images import Hard, Looked, RunImages, wrong_images
from trainer.report.rate_range_chart import NAME, rate_range_chart
from trainer.report.run_data import RunData
from trainer.report.slice_texts import group_text
from trainer.store.evaluations import SplitMetrics
from trainer.text.text_shortening import distinct_names
from trainer.text.text_width import one_line

MAX_WEIGHTS, MAX_TEMPLATES, MAX_SLICES = 64, 200, 3
LONG = 12
"""Letters that run names may have in common before they are shortened."""
ARROW = "→ "
FIRST_SPLITS = ("test", "valid", "train")
METRICS: tuple[tuple[str, Kind], ...] = (("loss", "number"), ("accuracy", "percent"), ("macro_f1", "number"))


@dataclass(frozen=True)
class Figure:
    """A figure of a report."""

    name: str
    """Name, such as `loss`."""
    svg: str
    """SVG element for a page."""
    caption: str
    """Caption."""
    wide: bool = False
    """Whether it is as wide as the page; else half as wide."""


def class_names(names: Sequence[str]) -> list[str]:
    """Prepare class names for figures.

    Args:
        names: Class names, as given.

    Returns:
        Names on one line each; `#number` for blank ones.
    """
    return [" ".join(name[:300].split()) or f"#{number}" for number, name in enumerate(names)]


def class_name(names: Sequence[str], number: int) -> str:
    """Name a class.

    Args:
        names: Class names.
        number: Number of the class.

    Returns:
        Its name; `#number` where there is none.
    """
    return names[number] if 0 <= number < len(names) else f"#{number}"


def told_apart(names: Sequence[str]) -> list[str]:
    """Shorten run names for a legend: a long common beginning leaves no room for the rest.

    Args:
        names: Names of runs.

    Returns:
        The names, without the common beginning if it is long.
    """
    if len(names) < 2:
        return list(names)
    alike = [letters[0] for letters in takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))]
    begin = max((place + 1 for place, letter in enumerate(alike) if letter in "-_ "), default=0)
    return [f"…{name[begin:]}" if begin >= LONG else name for name in names]


def own_figure(run: RunData, name: str) -> str:
    """Name the figure of a custom metric, safe as a file name.

    Args:
        run: The run.
        name: Name of the metric.

    Returns:
        Name of the figure.
    """
    plain = re.fullmatch(r"[A-Za-z0-9_]+", name) is not None
    return f"metric-{name if plain else run.metrics.index(name) + 1}"


class Gallery:
    """Makes the figures of one run in one language.

    Args:
        run: The run.
        pictures: Its images.
        texts: Texts and number formats of the language.
        compared: Other runs, drawn over its curves.
    """

    def __init__(self, run: RunData, pictures: RunImages, texts: Texts, compared: Sequence[RunData] = ()) -> None:
        self._run, self._pictures, self._texts, self._compared = run, pictures, texts, compared
        self._names = class_names(run.classes)

    def all(self) -> dict[str, Figure]:
        """Make every figure that there is data for.

        Returns:
            Figures by name, in the order of a report.
        """
        figures = (self.curves, self.classes, self.confusion, self.confidence, self.slices)
        groups = (*figures, self.hardest, self.weights, self.map)
        return {figure.name: figure for group in (*groups, self.comparison, self.balance) for figure in group()}

    # --- curves

    def curves(self) -> Iterator[Figure]:
        """Loss, accuracy, macro-F1 and learning rate over the epochs."""
        run, texts = self._run, self._texts
        if not len(run.epochs):
            return
        epochs = run.epochs.astype(float)
        for metric, kind in METRICS:
            lines = [
                Line(texts["train"], epochs, run.column(f"train_{metric}"), 0),
                Line(texts["valid"], epochs, run.column(f"valid_{metric}"), 1, dashed=True, shape="square"),
            ]
            if metric == "loss" and run.within is not None:
                lines.append(Line("", run.within.epoch, run.within.loss, 0, faint=True))
            yield self._chart(metric.replace("_", "-"), metric, kind, lines, run.best_epoch)
        for name in run.metrics:
            yield self._own_metric(name, epochs)
        rate = Line(texts["learning_rate"], epochs, run.column("learning_rate"), 0)
        if run.within is not None:
            rate = replace(rate, x=run.within.epoch, y=run.within.learning_rate)
        yield self._chart("learning-rate", "learning_rate", "number", [rate], None, zero=True)
        if (svg := rate_range_chart(run.folder, run.settings, texts)) is not None:
            yield Figure(NAME, svg, texts["caption_rate_range"])

    def _own_metric(self, name: str, epochs: NDArray[np.float64]) -> Figure:
        """A metric of the run's own."""
        texts, run, title = self._texts, self._run, one_line(name)
        line = Line(texts["valid"], epochs, run.column(f"valid_{name}"), 1, dashed=True, shape="square")
        drawn = [line] if np.isfinite(line.y).any() else []
        key = own_figure(run, name)
        frame = Frame(key, title, texts["curve_about"], "number", run.best_epoch)
        return Figure(key, line_chart(frame, drawn, texts), texts["caption_own_metric"].format(name=title))

    def _chart(
        self, name: str, text: str, kind: Kind, lines: list[Line], best: int | None, zero: bool = False
    ) -> Figure:
        texts = self._texts
        drawn = [line for line in lines if np.isfinite(line.y).any()]
        more = ["caption_within"] if any(line.faint for line in drawn) else []
        more += ["caption_mark"] if best is not None and text == "loss" else []
        frame = Frame(name, texts[f"title_{text}"], texts["curve_about"], kind, best, zero)
        caption = " ".join(texts[key] for key in (f"caption_{text}", *more))
        return Figure(name, line_chart(frame, drawn, texts), caption)

    # --- classes

    def classes(self) -> Iterator[Figure]:
        """Precision, recall and F1 of each class on the test split, else validation or training; F1 over the epochs."""
        run, texts, names = self._run, self._texts, self._names
        split = next((split for split in FIRST_SPLITS if split in run.evaluations), None)
        if split is not None:
            found = run.evaluations[split].metrics
            scores = Scores(*(np.array(column) for column in (found.precision, found.recall, found.f1)))
            title = texts["title_classes"].format(split=texts.word("split", split))
            svg = class_bars(f"classes-{split}", title, names, scores, texts)
            wide = len(names) > MOST_ROWS
            yield Figure(
                f"classes-{split}", svg, texts["caption_classes"].format(split=texts.word("split", split)), wide
            )
        if run.f1 and names:
            epochs = sorted(run.f1)
            table = np.array([run.f1[epoch] for epoch in epochs], dtype=float).T
            svg = grids.heat_map("f1-by-epoch", texts["title_heat"], table, epochs, names, run.best_epoch, texts)
            yield Figure("f1-by-epoch", svg, texts["caption_heat"], wide=_width(svg) > HALF_WIDTH)

    def confusion(self) -> Iterator[Figure]:
        """Confusion matrices of test and validation; with many classes the most confused ones, and all of them as a
        bitmap."""
        for split in ("test", "valid"):
            if split in self._run.evaluations:
                yield from self._matrix(split, self._run.evaluations[split])

    def _matrix(self, split: str, found: SplitMetrics) -> Iterator[Figure]:
        texts, counts = self._texts, found.metrics.confusion
        title = texts["title_confusion"].format(split=texts.word("split", split))
        part = shown(counts, "row")
        svg, counted = grids.matrix(f"confusion-{split}", title, part, self._names, texts)
        key = "caption_confusion_part" if len(counts) > WHOLE else "caption_confusion"
        caption = texts[key].format(split=texts.word("split", split), count=len(part.classes) - 1)
        caption += " " + texts["cells_counted" if counted else "cells_shares"]
        yield Figure(f"confusion-{split}", svg, caption, wide=_width(svg) > HALF_WIDTH)
        if len(counts) > WHOLE:
            picture = grids.whole_matrix(f"confusion-{split}-all", title, counts, texts)
            caption = texts["caption_confusion_all"].format(split=texts.word("split", split), count=len(counts))
            yield Figure(f"confusion-{split}-all", picture, caption)

    def confidence(self) -> Iterator[Figure]:
        """Reliability diagrams and coverage curves of test and validation."""
        found, texts = self._run.calibration, self._texts
        for split in ("test", "valid"):
            if found is None or split not in found.splits:
                continue
            for name, draw in (("reliability", reliability_diagram), ("coverage", coverage_chart)):
                title = texts[f"title_{name}"].format(split=texts.word("split", split))
                caption = texts[f"caption_{name}"].format(split=texts.word("split", split))
                yield Figure(f"{name}-{split}", draw(f"{name}-{split}", title, found, split, texts), caption)

    # --- images

    def slices(self) -> Iterator[Figure]:
        """A few wrong images of each of the worst slices, those with the largest loss."""
        found, texts = self._pictures.slices, self._texts
        alone = [one for one in found.found.worst if one.same_as < 0][:MAX_SLICES] if found is not None else []
        for number, one in enumerate(alone, 1):
            assert found is not None
            hard = [self._hard(each, grids.short_names(self._names, around=ARROW)) for each in wrong_images(found, one)]
            text = texts["caption_slice"].format(
                slice=group_text(one.group, self._names, texts), count=len(hard), wrong=texts.whole(one.wrong),
                images=texts.whole(one.images), split=texts.word("split", found.split),
            )  # fmt: skip
            title = texts["title_slice"].format(number=number)
            yield Figure(f"slice-{number}", grids.sheet(f"slice-{number}", title, hard), text, wide=True)

    def hardest(self) -> Iterator[Figure]:
        """Images with the largest loss, of each split that has images."""
        for split, found in self._pictures.hardest.items():
            title = self._texts["title_hardest"].format(split=self._texts.word("split", split))
            short = grids.short_names(self._names, around=ARROW)
            pictures = [self._hard(one, short) for one in found]
            svg = grids.sheet(f"hardest-{split}", title, pictures)
            caption = self._texts["caption_hardest"].format(split=self._texts.word("split", split), count=len(found))
            yield Figure(f"hardest-{split}", svg, caption, wide=True)
            if split in self._pictures.looked:
                yield self._looked(split, found, self._pictures.looked[split], short)

    def _looked(self, split: str, hardest: Sequence[Hard], looked: Sequence[Looked], short: Sequence[str]) -> Figure:
        """Where the model looked in the first of them."""
        texts, pictures = self._texts, []
        for one, found in zip(hardest, looked, strict=False):
            name = class_name(self._names, one.predicted)
            tip = texts["looked_tip"].format(name=name, place=texts.whole(one.place + 1))
            pictures.append(
                grids.Picture(overlay(found.pixels, found.values), (ARROW + class_name(short, one.predicted),), tip)
            )
        method = texts[f"caption_method_{looked[0].method}"]
        words = {"split": texts.word("split", split), "count": len(looked), "method": method}
        name = f"looked-{split}"
        svg = grids.sheet(name, texts["title_looked"].format(**words), pictures)
        return Figure(name, svg, texts["caption_looked"].format(**words), wide=True)

    def _hard(self, one: Hard, short: Sequence[str]) -> grids.Picture:
        texts = self._texts
        true, predicted = (class_name(self._names, number) for number in (one.true, one.predicted))
        figures = f"p {texts.number(one.confidence, 2)} · L {texts.number(one.loss, 2)}"
        tip = texts["hard_tip"].format(
            true=true, predicted=predicted, confidence=texts.number(one.confidence, 3), loss=texts.number(one.loss, 3),
            place=texts.whole(one.place + 1), path=one.path or texts["no_path"],
        )  # fmt: skip
        wrong = one.true != one.predicted
        verdict = ARROW + class_name(short, one.predicted) if wrong else texts["right"]
        return grids.Picture(one.pixels, (class_name(short, one.true), verdict, figures), tip, wrong)

    def weights(self) -> Iterator[Figure]:
        """First-layer weights as images."""
        found, texts = self._pictures.weights, self._texts
        if found is None:
            return
        title = texts[f"title_{found.kind}"]
        names = self._names if found.kind == "templates" else [str(n + 1) for n in range(len(found.pictures))]
        lut = ramp(CHANGE_LIGHT)
        few = found.pictures[: MAX_TEMPLATES if found.kind == "templates" else MAX_WEIGHTS]
        columns = 16 if found.kind != "templates" else 5 if len(few) <= 10 else 10
        whole = [class_name(names, number) for number in range(len(few))]
        pictures = [
            grids.Picture(coloured(one, found.scale, lut), (short,), name)
            for name, short, one in zip(whole, grids.short_names(whole, columns), few, strict=True)
        ]
        svg = grids.sheet("weights", title, pictures, columns=columns)
        bound = texts.number(found.scale, 3)
        key = f"caption_{found.kind}_{'colour' if few.shape[1] == 3 else 'change'}"
        caption = texts[key].format(
            epoch=texts.whole(self._pictures.epoch or 0), bound=bound, count=len(few), total=texts.whole(found.total)
        )
        yield Figure("weights", svg, caption, wide=True)

    def map(self) -> Iterator[Figure]:
        """Validation images, placed by their features."""
        found = self._pictures.map
        for name, places in (found.places if found is not None else {}).items():
            assert found is not None
            svg = scatter(
                f"map-{name}", self._texts[f"title_{name}"], places, found.labels, self._names, self._texts["map_about"]
            )
            yield Figure(f"map-{name}", svg, self._texts[f"caption_{name}"])

    # --- other runs

    def comparison(self) -> Iterator[Figure]:
        """Validation loss and macro-F1 of all runs."""
        runs = [self._run, *self._compared]
        if len(runs) < 2:
            return
        names = told_apart(distinct_names([run.folder for run in runs]))
        for metric, kind in (METRICS[0], METRICS[2]):
            lines = [
                self._run_line(place, run, name, metric)
                for place, (run, name) in enumerate(zip(runs, names, strict=True))
                if len(run.epochs)
            ]
            name = f"compared-{metric.replace('_', '-')}"
            if any(np.isfinite(line.y).any() for line in lines):
                yield self._chart(name, f"compared_{metric}", kind, lines, None)

    def _run_line(self, place: int, run: RunData, name: str, metric: str) -> Line:
        """Of a run without validation, its training."""
        values: NDArray[np.float64] = run.column(f"valid_{metric}")
        trained = not np.isfinite(values).any()
        label = f"{name} ({self._texts['train']})" if trained else name
        values = run.column(f"train_{metric}") if trained else values
        return Line(label, run.epochs.astype(float), values, place, shape=MARKS[place % 4])

    # --- data

    def balance(self) -> Iterator[Figure]:
        """Images of each class."""
        split = next((split for split in SPLITS if split in self._run.evaluations), None)
        if split is None:
            return
        counts = self._run.evaluations[split].metrics.support
        title = self._texts["title_balance"].format(split=self._texts.word("split", split))
        svg = count_bars("balance", title, self._names, counts, self._texts)
        caption = self._texts["caption_balance"].format(split=self._texts.word("split", split))
        yield Figure("balance", svg, caption, wide=len(counts) > MOST_ROWS)


def _width(svg: str) -> float:
    return float(svg.split('width="', 1)[1].split('"', 1)[0])
