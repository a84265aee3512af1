"""Where the decisions are saved, or why they are not; and what they lead to: training again."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gui.panels.labels.decision_saver import DecisionSaver
from gui.style.theme import icon
from gui.text import formats
from gui.viewmodels.proposal_review import ReviewCounts
from gui.widgets.labels import Note


class SaveRow(QWidget):
    """`place_wanted`: another file; `train_wanted`: a run with these decisions."""

    place_wanted = Signal()
    train_wanted = Signal()

    def __init__(self, saver: DecisionSaver) -> None:
        super().__init__()
        self._saver = saver
        self.sign, self.text = QLabel(), Note(Qt.TextElideMode.ElideMiddle)
        self.show_button, self.place_button = QPushButton(icon("folder"), ""), QPushButton()
        self.train_button = QPushButton(icon("start"), "")
        self.show_button.clicked.connect(self._show_file)
        self.place_button.clicked.connect(self.place_wanted)
        self.train_button.clicked.connect(self.train_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sign)
        layout.addWidget(self.text, 1)
        for button in (self.show_button, self.place_button, self.train_button):
            button.setAutoDefault(False)
            layout.addWidget(button)

    def show_saved(self, counts: ReviewCounts) -> None:
        """The file, what it does, and whether it could be written."""
        saver, there = self._saver, counts.relabel + counts.leave_out + counts.fine
        text, sign = self.tr("No decisions yet"), "label"
        if saver.failure:
            reason = " ".join(formats.plain(saver.failure).split())
            text, sign = self.tr("Not saved yet, kept in memory only: {reason}").format(reason=reason), "warning"
        elif saver.file is not None and there:
            text, sign = self.tr("Saved in {path}").format(path=formats.short_path(str(saver.file.path))), "done"
            if saver.taken:
                taken = self.tr("from another program: {count}")
                text = f"{text}, {taken.format(count=formats.whole(saver.taken))}"
        elif there:
            text, sign = self.tr("Not saved yet: choose where to save"), "warning"
        self.text.setText(text)
        self.sign.setPixmap(icon(sign).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        self.show_button.setVisible(saver.file is not None and saver.file.path.is_file())
        self.place_button.setVisible(there > 0 and (saver.file is None or bool(saver.failure)))
        saved = saver.file is not None and not saver.failure
        self.train_button.setEnabled(saved and counts.relabel + counts.leave_out > 0)

    def _show_file(self) -> None:
        """In the system's file manager: a click there opens it."""
        if self._saver.file is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saver.file.path.parent)))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.show_button.setText(self.tr("Show file"))
        self.show_button.setToolTip(self.tr("Open the folder of the file with your decisions"))
        self.place_button.setText(self.tr("Choose a place…"))
        self.train_button.setText(self.tr("Train again with these"))
        self.train_button.setToolTip(self.tr("A new run with the same settings and your decisions"))
