"""Which proposals are shown: of a kind, of a class, decided or not."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from gui.panels.labels import review_text
from gui.text import formats
from gui.viewmodels.proposal_review import KINDS, STATES, Kind, ProposalReview, ReviewFilter
from gui.widgets.labels import Note

LONGEST = 20
"""Letters of an entry that are shown."""


class ReviewFilterBar(QWidget):
    """`changed` with what is to be shown."""

    changed = Signal(ReviewFilter)

    def __init__(self) -> None:
        super().__init__()
        self.kind_box, self.class_box, self.state_box, self.count = QComboBox(), QComboBox(), QComboBox(), Note()
        self._review = ProposalReview()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in (self.kind_box, self.class_box, self.state_box):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMaxVisibleItems(20)
            box.currentIndexChanged.connect(self._change)
            layout.addWidget(box)
        layout.addWidget(self.count, 1)
        self.retranslate()

    @property
    def wanted(self) -> ReviewFilter:
        """What is chosen."""
        kind: Kind | Literal[""] = self.kind_box.currentData() or ""
        return ReviewFilter(kind, self.class_box.currentData() or "", self.state_box.currentData() or "all")

    def _change(self) -> None:
        self.changed.emit(self.wanted)

    def clear(self) -> None:
        """Show everything again."""
        for box in (self.kind_box, self.class_box, self.state_box):
            with QSignalBlocker(box):
                box.setCurrentIndex(0)
        self._change()

    def show_review(self, review: ProposalReview) -> None:
        """Offer the kinds and classes there are; what was chosen stays chosen where it is among them."""
        self._review = review
        self._fill()

    def _fill(self) -> None:
        counts = self._review.kind_counts()
        every = review_text.kind_word("")
        kinds = [
            (every, ""),
            *((f"{review_text.kind_word(k)} ({formats.whole(counts[k])})", k) for k in KINDS if counts[k]),
        ]
        classes = [(self.tr("All classes"), ""), *((review_text.one_line(name), name) for name in self._review.classes)]
        states = [(review_text.state_word(state), state) for state in STATES]
        for box, entries in ((self.kind_box, kinds), (self.class_box, classes), (self.state_box, states)):
            chosen = box.currentData()
            with QSignalBlocker(box):
                box.clear()
                for text, data in entries:
                    box.addItem(text, data)
                box.setCurrentIndex(max(0, box.findData(chosen)))
            box.setMinimumContentsLength(min(LONGEST, max(len(text) for text, _ in entries)))

    def show_count(self, some: int, count: int) -> None:
        """How many pass; nothing where all do."""
        text = self.tr("{some} of {count}").format(some=formats.whole(some), count=formats.whole(count))
        self.count.setText("" if some == count else text)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.kind_box.setAccessibleName(self.tr("Show proposals of this kind"))
        self.class_box.setAccessibleName(self.tr("Show images of this class, or that look like it"))
        self.state_box.setAccessibleName(self.tr("Show decided or undecided images"))
        self._fill()
