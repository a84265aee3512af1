"""One image in detail: its facts, the prediction now and after every epoch, where the model looked, and the training
images it finds similar."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.panels.confusion.heat_view import HeatView
from gui.panels.confusion.similar_strip import distance_text
from gui.panels.confusion.similar_view import SimilarView
from gui.panels.confusion.verdict_strip import VerdictStrip
from gui.style.dimensions import SMALL, TIGHT, space
from gui.style.theme import icon
from gui.text import formats
from gui.text.class_text import ARROW, class_name
from gui.viewmodels.explanations import Explanations, ImageKey, Neighbor, SaliencyMap
from gui.viewmodels.image_index import Seen, Verdicts
from gui.widgets.drawing import image_of
from gui.widgets.labels import Note

LOSS, FILE = 3, 4
"""Index of the line that shows the distance for a similar image, and of the one that may be long."""

PICTURE, LARGE = 160, 256
"""Pixels at which a heat map can be read, and at which it is read with ease."""
FACTS = 7
"""Lines of text that the facts of an image need."""
GAP = 4


@dataclass(frozen=True)
class _View:
    """The shown image: one of the run's, or a similar training image with its distance."""

    key: ImageKey | None
    image: QImage
    true: int
    file: str
    seen: Seen | None = None
    distance: float = 0.0
    on_disk: Path | None = None


