"""The mistakes with one class: what its images were predicted as, and which others were predicted as it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.panels.confusion.pairs import PairsView
from gui.style.dimensions import LARGE, TIGHT, space, text_font
from gui.text import formats
from gui.text.class_text import class_name
from gui.widgets.labels import Note
from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.confusion import Pair, confused_pairs

_WIDEST = 260
"""Steps of the grid: farther from its name, a number is hard to assign."""
_LEAST_ROWS = 3
_MOST_ROWS = 12


class ClassMistakes(QWidget):
    """Two lists side by side: the first lowers the recall of the class, the second its precision. `chosen`: a pair,
    (true, predicted), was clicked, or Enter pressed on it."""

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.titles, self.views = (Note(), Note()), (PairsView(), PairsView())
        self.setMaximumWidth(space(_WIDEST))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(space(LARGE))
        grid.setVerticalSpacing(space(TIGHT))
        for column, (title, view) in enumerate(zip(self.titles, self.views, strict=True)):
            title.setFont(text_font("heading"))
            grid.addWidget(title, 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
            view.setColumnHidden(column, True)  # the class itself, which the title names
            for signal in (view.clicked, view.activated):
                signal.connect(lambda index, view=view: self._choose(view.model_of_pairs.pairs[index.row()]))

    def _choose(self, pair: Pair) -> None:
        self.chosen.emit(pair.true, pair.predicted)

    def show_class(self, matrix: ConfusionMatrix, number: int, names: tuple[str, ...]) -> None:
        """Show the mistakes with a class, the most frequent first.

        Args:
            matrix: All predictions.
            number: Index of the class.
            names: Class names.
        """
        pairs, name = confused_pairs(matrix, of_class=number), class_name(names, number)
        missed = self.tr("{name} predicted as another class: {count}")
        texts = missed, self.tr("Other classes predicted as {name}: {count}")
        hits = int(matrix.hits[number])
        counts = int(matrix.support[number]) - hits, int(matrix.predictions[number]) - hits
        found = [pair for pair in pairs if pair.true == number], [pair for pair in pairs if pair.true != number]
        for title, view, text, count, mine in zip(self.titles, self.views, texts, counts, found, strict=True):
            title.setText(text.format(name=name, count=formats.whole(count)))
            view.show_pairs(mine, names, compared=False)
            view.setAccessibleName(title.accessibleName())

    def height_in(self, room: int) -> int:
        """As many pixels as the lists take of `room`; 0 where that is too low to be of use."""
        above = self.titles[0].sizeHint().height() + space(TIGHT)
        rows = max(len(view.model_of_pairs.pairs) for view in self.views)
        lists = min(self.views[0].height_of(min(rows, _MOST_ROWS)), room - above)
        useful = lists >= self.views[0].height_of(min(rows, _LEAST_ROWS)) and rows > 0
        return above + lists if useful else 0

    def take_height(self, height: int) -> None:
        """Be so high; hidden with 0."""
        self.setVisible(height > 0)
        self.setFixedHeight(height)
