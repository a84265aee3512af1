"""Which of the classified images are shown: by name, class, confidence, and whether they are right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QWidget

from gui.text import formats
from gui.text.class_text import LONGEST
from gui.viewmodels.predicted_images import Kind, PredictionFilter
from gui.widgets.labels import Note, plain_tip

WIDEST = 600
"""Pixels of the open list of classes."""


class PercentBox(QSpinBox):
    """A number that the mouse wheel does not change by chance."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only where a person is at work in it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class FilterBar(QWidget):
    """`changed` with what is to be shown."""

    changed = Signal(PredictionFilter)

    def __init__(self) -> None:
        super().__init__()
        self.text = QLineEdit(clearButtonEnabled=True)
        self.text.setAcceptDrops(False)  # what is dropped here is to be classified
        self.class_box, self.kind_box = QComboBox(), QComboBox()
        self.unsure = PercentBox(minimum=0, maximum=100, value=60)
        self.unsure_label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.unsure_label.setBuddy(self.unsure)
        self.count = Note()
        self._labelled = self._quiet = False
        self._names: list[str] | None = None
        for box in (self.class_box, self.kind_box):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.class_box.setMinimumContentsLength(12)
        self.class_box.setMaxVisibleItems(20)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text, 2)
        layout.addWidget(self.class_box, 2)
        for widget in (self.kind_box, self.unsure_label, self.unsure):
            layout.addWidget(widget)
        layout.addWidget(self.count, 1)
        self.text.textChanged.connect(self._change)
        self.class_box.currentIndexChanged.connect(self._change)
        self.kind_box.currentIndexChanged.connect(self._change)
        self.unsure.valueChanged.connect(self._change)
        self.show_classes([])

    def _change(self, *_: object) -> None:
        if not self._quiet:
            self.changed.emit(self.wanted)

    @property
    def wanted(self) -> PredictionFilter:
        """What is chosen."""
        kind: Kind = self.kind_box.currentData() or "all"
        text = self.text.text().strip().casefold()
        return PredictionFilter(text, self.class_box.currentData() or "", kind, self.unsure.value() / 100)

    def clear(self) -> None:
        """Show everything again; how sure is sure stays."""
        self._quiet = True
        self.text.clear()
        self.class_box.setCurrentIndex(0)
        self.kind_box.setCurrentIndex(0)
        self._quiet = False
        self._change()

    def show_classes(self, names: Sequence[str]) -> None:
        """Those that were predicted; the chosen one stays chosen, even where it is not among them yet."""
        chosen = self.class_box.currentData() or ""
        names = [*names, *([chosen] if chosen and chosen not in names else [])]
        if names == self._names:  # an open list is left alone
            return
        self._names = names
        blocker = QSignalBlocker(self.class_box)
        self.class_box.clear()
        self.class_box.addItem(self.tr("All classes"), "")
        for place, name in enumerate(names, 1):
            text = " ".join(name[:LONGEST].split()) or "–"
            self.class_box.addItem(text, name)
            self.class_box.setItemData(place, plain_tip(text), Qt.ItemDataRole.ToolTipRole)
        self.class_box.setCurrentIndex(max(0, self.class_box.findData(chosen)))
        widest = self.class_box.view().sizeHintForColumn(0) if len(names) < 2000 else WIDEST
        self.class_box.view().setMinimumWidth(min(WIDEST, widest + 30))
        blocker.unblock()

    def show_kinds(self, labelled: bool) -> None:
        """Right and wrong ones can be chosen where the true classes are known."""
        if labelled != self._labelled:
            self._labelled = labelled
            self._fill_kinds()
            self._change()

    def _fill_kinds(self) -> None:
        chosen = self.kind_box.currentData() or "all"
        kinds = {
            "all": self.tr("All images"),
            "unsure": self.tr("Unsure"),
            "sure": self.tr("Confident"),
            "wrong": self.tr("Wrong"),
            "right": self.tr("Correct"),
            "unreadable": self.tr("Unreadable"),
        }
        blocker = QSignalBlocker(self.kind_box)
        self.kind_box.clear()
        for kind, text in kinds.items():
            if self._labelled or kind not in ("wrong", "right"):
                self.kind_box.addItem(text, kind)
        self.kind_box.setCurrentIndex(max(0, self.kind_box.findData(chosen)))
        self.kind_box.setMinimumContentsLength(max(map(len, kinds.values())))
        blocker.unblock()

    def show_count(self, some: int, count: int) -> None:
        """How many pass; nothing where all do."""
        text = self.tr("{some} of {count}").format(some=formats.whole(some), count=formats.whole(count))
        self.count.setText("" if some == count else text)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.text.setPlaceholderText(self.tr("File name"))
        self.text.setAccessibleName(self.tr("Show images whose file name contains this"))
        self.class_box.setItemText(0, self.tr("All classes"))
        self.class_box.setAccessibleName(self.tr("Show images of this class"))
        self.kind_box.setAccessibleName(self.tr("Show these images"))
        self.unsure_label.setText(self.tr("Unsure below"))
        self.unsure.setSuffix(" %")
        self.unsure.setToolTip(
            self.tr("Less confident predictions count as unsure: show only those, or set them aside")
        )
        self._fill_kinds()
