"""Which of two runs is better, and whether that is more than noise: a sentence or two above the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from gui.engine.comparison_job import ComparisonJob
from gui.text import formats
from trainer.store.folder import RunFolder

if TYPE_CHECKING:
    from trainer.analysis.run_comparison import LabelDifference, RunComparison
    from trainer.metrics.paired_comparison import Paired

POLL_MS = 50


class ComparisonVerdict(QLabel):
    """Compares two runs in the background and says which one is better.

    Args:
        first: Folder of a run.
        second: Folder of another run.
        parent: Parent widget.
    """

    def __init__(self, first: RunFolder, second: RunFolder, parent: QWidget) -> None:
        super().__init__(parent, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._names = formats.plain(first.name), formats.plain(second.name)
        self._job = ComparisonJob(first, second)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._timer.start()
        self.retranslate()

    def _poll(self) -> None:
        if self._job.done:
            self._timer.stop()
            self.retranslate()

    def retranslate(self) -> None:
        """Set the text again."""
        if not self._job.done:
            self.setText(QCoreApplication.translate("CompareDialog", "Comparing image by image …"))
            return
        self.setText(verdict_text(self._job.result, *self._names))


def verdict_text(found: RunComparison | None, first: str, second: str) -> str:
    """Put a comparison into words.

    Args:
        found: The comparison; None if the two were not evaluated on the same split.
        first: Name of the first run.
        second: Name of the second run.

    Returns:
        A sentence per line.
    """
    tr = QCoreApplication.translate
    if found is None:
        return tr("CompareDialog", "The runs have no evaluated split in common, so they cannot be compared.")
    if found.paired is None:
        return tr(
            "CompareDialog",
            "These runs cannot be compared image by image: their {split} images or classes differ.",
        ).format(split=formats.split_word(found.a.split).lower())
    lines = [_accuracy(found, found.paired, first, second), _macro_f1(found.paired, first, second)]
    if found.edited is not None:
        lines.append(_edited(found.edited))
    return "\n".join(lines)


def _accuracy(found: RunComparison, paired: Paired, first: str, second: str) -> str:
    gained = paired.accuracy.value
    values = {
        "better": second if gained > 0 else first,
        "points": formats.number(100 * abs(gained), 1),
        "images": formats.whole(found.images),
        "p": "< " + formats.number(0.001, 3) if paired.p < 0.001 else "= " + formats.number(paired.p, 3),
    }
    tr = QCoreApplication.translate
    if paired.p >= 1 - paired.level:
        text = tr("CompareDialog", "Accuracy on the same {images} images: within noise ({points} points, p {p}).")
    else:
        text = tr(
            "CompareDialog", "{better} is better by {points} points of accuracy on the same {images} images (p {p})."
        )
    return text.format(**values)


def _macro_f1(paired: Paired, first: str, second: str) -> str:
    between = paired.macro_f1
    low, high = between.interval if between.value > 0 else (-between.interval[1], -between.interval[0])
    values = {
        "better": second if between.value > 0 else first,
        "value": formats.number(abs(between.value), 3),
        "low": formats.number(low, 3),
        "high": formats.number(high, 3),
        "level": formats.percent(paired.level),
    }
    tr = QCoreApplication.translate
    if between.within_noise:
        text = tr("CompareDialog", "Macro-F1: within noise ({value}; {level} interval {low} to {high}).")
    else:
        text = tr("CompareDialog", "{better} is better by {value} in macro-F1 ({level} interval {low} to {high}).")
    return text.format(**values)


def _edited(edited: LabelDifference) -> str:
    text = QCoreApplication.translate(
        "CompareDialog", "Both evaluated on the edited labels: labels changed {relabelled}, images left out {left_out}."
    )
    return text.format(relabelled=formats.whole(edited.relabelled), left_out=formats.whole(edited.left_out))
