"""The values of the trials of a search over time, and the best so far."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QLabel

from gui.plotting.chart import Chart, Scene
from gui.plotting.legend import Legend
from gui.plotting.markers import Look
from gui.plotting.painting import Stroke
from gui.style.theme import Colours
from gui.viewmodels.search_view import far_apart, history
from gui.widgets.labels import Sentence
from trainer.store.search_folder import SearchRecord


class HistoryChart(Chart):
    """Points for trials, a line for the best so far; a sentence until the first trial has ended.

    `pointed` is emitted with the number of the trial at the mouse, or 0; `chosen` with one that was double-clicked.

    Attributes:
        legend: Says what points and line are.
        axis_title: Title of the x axis.
        waiting: The sentence.
    """

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.x_kind = "whole"
        self._numbers: set[int] = set()
        self.legend, self.waiting = Legend(), Sentence("search")
        self.axis_title = QLabel(textFormat=Qt.TextFormat.PlainText, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.axis_title.setProperty("tone", "muted")
        layout = self.layout()
        assert isinstance(layout, QBoxLayout)
        layout.insertWidget(1, self.legend)
        layout.addWidget(self.waiting, 1)
        layout.addWidget(self.axis_title)
        self.hovered.connect(lambda x: self.pointed.emit(self._number(x)))
        self.fit_wanted.connect(self._choose)

    def show_record(self, record: SearchRecord) -> None:
        """Show a search.

        Args:
            record: The search.
        """
        numbers, values, best = history(record)
        colours = Colours.current()
        line, point = Look(colours.valid, 2), Look(colours.train, line=False, shape="dot")
        self._show_parts(bool(len(numbers)), line, point)
        self._numbers = {int(number) for number in numbers}
        ends = (0.5, max(record.wanted, int(numbers.max()) if len(numbers) else 1) + 0.5)
        self.limit(*ends, 1.0)
        # the best changes at a trial, not on the way to it
        strokes = [Stroke(line, np.repeat(numbers, 2)[1:], np.repeat(best, 2)[:-1]), Stroke(point, numbers, values)]
        self.log = far_apart(values)
        self.draw(Scene(ends, strokes if len(numbers) else []))

    def _show_parts(self, drawn: bool, line: Look, point: Look) -> None:
        """The chart, or the sentence in its place."""
        self.axis_title.setText(self.tr("Trial"))
        self.legend.show_entries([(point, self.tr("A trial")), (line, self.tr("Best so far"))] if drawn else [])
        for widget in (self.view, self.axis_title, self.legend):
            widget.setVisible(drawn)
        self.waiting.setVisible(not drawn)

    def _number(self, x: float | None) -> int:
        number = int(np.rint(x)) if x is not None else 0
        self.show_hover(float(number) if number in self._numbers else None, [])
        return number if number in self._numbers else 0

    def _choose(self) -> None:
        if self.hover is not None:
            self.chosen.emit(int(self.hover))