class ImageDetail(QWidget):
    """The image chosen in a list, and from there similar training images, with a way back.

    Args:
        explanations: Ask the helper what explains an image.
        explained: Whether that is offered; else there are only the image and its facts. Default: True.
    """

    epoch_chosen = Signal(int)
    step_wanted = Signal(int)
    """Show the image before (-1) or after it (1)."""
    room_wanted = Signal(int)
    """A heat map or similar images were switched on: pixels that everything needs, with the picture large."""

    def __init__(self, explanations: Explanations, *, explained: bool = True) -> None:
        super().__init__()
        self._is_explained = explained
        self._views: list[_View] = []
        self._names: tuple[str, ...] = ()
        self._verdicts, self._epoch = Verdicts.none(), 0
        self.heat, self.strip = HeatView(explanations, beside=True), VerdictStrip()
        self.similar = SimilarView(explanations, self.heat.waiting_text)
        self.back, self.similar_switch = QPushButton(icon("previous"), ""), self.similar.switch
        self.captions = [QLabel() for _ in range(6)]
        middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        self.values = [Note(middle if number == FILE else right) for number in range(len(self.captions))]
        self.strip_caption = Note()
        self._lay_out()
        self._connect()
        self.retranslate()

    @property
    def picture(self) -> QWidget:
        """The image itself."""
        return self.heat.picture

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(GAP)
        for button in (self.back, self.heat.switch, self.similar_switch):
            tools.addWidget(button)
        tools.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(tools)
        layout.addWidget(self.heat.settings)
        middle = QHBoxLayout()
        middle.addWidget(self.heat, 2)
        middle.addWidget(self._facts(), 3)
        layout.addLayout(middle, 1)
        for widget in (
            self.heat.other_epoch,
            self.heat.note,
            self.heat.problem,
            self.strip_caption,
            self.strip,
            self.similar,
        ):
            layout.addWidget(widget)
        self.back.hide()
        for switch in (self.heat.switch, self.similar_switch):
            switch.setVisible(self._is_explained)

    def _facts(self) -> QScrollArea:
        inner = QWidget()
        self._form = QFormLayout(inner)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(space(TIGHT / 2))
        self._form.setHorizontalSpacing(space(SMALL))
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for caption, value in zip(self.captions, self.values, strict=True):
            caption.setProperty("tone", "muted")
            self._form.addRow(caption, value)
        return self._scrolled(inner)

    def _scrolled(self, inner: QWidget) -> QScrollArea:
        """In a low window, the first line is visible and the rest is reached by scrolling, instead of overlapping."""
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumSize(0, 3 * self.fontMetrics().height() // 2)
        area.setWidget(inner)
        return area

    def _connect(self) -> None:
        self.strip.epoch_chosen.connect(self.epoch_chosen)
        self.heat.picture.step_wanted.connect(self.step_wanted)
        for switch in (self.heat.switch, self.similar_switch):
            switch.toggled.connect(self._fit_strip)
            switch.toggled.connect(self._want_room)
        self.similar.chosen.connect(self._go_to)
        self.back.clicked.connect(self.go_back)
        self.heat.explained.connect(self._explained)
        keys = QShortcut(QKeySequence.StandardKey.Back, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.go_back)

    def retranslate(self) -> None:
        """Set all texts again."""
        texts = (self.tr("Class"), self.tr("Predicted"), self.tr("Confidence"), self.tr("Loss"), self.tr("File"))
        for caption, text in zip(self.captions, (*texts, self.tr("Size")), strict=True):
            caption.setText(text)
        self.back.setText(self.tr("Back"))
        self.back.setToolTip(self.tr("Previous image (Alt+Left)"))
        self.heat.retranslate()
        self.similar.retranslate()
        if self._views:
            self._describe()

    # -- images ------------------------------------------------------------------------------------------------------

    def show_image(
        self,
        seen: Seen | None,
        verdicts: Verdicts,
        names: tuple[str, ...],
        epoch: int,
        key: ImageKey | None = None,
        on_disk: Path | None = None,
    ) -> None:
        """Show an image of the list, or nothing if `seen` is None; `key` identifies it to the helper, `on_disk` is its
        file where there is one. A similar image opened from the same one stays."""
        self.setVisible(seen is not None)
        self._names, self._verdicts, self._epoch = names, verdicts, epoch
        if seen is None:
            self._views = []
            self.heat.show_image(None, None, -1, names)
            self.similar.show_image(None, -1, names)
            return
        file = seen.path or self.tr("image {number}").format(number=formats.whole(seen.place + 1))
        first = _View(key, image_of(seen.pixels), seen.true, file, seen, on_disk=on_disk)
        same = len(self._views) > 1 and key is not None and self._views[0].key == key
        self._views = [first, *self._views[1:]] if same else [first]
        self._show()

    def _go_to(self, neighbor: Neighbor) -> None:
        """Go to a training image."""
        before = self._views[-1].key
        assert before is not None
        key = ImageKey(before.run, before.weights, "train", neighbor.place)
        name = self.tr("image {number}").format(number=formats.whole(neighbor.place + 1))
        image = image_of(neighbor.pixels)
        self._views.append(_View(key, image, neighbor.label, neighbor.path or name, distance=neighbor.distance))
        self._show()
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> None:
        """Go back to the previous image."""
        if len(self._views) > 1:
            self._views.pop()
            self._show()

    def _show(self) -> None:
        view = self._views[-1]
        self.back.setVisible(len(self._views) > 1)
        self._describe()
        by_epoch = view.seen is not None and view.key is not None and view.key.split == "valid"
        epoch = self._epoch if by_epoch else None
        self.heat.show_image(view.image, view.key, view.true, self._names, epoch, view.on_disk)
        if view.seen is None:
            self.heat.ask(always=True)  # what the model makes of a training image is in no file
        self.similar.show_image(view.key, view.true, self._names)

    def _describe(self) -> None:
        view, seen = self._views[-1], self._views[-1].seen
        predicted = confidence = "…"
        fourth, number, size = self.tr("Distance"), distance_text(view.distance), ""
        if seen is not None:
            verdict = self.tr("right") if seen.right else self.tr("wrong")
            predicted = class_name(self._names, seen.predicted)
            confidence = f"{formats.percent(seen.confidence, 1)}, {verdict}"
            fourth, number = self.tr("Loss"), formats.number(seen.loss, 3)
            size = "×".join(map(formats.whole, seen.size))
        name = class_name(self._names, view.true)
        for label, text in zip(self.values, (name, predicted, confidence, number, view.file, size), strict=True):
            label.setText(text)
        told = f"{name} {ARROW}{predicted} ({confidence})" if seen is not None else name
        self.heat.picture.describe(f"{told} · {view.file}")
        self._form.setRowVisible(len(self.values) - 1, bool(size))
        self.captions[LOSS].setText(fourth)
        text = self.tr("Training image")
        if seen is not None:
            right = self._verdicts.right
            text = self.tr("By epoch: ↑ right {right}, ↓ wrong {wrong}").format(
                right=formats.whole(int(right.sum())), wrong=formats.whole(int((~right).sum()))
            )
        self.strip_caption.setText(text)
        self.strip.show_verdicts(self._verdicts, self._names, self._epoch)
        self._fit_strip()

    def _around(self) -> int:
        """Pixels of what stands above and below image and facts, without the verdicts by epoch."""
        heat = self.heat
        parts = (heat.switch, heat.settings, heat.other_epoch, heat.note, heat.problem, self.similar)
        shown = [one for one in parts if not one.isHidden()]
        return sum(max(one.sizeHint().height(), one.heightForWidth(self.width())) + GAP for one in shown) + GAP

    @property
    def _strip_height(self) -> int:
        return self.strip_caption.sizeHint().height() + self.strip.sizeHint().height() + 2 * GAP

    def _fit_strip(self) -> None:
        """Hide the verdicts by epoch where they would leave too little for the facts, or for a heat map."""
        training = bool(self._views) and self._views[-1].seen is None
        least = PICTURE if self.heat.switch.isChecked() else FACTS * self.fontMetrics().height()
        room = self.height() - self._around() - self._strip_height
        there = len(self._verdicts.epochs) > 0 and not training and (room >= least or not self._is_explained)
        self.strip.setVisible(there)
        self.strip_caption.setVisible(there or training)

    def _want_room(self, on: bool) -> None:
        if on:
            # what is said of the heat map comes with it
            lines = 3 * self.fontMetrics().height()
            self.room_wanted.emit(self._around() + self._strip_height + lines + LARGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt to the new size."""
        super().resizeEvent(event)
        self._fit_strip()

    def _explained(self, found: SaliencyMap) -> None:
        """Show the prediction for a training image."""
        self._fit_strip()  # what is said of the heat map needs room
        if not self._views or self._views[-1].seen is not None:
            return
        verdict = self.tr("right") if found.predicted == self._views[-1].true else self.tr("wrong")
        self.values[1].setText(class_name(self._names, found.predicted))
        chance = formats.percent(float(found.probabilities[found.predicted]), 1)
        self.values[2].setText(f"{chance}, {verdict}")
