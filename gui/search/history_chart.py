"""The values of the trials of a search over time, and the best so far."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal

from gui.plotting.chart import Chart, Scene
from gui.plotting.markers import Look
from gui.plotting.painting import Stroke
from gui.viewmodels.search_view import far_apart, history
from gui.window.theme import Colours
from trainer.store.search_folder import SearchRecord


class HistoryChart(Chart):
    """Points for trials, a line for the best so far.

    `pointed` is emitted with the number of the trial at the mouse, or 0; `chosen` with one that was double-clicked.
    """

    pointed = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.x_kind = "whole"
        self._numbers: set[int] = set()
        self.hovered.connect(lambda x: self.pointed.emit(self._number(x)))
        self.fit_wanted.connect(self._choose)

    def show_record(self, record: SearchRecord) -> None:
        """Show a search.

        Args:
            record: The search.
        """
        numbers, values, best = history(record)
        colours = Colours.current()
        self._numbers = {int(number) for number in numbers}
        ends = (0.5, max(record.wanted, int(numbers.max()) if len(numbers) else 1) + 0.5)
        self.limit(*ends, 1.0)
        strokes = [
            Stroke(Look(colours.valid, 2), numbers, best),
            Stroke(Look(colours.train, line=False, shape="dot"), numbers, values),
        ]
        self.log = far_apart(values)
        self.draw(Scene(ends, strokes if len(numbers) else []))

    def _number(self, x: float | None) -> int:
        number = int(np.rint(x)) if x is not None else 0
        self.show_hover(float(number) if number in self._numbers else None, [])
        return number if number in self._numbers else 0

    def _choose(self) -> None:
        if self.hover is not None:
            self.chosen.emit(int(self.hover))
