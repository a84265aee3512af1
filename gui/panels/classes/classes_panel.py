"""Classes: how well each is recognised now, and how that developed."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.panels.classes.class_table import SINCE_BEST, SINCE_LAST, ClassTable
from gui.plotting.heat_map import HeatMap
from gui.text import formats
from gui.text.run_states import fruitless_text
from gui.viewmodels.image_index import Split
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun, class_columns, f1_by_epoch, first_split, look
from gui.widgets import labels
from gui.window.dimensions import panel_margins

SPLITS: tuple[Split, ...] = ("valid", "test")


class ClassesPanel(Panel):
    """A table with bars beside the heat map of class and epoch, both in the same order. `class_chosen` on a click."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "evaluation", "state"})

    def __init__(self, cursor: EpochCursor, parent: QWidget | None = None) -> None:
        super().__init__(cursor, parent)
        self._touched = False
        self.split = QComboBox()
        self.note, self.readout = labels.Note(), labels.Note()
        self.empty, self.no_epochs = labels.Sentence("classes"), labels.Sentence()
        self.table, self.heat = ClassTable(), HeatMap()
        self._lay_out()
        self.split.activated.connect(self._split_chosen)
        self.table.chosen.connect(self.class_chosen)
        self.table.marked.connect(self._marked)
        self.table.classes.layoutChanged.connect(self._draw_heat)
        self.table.rows_resized.connect(self._draw_heat)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self.table.fit)
        self.heat.class_marked.connect(self.table.mark)
        self.heat.class_chosen.connect(self.class_chosen)
        self.heat.epoch_chosen.connect(self.epoch_chosen)
        self.heat.pointed.connect(self._point)
        self.retranslate()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        self.split.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        tools.addWidget(self.split)
        tools.addWidget(self.note, 3)
        tools.addWidget(self.readout, 2)
        self.readout.hide()
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
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
        content = QWidget()
        page = QVBoxLayout(content)
        page.setContentsMargins(panel_margins())
        page.addLayout(tools)
        page.addWidget(self.splitter, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty)

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        super().show_run(run)
        self._touched = False
        if run is None:
            self._draw()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw again."""
        if self.run is not None and not self._touched and changed & {"info", "evaluation"}:
            self.split.setCurrentIndex(SPLITS.index(first_split(self.run.model)))
        self._draw()

    def move_cursor(self) -> None:
        """Show the metrics of another epoch."""
        self._draw()

    def retranslate(self) -> None:
        """Set all texts again."""
        chosen = max(0, self.split.currentIndex())
        self.split.clear()
        self.split.addItems([self.tr("Validation, by epoch"), self.tr("Test")])
        self.split.setCurrentIndex(chosen)
        self.split.setAccessibleName(self.tr("Split"))
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

    def _draw(self) -> None:
        if self.run is None:
            self._say(self.tr("Choose a run to see how well its model recognises each class."))
            return
        split, model = SPLITS[max(0, self.split.currentIndex())], self.run.model
        looked = look(self.run, self.cursor, split)
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
        if looked is None:
            self.note.setText(self.tr("Not evaluated yet"))
            return
        found = looked.metrics
        # a class without images is not a badly recognised one
        f1 = np.where(found.support > 0, found.f1, np.nan)
        worst = int(np.argmin(np.nan_to_num(f1, nan=np.inf)))
        text = self.tr("macro-F1 {macro}, weakest: {name} {value}").format(
            macro=formats.macro(found.macro_f1, found.macro_classes, len(found.f1), 3),
            name=labels.class_name(model.classes, worst),
            value=formats.number(float(looked.metrics.f1[worst]), 3),
        )
        self.note.setText(f"{labels.whence(looked)}: {text}")

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
