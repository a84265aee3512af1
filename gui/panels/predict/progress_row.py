"""How far the classification or the copying is, and the button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui.text import formats
from gui.viewmodels.classification_job import ClassificationJob


class ProgressRow(QWidget):
    """Seen while something goes on. `cancelled`: someone wants no more."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar(textVisible=False)
        self.label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.button = QPushButton()
        self.button.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.label)
        layout.addWidget(self.button)
        self.hide()

    def show_progress(self, job: ClassificationJob) -> None:
        """What is going on now."""
        done, total, left = job.progress()
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.label.setText(self._text(job.state, done, total, left))
        self.button.setEnabled(not job.cancelled)
        self.setVisible(job.busy and not job.quiet)

    def _text(self, state: str, done: int, total: int, left: float | None) -> str:
        if state == "finding":
            return self.tr("Looking for images …")
        if state == "scoring":
            return self.tr("Computing the metrics …")
        if state == "asking" and not done:
            return self.tr("Classifying {total} images …").format(total=formats.whole(total))
        texts = {
            ("asking", False): self.tr("{done} of {total} images"),
            ("asking", True): self.tr("{done} of {total} images, {time} left"),
            ("copying", False): self.tr("{done} of {total} copies"),
            ("copying", True): self.tr("{done} of {total} copies, {time} left"),
        }
        text = texts.get((state, left is not None), "")
        return text.format(
            done=formats.whole(done),
            total=formats.whole(total),
            time=formats.duration(left) if left is not None else "",
        )

    def retranslate(self, job: ClassificationJob) -> None:
        """Set all texts again."""
        self.button.setText(self.tr("Cancel"))
        self.show_progress(job)
