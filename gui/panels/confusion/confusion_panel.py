"""Errors: the confusion matrix, the most confused pairs, and the images in the selected cell."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.panels.base import Panel
from gui.panels.confusion.image_grid import ImageGrid
from gui.panels.confusion.matrix import MatrixView
from gui.panels.confusion.matrix_splitter import MatrixSplitter
from gui.panels.confusion.pairs import PairsView
from gui.style.dimensions import SMALL, panel_margins, space
from gui.style.theme import icon
from gui.text import formats
from gui.text.run_facts import whence
from gui.text.run_states import fruitless_text
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.image_index import ImageFilter, ImageIndex, Split
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun, Selection, first_split, fits, kept_epoch, look
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.labels import Note, Sentence, plain_tip
from trainer.confusion_matrix import ConfusionMatrix
from trainer.metrics.confusion import Mode, Shown, confused_pairs, shown
from trainer.text.text_shortening import distinct_names

EPOCHS = ("previous", "best", "first", "chosen")


class ConfusionPanel(Panel):
    """The confusion matrix and the images behind it, of all images or a slice. `set_overlays`: runs to compare with."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "evaluation", "snapshots", "state"})

    def __init__(self, cursor: EpochCursor, explanations: Explanations) -> None:
        super().__init__(cursor)
        self.looked: Selection | None = None
        self._others: list[OpenRun] = []
        self._touched = False
        self._places: frozenset[int] | None = None
        """The matrix of the slice named in `grid`; None: of all images."""
        self.chip = QPushButton(icon("failed"), "")
        self.split, self.mode, self.compare = ChoiceBox[Split](), ChoiceBox[Mode](), QComboBox()
        self.other_epoch = QSpinBox(minimum=1)
        self.note, self.empty = Note(), Sentence("matrix")
        # explains the colours: never cut off
        self.axes = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.matrix, self.pairs, self.grid = MatrixView(), PairsView(), ImageGrid(explanations)
        self._lay_out()
        self.split.activated.connect(self._split_chosen)
        self.mode.activated.connect(self._draw)
        self.compare.activated.connect(self._draw)
        self.other_epoch.valueChanged.connect(self._draw)
        self.matrix.chosen.connect(self._places_chosen)
        self.pairs.chosen.connect(self.choose_cell)
        self.chip.clicked.connect(self._leave_slice)
        self.grid.epoch_chosen.connect(self.epoch_chosen)
        self.grid.show_all.clicked.connect(self._draw)
        self.retranslate()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        self.compare.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for box in (self.split, self.mode, self.compare):
            tools.addWidget(box)
        tools.addWidget(self.other_epoch)
        tools.addWidget(self.chip)
        tools.addWidget(self.note, 1)
        self.axes.setProperty("tone", "muted")
        self.splitter = MatrixSplitter(self.matrix, self.axes, self.pairs, self.grid)
        content = QWidget()
        page = QVBoxLayout(content)
        page.setContentsMargins(panel_margins())
        page.setSpacing(space(SMALL))
        page.addLayout(tools)
        page.addWidget(self.splitter, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty)

    # -- what the window calls -----------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        super().show_run(run)
        self._touched, self._places = False, None
        self._show_chip()
        index = ImageIndex(run.folder, run.model) if run is not None else None
        self.grid.show_run(index, (), self.split.chosen)
        if run is None:
            self._draw()

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Runs to compare with, as chosen in the list of runs; the one compared with stays, wherever it is now."""
        place = self.compare.currentIndex() - len(EPOCHS)
        before = self._others[place].folder if 0 <= place < len(self._others) else None
        self._others = list(runs)
        self._fill_compare()
        if before is not None:
            folders = [other.folder for other in self._others]
            self.compare.setCurrentIndex(len(EPOCHS) + folders.index(before) if before in folders else 0)
        self._draw()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw again."""
        if self.run is not None and changed & {"info", "evaluation"}:
            self.grid.read_again(self.run.model.classes)
            if not self._touched:
                self.split.choose(first_split(self.run.model))
                self.grid.choose(self._filter(self.grid.choice.true, self.grid.choice.predicted))
        if changed & {"info", "epochs", "evaluation", "state"}:
            self._draw()
        self._reload()

    def move_cursor(self) -> None:
        """Show the same at another epoch."""
        self._draw()
        self._reload()

    def _reload(self) -> None:
        if self.run is not None:
            model = self.run.model
            self.grid.reload(kept_epoch(model.predictions, model, self.cursor))

    def choose_class(self, number: int) -> None:
        """Show the images of a class."""
        self._choose((number,), None)

    def choose_cell(self, true: int, predicted: int) -> None:
        """Show the images of one class that were predicted as another."""
        self._choose((true,), (predicted,))

    def show_slice(self, split: Split, name: str, places: frozenset[int]) -> None:
        """Restrict matrix and images to a slice, until it is left or another split is chosen."""
        self._touched = True
        self.split.choose(split)
        self._places, self.grid.slice_name = places, name
        self._show_chip()
        self._choose(None, None)
        self._reload()

    def _leave_slice(self) -> None:
        self._places = None
        self._show_chip()
        self._choose(self.grid.choice.true, self.grid.choice.predicted)

    def _show_chip(self) -> None:
        name = self.tr("Slice: {name}").format(name=self.grid.slice_name)
        short = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 260)
        self.chip.setText(short.replace("&", "&&"))
        self.chip.setToolTip(plain_tip(f"{name}\n{self.tr('Click to see all images again')}"))
        self.chip.setAccessibleName(f"{name}. {self.tr('Click to see all images again')}")
        self.chip.setVisible(self._places is not None)

    def _filter(self, true: tuple[int, ...] | None, predicted: tuple[int, ...] | None) -> ImageFilter:
        return ImageFilter(self.split.chosen, true, predicted, places=self._places)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.split.fill({"valid": self.tr("Validation, by epoch"), "test": self.tr("Test")}, self.tr("Split"))
        modes: dict[Mode, str] = {
            "counts": self.tr("Counts"),
            "row": self.tr("% of true class"),
            "column": self.tr("% of predicted class"),
            "difference": self.tr("Difference"),
        }
        self.mode.fill(modes, self.tr("What the cells show"))
        self.compare.setAccessibleName(self.tr("Compared with"))
        self.matrix.setAccessibleName(self.tr("Confusion matrix"))
        self.pairs.setAccessibleName(self.tr("Most confused pairs"))
        self._fill_compare()
        self._show_chip()
        self.grid.retranslate()
        self._draw()

    # -- choosing ------------------------------------------------------------------------------------------------

    def _split_chosen(self) -> None:
        self._touched, self._places = True, None
        self._show_chip()
        self._draw()
        self.grid.choose(self._filter(self.grid.choice.true, self.grid.choice.predicted))

    def _places_chosen(self, row: int, column: int) -> None:
        self._choose(self._classes(row), self._classes(column))

    def _classes(self, place: int) -> tuple[int, ...] | None:
        """The class of a row or column; of "other", all that are not shown."""
        table = self.matrix.matrix.shown
        if place < 0 or table is None:
            return None
        number = table.classes[place]
        if number is not None:
            return (number,)
        hidden = range(len(self.run.model.classes)) if self.run is not None else range(0)
        return tuple(one for one in hidden if one not in table.classes)

    def _choose(self, true: tuple[int, ...] | None, predicted: tuple[int, ...] | None) -> None:
        self.grid.choose(self._filter(true, predicted))
        self._draw()

    def _mark(self, table: Shown) -> None:
        """Show in the matrix what the grid shows."""
        places = []
        for wanted in (self.grid.choice.true, self.grid.choice.predicted):
            known = wanted is not None and len(wanted) == 1 and wanted[0] in table.classes
            place = table.classes.index(wanted[0]) if known and wanted else -1
            places.append(table.classes.index(None) if wanted and len(wanted) > 1 and None in table.classes else place)
        self.matrix.mark(*places)

    # -- drawing -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self.run is None:
            self._say(self.tr("Choose a run to see its confusion matrix."))
            return
        self.looked = look(self.run, self.cursor, self.split.chosen)
        self._offer_others()
        if self.looked is None:
            self._say_why()
            return
        self._stack.setCurrentIndex(0)
        names, mode = self.run.model.classes, self.mode.chosen
        counts = self._counts(self.looked.epoch, self.looked.metrics.matrix)
        if counts is None:
            self._show_nothing(self.tr("There are no predictions for these images."))
            return
        before = self._before() if mode == "difference" else None
        chosen = {*(self.grid.choice.true or ()), *(self.grid.choice.predicted or ())}
        table = shown(counts, mode, before, keep=tuple(sorted(chosen)) if len(chosen) <= 2 else ())
        self.matrix.show_matrix(table, names)
        compared = mode == "difference" and before is not None
        self.pairs.show_pairs(confused_pairs(counts, before), names, compared=compared)
        self._mark(table)
        self._describe(table, counts)
        self.splitter.arrange()

    def _say(self, text: str) -> None:
        self.looked = None
        self.empty.setText(text)
        self._stack.setCurrentIndex(1)

    def _say_why(self) -> None:
        assert self.run is not None
        model = self.run.model
        sizes = model.info.split_sizes if model.info is not None else {}
        if self.run.fruitless:
            self._say(fruitless_text())
        elif not self._touched and self.split.chosen == "test":
            text = self.tr("This run has no validation split. Errors on the test images appear after the evaluation.")
            self._say(text)
        elif self._touched:
            lacking = bool(sizes) and self.split.chosen not in sizes
            self._show_nothing(self.tr("This run has no such split.") if lacking else self.tr("Not evaluated yet."))
        else:
            self._say(self.tr("No metrics yet\nThe first appear after the first epoch."))

    def _show_nothing(self, why: str) -> None:
        """Hide the matrix; the choosers stay available."""
        self._stack.setCurrentIndex(0)
        self.matrix.show_matrix(None, ())
        self.pairs.show_pairs([], (), compared=False)
        self.note.setText(why)
        self.axes.setText("")

    def _describe(self, table: Shown, counts: ConfusionMatrix) -> None:
        assert self.run is not None
        assert self.looked is not None
        images = int(counts.counts.sum())
        wrong = images - int(counts.hits.sum())
        what = self.tr("{wrong} of {all} wrong").format(wrong=formats.whole(wrong), all=formats.whole(images))
        what = f"{whence(self.looked)}: {what}"
        if table.mode == "difference" and table.before is None:
            what = self.tr("Nothing to compare with")
        self.note.setText(what)
        axes = self.tr("Rows: true class. Columns: predicted class.")
        if None in table.classes:
            text = self.tr("The {top} most confused of {all} classes; the rest is “other”.")
            axes = text.format(top=len(table.classes) - 1, all=len(self.run.model.classes)) + " " + axes
        if table.mode == "difference":
            axes += " " + self.tr("Percentage points of the true class; blue is better, orange worse.")
        self.axes.setText(axes)

    # -- comparing -----------------------------------------------------------------------------------------------

    def _fill_compare(self) -> None:
        chosen = max(0, self.compare.currentIndex())
        self.compare.clear()
        texts = (self.tr("to the previous epoch"), self.tr("to the best epoch"), self.tr("to the first epoch"))
        for text in (*texts, self.tr("to epoch:")):
            self.compare.addItem(text)
        self.compare.setToolTip(self.tr("Tick a run in the list to compare with it"))
        self.other_epoch.setAccessibleName(self.tr("Epoch to compare with"))
        for name in distinct_names([other.folder for other in self._others]):
            self.compare.addItem(self.tr("to {run}").format(run=formats.plain(name)))
        self.compare.setCurrentIndex(chosen if chosen < self.compare.count() else 0)

    def _offer_others(self) -> None:
        """Offer a choice of runs only while comparing."""
        compared = self.mode.chosen == "difference"
        self.compare.setVisible(compared)
        self.other_epoch.setVisible(compared and self.compare.currentIndex() == EPOCHS.index("chosen"))
        if self.run is not None and self.run.model.verdicts:
            with QSignalBlocker(self.other_epoch):
                self.other_epoch.setMaximum(max(self.run.model.verdicts))

    def _before(self) -> ConfusionMatrix | None:
        """The matrix to compare with; None if there is none with the same classes."""
        assert self.run is not None
        assert self.looked is not None
        place, model = self.compare.currentIndex(), self.run.model
        if place >= len(EPOCHS):
            return self._of_other(self._others[place - len(EPOCHS)])
        if self.looked.split != "valid":
            return None
        epochs = {"previous": self.looked.epoch - 1, "best": model.best_epoch or 0, "first": min(model.verdicts)}
        epochs["chosen"] = self.other_epoch.value()
        epoch = epochs[EPOCHS[max(0, place)]]
        found = model.verdicts.get(epoch)
        return self._counts(epoch, found.matrix) if fits(found, model) else None

    def _counts(self, epoch: int, whole: ConfusionMatrix) -> ConfusionMatrix | None:
        """The matrix of the slice instead of all images, if there is one; None if it is not known."""
        if self._places is None or self.run is None or self.grid.index is None:
            return whole
        classes = len(self.run.model.classes)
        return self.grid.index.confusion(self.split.chosen, epoch, self._places, classes)

    def _of_other(self, other: OpenRun) -> ConfusionMatrix | None:
        assert self.run is not None
        if other.model.classes != self.run.model.classes or self._places is not None:
            return None
        cursor = EpochCursor()
        cursor.chosen = other.model.best_epoch
        found = look(other, cursor, self.split.chosen)
        return found.metrics.matrix if found is not None else None
