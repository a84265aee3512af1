"""The training images that a model finds most similar to one, asked for where they are switched on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from gui.panels.confusion.heat_view import POLL_MS
from gui.panels.confusion.similar_strip import SimilarStrip
from gui.text import formats
from gui.text.failures import failure_text
from gui.viewmodels.explanations import Explanations, Failure, ImageKey, SimilarImages
from gui.window.theme import icon


class SimilarView(SimilarStrip):
    """A strip of them with its `switch`, which the owner places. `waiting` says what is said until the answer comes;
    without `explanations` there is nobody to ask."""

    def __init__(
        self, explanations: Explanations | None, waiting: Callable[[], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._explanations, self._waiting = explanations, waiting
        self._key: ImageKey | None = None
        self._asked_for: ImageKey | None = None
        self._of: tuple[int, tuple[str, ...]] = (-1, ())
        self.switch = QPushButton(icon("similar"), "")
        self.switch.setCheckable(True)
        self.switch.setVisible(explanations is not None)
        self.switch.toggled.connect(self._switched)
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._look)
        self.hide()
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts again."""
        super().retranslate()
        if hasattr(self, "switch"):
            self.switch.setText(self.tr("Similar images"))
            self.switch.setToolTip(self.tr("Training images that the model finds most similar"))

    def show_image(self, key: ImageKey | None, true: int, names: tuple[str, ...]) -> None:
        """Another image, None where it cannot be asked about; `true`: its class, -1 where that is not known."""
        self._key, self._of = key, (true, names)
        self.switch.setEnabled(key is not None and self._explanations is not None)
        self.setVisible(self.switch.isChecked() and key is not None)
        if key is None or key != self._asked_for:
            self._ask()

    def _switched(self, on: bool) -> None:
        self.setVisible(on and self._key is not None)
        self._ask()

    def _ask(self) -> None:
        self._asked_for = None
        if self._explanations is None:
            return
        self._explanations.cancel(self, "similar")
        if self._key is None or not self.switch.isChecked():
            return
        self._asked_for = self._key
        self.say(self._waiting())
        self._explanations.similar(self, self._key, self._answered, self._progressed)
        if self._explanations.busy:
            self._poll.start()

    def _progressed(self, done: int, total: int) -> None:
        if total:
            text = self.tr("Computing features of the training images, once for these weights… {share}")
            self.say(text.format(share=formats.percent(done / total)))

    def _answered(self, found: SimilarImages | Failure) -> None:
        if isinstance(found, Failure):
            self._asked_for = None
            self.say(failure_text(found.answer))
        else:
            self.show_similar(found, *self._of)

    def _look(self) -> None:
        if self._explanations is None or not self._explanations.busy:
            self._poll.stop()
        else:
            self._explanations.poll()
