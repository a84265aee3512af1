"""The current proposal, large: why it is one, where the image is, and the buttons that decide."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.panels.labels import review_text
from gui.panels.labels.picture_pair import PicturePair
from gui.panels.labels.proposal_grid import picture_of
from gui.panels.labels.review_keys import NUMBERED, Command, ReviewCommand, digit_of
from gui.style.dimensions import TIGHT, space
from gui.style.theme import icon
from gui.text import formats
from gui.text.class_text import class_names
from gui.viewmodels.label_search import FoundLabels
from gui.viewmodels.proposal_review import ProposalReview, ProposedImage
from gui.widgets.drawing import image_of
from gui.widgets.labels import Note, plain_tip
from trainer.text.text_shortening import shorten_all

COLUMNS, LETTERS = 2, 16
"""Of the buttons of classes, and of a name on one."""


class ProposalDetail(QWidget):
    """`commanded` with the ReviewCommand of a button. `show_review` before all else."""

    commanded = Signal(object)
    step_wanted = Signal(int)
    """Go to the proposal before (-1) or after it (1)."""

    def __init__(self) -> None:
        super().__init__()
        self._found = FoundLabels((), ())
        self._count = 0
        self._one: ProposedImage | None = None
        self._decided = False
        self.pictures = PicturePair()
        self.why = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.path = Note(Qt.TextElideMode.ElideMiddle)
        self.accept_button = self._button("accept", "done")
        self.leave_button = self._button("leave_out", "delete")
        self.fine_button = self._button("fine", "label")
        self.clear_button = self._button("clear", "")
        self.other_button = self._button("other", "search")
        self.class_buttons: list[QPushButton] = []
        self._classes = QGridLayout()
        self._lay_out()
        self.pictures.step_wanted.connect(self.step_wanted)
        self.retranslate()

    def _button(self, command: Command, sign: str, number: int = -1) -> QPushButton:
        """A click leaves the keys to the grid."""
        button = QPushButton(icon(sign, on_accent=command == "accept"), "") if sign else QPushButton()
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._command, ReviewCommand(command, number)))
        return button

    def _command(self, command: ReviewCommand, *_: object) -> None:
        self.commanded.emit(command)

    def _lay_out(self) -> None:
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.why.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.accept_button.setProperty("kind", "primary")
        second, third = QHBoxLayout(), QHBoxLayout()
        for button in (self.leave_button, self.fine_button):
            second.addWidget(button, 1)
        for button in (self.other_button, self.clear_button):
            third.addWidget(button, 1)
        self._classes.setSpacing(space(TIGHT))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(1.5 * TIGHT), 0, 0, 0)
        layout.addWidget(self.pictures, 1)
        layout.addWidget(self.why)
        layout.addWidget(self.path)
        layout.addWidget(self.accept_button)
        layout.addLayout(second)
        layout.addLayout(third)
        layout.addLayout(self._classes)
        layout.addStretch()

    def show_review(self, review: ProposalReview, found: FoundLabels) -> None:
        """Other data: a button for each class, where there are few."""
        self._found, self._one = found, None
        for button in self.class_buttons:
            self._classes.removeWidget(button)
            button.deleteLater()
        few = class_names(review.classes) if len(review.classes) <= NUMBERED else ()
        self.class_buttons = [self._button("class", "", number) for number in range(len(few))]
        rows = -(-len(few) // COLUMNS)
        before: QWidget = self.clear_button
        for number, (button, name) in enumerate(zip(self.class_buttons, shorten_all(few, LETTERS, len), strict=True)):
            button.setText(f"{digit_of(number)}  {name}".replace("&", "&&"))
            button.setToolTip(plain_tip(few[number]))
            button.setStyleSheet("text-align: left; padding: 2px 6px")
            button.setMinimumWidth(40)
            self._classes.addWidget(button, number % rows, number // rows)
            QWidget.setTabOrder(before, button)
            before = button

    def show_proposal(self, one: ProposedImage | None, decided: bool, count: int) -> None:
        """This one; `count` are selected, and all of them are decided at once."""
        self._one, self._decided, self._count = one, decided, count
        for button in self._buttons():
            button.setEnabled(one is not None)
        if one is None:
            self.pictures.show_images([], [], [])
            self.why.setText("")
            self.path.setText("")
        else:
            self._show_pictures(one)
            several = self.tr("{count} images selected: a decision applies to all of them.")
            self.why.setText(several.format(count=formats.whole(count)) if count > 1 else review_text.why(one))
            self.path.setText(one.path)
        self.clear_button.setEnabled(one is not None and (decided or count > 1))
        self._name_buttons()

    def _buttons(self) -> list[QPushButton]:
        fixed = [self.accept_button, self.leave_button, self.fine_button, self.other_button, self.clear_button]
        return [*fixed, *self.class_buttons]

    def _show_pictures(self, one: ProposedImage) -> None:
        images = [image_of(picture_of(self._found.pictures, one.picture))]
        captions = [self._caption(one.label, one.split)]
        files: list[Path | None] = [self._file(one.path)]
        if one.other_picture >= 0:
            images.append(image_of(picture_of(self._found.others, one.other_picture)))
            captions.append(self._caption(one.other_label, one.other_split))
            files.append(self._file(one.other))
        self.pictures.show_images(images, captions, files)

    def _caption(self, label: str, split: str) -> str:
        return f"{review_text.one_line(label)} ({formats.split_word(split)})"

    def _file(self, path: str) -> Path | None:
        return self._found.root / path if self._found.root is not None else None

    def _name_buttons(self) -> None:
        one, many = self._one, self._count > 1
        text = self.tr("Accept the proposal")
        if one is not None and not many:
            change = self.tr("Change to {name}").format(name=review_text.short(one.suggested))
            text = change if one.suggested else self.tr("Leave out")
        elif many:
            text = self.tr("Accept {count} proposals").format(count=formats.whole(self._count))
        self.accept_button.setText(f"{text} (↵)".replace("&", "&&"))

    def retranslate(self) -> None:
        """Set all texts again."""
        for button, text, key in (
            (self.leave_button, self.tr("Leave out"), "L"),
            (self.fine_button, self.tr("Label is fine"), "F"),
            (self.other_button, self.tr("Other class…"), "O"),
            (self.clear_button, self.tr("No decision"), "⌫"),
        ):
            button.setText(f"{text} ({key})")
        self.pictures.retranslate()
        self.accept_button.setToolTip(self.tr("Accept the proposal (C or Enter)"))
        self.clear_button.setToolTip(self.tr("Take the decision back (Backspace or Del)"))
        self.show_proposal(self._one, self._decided, self._count)
