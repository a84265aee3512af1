"""In place of the list: what the search for wrong labels does, how far it is, what it has not found, why it failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.panels.labels import review_text
from gui.style.dimensions import MEDIUM, space
from gui.style.theme import Colours, icon
from gui.text import formats
from gui.text.failures import failure_text
from gui.text.recipe_offers import round_time
from gui.viewmodels.label_search import LabelSearch
from gui.widgets.state_sign import sign_pixmap

WIDTH = 460
"""Pixels of a line that is read with ease."""
START_SECONDS, IMAGES_PER_SECOND = 10, 100
"""Loading PyTorch; through a pretrained network and the models that judge, on two processor cores."""
SIGN = 40


class SearchPage(QWidget):
    """`wanted`: look for wrong labels; `cancelled`: stop looking."""

    wanted = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sign, self.title, self.text = QLabel(), QLabel(), QLabel()
        self.bar, self.stage = QProgressBar(textVisible=False), QLabel()
        self.button, self.cancel_button = QPushButton(icon("search", on_accent=True), ""), QPushButton()
        for label in (self.title, self.text, self.stage):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = self.title.font()
        font.setPointSizeF(1.3 * font.pointSizeF())
        font.setBold(True)
        self.title.setFont(font)
        self.bar.setFixedHeight(10)
        self.button.setProperty("kind", "primary")
        self.button.clicked.connect(self.wanted)
        self.cancel_button.clicked.connect(self.cancelled)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.button)
        buttons.addWidget(self.cancel_button)
        buttons.addStretch(1)
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(MEDIUM))
        column.addStretch(2)
        column.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (self.title, self.text, self.bar, self.stage):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addStretch(3)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(inner, 100)
        layout.addStretch(1)

    def show_search(self, search: LabelSearch, images: int) -> None:
        """As it is now; `images` of the data, 0 where that is not known."""
        match search.state:
            case "working":
                self._say("clock", self.tr("Looking for labels that may be wrong"), "")
                self._show_progress(search)
            case "failed":
                self._say("warning", self.tr("The labels could not be checked"), failure_text(search.failure or {}))
            case "found":
                self._show_nothing(search)
            case _:
                self._say("label", self.tr("Find labels that may be wrong"), self._about(images))
        working = search.state == "working"
        self.bar.setVisible(working)
        self.stage.setVisible(working)
        self.cancel_button.setVisible(working)
        self.button.setVisible(not working)
        again = search.state in ("failed", "found")
        self.button.setText(self.tr("Search again") if again else self.tr("Check the labels"))

    def show_sentence(self, text: str) -> None:
        """There is nothing that could be looked through."""
        self._say("label", text, "")
        for widget in (self.bar, self.stage, self.cancel_button, self.button):
            widget.hide()

    def _say(self, sign: str, title: str, text: str) -> None:
        self.sign.setPixmap(sign_pixmap(sign, Colours.current().muted, SIGN, self.devicePixelRatioF()))
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))

    def _about(self, images: int) -> str:
        text = self.tr(
            "Models trained on the other images check each label. You decide about labels they disagree with, "
            "copies that have different labels or appear in two splits, and outliers: change the class, leave "
            "the image out, or keep it. Your files are never changed."
        )
        if not images:
            return text
        time = self.tr("{count} images: about {time} the first time, seconds later on.")
        seconds = START_SECONDS + images / IMAGES_PER_SECOND
        return f"{text}\n\n{time.format(count=formats.whole(images), time=round_time(seconds))}"

    def _show_progress(self, search: LabelSearch) -> None:
        stage, done, total = search.stage or "import", search.done, search.total
        self.bar.setRange(0, total if total > 1 else 0)
        self.bar.setValue(done)
        words = [formats.phase_text(stage, done, total)]
        if search.speed is not None and stage in formats.IMAGE_PHASES:
            left = self.tr("{time} left").format(time=formats.duration(search.speed.seconds_left))
            words += [formats.images_per_second(search.speed.per_second), left]
        self.stage.setText(" · ".join(words))

    def _show_nothing(self, search: LabelSearch) -> None:
        found = search.found
        lines = [review_text.found_text(found), review_text.features_text(found)] if found is not None else []
        self._say("done", self.tr("No label looks wrong"), "\n\n".join(line for line in lines if line))

    def retranslate(self) -> None:
        """Texts that do not change with the search."""
        self.cancel_button.setText(self.tr("Cancel"))
        self.bar.setAccessibleName(self.tr("Progress"))
