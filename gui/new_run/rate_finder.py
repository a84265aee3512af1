"""Finds a learning rate: requests a range test, shows its curve, and passes the chosen rate to the form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import Answer, RpcClient
from gui.plotting.chart import Chart, Scene
from gui.plotting.markers import Look, Reading
from gui.plotting.painting import Stroke
from gui.style.theme import Colours, mix
from gui.text import formats
from gui.text.errors import whole_text
from gui.viewmodels.rate_curve import RateCurveView, rate_curve, rate_text
from gui.widgets.translated_dialog import TranslatedDialog

STEPS = 200
SIZE = 620, 420


class RateFinder(TranslatedDialog):
    """Starts the range test at once; closing the dialog cancels it. `chosen` is emitted with the rate as text.

    Args:
        rpc_client: Client of the engine's helper process.
        settings: Settings by table.
        root: Folder of all runs, where features are kept.
        parent: Parent widget.
    """

    chosen = Signal(str)

    def __init__(self, rpc_client: RpcClient, settings: Mapping[str, Any], root: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rpc_client = rpc_client
        self._curve: RateCurveView | None = None
        self.rate: float | None = None
        """The rate that the button uses; None if there is none."""
        self.stage = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.stage.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setRange(0, 0)
        self.chart = Chart()
        self.chart.x_kind = "log"
        self.chart.hovered.connect(self._hovered)
        self.chart.clicked.connect(self._clicked)
        self.chart.hide()
        self.use_button = QPushButton()
        self.use_button.setEnabled(False)
        self.use_button.setDefault(True)
        self.use_button.clicked.connect(self._use)
        self.close_button = QPushButton()
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        self.rule_buttons = {name: QPushButton() for name in ("steepest", "valley")}
        self._lay_out()
        self.retranslate()
        self.resize(*SIZE)
        rpc_client.ask("rates", self._answered, progress=self._tell, settings=dict(settings), runs=str(root), n=STEPS)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        for name, button in self.rule_buttons.items():
            button.clicked.connect(lambda *_, name=name: self._take_rule(name))
            button.hide()
            button.setAutoDefault(False)
            below.addWidget(button)
        below.addStretch(1)
        below.addWidget(self.close_button)
        below.addWidget(self.use_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.stage)
        layout.addWidget(self.progress)
        layout.addWidget(self.chart, 1)
        layout.addStretch(0)
        layout.addLayout(below)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.setWindowTitle(self.tr("Find a learning rate"))
        self.chart.set_title(self.tr("Training loss against learning rate"))
        self.close_button.setText(self.tr("Cancel"))
        if self._curve is None:
            self.stage.setText(self.tr("Training for a few hundred steps while the rate rises …"))
        self._show_rate()

    def restyle(self) -> None:
        """Draw the chart in other colours."""
        self.chart.restyle()
        self._show_rate()

    # -- asking ----------------------------------------------------------------------------------------------------

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.stage.setText(formats.phase_text(stage, done, total))

    def _answered(self, answer: Answer) -> None:
        self.progress.hide()
        self.close_button.setText(self.tr("Close"))
        self._curve = rate_curve(answer) if answer.get("ok") else None
        if not answer.get("ok"):
            self.stage.setText(formats.plain(whole_text(answer)))
        elif self._curve is None:
            self.stage.setText(self.tr("The loss was not finite from the very first steps."))
        else:
            self._show_curve(self._curve)

    def done(self, result: int) -> None:
        """Cancel the range test."""
        self._rpc_client.cancel("rates")
        super().done(result)

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show_curve(self, curve: RateCurveView) -> None:
        self.chart.show()
        self.chart.limit(float(curve.places[0]), float(curve.places[-1]), 0.5)
        self.rate = curve.proposal
        for name, button in self.rule_buttons.items():
            button.setVisible(name in curve.proposals)
        if curve.proposal is None:
            self.stage.setText(self.tr("No proposal: the loss did not fall. Click the curve to choose a rate."))
        else:
            text = self.tr("Click the curve to choose another rate. Currently set: {rate}.")
            self.stage.setText(text.format(rate=rate_text(curve.present)))
        self._show_rate()

    def _show_rate(self) -> None:
        """Show the rate on the button and on the curve."""
        curve = self._curve
        text = self.tr("Use {rate}").format(rate=rate_text(self.rate)) if self.rate is not None else self.tr("Use")
        self.use_button.setText(text)
        self.use_button.setEnabled(self.rate is not None)
        if curve is None:
            return
        names = {"valley": self.tr("Longest valley: {rate}"), "steepest": self.tr("Steepest fall: {rate}")}
        for name, rate in curve.proposals.items():
            self.rule_buttons[name].setText(names[name].format(rate=rate_text(rate)))
        colours = Colours.current()
        faint = Look(mix(colours.train, colours.background, 0.5))
        cursor = float(np.log10(self.rate)) if self.rate is not None else None
        strokes = [Stroke(faint, curve.places, curve.losses), Stroke(self._look(), curve.places, curve.smoothed)]
        self.chart.draw(Scene((float(curve.places[0]), float(curve.places[-1])), strokes, cursor=cursor))

    def _look(self) -> Look:
        return Look(Colours.current().train, 2)

    def _hovered(self, place: float | None) -> None:
        curve = self._curve
        if place is None or curve is None:
            self.chart.show_hover(None, [])
            return
        step = curve.nearest(place)
        text = f"{rate_text(10.0 ** curve.places[step])} · {formats.number(float(curve.smoothed[step]), 3)}"
        self.chart.show_hover(float(curve.places[step]), [Reading(self._look(), "", text)])

    def _clicked(self, place: float) -> None:
        self.rate = 10.0**place
        self._show_rate()

    def _take_rule(self, name: str) -> None:
        if self._curve is not None:
            self.rate = self._curve.proposals[name]
            self._show_rate()

    def _use(self) -> None:
        if self.rate is not None:
            self.chosen.emit(rate_text(self.rate))
            self.accept()
