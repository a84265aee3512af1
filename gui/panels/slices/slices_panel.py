"""Slices: on which images the model fails, by their known properties."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import Answer, RpcClient
from gui.panels.base import Panel
from gui.panels.confusion.image_grid import ImageGrid
from gui.panels.slices.slice_view import SliceView
from gui.style.theme import icon
from gui.text import formats, slice_names
from gui.text.failures import failure_text
from gui.text.missing_images import why_no_images
from gui.text.run_states import fruitless_text
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.image_index import ImageFilter, ImageIndex, Split
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.viewmodels.slice_table import WORST, SliceRow, SliceTable, read_slices, stamp
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.evaluation_offer import EvaluationOffer
from gui.widgets.labels import Note, Sentence
from trainer.store.change_stamp import Stamp

SPLITS: tuple[Split, ...] = ("test", "valid")
"""Test first, since the best epoch was chosen on the validation images."""


class SlicesPanel(Panel):
    """A table of slices beside the images of the selected one. `slice_chosen` shows its images in Errors."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "evaluation", "state"})

    def __init__(self, cursor: EpochCursor, rpc_client: RpcClient, explanations: Explanations) -> None:
        super().__init__(cursor)
        self._rpc_client = rpc_client
        self.table = SliceTable()
        self._for: tuple[Split, Stamp, str] | None = None
        """The requested or shown split, its evaluation, and pattern."""
        self._touched = self._asking = self._by_hand = False
        self.split, self.by = ChoiceBox[Split](), QComboBox()
        self.pattern = QLineEdit(clearButtonEnabled=True)
        self.headline = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.note, self.empty = Note(), Sentence("slices")
        self.view, self.grid = SliceView(), ImageGrid(explanations, explained=False)
        self.grid.show_all.hide()
        self.errors_button, self.cancel_button = QPushButton(icon("matrix"), ""), QPushButton()
        self.evaluation = EvaluationOffer(rpc_client)
        self.evaluation.evaluated.connect(self.look_again)
        self._lay_out()
        self.split.activated.connect(self._split_chosen)
        self.by.activated.connect(self._by_chosen)
        self.pattern.returnPressed.connect(self._look)
        self.pattern.textChanged.connect(self._pattern_changed)
        self.view.marked.connect(self._marked)
        self.view.chosen.connect(self._show_errors)
        self.errors_button.clicked.connect(self._show_errors)
        self.cancel_button.clicked.connect(self._cancel_or_again)
        self.grid.epoch_chosen.connect(self.epoch_chosen)
        self.retranslate()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        self.by.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for box in (self.split, self.by):
            tools.addWidget(box)
        tools.addWidget(self.pattern)
        self.pattern.setMaximumWidth(self.fontMetrics().averageCharWidth() * 26)
        tools.addWidget(self.note, 1)
        tools.addWidget(self.errors_button)
        bold = self.headline.font()
        bold.setBold(True)
        self.headline.setFont(bold)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.view)
        self.splitter.addWidget(self.grid)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([540, 420])
        self.splitter.setChildrenCollapsible(False)
        shown, nothing = QWidget(), QWidget()
        inner = QVBoxLayout(shown)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.headline)
        inner.addWidget(self.splitter, 1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        middle = QVBoxLayout(nothing)
        middle.addWidget(self.empty, 1)
        middle.addWidget(self.evaluation, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        page = QVBoxLayout(self)
        self._tools = QWidget()
        tools.setContentsMargins(0, 0, 0, 0)
        self._tools.setLayout(tools)
        page.addWidget(self._tools)
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(shown)
        self._stack.addWidget(nothing)
        page.addWidget(place, 1)

    # -- what the window calls -----------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        self._cancel()
        super().show_run(run)
        self._touched, self._for, self.table = False, None, SliceTable()
        index = ImageIndex(run.folder, run.model) if run is not None else None
        self.grid.show_run(index, run.model.classes if run is not None else (), self.split.chosen)
        if run is None:
            self._look()

    def refresh(self, changed: Set[Topic]) -> None:
        """The run has been evaluated, possibly again."""
        if self.run is not None and changed & {"info", "evaluation"}:
            self.grid.read_again(self.run.model.classes)
        self._look()

    def look_again(self) -> None:
        """Check whether it was evaluated in a terminal meanwhile."""
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        """The intervals use colours of the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.view.viewport().update()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.split.fill({name: formats.split_word(name).capitalize() for name in SPLITS}, self.tr("Split"))
        self.by.setAccessibleName(self.tr("Group images by"))
        self.pattern.setPlaceholderText(self.tr("Path: *night*"))
        self.pattern.setAccessibleName(self.tr("Path pattern that defines a slice"))
        self.pattern.setToolTip(
            self.tr("Press Enter to make a slice of the images whose path matches; * matches any text")
        )
        self.view.setAccessibleName(self.tr("Slices"))
        self.errors_button.setText(self.tr("Show in Errors"))
        self.errors_button.setToolTip(self.tr("The confusion matrix of this slice only (Enter)"))
        self.evaluation.retranslate()
        self.grid.retranslate()
        if self._asking:
            self._tell("", 0, 0)
        else:
            self._draw()

    # -- asking --------------------------------------------------------------------------------------------------

    def _split_chosen(self) -> None:
        self._touched = True
        self._look()

    def _by_chosen(self) -> None:
        self._by_hand = True
        self._draw()

    def _pattern_changed(self, text: str) -> None:
        if not text:
            self._look()

    def _look(self) -> None:
        """Ask the helper, unless the result is shown or has been requested."""
        if self.run is None:
            self._draw()
            return
        stamps: dict[Split, Stamp] = {split: stamp(self.run.folder, split) for split in SPLITS}
        if not self._touched and not stamps["test"] and stamps["valid"]:
            self.split.choose("valid")
        split = self.split.chosen
        wanted = split, stamps[split], self.pattern.text().strip()
        if wanted == self._for:
            if not stamps[split]:
                self._draw()  # it may be over now
            return
        self._cancel()
        self._for, self.table = wanted, SliceTable()
        if not stamps[split] or not self._images_there(split):
            self._draw()
            return
        self._ask(split, wanted[2])

    def _images_there(self, split: Split) -> bool:
        return self.grid.index is not None and self.grid.index.split(split)[0] is not None

    def _ask(self, split: Split, pattern: str) -> None:
        assert self.run is not None
        self._asking, wanted, folder = True, self._for, self.run.folder.path.absolute()
        self._tell("", 0, 0)
        self._rpc_client.ask(
            "slices",
            lambda answer: self._answered(wanted, answer),
            progress=self._tell,
            run=str(folder),
            runs=str(folder.parent),
            split=split,
            pattern=pattern,
            out=str(self._rpc_client.folder / "slices.npz"),
        )

    def _cancel(self) -> None:
        if self._asking:
            self._asking = False
            self._rpc_client.cancel("slices")

    def _cancel_or_again(self) -> None:
        if self._asking:
            self._cancel()
            self._say(self.tr("Cancelled."), again=True)
        else:
            self._for = None
            self._look()

    def _tell(self, stage: str, done: int, total: int) -> None:
        if not self._asking:
            return
        text = self.tr("Looking for slices …")
        if stage == "pixels":
            text = self.tr("Measuring the images: {done} of {total}")
        elif stage == "photos":
            text = self.tr("Reading camera and time from the photographs: {done} of {total}")
        self._say(text.format(done=formats.whole(done), total=formats.whole(total)), again=True)

    def _answered(self, wanted: tuple[Split, Stamp, str] | None, answer: Answer) -> None:
        self._asking = False
        if wanted != self._for or self.run is None:
            return
        try:
            self.table = read_slices(answer) if answer.get("ok") else SliceTable()
        except ValueError as error:
            answer = {"ok": False, "what": str(error)}
        if not answer.get("ok"):
            self._say(failure_text(answer), again=True)
            return
        self._fill_by(wanted[2] if wanted is not None else "")
        self._draw()

    def _fill_by(self, pattern: str) -> None:
        chosen = (self.by.currentData() or WORST) if self._by_hand else WORST
        facts = [WORST, *self.table.facts]
        if not self._by_hand and not self.table.alone:
            chosen = facts[min(1, len(facts) - 1)]  # an empty list says nothing: those of a fact do
        if pattern and "pattern" in facts:
            chosen = "pattern"
        self.by.clear()
        for fact in facts:
            self.by.addItem("", fact)
        self.by.setCurrentIndex(facts.index(chosen) if chosen in facts else 0)

    # -- drawing -------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._asking:
            return
        if self.run is None:
            self._say(self.tr("Choose a run to see which images its model gets wrong."))
            return
        if not self.table.enough:
            self._say_why()
            return
        self._tools.show()
        self._show_choosers(True)
        self._stack.setCurrentIndex(0)
        for place in range(self.by.count()):
            self.by.setItemText(place, slice_names.fact_word(str(self.by.itemData(place))))
        by = str(self.by.currentData() or WORST)
        rows = self.table.rows(by)
        self.view.show_rows(rows, by, self.table.accuracy, self.run.model.classes)
        self.headline.setText(self._headline(by))
        self.note.setText(self._describe(by))
        if not rows:
            self._show_images(None)

    def _show_choosers(self, shown: bool) -> None:
        for widget in (self.by, self.pattern, self.errors_button):
            widget.setVisible(shown)

    def _headline(self, by: str) -> str:
        alone = self.table.alone
        none = "" if alone else self.tr("No slice has more errors than other images of the same classes.")
        if by != WORST:
            text = self.tr("By {fact}; the dashed line is the accuracy of all images.")
            return f"{none} {text.format(fact=slice_names.fact_word(by).lower())}".strip()
        if not alone:
            return none
        worst, names = alone[0], self.run.model.classes if self.run is not None else ()
        text = self.tr("{slice}: {accuracy} right; other images of the same classes: {other}")
        return text.format(
            slice=slice_names.group_text(worst.group, names),
            accuracy=formats.percent(worst.accuracy, 1),
            other=formats.percent(worst.accuracy - worst.difference, 1),
        )

    def _describe(self, by: str) -> str:
        table = self.table
        text = self.tr("{wrong} of {images} images wrong").format(
            wrong=formats.whole(table.wrong), images=formats.whole(table.images)
        )
        if table.images < table.total:
            text += self.tr("; a sample of {total}").format(total=formats.whole(table.total))
        if rare := table.rare.get(by, 0):
            text += self.tr("; further words, too rare: {count}").format(count=formats.whole(rare))
        if self._for is not None and self._for[2] and "pattern" not in table.facts:
            text += self.tr("; the pattern matches no image, or all of them")
        if table.missing:
            text += self.tr("; unreadable photographs: {count}").format(count=formats.whole(table.missing))
        if table.unopened:
            text += self.tr("; camera and time unknown: no folder {path}").format(path=table.unopened[:200])
        return text

    def _marked(self, row: int) -> None:
        self._show_images(self.view.slices.rows[row])

    def _show_images(self, row: SliceRow | None) -> None:
        self.errors_button.setEnabled(row is not None)
        if self.run is None:
            return
        self.grid.slice_name = self._name(row)
        places = frozenset(row.places.tolist()) if row is not None else frozenset()
        self.grid.epoch = self._epoch()
        self.grid.choose(ImageFilter(self.split.chosen, places=places))

    def _name(self, row: SliceRow | None) -> str:
        names = self.run.model.classes if self.run is not None else ()
        return slice_names.group_text(row.group, names) if row is not None else ""

    def _epoch(self) -> int:
        """The epoch whose validation predictions are those of the evaluation."""
        assert self.run is not None
        model = self.run.model
        return model.best_epoch or max(model.predictions, default=0)

    def _show_errors(self) -> None:
        if (row := self.view.current) is not None:
            self.slice_chosen.emit(self.split.chosen, self._name(row), frozenset(row.places.tolist()))

    # -- where there is nothing ----------------------------------------------------------------------------------

    def _say_why(self) -> None:
        assert self.run is not None
        split = self.split.chosen
        if self._for is not None and not self._for[1]:
            text = self.tr("Not evaluated yet\nSlices are found in the evaluation at the end of a run.")
            if self.run.fruitless:
                self._say(fruitless_text())
            elif not self.run.over:
                self._say(text)
            else:
                self._say(f"{text}\n{self.tr('Evaluate it here or in a terminal:')}", evaluate=True)
            return
        reason = self.grid.index.split(split)[1] if self.grid.index is not None else ""
        few = self.tr("Too few images to find slices: {count}. At least 40 are needed.")
        few = few.format(count=formats.whole(self.table.images))
        self._say(why_no_images(reason, self.run.model.images or "") or few)

    def _say(self, text: str, *, evaluate: bool = False, again: bool = False) -> None:
        """`again`: with the button to cancel or retry."""
        self.empty.setText(text)
        self.evaluation.offer(self.run.folder if self.run is not None and evaluate else None)
        self.cancel_button.setText(self.tr("Cancel") if self._asking else self.tr("Search again"))
        self.cancel_button.setVisible(again)
        # another split may have slices; while nothing is known, there is no other choice
        self._tools.setVisible(self.run is not None)
        self._show_choosers(False)
        self.note.setText("")
        self._stack.setCurrentIndex(1)
