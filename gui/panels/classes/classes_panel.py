"""Classes: how well each is recognised now, and how that developed."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.panels.classes.class_mistakes import ClassMistakes
from gui.panels.classes.class_table import SINCE_BEST, SINCE_LAST, TALL, TALLEST, ClassTable
from gui.plotting.heat_map import HeatMap
from gui.style.dimensions import SMALL, panel_margins, space
from gui.text import formats
from gui.text.class_text import class_name
from gui.text.run_facts import whence
from gui.text.run_states import fruitless_text
from gui.viewmodels.image_index import Split
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun, Selection, class_columns, f1_by_epoch, first_split, look
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.labels import Note, Sentence
from trainer.metrics.compact_metrics import CompactMetrics


class ClassesPanel(Panel):
    """A table with bars beside the heat map of class and epoch, both in the same order; below, if there is room, the
    mistakes with the marked class, or the weakest one. `class_chosen` and `cell_chosen` on a click."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "evaluation", "state"})

    def __init__(self, cursor: EpochCursor) -> None:
        super().__init__(cursor)
        self._touched = False
        self.split = ChoiceBox[Split]()
        self.note, self.readout = Note(), Note()
        self.empty, self.no_epochs = Sentence("classes"), Sentence()
        self.table, self.heat, self.mistakes = ClassTable(), HeatMap(), ClassMistakes()
        self._looked: Selection | None = None
        self._lay_out()
        self.split.activated.connect(self._split_chosen)
        self.table.chosen.connect(self.class_chosen)
        self.table.marked.connect(self._marked)
        self.mistakes.chosen.connect(self.cell_chosen)
        self.table.classes.layoutChanged.connect(self._draw_heat)
        self.table.rows_resized.connect(self._draw_heat)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self.table.fit)
        self.heat.class_marked.connect(self.table.mark)
        self.heat.class_chosen.connect(self.class_chosen)
        self.heat.epoch_chosen.connect(self.epoch_chosen)
        self.heat.pointed.connect(self._point)
        self.retranslate()

    def _lay_out(self) -> None:
        tools = self._tools = QHBoxLayout()
        tools.addWidget(self.split)
        tools.addWidget(self.note, 3)
        tools.addWidget(self.readout, 2)
        self.readout.hide()
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._upper = QWidget()  # holds the splitter, which sets its own largest height
        upper = QVBoxLayout(self._upper)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.addWidget(self._make_splitter())
        content = QWidget()
        page = self._page = QVBoxLayout(content)
        page.setContentsMargins(panel_margins())
        page.setSpacing(space(SMALL))
        page.addLayout(tools)
        page.addWidget(self._upper, 1)
        below = QHBoxLayout()
        below.addWidget(self.mistakes, 1)
        below.addStretch()
        page.addLayout(below)
        page.addStretch()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty)

    def _make_splitter(self) -> QSplitter:
        """The table on the left, the heat map on the right."""
        right = QWidget()
        self._right = QStackedLayout(right)
        self._right.addWidget(self.heat)
        self._right.addWidget(self.no_epochs)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(right)
        self.splitter.setSizes([560, 340])
        # in a narrow window, the picture shrinks before numbers are cut off
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        return self.splitter

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        super().show_run(run)
        self._touched = False
        if run is None:
            self._draw()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw again."""
        if self.run is not None and not self._touched and changed & {"info", "evaluation"}:
            self.split.choose(first_split(self.run.model))
        self._draw()

    def move_cursor(self) -> None:
        """Show the metrics of another epoch."""
        self._draw()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.split.fill({"valid": self.tr("Validation, by epoch"), "test": self.tr("Test")}, self.tr("Split"))
        self.table.setAccessibleName(self.tr("Metrics by class"))
        self.heat.setAccessibleName(self.tr("F1 by class and epoch"))
        self._draw()
        self.table.fit()

    def _split_chosen(self) -> None:
        self._touched = True
        self._draw()

    def _point(self, text: str) -> None:
        """Visible only while there is something to say, since it takes space from the note."""
        self.readout.setText(text)
        self.readout.setVisible(bool(text))

    def _marked(self, number: int) -> None:
        self.heat.marked = number
        self.heat.update()
        self._draw_mistakes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another height has room for more or less."""
        super().resizeEvent(event)
        self._arrange()

    def _draw(self) -> None:
        if self.run is None:
            self._say(self.tr("Choose a run to see how well its model recognises each class."))
            return
        split, model = self.split.chosen, self.run.model
        self._looked = looked = look(self.run, self.cursor, split)
        if looked is None and not self._touched:
            waits = self.tr("No metrics yet\nThe first appear after the first epoch.")
            lacks = self.tr("This run has no validation split. Test metrics appear after the evaluation.")
            self._say(fruitless_text() if self.run.fruitless else waits if split == "valid" else lacks)
            return
        self._stack.setCurrentIndex(0)
        for column in (SINCE_LAST, SINCE_BEST):
            self.table.setColumnHidden(column, split == "test")
        known = self.table.classes.names
        self.table.classes.show_columns(class_columns(model, looked) if looked else None, model.classes)
        if known != self.table.classes.names:
            self.table.fit()
        self._draw_mistakes()
        if looked is None:
            self.note.setText(self.tr("Not evaluated yet"))
            return
        found, worst = looked.metrics, _weakest(looked.metrics)
        text = self.tr("macro-F1 {macro}, weakest: {name} {value}").format(
            macro=formats.macro(found.macro_f1, found.macro_classes, len(found.f1), 3),
            name=class_name(model.classes, worst),
            value=formats.number(float(looked.metrics.f1[worst]), 3),
        )
        self.note.setText(f"{whence(looked)}: {text}")

    def _draw_mistakes(self) -> None:
        """Of the marked class; where none is marked, of the weakest."""
        if self.run is not None and self._looked is not None:
            found, names = self._looked.metrics, self.run.model.classes
            marked = self.heat.marked
            number = marked if 0 <= marked < len(names) else _weakest(found)
            self.mistakes.show_class(found.matrix, number, names)
        self._arrange()

    def _arrange(self) -> None:
        """The mistakes have what tall rows of the table leave, if that is enough for them, and the table what they
        leave, as far as its tallest rows take it."""
        around = self._page.contentsMargins().top() + self._page.contentsMargins().bottom()
        room = self.height() - around - self._tools.sizeHint().height() - 2 * self._page.spacing()
        tall, tallest = (self.table.natural_height(self.heat.below, lines) for lines in (TALL, TALLEST))
        below = self.mistakes.height_in(room - tall) if self._looked is not None else 0
        self._upper.setMaximumHeight(max(tall, min(tallest, room - below)))
        self.mistakes.take_height(below)

    def _draw_heat(self) -> None:
        """In the order of the table."""
        if self.run is None:
            return
        epochs, table = f1_by_epoch(self.run.model)
        self._right.setCurrentIndex(0 if len(epochs) else 1)
        self.no_epochs.setText(self.tr("F1 over the epochs needs a validation split."))
        order, header = self.table.classes.order, self.table.horizontalHeader()
        self.heat.top = header.sizeHint().height() + self.table.frameWidth()
        self.table.fit_rows(self.heat.below)
        self.heat.row_height = self.table.verticalHeader().defaultSectionSize()
        self.heat.epoch, self.heat.best = self.cursor.at(self.run.model), self.run.model.best_epoch
        self.heat.show_table(epochs, table, order, self.run.model.classes)

    def _say(self, text: str) -> None:
        self.empty.setText(text)
        self._stack.setCurrentIndex(1)


def _weakest(found: CompactMetrics) -> int:
    """The class with the lowest F1; one without images is not badly recognised."""
    f1 = np.where(found.support > 0, found.f1, np.nan)
    return int(np.argmin(np.nan_to_num(f1, nan=np.inf)))
