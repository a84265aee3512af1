"""Fetches what the helper answers about an image."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from gui.viewmodels.explanations import Explanations

POLL_MS = 25
"""Often enough that an answer is seen at once: the window's own timer may be slow."""


class AnswerTimer(QTimer):
    """Runs while answers are to come. `watch` it after each request."""

    def __init__(self, explanations: Explanations, parent: QObject) -> None:
        super().__init__(parent, interval=POLL_MS)
        self._explanations = explanations
        self.timeout.connect(self._fetch)

    def watch(self) -> None:
        """Run until the last answer has come."""
        if self._explanations.busy:
            self.start()

    def _fetch(self) -> None:
        if self._explanations.busy:
            self._explanations.poll()
        else:
            self.stop()
