"""The training images that a model finds most similar to one, asked for where they are switched on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton

from gui.panels.confusion.answer_timer import AnswerTimer
from gui.panels.confusion.similar_strip import SimilarStrip
from gui.style.theme import icon
from gui.text import formats
from gui.text.failures import failure_text
from gui.viewmodels.explanations import Explanations, Failure, ImageKey, SimilarImages


class SimilarView(SimilarStrip):
    """A strip of them with its `switch`, which the owner places. `waiting` says what is said until the answer comes."""

    def __init__(self, explanations: Explanations, waiting: Callable[[], str]) -> None:
        super().__init__()
        self._explanations, self._waiting = explanations, waiting
        self._key: ImageKey | None = None
        self._asked_for: ImageKey | None = None
        self._pending = False
        self._of: tuple[int, tuple[str, ...]] = (-1, ())
        self.switch = QPushButton(icon("similar"), "")
        self.switch.setCheckable(True)
        self.switch.toggled.connect(self._switched)
        self._answers = AnswerTimer(explanations, self)
        self.hide()
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts again."""
        super().retranslate()
        self.switch.setText(self.tr("Similar images"))
        self.switch.setToolTip(self.tr("Training images that the model finds most similar"))

    def show_image(self, key: ImageKey | None, true: int, names: tuple[str, ...]) -> None:
        """Another image, None where it cannot be asked about; `true`: its class, -1 where that is not known."""
        self._key, self._of = key, (true, names)
        self.switch.setEnabled(key is not None)
        self.setVisible(self.switch.isChecked() and key is not None)
        if key is None or key != self._asked_for:
            self._ask()

    def _switched(self, on: bool) -> None:
        self.setVisible(on and self._key is not None)
        self._ask()

    def _ask(self) -> None:
        self._asked_for, self._pending = None, False
        self._explanations.cancel(self, "similar")
        if self._key is None or not self.switch.isChecked():
            return
        self._asked_for, self._pending = self._key, True
        self.say(self._waiting())
        self._explanations.similar(self, self._key, self._answered, self._progressed)
        self._answers.watch()

    def _progressed(self, done: int, total: int) -> None:
        if total:
            text = self.tr("Computing features of the training images, once for these weights… {share}")
            self.say(text.format(share=formats.percent(done / total)))

    def _answered(self, found: SimilarImages | Failure) -> None:
        self._pending = False
        if isinstance(found, Failure):
            self._asked_for = None
            self.say(failure_text(found.answer))
        else:
            self.show_similar(found, *self._of)

    def showEvent(self, event: QShowEvent) -> None:
        """Repeat a request that was abandoned."""
        super().showEvent(event)
        if self._pending:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Abandon a request whose answer would not be visible: the view may be deleted by the time it comes."""
        super().hideEvent(event)
        if self._pending:
            self._explanations.cancel(self, "similar")
