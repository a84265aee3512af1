"""Confidence: whether the model's confidence matches its accuracy, before and after temperature scaling."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from gui.engine.rpc_client import RpcClient
from gui.panels.base import Panel
from gui.plotting.coverage import CoverageCurve
from gui.plotting.legend import Legend
from gui.plotting.reliability import ReliabilityDiagram
from gui.plotting.unit_chart import UnitChart
from gui.style.dimensions import panel_margins, text_font
from gui.text import formats
from gui.text.missing_images import with_file
from gui.text.run_states import fruitless_text
from gui.viewmodels.calibration_reader import AGAIN, Reason, is_stale, read_calibration
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.card_frame import CardFrame
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.evaluation_offer import EvaluationOffer
from gui.widgets.labels import Note, Sentence
from trainer.metrics.calibration import Calibration, SplitCalibration
from trainer.store import calibration_file

FIRST = ("test", "valid")
"""The default split: the temperature was fitted on the validation images, which makes them look better."""


class ConfidencePanel(Panel):
    """Reliability diagram and accuracy over coverage of a split, or instructions if there is nothing to show."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "evaluation", "state"})

    def __init__(self, cursor: EpochCursor, rpc_client: RpcClient) -> None:
        super().__init__(cursor)
        self.found: Calibration | None = None
        self._reason: Reason = ""
        self._stamp: tuple[int, ...] | None = None
        self._splits: tuple[str, ...] = ()
        self.split, self.stage = ChoiceBox[str](), ChoiceBox[bool]()
        self.note = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.reliability, self.coverage = ReliabilityDiagram(), CoverageCurve()
        self.reliability_legend, self.coverage_legend = Legend(), Legend()
        self.reliability_title, self.coverage_title = Note(), Note()
        self.hint, self.empty = Note(), Sentence("confidence")
        self.evaluation = EvaluationOffer(rpc_client)
        self.evaluation.evaluated.connect(self.look_again)
        self._lay_out()
        for box in (self.split, self.stage):
            box.activated.connect(self._draw)
        for chart in (self.reliability, self.coverage):
            chart.pointed.connect(self._say_pointed)
        self.retranslate()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        for box in (self.split, self.stage):
            tools.addWidget(box)
        tools.addWidget(self.note, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        charts: tuple[tuple[Note, Legend, UnitChart], ...] = (
            (self.reliability_title, self.reliability_legend, self.reliability),
            (self.coverage_title, self.coverage_legend, self.coverage),
        )
        for title, legend, chart in charts:
            title.setFont(text_font("heading"))
            card = CardFrame()
            for widget in (title, legend):
                card.body.addWidget(widget)
            card.body.addWidget(chart, 1)
            self.splitter.addWidget(card)
        content, nothing = QWidget(), QWidget()
        page = QVBoxLayout(content)
        page.setContentsMargins(panel_margins())
        page.addLayout(tools)
        page.addWidget(self.splitter, 1)
        page.addWidget(self.hint)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        middle = QVBoxLayout(nothing)
        middle.addWidget(self.empty, 1)
        middle.addWidget(self.evaluation, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(nothing)

    # -- what the window calls -----------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        super().show_run(run)
        self.found, self._stamp, self._splits = None, None, ()
        if run is None:
            self._look()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw again."""
        self._look(again=True)

    def look_again(self) -> None:
        """Check whether the file was made in a terminal meanwhile."""
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        """The legend uses colours of the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Set all texts again."""
        stages = {True: self.tr("With the temperature"), False: self.tr("As trained")}
        self.stage.fill(stages, self.tr("Which confidences"))
        self.reliability_title.setText(self.tr("Accuracy by confidence"))
        self.coverage_title.setText(self.tr("Accuracy over coverage"))
        self.reliability.setAccessibleName(self.tr("Accuracy by confidence"))
        self.coverage.setAccessibleName(self.tr("Accuracy over coverage"))
        self.evaluation.retranslate()
        self._fill_splits()
        self._draw()

    # -- drawing -------------------------------------------------------------------------------------------------

    def _look(self, *, again: bool = False) -> None:
        """Read the file if it has changed, or if what it is compared with has."""
        if self.run is None:
            self._draw()
            return
        stamp = calibration_file.stamp(self.run.folder)
        if not again and stamp == self._stamp:
            return
        if stamp != self._stamp or not stamp:
            self._stamp = stamp
            self.found, self._reason = read_calibration(self.run)
        splits = tuple(name for name in FIRST if self.found is not None and name in self.found.splits)
        if splits != self._splits:
            self._splits = splits
            self.split.setCurrentIndex(0)
            self._fill_splits()
        self._draw()

    def _fill_splits(self) -> None:
        self.split.fill({name: formats.split_word(name).capitalize() for name in self._splits}, self.tr("Split"))

    def _draw(self) -> None:
        found, splits = self.found, self._splits
        if self.run is None:
            self._say(self.tr("Choose a run to see how reliable its confidences are."))
            return
        if found is None or not splits:
            self._say_why(self._reason)
            return
        self._stack.setCurrentIndex(0)
        one = found.splits[self.split.chosen]
        self.stage.setVisible(found.scaled)
        self.note.setText(self._about(found, one))
        before, after = (self.tr("as trained"), one.before.coverage), (self._with(found), one.after.coverage)
        scaled = found.scaled and self.stage.chosen
        self.reliability.show_bins((one.after if scaled else one.before).reliability)
        self.coverage.show_curves([before, after] if found.scaled else [before], int(scaled))
        self.reliability_legend.show_entries(self.reliability.looks())
        self.coverage_legend.show_entries(self.coverage.looks())
        self._say_pointed("")

    def _with(self, found: Calibration) -> str:
        return self.tr("temperature {value}").format(value=formats.number(found.temperature, 2))

    def _about(self, found: Calibration, one: SplitCalibration) -> str:
        """The effect of the temperature on the error comes first."""
        before, after = (formats.percent(stage.ece, 1) for stage in (one.before, one.after))
        scaled = self.tr("Temperature {value}: calibration error {before} → {after}")
        text = (scaled if found.scaled else self.tr("Calibration error {before}")).format(
            value=formats.number(found.temperature, 2), before=before, after=after
        )
        texts = {
            "fitted": self.tr("fitted on {count} validation images"),
            "bound": self.tr("at the limit of the search, on {count} validation images"),
            "all_right": self.tr("no temperature: every validation image was predicted correctly"),
            "one_class": self.tr("no temperature: there is only one class"),
            "no_images": self.tr("no temperature: there are no validation images"),
            "not_finite": self.tr("no temperature: some model outputs are not finite"),
        }
        text += "; " + texts[found.outcome].format(count=formats.whole(found.images))
        if one.images < one.total:
            some = self.tr("{count} of {total} images")
            text += "; " + some.format(count=formats.whole(one.images), total=formats.whole(one.total))
        if self.run is not None and is_stale(found, self.run):
            stale = self.tr("for the weights of epoch {epoch}; the run has better ones now: evaluate again")
            text += "; " + stale.format(epoch=formats.whole(found.epoch))
        return text

    def _say_pointed(self, text: str) -> None:
        rest = self.tr("Where the bars reach the marks, the model's confidence matches its accuracy.")
        self.hint.setText(text or rest)

    def _say_why(self, reason: Reason) -> None:
        texts: dict[Reason, str] = {
            "not_yet": self.tr("Not evaluated yet\nCalibration is measured at the end of the run, by the evaluation."),
            "not_evaluated": self.tr("Not evaluated yet\nCalibration is measured by the evaluation."),
            "older": self.tr("Calibration was not measured\nThis run was evaluated by an older Epochscope."),
            "damaged": self.tr("The calibration file is damaged."),
            "newer": self.tr("The calibration file was made by a newer Epochscope. Update Epochscope."),
            "outside": self.tr("The run refers to a file outside its folder. It was not opened."),
            "no_images": self.tr("This run has neither validation nor test images to measure calibration on."),
        }
        file = calibration_file.FILE if reason in ("damaged", "newer", "outside") else ""
        text = with_file(texts.get(reason, ""), file)
        if self.run is not None and self.run.fruitless and reason == "not_evaluated":
            self._say(fruitless_text())
            return
        if self.run is None or reason not in AGAIN:
            self._say(text)
            return
        self._say(f"{text}\n{self.tr('Evaluate it here or in a terminal:')}", evaluate=True)

    def _say(self, text: str, *, evaluate: bool = False) -> None:
        self.empty.setText(text)
        self.evaluation.offer(self.run.folder if self.run is not None and evaluate else None)
        self._stack.setCurrentIndex(1)
