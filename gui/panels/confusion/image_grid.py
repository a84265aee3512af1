"""The images behind a number: a sorted and filtered grid, with the chosen one in detail below."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.panels.confusion.image_detail import ImageDetail
from gui.style.dimensions import LARGE, space
from gui.text import formats
from gui.text.class_text import ARROW, class_name
from gui.text.missing_images import why_no_images
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.image_index import ImageFilter, ImageIndex, ImageSelection, Keep, Order, Seen, Split, Verdicts
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.labels import Note, Sentence
from gui.widgets.thumbnails import Card, ThumbnailView

SIDE, LARGEST = 96, 192
"""Pixels of a picture, and where a few have the place of many."""


class ImageGrid(QWidget):
    """Shows the images selected by `choose` at an epoch. `epoch_chosen`: an epoch of an image's history was clicked."""

    epoch_chosen = Signal(int)

    def __init__(self, explanations: Explanations, *, explained: bool = True) -> None:
        super().__init__()
        self.index: ImageIndex | None = None
        self.names: tuple[str, ...] = ()
        self.epoch = 0
        self.choice = ImageFilter()
        self.slice_name = ""
        """What the chosen images have in common."""
        self.selection = ImageSelection(self.choice, 0)
        self._large: tuple[Split, int] | None = None
        self.title, self.note, self.empty = Note(), Note(), Sentence("image")
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.show_all = QPushButton()
        self.keep, self.order = ChoiceBox[Keep](), ChoiceBox[Order]()
        self.view, self.detail = ThumbnailView(SIDE, 2, largest=LARGEST), ImageDetail(explanations, explained=explained)
        self._lay_out(explained=explained)
        self.show_all.clicked.connect(lambda: self.choose(replace(self.choice, true=None, predicted=None)))
        self.keep.activated.connect(self._filter)
        self.order.activated.connect(self._filter)
        self.view.selectionModel().currentChanged.connect(self._current)
        self.detail.epoch_chosen.connect(self.epoch_chosen)
        self.detail.room_wanted.connect(self._make_room)
        self.detail.step_wanted.connect(self._step)
        self.retranslate()

    def _lay_out(self, *, explained: bool) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.note)
        head.addWidget(self.show_all)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        tools = QHBoxLayout()
        for widget in (self.keep, self.order):
            tools.addWidget(widget)
        tools.addStretch(1)
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(place)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        # the facts of an image need less than what explains it
        self.splitter.setSizes([280, 320] if explained else [440, 160])
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addLayout(tools)
        layout.addWidget(self.splitter, 1)

    def _make_room(self, height: int) -> None:
        """The list gives way to what is asked of one image, down to a row."""
        list_height, detail_height = self.splitter.sizes()
        row = SIDE + 2 * self.fontMetrics().height() + space(LARGE)
        spare = list_height - row
        if (more := min(spare, height - detail_height)) > 0:
            self.splitter.setSizes([list_height - more, detail_height + more])

    def retranslate(self) -> None:
        """Set all texts again."""
        self.show_all.setText(self.tr("Show all"))
        self.show_all.setToolTip(self.tr("All images of the split, whatever their class"))
        keeps: dict[Keep, str] = {"all": self.tr("All"), "wrong": self.tr("Wrong"), "right": self.tr("Right")}
        orders: dict[Order, str] = {
            "-loss": self.tr("Largest loss"),
            "loss": self.tr("Smallest loss"),
            "-confidence": self.tr("Most confident"),
            "confidence": self.tr("Least confident"),
        }
        self.keep.fill(keeps, self.tr("Filter"))
        self.order.fill(orders, self.tr("Order"))
        self.view.setAccessibleName(self.tr("Images"))
        self.detail.retranslate()
        self._describe()
        self._show_large()
        self.view.viewport().update()

    def show_run(self, index: ImageIndex | None, names: tuple[str, ...], split: Split) -> None:
        """Use another run, whose images are loaded on demand."""
        self.index, self.names, self._large = index, names, None
        self.selection = ImageSelection(ImageFilter(split), -1)
        self.view.pictures.set_cards(0, self._card)
        self.choice = ImageFilter(split, order=self.choice.order, keep=self.choice.keep)

    def read_again(self, names: tuple[str, ...]) -> None:
        """The run has told its classes, or has been evaluated: what was read of it counts no more."""
        self.names = names
        if self.index is not None:
            self.index.forget()

    def choose(self, choice: ImageFilter) -> None:
        """Show these images. The user's order and filter stay."""
        wanted = replace(choice, order=self.choice.order, keep=self.choice.keep)
        if wanted != self.choice:
            self.choice, self._large = wanted, None
            self.reload(self.epoch)

    def _filter(self) -> None:
        self.choice = replace(self.choice, keep=self.keep.chosen, order=self.order.chosen)
        self.reload(self.epoch)

    def reload(self, epoch: int) -> None:
        """The same images at another epoch, or with files that have arrived meanwhile; the image in detail stays."""
        old, self.epoch = self.selection, epoch
        found = self.index.select(self.choice, epoch) if self.index is not None else ImageSelection(self.choice, epoch)
        self.selection = found
        if (found.choice, found.epoch) != (old.choice, old.epoch) or not np.array_equal(found.items, old.items):
            self._fill(scroll=self.view.verticalScrollBar().value() if found.choice == old.choice else 0)
        self._describe()
        self._show_large()

    def _fill(self, scroll: int) -> None:
        large = self._large if self._large and self._large[0] == self.choice.split else None
        self.view.pictures.set_cards(len(self.selection.items), self._card)
        if large is None and len(self.selection.items):
            large = (self.choice.split, int(self.selection.items[0]))
        self._large = large
        self._mark()
        self.view.fit()
        self.view.doItemsLayout()
        self.view.verticalScrollBar().setValue(scroll)

    def _mark(self) -> None:
        """Make the detailed image the current one of the list, if it is there."""
        rows = np.flatnonzero(self.selection.items == (self._large[1] if self._large else -1))
        if len(rows):
            model = self.view.selectionModel()
            model.blockSignals(True)
            self.view.setCurrentIndex(self.view.pictures.index(int(rows[0])))
            model.blockSignals(False)

    def _seen(self, row: int) -> Seen | None:
        if self.index is None or row >= len(self.selection.items):
            return None
        return self.index.seen(self.choice.split, int(self.selection.items[row]), self.epoch)

    def _card(self, row: int) -> Card | None:
        seen = self._seen(row)
        if seen is None:
            return None
        true, predicted = (class_name(self.names, place) for place in (seen.true, seen.predicted))
        verdict = self.tr("right") if seen.right else self.tr("wrong")
        share = formats.percent(seen.confidence)
        loss = self.tr("loss {loss}").format(loss=formats.number(seen.loss, 2))
        spoken = self.tr("{true}, predicted as {predicted} ({share}), {verdict}, {loss}").format(
            true=true, predicted=predicted, share=share, verdict=verdict, loss=loss
        )
        tip = f"{spoken}\n{seen.path}" if seen.path else spoken
        return Card(seen.pixels, (self._line(seen), share), spoken, tip, seen.right)

    def _line(self, seen: Seen) -> str:
        """The class; of an image that is wrong, the one that was predicted behind it."""
        arrow = f" {ARROW}"
        true, predicted = (class_name(self.names, place) for place in (seen.true, seen.predicted))
        if seen.right:
            return true if self.view.fits(true) else class_name(self.view.short_names(self.names), seen.true)
        if self.view.fits(true + arrow + predicted):
            return true + arrow + predicted
        short = self.view.short_names(self.names, arrow, on_line=2)
        return arrow.join(class_name(short, place) for place in (seen.true, seen.predicted))

    def _current(self, current: QModelIndex) -> None:
        if current.isValid() and current.row() < len(self.selection.items):
            self._large = (self.choice.split, int(self.selection.items[current.row()]))
            self._show_large()

    def _step(self, by: int) -> None:
        index = self.view.pictures.index(self.view.currentIndex().row() + by)
        if index.isValid():
            self.view.setCurrentIndex(index)

    def _show_large(self) -> None:
        if self.index is None or self._large is None:
            self.detail.show_image(None, Verdicts.none(), self.names, self.epoch)
            return
        split, item = self._large
        verdicts = self.index.verdicts(item) if split == "valid" else Verdicts.none()
        seen = self.index.seen(split, item, self.epoch)
        key = self.index.key(split, seen.place) if seen is not None else None
        file = self.index.file(seen.path) if seen is not None else None
        self.detail.show_image(seen, verdicts, self.names, self.epoch, key, file)

    # -- words ---------------------------------------------------------------------------------------------------

    def _describe(self) -> None:
        found = self.selection
        self.title.setText(self._title())
        self.show_all.setEnabled(self.choice.true is not None or self.choice.predicted is not None)
        shown = formats.whole(len(found.items))
        if found.published < found.total:
            text = self.tr("{shown} of a sample of {sample} out of {total}")
            values = {"sample": formats.whole(found.published), "total": formats.whole(found.total)}
            self.note.setText(text.format(shown=shown, **values))
        else:
            self.note.setText("" if found.reason else self.tr("Images: {count}").format(count=shown))
        needed = self.fontMetrics().horizontalAdvance(self.note.accessibleName()) + 4
        self.note.setFixedWidth(min(needed, self.width() // 2))
        self._stack.setCurrentWidget(self.view if len(found.items) else self.empty)
        nothing = self.tr("No image matches. Choose another cell or filter.")
        self.empty.setText(why_no_images(found.reason, found.file) or nothing)

    def _title(self) -> str:
        if self.choice.places is None:
            return self._class_title()
        some = self.choice.true is not None or self.choice.predicted is not None
        return f"{self.slice_name}; {self._class_title()}" if some else self.slice_name

    def _class_title(self) -> str:
        true, predicted = self._named(self.choice.true), self._named(self.choice.predicted)
        if true and predicted:
            if self.choice.true == self.choice.predicted:
                return self.tr("{true}, correct").format(true=true)
            return self.tr("{true} predicted as {predicted}").format(true=true, predicted=predicted)
        if true:
            return self.tr("All of class {true}").format(true=true)
        if predicted:
            return self.tr("All predicted as {predicted}").format(predicted=predicted)
        return self.tr("All images")

    def _named(self, classes: tuple[int, ...] | None) -> str:
        if classes is None:
            return ""
        return class_name(self.names, classes[0]) if len(classes) == 1 else self.tr("other classes")
