"""The most recently started runs, to open with a click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale, QRect, QSize, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.runs.run_delegate import RowLook, draw_run
from gui.runs.run_text import aloud, in_full
from gui.start.action_card import CardSurface
from gui.style.dimensions import MEDIUM, SMALL, space
from gui.viewmodels.run_row import Row
from gui.widgets.labels import plain_tip

MOST = 4


@dataclass(frozen=True)
class RecentRun:
    """A run as the list has it.

    Attributes:
        path: Its folder.
        row: Its row.
        curve: Validation macro-F1 over the epochs, in [0, 1].
        best: Whether it is the best run on its data.
    """

    path: Path
    row: Row
    curve: tuple[float, ...]
    best: bool


class RunCard(CardSurface):
    """A run as a button.

    Args:
        look: Measures of its lines.

    Attributes:
        run: The run; None: nothing is drawn.
    """

    def __init__(self, look: RowLook) -> None:
        super().__init__()
        self.run: RecentRun | None = None
        self._look = look
        self.setFixedHeight(look.line + look.second + 2 * space(SMALL) + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_run(self, run: RecentRun) -> None:
        """Show a run.

        Args:
            run: The run.
        """
        self.run = run
        self.setAccessibleName(aloud(run.row, run.best, False))
        self.setToolTip(plain_tip(in_full(run.row, run.best, QLocale())))
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for a name."""
        return QSize(30 * QFontMetrics(self._look.name).averageCharWidth(), self.height())

    def paint_content(self, painter: QPainter) -> None:
        """Draw the run as in the list of runs."""
        if self.run is not None:
            side = space(MEDIUM)
            area = QRect(side, space(SMALL), self.width() - 2 * side, self.height() - 2 * space(SMALL))
            draw_run(painter, area, self.run.row, self.run.curve, best=self.run.best, shown=False, look=self._look)


class RecentRuns(QWidget):
    """Up to four runs. `chosen` is emitted with the folder of a run."""

    chosen = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        look = RowLook.of(self.font())
        self.cards = [RunCard(look) for _ in range(MOST)]
        self._shown: tuple[object, ...] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(SMALL))
        for card in self.cards:
            card.clicked.connect(lambda *_, card=card: self._clicked(card))
            card.hide()
            column.addWidget(card)
        column.addStretch(1)

    def _clicked(self, card: RunCard) -> None:
        if card.run is not None:
            self.chosen.emit(card.run.path)

    def show_runs(self, runs: Sequence[RecentRun]) -> None:
        """Show runs; draws only what has changed.

        Args:
            runs: The runs, newest first.
        """
        now = tuple((run.path, run.row.state, run.row.stamps, run.curve, run.best) for run in runs[:MOST])
        if now == self._shown:
            return
        self._shown = now
        for place, card in enumerate(self.cards):
            if place < len(runs):
                card.show_run(runs[place])
            card.setVisible(place < len(runs))

    def retranslate(self) -> None:
        """Set all texts again."""
        for card in self.cards:
            if card.run is not None:
                card.show_run(card.run)
